"""SQLite's one writer keeps its connection, as long as nothing is wrong with it."""

import gc
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session

import bot.writer
from bot.database import Database, DatabaseAway
from bot.database_errors import Fault
from models.business import touch_business
from models.inbox import labels
from models.insert import insert_row

BESIDE = """
import sqlite3, sys
mine = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
reader = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
for number in range(int(sys.argv[2])):
    reader.execute("begin")
    reader.execute("select count(*) from labels").fetchall()
    if number % 5 == 0:
        mine.execute("pragma wal_checkpoint(passive)").fetchall()
    mine.execute("begin immediate")
    mine.execute("insert into labels (name) values (?)", (f"beside {number}",))
    mine.execute("commit")
    if number == 0:
        print("begun", flush=True)
    reader.execute("commit")
    if number % 5 == 1:
        mine.execute("pragma wal_checkpoint(truncate)").fetchall()
"""
LABELS = text("select name from labels order by id")


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


def names(database: Database) -> list[str]:
    return list(database.read(lambda session: session.execute(LABELS).scalars().all()))


def waits(session: Session) -> int:
    return int(session.execute(text("pragma busy_timeout")).scalar_one())


def test_nothing_in_a_transaction_is_refused_for_another_process_that_reads_writes_and_tidies_up(
    database: Database, tmp_path: Path
) -> None:
    count = 60
    told = [sys.executable, "-c", BESIDE, str(tmp_path / "desk.db"), str(count)]
    with subprocess.Popen(told, stdout=subprocess.PIPE) as beside:
        assert beside.stdout is not None
        assert beside.stdout.readline() == b"begun\n"
        for number in range(count):
            words = "w" * 40_000 if number % 3 == 0 else ""  # so that the log is written back beside the commits
            name = f"own {number} {words}"
            database.transact(lambda session, name=name: insert_row(session, labels, name=name))  # type: ignore[misc]
        assert beside.wait(60) == 0
    found = [name.split()[:2] for name in names(database)]
    assert [name for name in found if name[0] == "own"] == [["own", str(number)] for number in range(count)]
    assert [name for name in found if name[0] == "beside"] == [["beside", str(number)] for number in range(count)]


def test_the_connection_waits_for_others_again_when_it_is_given_back(database: Database) -> None:
    def broken(session: Session) -> None:
        insert_row(session, labels, name="half done")
        raise ZeroDivisionError

    assert database.transact(waits) == 0
    with pytest.raises(ZeroDivisionError):
        database.transact(broken)
    assert database.read(waits) == 2000
    assert database.transact(waits) == 0
    assert names(database) == []


def test_a_statement_that_breaks_takes_nothing_else_with_it(database: Database) -> None:
    def work(session: Session) -> None:
        insert_row(session, labels, name="first")
        with pytest.raises(IntegrityError):
            insert_row(session, labels, name="first")
        insert_row(session, labels, name="second")
        with pytest.raises(IntegrityError), session.begin_nested():
            insert_row(session, labels, name="within")
            insert_row(session, labels, name="second")
        insert_row(session, labels, name="third")

    database.transact(work)
    assert names(database) == ["first", "second", "third"]


def test_a_commit_that_is_refused_is_told_as_such_and_leaves_nothing(database: Database) -> None:
    def work(session: Session, *, by_hand: bool) -> None:
        insert_row(session, labels, name="lost")
        raw: Any = session.get_bind().connection.driver_connection  # type: ignore[union-attr]
        if by_hand:  # so that SQLAlchemy knows nothing of the transaction
            raw.execute("pragma defer_foreign_keys=on")
            raw.execute("insert into notes_of_nobody values (77)")
        else:
            session.execute(text("pragma defer_foreign_keys=on"))
            session.execute(text("insert into notes_of_nobody values (77)"))

    with database.engine.begin() as connection:
        connection.execute(text("create table notes_of_nobody (client_id integer references clients (id))"))
    for by_hand in (True, False):
        with pytest.raises(IntegrityError):
            database.transact(lambda session, how=by_hand: work(session, by_hand=how))  # type: ignore[misc]
        assert names(database) == []
    database.transact(lambda session: insert_row(session, labels, name="kept"))
    assert names(database) == ["kept"]


