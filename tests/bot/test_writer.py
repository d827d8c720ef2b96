"""SQLite's one writer keeps its connection, as long as nothing is wrong with it."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from bot.database import Database, DatabaseAway
from models.business import touch_business
from models.inbox import labels
from models.insert import insert_row


def whose(session: Session) -> int:
    """The driver's connection, by its identity in memory."""
    return id(session.connection().connection.driver_connection)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'desk.db'}", pool=3)
    database.migrate()
    return database


def test_one_transaction_after_the_other_has_the_same_connection(database: Database) -> None:
    assert len({database.transact(whose) for _ in range(5)}) == 1
    found: list[int] = []
    other = threading.Thread(target=lambda: found.append(database.transact(whose)))
    other.start()
    other.join()
    assert found == [database.transact(whose)]


def test_what_went_wrong_is_undone_and_the_next_transaction_starts_clean(database: Database) -> None:
    def broken(session: Session) -> None:
        session.execute(text("insert into labels (name) values ('half done')"))
        raise ZeroDivisionError

    for _ in range(10):  # more often than there are connections
        with pytest.raises(ZeroDivisionError):
            database.transact(broken)
    assert database.transact(lambda session: session.execute(text("select count(*) from labels")).scalar()) == 0
    assert database.transact(lambda session: session.connection().in_transaction())


def test_a_file_that_was_moved_away_is_not_written_any_more(database: Database, tmp_path: Path) -> None:
    here, there = tmp_path / "desk.db", tmp_path / "old.db"
    database.transact(touch_business)
    here.rename(there)
    with pytest.raises(DatabaseAway):
        database.transact(lambda session: session.execute(text("insert into labels (name) values ('lost')")))
    there.rename(here)
    assert database.read(lambda session: session.execute(text("select count(*) from labels")).scalar()) == 0


def test_a_file_that_was_replaced_is_the_database(database: Database, tmp_path: Path) -> None:
    here, copied = tmp_path / "desk.db", tmp_path / "copy.db"
    database.transact(lambda session: session.execute(text("insert into labels (name) values ('before')")))
    database.write_back()
    copied.write_bytes(here.read_bytes())
    database.transact(lambda session: session.execute(text("insert into labels (name) values ('since')")))
    database.write_back()
    copied.rename(here)
    for beside in ("-wal", "-shm"):
        (tmp_path / f"desk.db{beside}").unlink(missing_ok=True)
    words = database.transact(lambda session: session.execute(text("select name from labels")).scalars().all())
    assert words == ["before"]


def test_disposing_lets_go_of_the_file(database: Database, tmp_path: Path) -> None:
    database.transact(touch_business)
    database.dispose()
    held = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert (tmp_path / "desk.db").resolve() not in held
    assert database.transact(whose)


def test_letting_go_while_somebody_writes_keeps_nothing_open_behind_them(database: Database, tmp_path: Path) -> None:
    database.transact(lambda session: (touch_business(session), database.dispose()))
    held = [link.resolve() for link in Path("/proc/self/fd").iterdir()]
    assert (tmp_path / "desk.db").resolve() not in held


def test_what_is_written_behind_a_rollback_is_refused(database: Database) -> None:
    def work(session: Session) -> None:
        session.rollback()
        insert_row(session, labels, name="behind the end")

    with pytest.raises(InvalidRequestError):
        database.transact(work)
    assert database.read(lambda session: session.execute(text("select count(*) from labels")).scalar()) == 0
