"""Many people text at once for the last seats of a class: those are booked, once each, and everybody else has a place
of their own in line, and was told so once. LAST_SEATS="200 10" is the long run."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.intake import receive
from bot.schedule import run_due
from conversations.booking import BookingStatus
from conversations.classes import WaitlistStatus
from conversations.messages import Inbound
from handlers.called_off import call_off
from handlers.invariants_checked import broken_invariants
from models.bookings import booking_by_id, bookings
from models.claims import Holder, Scarce, claims, stretches
from models.class_sessions import class_sessions
from models.outbox import outbox
from models.waitlist import entries_of_class
from tests.faults.racers import ANSWERS, RUNNERS, Race, Racers, Runner, last_kind
from tests.faults.unguarded import Guard

pytestmark = pytest.mark.every_database

PEOPLE, SEATS = (int(each) for each in os.environ.get("LAST_SEATS", "40 5").split())
YOGA = Path(__file__).parent.parent / "handlers" / "yoga.toml"
TRIAL = 4


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    with Racers() as started:
        yield started


@pytest.fixture
def race(desk: Desk, clock: SetClock) -> Race:
    """Everybody wants one seat of one class, and says YES, or that they will wait, to what they are told."""
    load_business(desk.database, YOGA, now=clock.now())
    desk.database.transact(
        lambda session: session.execute(
            update(class_sessions).where(class_sessions.c.id == TRIAL).values(capacity=SEATS)
        )
    )
    texts = [Inbound("sms", f"in-{number}", phone(number), phone(number), "yoga 18 march") for number in range(PEOPLE)]
    runners = tuple(Runner((tuple(texts[one::RUNNERS]),), keen=True) for one in range(RUNNERS))
    url = desk.database.engine.url.render_as_string(hide_password=False)
    return Race(url, clock.now(), runners)


def test_of_many_who_text_at_once_the_seats_are_booked_and_the_others_wait(
    racers: Racers, race: Race, desk: Desk, clock: SetClock
) -> None:
    assert [] == racers.run(race)
    go_on(desk)
    settle(desk)
    assert [] == wrong(desk.database, clock)
    one = booked(desk.database)[0]
    first = line(desk.database)[0].conversation_id
    desk.database.transact(lambda session: cancel(session, one.id, desk))
    settle(desk)
    offered = [row for row in line(desk.database) if row.status is WaitlistStatus.OFFERED]
    assert [first] == [row.conversation_id for row in offered]


def test_with_the_guard_off_more_are_let_in_than_there_are_seats(
    racers: Racers, race: Race, desk: Desk, clock: SetClock
) -> None:
    racers.run(Race(race.url, race.at, race.runners, off=Guard.SEATS))
    assert any("booked" in each for each in wrong(desk.database, clock))


def wrong(database: Database, clock: SetClock) -> list[str]:
    """What should not have come of the race."""
    found = []
    seats, waiting = booked(database), line(database)
    if len(seats) != SEATS or len({row.client_id for row in seats}) != SEATS:
        found.append(f"{len(seats)} are booked, not {SEATS}")
    if len(owned(database)) != SEATS:
        found.append(f"{len(owned(database))} seats are owned")
    if len(waiting) != PEOPLE - SEATS or {row.status for row in waiting} != {WaitlistStatus.WAITING}:
        found.append(f"{len(waiting)} wait, not {PEOPLE - SEATS}")
    if {row.client_id for row in seats} & {row.client_id for row in waiting}:
        found.append("somebody has a seat and waits for it")
    told = Counter((row.address, row.kind) for row in told_of(database))
    if sorted(told.values()) != [1] * PEOPLE or len({address for address, _ in told}) != PEOPLE:
        found.append(f"not everybody was told once: {told.most_common(3)}")
    return found + database.read(lambda session: list(broken_invariants(session, clock.now())))


def booked(database: Database) -> list[Row[Any]]:
    wanted = select(bookings).where(bookings.c.live_class_id == TRIAL, bookings.c.status == BookingStatus.CONFIRMED)
    return database.read(lambda session: list(session.execute(wanted)))


def owned(database: Database) -> list[Row[Any]]:
    wanted = (
        select(claims.c.cell)
        .join(stretches, stretches.c.id == claims.c.stretch_id)
        .where(claims.c.scarce == Scarce.SEAT, claims.c.scarce_id == TRIAL, stretches.c.holder == Holder.BOOKING)
    )
    return database.read(lambda session: list(session.execute(wanted)))


def line(database: Database) -> list[Row[Any]]:
    return database.read(lambda session: entries_of_class(session, TRIAL))


def told_of(database: Database) -> list[Row[Any]]:
    wanted = select(outbox).where(outbox.c.kind.in_(("booked", "wait_joined")))
    return database.read(lambda session: list(session.execute(wanted)))


def cancel(session: Any, booking_id: int, desk: Desk) -> None:
    row = booking_by_id(session, booking_id)
    assert row is not None
    call_off(session, row, row.version, BookingStatus.CANCELLED, "test", "", desk.circumstances("test"))


def go_on(desk: Desk) -> None:
    """Whoever had to wait in the journal, for so many wanted the database, answers what they were told since."""
    for number in range(PEOPLE):
        for again in range(3):
            answers = ANSWERS.get(last_kind(desk.database, phone(number)))
            if answers is not None:
                said = Inbound("sms", f"late-{number}-{again}", phone(number), phone(number), answers[0])
                receive(desk, said)


def settle(desk: Desk) -> None:
    dispatcher = Dispatcher(desk)
    while run_due(desk) + dispatcher.send_due():
        pass
    dispatcher.stop()


def phone(number: int) -> str:
    return f"+44770091{number:04}"