def test_whoever_counts_commits_sees_each(database: Database) -> None:
    seen: list[object] = []

    def committed(connection: object) -> None:
        seen.append(connection)

    event.listen(database.engine, "commit", committed)
    database.transact(lambda session: insert_row(session, labels, name="one"))
    database.transact(lambda session: insert_row(session, labels, name="two"))
    event.remove(database.engine, "commit", committed)
    database.transact(lambda session: insert_row(session, labels, name="three"))
    assert (len(seen), names(database)) == (2, ["one", "two", "three"])


@pytest.mark.parametrize("is_told", [False, True])
def test_what_sqlite_has_rolled_back_by_itself_is_not_taken_for_committed(database: Database, is_told: bool) -> None:
    twice = "insert or rollback into labels (name) values ('first')"

    def work(session: Session) -> None:
        insert_row(session, labels, name="first")
        raw: Any = session.get_bind().connection.driver_connection  # type: ignore[union-attr]
        with suppress(IntegrityError, sqlite3.IntegrityError):
            session.execute(text(twice)) if is_told else raw.execute(twice)

    with pytest.raises(DatabaseAway) as away:
        database.transact(work)
    assert away.value.fault is Fault.AWAY
    assert names(database) == []
    database._writing.ended()
    database.transact(lambda session: insert_row(session, labels, name="kept"))
    assert names(database) == ["kept"]


def test_what_is_undone_on_purpose_is_no_failure(database: Database) -> None:
    def work(session: Session) -> str:
        insert_row(session, labels, name="undone")
        session.rollback()
        return "done"

    assert database.transact(work) == "done"
    assert names(database) == []


@pytest.fixture
def without_log(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A file whose log is not written ahead."""
    database.dispose()
    with closing(sqlite3.connect(tmp_path / "desk.db")) as connection:
        assert connection.execute("pragma journal_mode=delete").fetchone() == ("delete",)
    monkeypatch.setattr("bot.engines._use_wal", lambda _: "delete")
    return database


def test_without_a_log_written_ahead_the_lock_is_looked_for_and_the_rest_is_waited_for(
    without_log: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    wait = bot.writer.wait_for_the_lock

    def look(raw: Any, until: float) -> None:
        seen.append(raw.execute("pragma busy_timeout").fetchone()[0])
        wait(raw, until)

    monkeypatch.setattr("bot.writer.wait_for_the_lock", look)
    assert without_log.transact(waits) == 2000
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        with pytest.raises(DatabaseAway):
            without_log.transact(waits, within=0.05)
    without_log._writing.ended()
    assert without_log.transact(waits) == 2000
    assert seen == [0, 0, 0]


def test_a_transaction_that_nobody_enters_leaves_nothing_behind(database: Database) -> None:
    writer: Any = database._writer
    assert writer.has_turn(time.monotonic() + 60)
    way = writer.begun(time.monotonic() + 60)
    writer.end_turn()
    del way
    gc.collect()
    assert {database.read(waits) for _ in range(3)} == {2000}
    with database.desk_engine().begin() as connection:
        connection.execute(labels.insert().values(name="written"))
        raw: Any = connection.connection.driver_connection
        assert raw.in_transaction
    assert names(database) == ["written"]


def test_a_connection_that_cannot_be_set_up_for_writing_is_given_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take, seen = bot.writer.take_for_writing, []

    def broken(connection: Connection) -> None:
        take(connection)
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("bot.writer.take_for_writing", broken)
        for _ in range(5):  # more often than there are connections
            with pytest.raises(ZeroDivisionError) as broke:
                database.transact(touch_business)
            seen.append(broke)  # whose traceback keeps the connection
    assert database.read(waits) == 2000


def test_a_connection_that_was_lost_is_not_opened_again_to_be_given_back(database: Database) -> None:
    opened: list[object] = []

    def lose(session: Session) -> None:
        session.get_bind().invalidate()  # type: ignore[union-attr]
        event.listen(database.engine, "checkout", lambda raw, *_: opened.append(raw))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.transact(lose)
    assert opened == []
    database.transact(lambda session: insert_row(session, labels, name="kept"))
    assert names(database) == ["kept"]
