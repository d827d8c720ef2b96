"""Writes on SQLite, which lets one at a time: threads of one process wait for each other, and none looks again and
again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot import engines
from bot.database import Database, DatabaseAway

COUNT = text("select count(*) from conversations")
ADD = text(
    "insert into conversations (channel, address, state, dialogue, language, needs_person, last_message_at, created_at)"
    " values ('sms', :address, 'INITIAL', '{}', '', 0, '2026-01-01', '2026-01-01')"
)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    made = Database(f"sqlite:///{tmp_path}/desk.db")
    made.migrate()
    return made


def adds(address: str) -> Callable[[Session], object]:
    return lambda session: session.execute(ADD, {"address": address})


def test_nobody_of_our_own_looks_again_and_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []
    monkeypatch.setattr(engines.time, "sleep", looked.append)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: database.transact(adds(f"+1{number}")), range(80)))
    assert database.read(lambda session: session.execute(COUNT).scalar_one()) == 80
    assert looked == []


def test_who_waits_too_long_for_a_turn_is_told_so_and_the_next_has_it(database: Database) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def long(session: Session) -> None:
        adds("+1")(session)
        begun.set()
        may_end.wait(60)

    holder = threading.Thread(target=database.transact, args=(long,))
    holder.start()
    begun.wait(60)
    with pytest.raises(DatabaseAway):
        database.transact(adds("+2"), 0.05)
    may_end.set()
    holder.join(60)
    database.transact(adds("+3"))
    assert database.read(lambda session: session.execute(COUNT).scalar_one()) == 2


def test_a_turn_ends_with_what_breaks_in_it(database: Database) -> None:
    def broken(session: Session) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.transact(broken)
    database.transact(adds("+1"), 0.5)
