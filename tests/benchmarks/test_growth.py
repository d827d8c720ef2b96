"""A database that is filled for measuring is one that this product could have filled itself."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, func, select

from benchmarks.conversations.business import business_file
from benchmarks.conversations.measured import talks_from
from benchmarks.growth import LIST_AGAIN
from benchmarks.growth.filled import fill
from benchmarks.growth.history import MESSAGES, RARE, clients_of, visits
from benchmarks.growth.pages import FREE_TIMES, times
from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.database import Database
from conversations.booking import BookingStatus
from handlers.invariants_checked import broken_invariants
from models.bookings import bookings
from models.claims import claims
from models.conversations import turns
from models.messages import messages
from models.outbox import outbox
from models.search import messages_with

pytestmark = pytest.mark.every_database
BOOKINGS = 45
TODAY = date(2026, 3, 10)


@pytest.fixture
def filled(database: Database, clock: SetClock, tmp_path: Path) -> Database:
    file = tmp_path / "business.toml"
    file.write_text(business_file(), encoding="utf-8")
    load_business(database, file)
    fill(database, BOOKINGS, clock.now())
    return database


def test_nothing_is_broken_in_what_was_filled(filled: Database, clock: SetClock) -> None:
    assert [] == filled.read(lambda session: list(broken_invariants(session, clock.now())))
    tables = bookings, messages, turns, outbox
    counted = {table.name: count_of(filled, table) for table in tables}
    assert {
        "bookings": BOOKINGS,
        "messages": MESSAGES * BOOKINGS,
        "turns": 7 * BOOKINGS,
        "outbox": 8 * BOOKINGS,
    } == counted
    assert 1 == len(filled.read(lambda session: messages_with(session, RARE, None, 10)))
    # And it is seen where something is.
    filled.transact(lambda session: session.execute(delete(claims)))
    assert any(
        "does not claim" in line for line in filled.read(lambda session: list(broken_invariants(session, clock.now())))
    )


def test_every_page_that_is_timed_is_there(filled: Database) -> None:
    found = dict(times(filled, BOOKINGS, 1))
    assert {"log page", "search, a rare word", LIST_AGAIN, FREE_TIMES} <= found.keys()
    assert all(0 < median <= late for median, late in found.values())


def count_of(database: Database, table: Table) -> int:
    statement = select(func.count(table.c.id))
    return database.read(lambda session: int(session.execute(statement).scalar_one()))


@pytest.mark.parametrize("many", [1, 71, 3_000])
def test_nobody_has_two_bookings_at_once_and_those_of_a_run_find_their_time_free(many: int) -> None:
    found = list(visits(many, TODAY))
    assert many == len(found) == len({(one.service, one.start) for one in found})
    assert clients_of(many) == len({one.client for one in found})
    run = {(talk.number % 16, talk.day, talk.hour) for talk in talks_from(0, 464)}
    now = datetime.now(UTC).date()  # noqa: TID251 -- the crowd's calendar, not the product's
    assert not run & {(one.service, one.start.date(), one.start.hour) for one in visits(many, now)}
    assert all((one.status is BookingStatus.CONFIRMED) == (one.start.date() > TODAY) for one in found)
