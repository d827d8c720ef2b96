"""Races at any size: many want one time, two coordinators decide one request, a YES meets the deadline, and another
wish meets the approval."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.database import Database
from conversations.messages import Inbound
from handlers.invariants_checked import broken_invariants
from models.bookings import booking_transitions, bookings
from models.clients import clients
from models.conversations import turns
from tests.conftest import NOW
from tests.faults.databases import drop_second_lock
from tests.faults.people import COORDINATORS
from tests.faults.racers import RUNNERS, Expiry, Guard, Race, Racers, Runner
from tests.faults.script import Slot
from tests.faults.verdict import overlaps, rows

BATCH = 3 * RUNNERS
"""Rounds or requests that are raced for within a minute: a coordinator who texts more is taken for a program."""
LATER = timedelta(minutes=3)
BEYOND_ANY_DEADLINE = timedelta(days=2)
Deed = Callable[[Slot, int], Inbound | Expiry]
"""What one side does about a client's request with this number."""


@dataclass
class Contest:
    """A race over a fresh database with the suite's business, at a moment that moves on; and what came of it."""

    racers: Racers
    database: Database
    off: Guard | None = None
    now: datetime = NOW
    attempts: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def race(self, runners: Sequence[Runner], off: Guard | None = None) -> None:
        """These at once; then it is later."""
        url = self.database.engine.url.render_as_string(hide_password=False)
        self.wrong += self.racers.run(Race(url, self.now, tuple(runners), off=off))
        self.now += LATER

    def request(self, slots: Sequence[Slot], *more: str) -> list[int]:
        """Each client asks for their time, and says `more`; the numbers of their requests."""
        self.race(_shared_out([self._texts(slot, *more) for slot in slots]))
        named = select(bookings.c.id, clients.c.phone).join(clients, clients.c.id == bookings.c.client_id)
        numbers = {row.phone: row.id for row in rows(self.database, named)}
        return [numbers[phone(slot)] for slot in slots]

    def meet(self, slots: Sequence[Slot], numbers: Sequence[int], one: Deed, other: Deed) -> None:
        """Both deeds about each request at once, and what has become of it."""
        half = RUNNERS // 2
        both = [[(deed(slot, n),) for slot, n in zip(slots, numbers, strict=True)] for deed in (one, other)]
        self.race([Runner(tuple(rounds[at::half])) for rounds in both for at in range(half)], self.off)
        self.attempts += 2 * len(slots)
        moves: dict[int, list[str]] = {number: [] for number in numbers}
        of_these = booking_transitions.c.booking_id.in_(numbers) & booking_transitions.c.before.is_not(None)
        for move in rows(self.database, select(booking_transitions).where(of_these)):
            moves[move.booking_id].append(move.after.value)
        for number, after in moves.items():
            self.outcomes[" and ".join(after)] += 1
            if len(after) != 1:
                self.wrong.append(f"decided {len(after)} times: #{number}: {', '.join(after)}")

    def _texts(self, slot: Slot, *more: str) -> tuple[Inbound, ...]:
        words = (f"{slot.service} {self.when(slot)}", "yes", *(one.format(other=self.other(slot)) for one in more))
        return tuple(text(phone(slot), one) for one in words)

    def when(self, slot: Slot) -> str:
        return slot.when(NOW.date())

    def other(self, slot: Slot) -> str:
        return self.when(replace(slot, second=True))


