"""The one way to the database: engines set up so that no update is lost, transactions, and the schema's version."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import Connection, Engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from models import SCHEMA

T = TypeVar("T")
TRIES = 6
WAL_TRIES, WAL_WAIT = 100, 0.05
"""Five seconds altogether, as long as SQLite waits for any other lock."""
_MARIADB_TRANSIENT = {1020, 1205, 1213, 1305}
"""Changed since read, lock wait over, deadlock, and a savepoint that a deadlock took with it."""


class DatabaseAway(Exception):
    """The database cannot be reached, or does not answer in time. Nothing of what was asked has been done."""


class SchemaState(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


class Database:
    """One database: SQLite, PostgreSQL or MariaDB, by its SQLAlchemy address. Safe to share between threads."""

    def __init__(self, url: str, pool: int = 20) -> None:
        self.engine = _engine(url, pool)

    def transact(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and commit it. A deadlock or a stale connection starts it afresh, a few times;
        so `work` must do nothing outside the database. Raises what `work` raises, and DatabaseAway."""
        for attempt in range(1, TRIES + 1):
            try:
                with _reachable(), Session(self.engine, expire_on_commit=False) as session, session.begin():
                    return work(session)
            except (DBAPIError, DatabaseAway) as error:
                cause = error.__cause__ if isinstance(error, DatabaseAway) else error
                if attempt == TRIES or not _transient(cause):
                    raise
        raise AssertionError("unreachable")

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which only reads. It never waits for a writer. Raises DatabaseAway."""
        engine = self.engine.execution_options(readonly=True)
        with _reachable(), Session(engine) as session, session.begin():
            return work(session)

    def schema(self) -> SchemaState:
        """How the tables that are there compare to those this version of the program wants. Raises DatabaseAway."""
        with _reachable(), self.engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            if "alembic_version" not in names:
                return SchemaState.EMPTY if not names else SchemaState.BEHIND
            version = connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()
        if version is None:
            return SchemaState.EMPTY
        if version == SCHEMA:
            return SchemaState.CURRENT
        return SchemaState.BEHIND if version < SCHEMA else SchemaState.AHEAD

    def migrate(self) -> None:
        """Bring the tables to the newest schema. Two at once: the second waits, then finds nothing to do."""
        from alembic import command  # heavy, and only wanted here

        with _reachable(), self.engine.connect() as connection, _alone(connection), connection.begin():
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def dispose(self) -> None:
        self.engine.dispose()


def alembic_config() -> Any:
    """Alembic's settings for our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "models" / "migrations"))
    return config


def _engine(url: str, pool: int) -> Engine:
    dialect = make_url(url).get_backend_name()
    if dialect == "sqlite":
        path = make_url(url).database
        if path and path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = sqlalchemy.create_engine(url, pool_size=pool, max_overflow=0)
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # A connection that has died is found on use and the transaction started afresh: no ping before each.
    return sqlalchemy.create_engine(
        url, pool_size=pool, max_overflow=0, pool_timeout=5, isolation_level="READ COMMITTED", pool_recycle=1800,
        connect_args={"connect_timeout": 5},
    )  # fmt: skip


def _open_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("busy_timeout=5000", "synchronous=full", "foreign_keys=on"):
        connection.execute(f"pragma {pragma}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """Of two processes that open a new file at once, SQLite refuses one of them the change to WAL, without any wait."""
    for attempt in range(1, WAL_TRIES + 1):
        try:
            connection.execute("pragma journal_mode=wal")
        except sqlite3.OperationalError:
            if attempt == WAL_TRIES:
                raise
            time.sleep(WAL_WAIT)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock before the first SELECT: what was read cannot change under the transaction.
    reading = connection.get_execution_options().get("readonly")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold a lock by name for as long as the migration runs, where the database's own DDL does not bring one."""
    locks = {
        "postgresql": ("select pg_advisory_lock(7411)", "select pg_advisory_unlock(7411)"),
        "mysql": ("select get_lock('textbook migration', 60)", "select release_lock('textbook migration')"),
    }
    take, give = locks.get(connection.dialect.name, ("", ""))
    if take:
        connection.execute(text(take))
        connection.commit()
    try:
        yield
    finally:
        if give:
            connection.execute(text(give))
            connection.commit()


@contextmanager
def _reachable() -> Iterator[None]:
    """Tell a database that is away from a statement that is wrong. Raises DatabaseAway, with what the driver says."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseAway(str(error.orig).strip()) from error
    except PoolTimeout as error:
        raise DatabaseAway("every connection is in use") from error


def _transient(error: BaseException | None) -> bool:
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    original = error.orig
    if getattr(original, "sqlstate", None) in ("40001", "40P01"):
        return True
    code = original.args[0] if original is not None and original.args else None
    return code in _MARIADB_TRANSIENT or "database is locked" in str(original)
