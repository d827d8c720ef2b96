"""The one way to the database: engines set up so that no update is lost, transactions, and the schema's version."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.database_errors import Fault, fault_of
from bot.engines import PATIENCE, create_file, is_there, open_engine
from bot.metrics import DATABASE_RETRIES
from bot.outage import Outage
from models import SCHEMA

T = TypeVar("T")
TRIES = 6
WEBHOOK_SECONDS = 2.0
"""How long a provider's call may wait for the database: it is answered well before the provider gives up."""


class DatabaseAway(Exception):
    """The database cannot be reached, takes nothing, or does not answer in time. Nothing of what was asked has been
    done, but for a commit whose answer was lost. `code` is the database's own, for the log."""

    def __init__(self, words: str, code: str, fault: Fault = Fault.AWAY) -> None:
        super().__init__(words)
        self.code, self.fault = code, fault


class SchemaState(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    AHEAD = "ahead"


class Database:
    """One database: SQLite, PostgreSQL or MariaDB, by its SQLAlchemy address. Safe to share between threads."""

    def __init__(self, url: str, pool: int = 20) -> None:
        self.engine = open_engine(url, pool)
        self._url = url
        self._writing, self._reading = Outage("writing"), Outage("reading")

    @property
    def is_away(self) -> bool:
        """Whether the last that was tried here a moment ago found the database away."""
        return self._writing.is_on or self._reading.is_on

    def transact(self, work: Callable[[Session], T], within: float = PATIENCE) -> T:
        """Run `work` in one transaction and commit it. A conflict or a stale connection starts it afresh, a few times
        and while `within` seconds last; so `work` must do nothing outside the database. Raises what `work` raises, and
        DatabaseAway."""
        return self._try(work, self._writing, time.monotonic() + within, readonly=False)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work`, which only reads. It never waits for a writer. Raises DatabaseAway."""
        return self._try(work, self._reading, time.monotonic() + PATIENCE, readonly=True)

    def schema(self) -> SchemaState:
        """How the tables that are there compare to those this version of the program wants; for a command, which says
        itself what is wrong. Raises DatabaseAway."""
        if not is_there(self.engine):
            return SchemaState.EMPTY
        with _reachable(), Session(self.engine.execution_options(readonly=True)) as session:
            return schema_of(session)

    def _try(self, work: Callable[[Session], T], outage: Outage, deadline: float, *, readonly: bool) -> T:
        if outage.turns_away():
            raise DatabaseAway(outage.words, outage.code)
        engine = self.engine.execution_options(deadline=deadline, readonly=readonly)
        for attempt in range(1, TRIES + 1):
            try:
                with _reachable(), Session(engine, expire_on_commit=False) as session, session.begin():
                    done = work(session)
            except DatabaseAway as away:
                if attempt < TRIES and away.fault is not Fault.AWAY and time.monotonic() < deadline:
                    DATABASE_RETRIES.add()
                    continue
                if away.fault is not Fault.CONFLICT:
                    outage.noticed(str(away), away.code)
                raise
            outage.ended()
            return done
        raise AssertionError("unreachable")

    def migrate(self) -> None:
        """Bring the tables to the newest schema. Two at once: the second waits, then finds nothing to do."""
        from alembic import command  # heavy, and only wanted here

        engine = open_engine(self._url, 1, hurried=False)
        create_file(engine)
        try:
            with _reachable(), engine.connect() as connection, _alone(connection), connection.begin():
                config = alembic_config()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        finally:
            engine.dispose()

    def dispose(self) -> None:
        self.engine.dispose()


def schema_of(session: Session) -> SchemaState:
    """How its tables compare to those this version of the program wants."""
    names = set(inspect(session.connection()).get_table_names())
    if "alembic_version" not in names:
        return SchemaState.EMPTY if not names else SchemaState.BEHIND
    version = session.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    if version is None:
        return SchemaState.EMPTY
    if version == SCHEMA:
        return SchemaState.CURRENT
    return SchemaState.BEHIND if version < SCHEMA else SchemaState.AHEAD


def alembic_config() -> Any:
    """Alembic's settings for our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "models" / "migrations"))
    return config


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
    except DBAPIError as error:
        if (found := fault_of(error)) is None:
            raise
        raise DatabaseAway(str(error.orig).strip(), found[1], found[0]) from error
    except PoolTimeout as error:
        raise DatabaseAway("every connection is in use", "pool") from error
