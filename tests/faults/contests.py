"""Races at any size: many want one time, two coordinators decide one request, a YES meets the deadline, another wish
meets the approval; and, of what stands, those of `standing_contests.py`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import select

from conversations.messages import Inbound
from handlers.invariants_checked import broken_invariants
from models.bookings import bookings
from models.conversations import turns
from tests.faults.contest import Contest, batches, own_coordinator, phone, text
from tests.faults.databases import drop_second_lock
from tests.faults.people import COORDINATORS
from tests.faults.racers import RUNNERS, Expiry, Runner
from tests.faults.script import Slot
from tests.faults.standing_contests import blocks, cancels, moves
from tests.faults.unguarded import Guard
from tests.faults.verdict import overlaps, rows

BEYOND_ANY_DEADLINE = timedelta(days=2)


def times(contest: Contest, attempts: int) -> None:
    """RUNNERS strangers want one and the same time, each time another; each says YES to what they are offered."""
    for slots in batches(attempts // RUNNERS):
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

    for slots in batches(attempts // 2):
        contest.decide(slots, contest.request(slots), approved, decided)


def deadlines(contest: Contest, attempts: int) -> None:
    """A client says YES to a proposed time at the moment in which the request runs out."""

    def accepted(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "accepts")

    def expired(_slot: Slot, number: int) -> Expiry:
        return Expiry(number, contest.now + BEYOND_ANY_DEADLINE)

    for slots in batches(attempts // 2):
        numbers = contest.request(slots)
        contest.one_by_one(
            [
                (text(own_coordinator(slot), f"MODIFY {number} {contest.other(slot)}"),)
                for slot, number in zip(slots, numbers, strict=True)
            ]
        )
        contest.decide(slots, numbers, accepted, expired)


def wishes(contest: Contest, attempts: int) -> None:
    """A client says YES to another time for their request, while the coordinator approves it."""

    def changed(slot: Slot, _number: int) -> Inbound:
        return text(phone(slot), "yes", "changes")

    def approved(slot: Slot, number: int) -> Inbound:
        return text(own_coordinator(slot), f"APPROVE {number}")

    for slots in batches(attempts // 2):
        contest.decide(slots, contest.request(slots, "actually make it {other}"), changed, approved)


Play = Callable[[Contest, int], None]
GUARDED_BY: Mapping[Play, Guard] = {
    times: Guard.CLAIMS, decisions: Guard.DECISIONS, deadlines: Guard.DECISIONS, wishes: Guard.DECISIONS,
    blocks: Guard.CLAIMS, cancels: Guard.DECISIONS, moves: Guard.DECISIONS,
}  # fmt: skip
"""Each, and without what something is done twice in it."""
CONTESTS: Sequence[Play] = tuple(GUARDED_BY)


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


def _stranger(contest: Contest, slots: Sequence[Slot], runner: int) -> Runner:
    """One of those who want each of these times; a stranger at each."""

    def texts(slot: Slot) -> tuple[Inbound, ...]:
        who = f"+9746{runner}{slot.client:06}"
        return text(who, f"{slot.service} {contest.when(slot)}"), text(who, "yes")

    return Runner(tuple(texts(slot) for slot in slots))
