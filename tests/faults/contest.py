"""A race at any size over a fresh database, and what came of it: the parts of which `contests.py` makes each."""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot.database import Database
from conversations.messages import Inbound
from models.bookings import booking_transitions, bookings
from models.clients import clients
from models.outbox import outbox
from tests.conftest import NOW
from tests.faults.people import COORDINATORS
from tests.faults.racers import RUNNERS, Deed, Race, Racers, Runner
from tests.faults.script import Slot
from tests.faults.unguarded import Guard
from tests.faults.verdict import rows

BATCH = 3 * RUNNERS
"""Rounds or requests that are raced for within a minute: a coordinator who texts more is taken for a program."""
LATER = timedelta(minutes=3)
LEAD = 0.04
"""Seconds by which the last of those who meet is ahead of the others in every second round, unless a guard is off."""
Side = Callable[[Slot, int], Deed]
"""What one side does about a client's request with this number."""


@dataclass
class Contest:
    """The suite's business at a moment that moves on."""

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

    def one_by_one(self, deeds: Sequence[tuple[Inbound, ...]]) -> None:
        """What comes before a race."""
        self.race([Runner(tuple(deeds[runner::RUNNERS])) for runner in range(RUNNERS)])

    def request(self, slots: Sequence[Slot], *more: str) -> list[int]:
        """Each client asks for their time, and says `more`; the numbers of their requests."""
        self.one_by_one([self._texts(slot, *more) for slot in slots])
        return self.numbers(slots)

    def booked(self, slots: Sequence[Slot]) -> list[int]:
        """Each client asks for their time and is given it; the numbers of their bookings."""
        numbers = self.request(slots)
        self.one_by_one(
            [(text(own_coordinator(slot), f"APPROVE {n}"),) for slot, n in zip(slots, numbers, strict=True)]
        )
        return numbers

    def numbers(self, slots: Sequence[Slot]) -> list[int]:
        """Of the booking of each client; 0 where they have none."""
        named = select(bookings.c.id, clients.c.phone).join(clients, clients.c.id == bookings.c.client_id)
        numbers = {row.phone: row.id for row in rows(self.database, named)}
        return [numbers.get(phone(slot), 0) for slot in slots]

    def meet(self, slots: Sequence[Slot], numbers: Sequence[int], *sides: Side) -> Sequence[Row[Any]]:
        """What each side does about each of these, at once; the texts that came of it."""
        share = RUNNERS // len(sides)
        deeds = [[(side(slot, n),) for slot, n in zip(slots, numbers, strict=True)] for side in sides]
        newest = rows(self.database, select(func.max(outbox.c.id)))[0][0] or 0
        late = [LEAD if self.off is None else 0.0] * (len(sides) - 1) + [0.0]
        runners = [
            Runner(tuple(some[at::share]), late=behind)
            for some, behind in zip(deeds, late, strict=True)
            for at in range(share)
        ]
        self.race(runners, self.off)
        self.attempts += len(sides) * len(slots)
        return rows(self.database, select(outbox).where(outbox.c.id > newest).order_by(outbox.c.id))

    def decide(self, slots: Sequence[Slot], numbers: Sequence[int], *sides: Side) -> Sequence[Row[Any]]:
        """The same, where each booking comes to another status once."""
        newest = rows(self.database, select(func.max(booking_transitions.c.id)))[0][0] or 0
        texts = self.meet(slots, numbers, *sides)
        moves: dict[int, list[str]] = {number: [] for number in numbers}
        since = booking_transitions.c.booking_id.in_(numbers) & (booking_transitions.c.id > newest)
        for move in rows(self.database, select(booking_transitions).where(since)):
            moves[move.booking_id].append(move.after.value)
        for number, after in moves.items():
            self.outcomes[" and ".join(after)] += 1
            if len(after) != 1:
                self.wrong.append(f"decided {len(after)} times: #{number}: {', '.join(after)}")
        return texts

    def _texts(self, slot: Slot, *more: str) -> tuple[Inbound, ...]:
        words = (f"{slot.service} {self.when(slot)}", "yes", *(one.format(other=self.other(slot)) for one in more))
        return tuple(text(phone(slot), one) for one in words)

    def when(self, slot: Slot) -> str:
        return slot.when(NOW.date())

    def other(self, slot: Slot) -> str:
        return self.when(replace(slot, second=True))


def phone(slot: Slot) -> str:
    return f"+97455{slot.client + 1:06}"


def own_coordinator(slot: Slot) -> str:
    return COORDINATORS[slot.client % len(COORDINATORS)]


def text(sender: str, words: str, what: str = "") -> Inbound:
    """`what` tells texts with the same words apart."""
    return Inbound("sms", f"{sender} {what or words}", sender, sender, words)


def batches(count: int) -> Iterator[list[Slot]]:
    """So many slots, or a few more; none of those whose own coordinator is the one for all."""
    others = (Slot(client) for client in itertools.count() if client % len(COORDINATORS))
    for done in range(0, count, BATCH):
        rounds = math.ceil(min(BATCH, count - done) / RUNNERS)
        yield list(itertools.islice(others, rounds * RUNNERS))
