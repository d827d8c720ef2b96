"""What is remembered of a database that is away: nobody waits for it again, but one who looks whether it is back."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.database import Database, DatabaseAway
from bot.outage import REMEMBERED, Outage


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("bot.outage.time", clock)
    return clock


def test_of_those_who_come_after_a_moment_one_tries_for_all(clock: Clock) -> None:
    outage = Outage("writing")
    assert not outage.turns_away()
    outage.noticed("gone", "08006")
    assert [True, True] == [outage.turns_away(), outage.turns_away()]
    clock.now += REMEMBERED
    assert [False, True, True] == [outage.turns_away() for _ in range(3)]
    clock.now += REMEMBERED
    assert not outage.turns_away()
    outage.ended()
    assert [False, False] == [outage.turns_away(), outage.turns_away()]


@pytest.fixture
def away(tmp_path: Path, clock: Clock) -> Database:
    """Its file is not there, and somebody has found that out."""
    database = Database(f"sqlite:///{tmp_path / 'textbook.db'}")
    with pytest.raises(DatabaseAway):
        database.transact(_one)
    return database


def _one(session: Session) -> int:
    return int(session.execute(text("select 1")).scalar_one())


def test_while_it_is_known_to_be_away_it_is_not_even_asked(away: Database, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "textbook.db").touch()
    asked: list[Session] = []
    with pytest.raises(DatabaseAway) as refused:
        away.transact(asked.append)
    assert not asked and "unable to open" in str(refused.value)
    assert 1 == away.read(_one), "to read from it nobody has tried yet"
    clock.now += REMEMBERED
    assert 1 == away.transact(_one)
    assert 1 == away.transact(_one)
    away.dispose()