def times(contest: Contest, attempts: int) -> None:
    """RUNNERS strangers want one and the same time, each time another; each says YES to what they are offered."""
    for slots in _batches(attempts // RUNNERS):
        contest.race([_stranger(contest, slots, runner) for runner in range(RUNNERS)], contest.off)
        contest.attempts += RUNNERS * len(slots)
    booked = len(rows(contest.database, select(bookings.c.id)))
    contest.outcomes = Counter(booked=booked, lost=contest.attempts - booked)


def decisions(contest: Contest, attempts: int) -> None:
    """Two coordinators decide one request: one approves it, the other approves it too or declines it."""

    def approved(_slot: Slot, number: int) -> Inbound:
        return text(COORDINATORS[0], f"APPROVE {number}")

    def decided(slot: Slot, number: int) -> Inbound:
        return text(own_coordinator(slot), f"APPROVE {number}" if number % 2 else f"DECLINE {number} full")

    for slots in _batches(attempts // 2):
        contest.meet(slots, contest.request(slots), approved, decided)


def deadlines(contest: Contest, attempts: int) -> None:
    """A client says YES to a proposed time at the moment in which the request runs out."""

    def accepted(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "accepts")

    def expired(_slot: Slot, number: int) -> Expiry:
        return Expiry(number, contest.now + BEYOND_ANY_DEADLINE)

    for slots in _batches(attempts // 2):
        numbers = contest.request(slots)
        proposed = [
            (text(own_coordinator(slot), f"MODIFY {number} {contest.other(slot)}"),)
            for slot, number in zip(slots, numbers, strict=True)
        ]
        contest.race(_shared_out(proposed))
        contest.meet(slots, numbers, accepted, expired)


def wishes(contest: Contest, attempts: int) -> None:
    """A client says YES to another time for their request, while the coordinator approves it."""

    def changed(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "changes")

    def approved(slot: Slot, number: int) -> Inbound:
        return text(own_coordinator(slot), f"APPROVE {number}")

    for slots in _batches(attempts // 2):
        contest.meet(slots, contest.request(slots, "actually make it {other}"), changed, approved)


Play = Callable[[Contest, int], None]
CONTESTS: tuple[Play, ...] = (times, decisions, deadlines, wishes)
GUARDED_BY: Mapping[Play, Guard] = {
    times: Guard.CLAIMS, decisions: Guard.DECISIONS, deadlines: Guard.DECISIONS, wishes: Guard.DECISIONS,
}  # fmt: skip
"""Without which something is done twice."""


def run(contest: Contest, play: Play, attempts: int) -> Contest:
    """So many attempts at one of CONTESTS, and a look at the whole database."""
    if contest.off is Guard.CLAIMS:
        drop_second_lock(contest.database)
    play(contest, attempts)
    contest.wrong += overlaps(contest.database)
    contest.wrong += contest.database.read(lambda session: list(broken_invariants(session, contest.now)))
    faults = select(turns.c.id, turns.c.cause, turns.c.fault).where(turns.c.cause.in_(("Fault", "Silenced")))
    contest.wrong += [f"broke: turn {row.id}: {row.cause} {row.fault}" for row in rows(contest.database, faults)]
    return contest


def phone(slot: Slot) -> str:
    return f"+97455{slot.client + 1:06}"


def own_coordinator(slot: Slot) -> str:
    return COORDINATORS[slot.client % len(COORDINATORS)]


def text(sender: str, words: str, what: str = "") -> Inbound:
    """`what` tells texts with the same words apart."""
    return Inbound("sms", f"{sender} {what or words}", sender, sender, words)


def _stranger(contest: Contest, slots: Sequence[Slot], runner: int) -> Runner:
    """One of those who want each of these times; a stranger at each."""

    def texts(slot: Slot) -> tuple[Inbound, ...]:
        who = f"+9746{runner}{slot.client:06}"
        return text(who, f"{slot.service} {contest.when(slot)}"), text(who, "yes")

    return Runner(tuple(texts(slot) for slot in slots))


def _shared_out(rounds: Sequence[tuple[Inbound, ...]]) -> list[Runner]:
    return [Runner(tuple(rounds[runner::RUNNERS])) for runner in range(RUNNERS)]


def _batches(count: int) -> Iterator[list[Slot]]:
    """So many slots, or a few more; none of those whose own coordinator is the one for all."""
    others = (Slot(client) for client in itertools.count() if client % len(COORDINATORS))
    for done in range(0, count, BATCH):
        rounds = math.ceil(min(BATCH, count - done) / RUNNERS)
        yield list(itertools.islice(others, rounds * RUNNERS))
