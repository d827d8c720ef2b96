"""Many rows at once are written as each of them would be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from bot.database import Database
from bot.engines import LOG_PAGES
from conversations.rules.cells import cells
from models.claims import Holder, Scarce, claims, stretches
from models.in_bulk import OwnTime, own_times
from models.many_rows import CACHE_KB, insert_many, make_room

pytestmark = pytest.mark.every_database

AT = datetime(2026, 3, 12, 15, 0, 0, 250, tzinfo=UTC)


def test_moments_words_and_empty_columns_are_as_one_row_would_have_them(database: Database) -> None:
    times = [AT, AT.astimezone(timezone(timedelta(hours=5, minutes=30))), AT.replace(year=1970, microsecond=0)]
    rows = [
        {
            "scarce": Scarce.STAFF, "scarce_id": 1, "start_at": start, "end_at": start + timedelta(hours=1),
            "first_cell": 5, "end_cell": 9, "holder": Holder.BOOKING, "holder_id": 2, "live_until": until,
        }
        for start in times
        for until in (None, AT)
    ]  # fmt: skip

    def write(session: Session) -> None:
        for row in rows:
            session.execute(insert(stretches).values(**row))
        insert_many(session, stretches, rows)

    database.transact(write)
    written = database.read(lambda s: [row[1:] for row in s.execute(text("select * from stretches order by id"))])
    assert written[: len(rows)] == written[len(rows) :]


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    row = {
        "scarce": Scarce.STAFF, "scarce_id": 1, "start_at": AT.replace(tzinfo=None), "end_at": AT, "first_cell": 5,
        "end_cell": 9, "holder": Holder.BOOKING, "holder_id": 2, "live_until": None,
    }  # fmt: skip
    with pytest.raises((ValueError, StatementError), match="zone"):
        database.transact(lambda session: insert_many(session, stretches, [row]))


def test_every_cell_of_times_of_any_length_is_owned(database: Database) -> None:
    spans = [(AT, AT + timedelta(minutes=minutes)) for minutes in (1, 5, 60, 48 * 60)]
    times = [OwnTime(number, *span, cells(*span), number) for number, span in enumerate(spans, 1)]
    database.transact(lambda session: own_times(session, Holder.BOOKING, times))
    found = database.read(lambda s: {tuple(row) for row in s.execute(select(claims.c.scarce_id, claims.c.cell))})
    assert {(each.staff_id, cell) for each in times for cell in each.window} == found


def test_sqlite_has_room_for_many_rows_within_the_transaction_that_asks(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("its pragmas are SQLite's alone")

    def room(session: Session) -> list[int]:
        make_room(session)
        return [session.execute(text(f"pragma {name}")).scalar_one() for name in ("cache_size", "wal_autocheckpoint")]

    assert [-CACHE_KB, LOG_PAGES] == database.transact(room)
