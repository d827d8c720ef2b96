"""A class and its waiting line under random deeds and a moving clock: after every commit nothing is sold twice, nobody
is offered twice, nobody jumps the line, and whenever all is quiet nobody has been forgotten."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk, overrides
from bot.stories import Phone
from config import Settings
from conversations.booking import BookingStatus
from conversations.classes import ClassStatus, WaitlistStatus
from conversations.delivery import Delivery, SendFailure
from conversations.messages import StatusReport
from conversations.rules.waitlist import is_last_hour, whom_to_offer
from handlers.circumstances import Circumstances
from handlers.class_time import ClassRefused
from handlers.classes_kept import cancel_class, move_class
from handlers.delivery_reported import delivery_reported
from handlers.profile import Profiles
from handlers.waitlist_views import waiter
from models.bookings import bookings
from models.claims import Holder, Scarce, claims, seats_held, stretches
from models.class_sessions import class_by_id
from models.waitlist import entries_of_class
from tests.conftest import CHANNELS, NOW, Databases
from tests.handlers.waiting_room import KAI, OFFERS, TRIAL, Room, person

PEOPLE = st.integers(1, 6)
A_WHILE = timedelta(seconds=45)
EXAMPLES, STEPS = (int(each) for each in os.environ.get("WAITLIST_EXAMPLES", "3x30").split("x"))
"""So many random days, of so many deeds each; "300x50" is the long run. WAITLIST_DATABASES names where."""


class Line(RuleBasedStateMachine):
    """One class of two seats, six people, and a coordinator."""

    make: Callable[[], Room]

    @initialize(asks=st.booleans(), skips=st.booleans())
    def begin(self, asks: bool, skips: bool) -> None:
        self.room = self.make()
        self.room.policy(requires_approval="yes" if asks else "no", waitlist_skips_parties=skips)
        self.offered: set[tuple[int, Any]] = set()
        self.by_hand = 0
        self.room.books(1, 2)
        self.room.waits(3, 4)
        self._watch(self.room.desk.database)

    @rule(who=PEOPLE, seats=st.integers(1, 2))
    def joins(self, who: int, seats: int) -> None:
        if "confirm_class" in self._says(who, f"waiting list for yoga on 18 march for {seats} people"):
            self._says(who, "yes")

    @rule(who=PEOPLE, answer=st.sampled_from(["yes", "yes", "no", "leave", "never mind"]))
    def answers(self, who: int, answer: str) -> None:
        self._says(who, answer)

    @rule(who=PEOPLE)
    def looks_and_leaves_it_open(self, who: int) -> None:
        self._says(who, "yoga 18 march")

    @rule(number=st.integers(0, 20), then=st.sampled_from([0, 0, 5, 800]))
    def somebody_cancels(self, number: int, then: int) -> None:
        if living := self.room.bookings():
            self._says(KAI, f"cancel {living[number % len(living)].id}")
            self.room.passes(minutes=then)

    @rule(who=PEOPLE, text=st.sampled_from(["cancel my booking", "move my booking to monday 16 march 9am"]))
    def gives_their_seats_up(self, who: int, text: str) -> None:
        self._says(who, text)
        self._says(who, "yes")

    @rule(who=PEOPLE, comes_back=st.booleans())
    def wants_no_more_texts(self, who: int, comes_back: bool) -> None:
        self._says(who, "STOP")
        if comes_back:
            self._says(who, "START")

    @rule(
        who=PEOPLE,
        text=st.sampled_from(["undo", "book {who} yoga 18 march 6pm", "book {who} Bo yoga 18 march 6pm for 2"]),
    )
    def the_coordinator_books_or_takes_it_back(self, who: int, text: str) -> None:
        self._says(KAI, text.format(who=person(who).address))

    @rule(
        number=st.integers(0, 20), text=st.sampled_from(["noshow {0}", "move {0} monday 16 march 9am", "arrived {0}"])
    )
    def the_coordinator_runs_the_day(self, number: int, text: str) -> None:
        if living := self.room.bookings():
            self._says(KAI, text.format(living[number % len(living)].id))

    @rule(number=st.integers(0, 20), word=st.sampled_from(["approve", "decline"]))
    def the_coordinator_decides(self, number: int, word: str) -> None:
        if waiting := [row for row in self.room.bookings() if row.status is BookingStatus.PENDING]:
            self._says(KAI, f"{word} {waiting[number % len(waiting)].id}")

    @rule(number=st.integers(0, 20))
    def it_is_offered_out_of_turn(self, number: int) -> None:
        if line := self.room.desk.database.read(lambda session: entries_of_class(session, TRIAL)):
            self.by_hand = line[number % len(line)].id
            self._says(KAI, f"OFFER W{self.by_hand}")
            self.by_hand = 0

    @rule(start=st.sampled_from([datetime(2026, 3, 18, 18), datetime(2026, 3, 18, 12), datetime(2026, 3, 19, 18)]))
    def it_is_moved(self, start: datetime) -> None:
        self._changes(lambda session, circumstances: move_class(session, TRIAL, start, circumstances))

    @rule(really=st.integers(0, 5))
    def it_is_called_off(self, really: int) -> None:
        if really == 5:
            self._changes(lambda session, circumstances: cancel_class(session, TRIAL, "operator", "", circumstances))
            assert self._is_over()
            assert not {status for _, status in self.room.line()} & {"waiting", "offered"}

    @rule(seats=st.integers(1, 5))
    def it_gets_other_seats(self, seats: int) -> None:
        try:
            self.room.resize(seats)
        except ClassRefused:
            assert seats < self.room.seats()[1] or self._is_over()

    @rule(who=PEOPLE, arrived=st.booleans())
    def a_text_is_reported(self, who: int, arrived: bool) -> None:
        if not any(kind in OFFERS for kind in self.room.told(who)):
            return
        text = next(self.room.text_of(who, kind) for kind in OFFERS if kind in self.room.told(who))
        status, failure = (Delivery.DELIVERED, None) if arrived else (Delivery.FAILED, SendFailure.UNREACHABLE)
        heard, desk = StatusReport("sms", text.provider_id, status, failure), self.room.desk
        desk.database.transact(lambda session: delivery_reported(session, heard, desk.circumstances("test")))
        self.room.player.settle()

    @rule(minutes=st.sampled_from([1, 4, 6, 16, 31, 130, 600, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.room.passes(minutes=minutes)

    @invariant()
    def nobody_is_forgotten(self) -> None:
        if hasattr(self, "room"):
            self.room.check()
            self.room.desk.database.read(self._is_quiet)

    def teardown(self) -> None:
        if hasattr(self, "room"):
            self.room.clock.at = max(self.room.clock.now(), NOW + timedelta(days=11))
            self.room.player.settle()
            assert not {status for _, status in self.room.line()} & {"waiting", "offered"}
            self.room.check()
            self.room.desk.database.dispose()

    def _says(self, who: int | Phone, text: str) -> list[str]:
        """Nobody texts so fast that they are taken for a program."""
        self.room.clock.move(A_WHILE)
        return self.room.says(who, text)

    def _changes(self, work: Callable[[Session, Circumstances], object]) -> None:
        """The business changes the class, where that can be."""
        circumstances = self.room.desk.circumstances("test")
        with suppress(ClassRefused):
            self.room.desk.database.transact(lambda session: work(session, circumstances))
        self.room.player.settle()

    def _is_over(self) -> bool:
        """It is called off, or has begun."""
        row = self.room.desk.database.read(lambda session: class_by_id(session, TRIAL))
        return row is None or row.status is not ClassStatus.SCHEDULED or row.start_at <= self.room.clock.now()

    def _watch(self, database: Database) -> None:
        """See that all is well after every commit."""
        transact = database.transact

        def watched(work: Any, *arguments: Any) -> Any:
            done = transact(work, *arguments)
            database.read(self._is_well)
            return done

        database.transact = watched  # type: ignore[method-assign, assignment]

    def _is_well(self, session: Session) -> None:
        now, row = self.room.clock.now(), class_by_id(session, TRIAL)
        assert row is not None
        booked = session.execute(
            select(bookings.c.client_id, bookings.c.seats_reserved).where(bookings.c.live_class_id == TRIAL)
        ).all()
        line, held = entries_of_class(session, TRIAL), _held_for(session, now)
        assert row.seats_taken == sum(each.seats_reserved for each in booked)
        assert row.seats_taken + sum(held.values()) <= row.capacity
        assert len({each.client_id for each in line}) == len(line)
        for entry in line:
            stands = entry.status is WaitlistStatus.OFFERED and entry.offer_expires_at > now
            assert held.pop(entry.id, 0) == (entry.offer_seats if stands else 0)
        assert not held
        self._keeps_the_order(line, row)

    def _keeps_the_order(self, line: list[Row[Any]], row: Row[Any]) -> None:
        offers = {(each.id, each.offered_at): each for each in line if each.status is WaitlistStatus.OFFERED}
        for key in offers.keys() - self.offered:
            if key[0] == self.by_hand:
                continue
            before = line[: [each.id for each in line].index(key[0])]
            for other in before:
                waits = other.status is WaitlistStatus.WAITING and other.seats <= offers[key].seats
                assert not waits or other.passed or other.conversation_id is None, "somebody was jumped"
        self.offered |= offers.keys()

    def _is_quiet(self, session: Session) -> None:
        now, row = self.room.clock.now(), class_by_id(session, TRIAL)
        assert row is not None
        line, unbooked = entries_of_class(session, TRIAL), row.capacity - row.seats_taken
        free = row.capacity - seats_held(session, [TRIAL], now).get(TRIAL, 0)
        terms = self.room.desk.profiles.current(session).terms(row.staff_id, row.service_id)
        assert [] == whom_to_offer(
            [waiter(each, unbooked) for each in line], free, unbooked, skips_parties=terms.waitlist_skips_parties,
            all_at_once=is_last_hour(now, row.start_at),
        )  # fmt: skip
        assert row.look_at is None if not line else row.look_at > now
        offered = [each for each in line if each.status is WaitlistStatus.OFFERED]
        assert not [each for each in offered if each.offer_expires_at <= now or each.offer_outbox_id is None]


def _held_for(session: Session, now: Any) -> dict[int, int]:
    """How many seats each offer holds."""
    found: dict[int, int] = {}
    owned = (
        select(stretches.c.holder_id)
        .join(claims, claims.c.stretch_id == stretches.c.id)
        .where(
            claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == TRIAL, stretches.c.holder == Holder.OFFER,
            claims.c.live_until > now,
        )
    )  # fmt: skip
    for (entry_id,) in session.execute(owned):
        found[entry_id] = found.get(entry_id, 0) + 1
    return found


@pytest.mark.parametrize("kind", os.environ.get("WAITLIST_DATABASES", "sqlite").split())
def test_a_class_and_its_line_whatever_happens(databases: Databases, tmp_path: Any, kind: str) -> None:
    def make() -> Room:
        own = Settings(_env_file=None, burst_ms=0, journal_dir=tmp_path / "journal")
        database = Database(databases.copy(kind), pool=2)
        return Room(Desk(own, database, clock := SetClock(NOW), CHANNELS, Profiles(overrides(own))), clock)

    class Made(Line):
        pass

    Made.make = staticmethod(make)
    run_state_machine_as_test(
        Made,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
            suppress_health_check=list(HealthCheck), print_blob=True,
        ),
    )  # fmt: skip
