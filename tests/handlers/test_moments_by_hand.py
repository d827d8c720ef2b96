"""Moments in a SQLite file that somebody has mended by hand, in words that we would not write."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, literal_column, select

from models.base import Moment

TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)
MIDNIGHT = TEN.replace(hour=0)


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("2026-11-22 10:00:00.000000", TEN),
        ("2026-11-22 10:00", TEN),
        ("2026-11-22", MIDNIGHT),
        ("20261122", MIDNIGHT),
        ("2026-11-22 10:00:00Z", TEN),
        ("2026-11-22T10:00:00+00:00", TEN),
        ("2026-11-22T10:00:00.000001+05:00", TEN.replace(microsecond=1)),
    ],
)
def test_a_moment_that_was_mended_by_hand_is_read(words: str, moment: datetime) -> None:
    with create_engine("sqlite://").connect() as connection:
        found = connection.execute(select(literal_column(f"'{words}'", Moment()))).scalar_one()
    assert (found, found.tzinfo) == (moment, UTC)
