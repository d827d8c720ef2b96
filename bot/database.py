"""The one way to the database: engines set up so that no update is lost, transactions, and the schema's version."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.database_errors import Fault, fault_of
from bot.engines import PATIENCE, create_file, is_there, open_engine, open_staff_engine
from bot.logs import log
from bot.metrics import DATABASE_RETRIES
from bot.outage import Outage
from bot.writer import Writer
from models import SCHEMA
from models.ending import ended
from models.kept import KeepingSession
from models.row_scope import DESK, OutOfScope, Scope
from models.straight import Straight, is_watched

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


class _StaffEngine:
    """Opened when the first staff member reads, and then shared."""

    def __init__(self, engine: Engine, pool: int) -> None:
        self._engine, self._pool, self._lock = engine, pool, Lock()
        self._opened: Engine | None = None

    def get(self) -> Engine:
        with self._lock:
            if self._opened is None:
                self._opened = open_staff_engine(self._engine, self._pool)
            return self._opened

    def dispose(self) -> None:
        if self._opened is not None:
            self._opened.dispose()


class Database:
    """One database: SQLite, PostgreSQL or MariaDB, by its SQLAlchemy address. Safe to share between threads."""

    def __init__(self, url: str, pool: int = 20) -> None:
        self.engine = open_engine(url, pool)
        self._staff_engine = _StaffEngine(self.engine, pool)
        self._url, self._scope = url, DESK
        self._desk_engines = tuple(self.engine.execution_options(scope=DESK, readonly=only) for only in (False, True))
        self._writing, self._reading = Outage("writing"), Outage("reading")
        self._writer = Writer(self.engine) if self.engine.dialect.name == "sqlite" else None

    @property
    def is_away(self) -> bool:
        """Whether the last that was tried here a moment ago found the database away."""
        return self._writing.is_on or self._reading.is_on

    def transact(self, work: Callable[[Session], T], within: float = PATIENCE) -> T:
        """Run `work` in one transaction and commit it. A conflict or a stale connection starts it afresh, a few times
        and while `within` seconds last; so `work` must do nothing outside the database. It is the desk's work, whoever
        asked for it: that the thing is theirs was checked before. Raises what `work` raises, and DatabaseAway."""
        until = time.monotonic() + within
        _refuse_while(self._writing)
        engine, writer = self._desk_engines[False], self._writer
        if writer is None:
            return self._try(work, self._writing, until, engine)
        if not writer.has_turn(until):
            return self._try(work, self._writing, until, engine.execution_options(deadline=until))
        try:
            return self._try(work, self._writing, until, engine, writer)
        finally:
            writer.end_turn()

    def read(self, work: Callable[[Session], T], scope: Scope | None = None) -> T:
        """Run `work`, which only reads, and sees the rows of this scope, else of the database's own. It never waits for
        a writer. Raises DatabaseAway, and OutOfScope for a statement that a staff member's scope does not let through.
        """
        scope = self._scope if scope is None else scope
        _refuse_while(self._reading)
        return self._try(work, self._reading, time.monotonic() + PATIENCE, self._in_scope(scope, readonly=True))

    def scoped(self, scope: Scope) -> Self:
        """The same database, whose reads see the rows of this scope."""
        other = copy(self)
        other._scope = scope
        return other

    def desk_engine(self) -> Engine:
        """For whoever opens transactions themselves: they see every row."""
        return self._in_scope(DESK, readonly=False)

    def _in_scope(self, scope: Scope, *, readonly: bool) -> Engine:
        if scope is DESK:
            return self._desk_engines[readonly]
        engine = self.engine if scope.staff_id is None else self._staff_engine.get()
        return engine.execution_options(scope=scope, readonly=readonly)

    def schema(self) -> SchemaState:
        """How the tables that are there compare to those this version of the program wants; for a command, which says
        itself what is wrong. Raises DatabaseAway."""
        if not is_there(self.engine):
            return SchemaState.EMPTY
        with _told(), Session(self.engine.execution_options(readonly=True)) as session:
            return schema_of(session)

    def _try(
        self,
        work: Callable[[Session], T],
        outage: Outage,
        deadline: float,
        engine: Engine,
        writer: Writer | None = None,
    ) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                done = _done(work, engine, deadline, writer)
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

    def migrate(self, login: str = "") -> list[str]:
        """Bring the tables to the newest schema, and on PostgreSQL lay row security for programs that sign in as
        `login`, else as ourselves. Two at once: the second waits, then finds nothing to do. What an administrator has
        to run before there can be row security comes back."""
        engine = open_engine(self._url, 1, hurried=False)
        create_file(engine)
        try:
            with _told(), engine.connect() as connection, _alone(connection), connection.begin():
                return _upgrade(connection, login or engine.url.username or "")
        finally:
            engine.dispose()
            self.dispose()  # what it knows of roles is old

    def write_back(self) -> None:
        """SQLite: let the file beside the database hold nothing any more that the database has not, as far as whoever
        reads just now lets us."""
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.driver_connection.execute("pragma wal_checkpoint(truncate)")  # type: ignore[union-attr]
        finally:
            connection.close()

    def dispose(self) -> None:
        if self._writer is not None:
            self._writer.let_go()
        self.engine.dispose()
        self._staff_engine.dispose()


def _upgrade(connection: Connection, login: str) -> list[str]:
    from alembic import command  # heavy, and only wanted here

    config = alembic_config()
    config.attributes["connection"] = connection
    if connection.dialect.name != "postgresql":
        command.upgrade(config, "head")
        return []
    from models.row_policies import is_laid, lay, let_in, lift

    login = login or str(connection.exec_driver_sql("select current_user").scalar_one())
    if is_laid(connection) and schema_of(Session(connection)) is SchemaState.CURRENT:
        return let_in(connection, login)
    was_laid = lift(connection)
    command.upgrade(config, "head")
    return lay(connection, login, was_laid=was_laid)


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


def _done(work: Callable[[Session], T], engine: Engine, deadline: float, writer: Writer | None) -> T:
    """In one transaction, committed where nothing is raised. Whoever waits for its end is told, however it ends. Raises
    what `work` raises, DatabaseAway and OutOfScope."""
    session = None
    is_committed = False
    try:
        with _begun(engine) if writer is None else writer.begun(deadline) as straight:
            session = KeepingSession(straight)
            done = work(session)
            session.finish()
        is_committed = not session.is_undone
    except (PoolTimeout, DBAPIError) as error:
        _tell(error, engine)
        raise
    finally:
        if session is not None:
            for broke in ended(session, is_committed=is_committed):
                log.error("end_broke", exc_info=broke)
    return done


@contextmanager
def _begun(engine: Engine) -> Iterator[Straight]:
    with engine.connect() as connection, connection.begin():
        straight = Straight(connection, is_watched=is_watched(engine))
        try:
            yield straight
        finally:
            straight.end()


def _refuse_while(outage: Outage) -> None:
    if outage.turns_away():
        raise DatabaseAway(outage.words, outage.code)


@contextmanager
def _told() -> Iterator[None]:
    """For whoever opens connections themselves, as the desk. Raises DatabaseAway."""
    try:
        yield
    except (PoolTimeout, DBAPIError) as error:
        _tell(error)
        raise


def _tell(error: PoolTimeout | DBAPIError, engine: Engine | None = None) -> None:
    """A database that is away, and what the scope of a staff member's engine does not let through, from a statement
    that is wrong. Raises DatabaseAway and OutOfScope, with what the driver says."""
    if isinstance(error, PoolTimeout):
        raise DatabaseAway("every connection is in use", "pool") from error
    if (found := fault_of(error)) is not None:
        raise DatabaseAway(str(error.orig).strip(), found[1], found[0]) from error
    if engine is None or engine.get_execution_options()["scope"].staff_id is None:
        return
    from bot.scopes import is_refusal

    if is_refusal(error):
        raise OutOfScope(str(error.orig).strip()) from error
