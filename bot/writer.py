"""SQLite's one write at a time: whose turn it is in this process, and the connection that is kept open for it."""

import sqlite3
import time
from threading import Lock
from types import TracebackType

from sqlalchemy import Connection, Engine, RootTransaction

from bot.engines import is_where_it_was, take_for_writing, wait_for_the_lock, waits_never, waits_not
from models.straight import Straight, is_watched

LET_GO_SECONDS = 2.0
"""How long whoever ends the program waits for whoever writes."""


class Writer:
    """SQLite lets one write at a time, and wakes nobody who waits for it: our own threads wait for each other, and look
    again and again for other processes alone. To take a connection from its pool and give it back took as long as the
    transaction: the one that writes is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._turn = engine, Lock()
        self._kept: _Way | None = None
        self._lettings_go = 0

    def has_turn(self, until: float) -> bool:
        """Whether it has come by then. Whoever has it ends it."""
        return self._turn.acquire(timeout=max(until - time.monotonic(), 0))

    def end_turn(self) -> None:
        self._turn.release()

    def begun(self, until: float) -> "_Way":
        """A transaction for whoever has the turn: committed where nothing is raised within it."""
        way, self._kept = self._kept, None
        if way is None or not is_where_it_was(way.info):
            if way is not None:
                way.close()
            way = self._opened()
        way.begin(self._engine, self._lettings_go, until)
        return way

    def _opened(self) -> "_Way":
        connection = self._engine.connect()
        try:
            return _Way(connection, self)
        except BaseException:
            connection.close()
            raise

    def ended(self, way: "_Way") -> None:
        """It is kept, unless somebody wanted to let go of it since it began."""
        if way.lettings_go == self._lettings_go:
            self._kept = way
        else:
            way.close()

    def let_go(self) -> None:
        """Close what is kept; what somebody is busy with, as soon as they are done."""
        self._lettings_go += 1
        if self._turn.acquire(timeout=LET_GO_SECONDS):
            try:
                if self._kept is not None:
                    self._kept.give_back()
                    self._kept = None
            finally:
                self._turn.release()


class _Way(Straight):
    """The driver is told where a transaction begins and ends, and SQLAlchemy with the first who ask for its connection:
    to tell it, too, took several times as long as SQLite."""

    __slots__ = ("_raw", "_told", "_waits_never", "_writer", "info", "lettings_go")

    def __init__(self, connection: Connection, writer: Writer) -> None:
        super().__init__(connection, is_watched=False)
        self._writer, self._raw, self.info = writer, take_for_writing(connection), connection.info
        self._told: RootTransaction | None = None
        self._waits_never = waits_never(self.info)
        self.lettings_go = 0

    def begin(self, engine: Engine, lettings_go: int, until: float) -> None:
        self.lettings_go = lettings_go
        try:
            if self._waits_never:
                self._lock(until)
            else:
                with waits_not(self._raw):
                    self._lock(until)
            self.is_watched = is_watched(engine)
            if self.is_watched or engine.dispatch.commit:
                self.told()
        except BaseException:
            self.give_back()
            raise

    def _lock(self, until: float) -> None:
        wait_for_the_lock(self._raw, until)
        if not self._raw.in_transaction:
            self.told().exec_driver_sql("BEGIN IMMEDIATE")  # which tells what is wrong

    def told(self) -> Connection:
        if self._told is None:
            self._told = self.connection.begin().__enter__()
        return self.connection

    def __enter__(self) -> Straight:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """One with which something went wrong is not kept."""
        try:
            if kind is None:
                self._commit()
        except BaseException:
            self.give_back()
            raise
        if kind is None:
            self._writer.ended(self)
        else:
            self.give_back()

    def give_back(self) -> None:
        """To its pool; what was begun is rolled back."""
        self.end()
        self.connection.close()

    def close(self) -> None:
        """For good, and not back into its pool."""
        self.end()
        self.connection.invalidate()
        self.connection.close()

    def _commit(self) -> None:
        """What SQLite has rolled back by itself is refused, for its driver would commit nothing and say nothing; what
        was undone on purpose, SQLAlchemy knows of."""
        told, raw = self._told, self._raw
        try:
            if (told is None or told.is_active) and not raw.in_transaction:
                raise _rolled_back()
            if told is None:
                raw.commit()
        except Exception as error:  # noqa: BLE001 - told, not swallowed
            self.broke(error, None)
        if told is not None:
            self._told = None
            told.__exit__(None, None, None)


def _rolled_back() -> sqlite3.OperationalError:
    """As of a disk that failed or is full: what else makes SQLite do so is no better a place to write to."""
    error = sqlite3.OperationalError("SQLite has rolled the transaction back by itself")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return error
