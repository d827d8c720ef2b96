"""Rows that a transaction reads again and again, read once: kept until what they were read from is written, or anything
is locked, for whoever had to wait for a lock has to look again. On SQLite nobody waits within a transaction."""

from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, Table, event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql.visitors import iterate

from models.prepared import preparation_of
from models.straight import Straight

OUTLIVES_LOCKS = "outlives_locks"
"""An option of statements whose rows are to be the same for all of a transaction, whatever it waits for."""
_MANY = (list, tuple)


class PutOff(Protocol):
    """What is to be written before the transaction ends, or before another statement has to do with its tables; never,
    where all of it is taken back."""

    tables: frozenset[Table]

    def write(self) -> None: ...


class KeepingSession(Session):
    """What one transaction is done with, for whoever takes a session. The transaction is the connection's, which has
    begun it; the ORM's part of a session, which nothing here uses, is left out: it costs more than SQLite's. It keeps
    what `read_once` reads, and lets go of it by itself."""

    _is_whole = False

    def __init__(self, straight: Straight) -> None:
        self.kept: dict[Select[Any], dict[int, Row[Any] | None]] = {}
        self._read_from: set[Table] = set()
        self.put_off: PutOff | None = None
        self._unwritten: BaseException | None = None
        self.is_undone = False
        self._straight = straight
        self._waits = straight.dialect.name != "sqlite"

    def __getattr__(self, name: str) -> Any:
        """The rest of a session, its savepoints above all, is made for the first who want something of it: that takes
        longer than most transactions."""
        if self._is_whole:
            raise AttributeError(name)
        self._is_whole = True
        super().__init__(self._straight.told(), autoflush=False, join_transaction_mode="rollback_only")
        return getattr(self, name)

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """What is prepared goes straight to the driver, where nobody wants to see each statement."""
        if self.kept:
            self._let_go(statement)
        ready = preparation_of(statement)
        if self.put_off is not None and (ready is None or not ready.tables.isdisjoint(self.put_off.tables)):
            self.write_down()
        if options:
            return super().execute(statement, params, **options)
        if ready is None or self._straight.is_watched or self.is_undone:
            return self._straight.told().execute(statement, params)  # which refuses what comes behind the end
        if isinstance(params, _MANY):
            return ready.run_many(self._straight, params)
        return ready.run(self._straight, params or {})

    def write_down(self) -> None:
        """What was put off is put off no longer. Where that breaks, nothing can be committed but what was done before
        the savepoint that takes it back."""
        if (waiting := self.put_off) is not None:
            self.put_off = None
            try:
                waiting.write()
            except BaseException as error:
                self._unwritten = error
                raise

    def finish(self) -> None:
        """For whoever has opened its transaction, before they commit it."""
        self.write_down()
        if self._unwritten is not None:
            raise self._unwritten

    def connection(self, *_: Any, **__: Any) -> Connection:
        self.write_down()
        self.kept.clear()  # what is done with it is not seen here
        return self._straight.told()

    def get_bind(self, *_: Any, **__: Any) -> Connection:
        return self._straight.connection

    def get_nested_transaction(self) -> SessionTransaction | None:
        return super().get_nested_transaction() if self._is_whole else None

    def begin_nested(self) -> SessionTransaction:
        """The savepoint is set at once, and not with the session's next statement: ours go past it."""
        self.write_down()
        nested = super().begin_nested()
        try:
            super().connection()
        except BaseException:
            nested.close()
            raise
        return nested

    def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return self.execute(statement, params, **options).scalars()

    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        return self.execute(statement, params, **options).scalar()

    def rollback(self) -> None:
        """All of the transaction."""
        self.kept.clear()
        self.put_off = None
        self.is_undone = True
        super().rollback()
        if (whole := self._straight.told().get_transaction()) is not None:
            whole.rollback()

    def keep(self, statement: Select[Any], number: int, row: Row[Any] | None) -> None:
        """For whoever asks for it next: the row that this statement finds for its parameter `number`."""
        if statement not in self.kept:
            self.kept[statement] = {}
            self._read_from |= _sources(statement)
        self.kept[statement][number] = row

    def _let_go(self, statement: Any) -> None:
        if statement.is_dml:
            if (table := statement.table) not in self._read_from:  # as with most
                return
            for kept in [*self.kept]:
                if table in _sources(kept):
                    del self.kept[kept]
        elif not statement.is_select:
            self.kept.clear()
        elif self._waits and statement._for_update_arg is not None:
            for kept in [*self.kept]:
                if not kept.get_execution_options().get(OUTLIVES_LOCKS):
                    del self.kept[kept]


@event.listens_for(KeepingSession, "after_soft_rollback")
def _taken_back(session: KeepingSession, _transaction: SessionTransaction) -> None:
    session.kept.clear()
    session.put_off = session._unwritten = None


def read_once(session: Session, statement: Select[Any], number: int) -> Row[Any] | None:
    """The one row that this statement finds for its parameter `number`, if it is there."""
    if not isinstance(session, KeepingSession):
        return session.execute(statement, {"number": number}).one_or_none()
    if number not in (kept := session.kept.get(statement, {})):
        row: Row[Any] | None = session.execute(statement, {"number": number}).one_or_none()
        session.keep(statement, number, row)
        return row
    return kept[number]


def write_down(session: Session) -> None:
    """Whatever was put off is written."""
    if isinstance(session, KeepingSession):
        session.write_down()


def look_again(session: Session) -> None:
    """Whatever was read is read again when it is wanted."""
    if isinstance(session, KeepingSession):
        session.kept.clear()


@cache
def _sources(statement: Select[Any]) -> frozenset[Table]:
    """The tables that it reads, those of its subqueries too."""
    return frozenset(found for found in iterate(statement) if isinstance(found, Table))
