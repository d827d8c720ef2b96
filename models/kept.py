"""Rows that a transaction reads again and again, read once: kept until what they were read from is written, or anything
is locked, for whoever had to wait for a lock has to look again."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, event
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql.visitors import iterate

from models.prepared import preparation_of

OUTLIVES_LOCKS = "outlives_locks"
"""An option of statements whose rows are to be the same for all of a transaction, whatever it waits for."""


class KeepingSession(Session):
    """A session that keeps what `read_once` reads, and lets go of it by itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kept: dict[Select[Any], dict[int, Row[Any] | None]] = {}
        self._own: Connection | None = None
        self._is_watched = False

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """Straight on the connection, where it has one: nothing here is the ORM's, whose way there costs a third; what
        is prepared, straight on that of the driver, where nobody wants to see each statement."""
        if self.kept:
            self._let_go(statement)
        if self._own is None or options:
            return super().execute(statement, params, **options)
        if self._is_watched or (ready := preparation_of(statement)) is None:
            return self._own.execute(statement, params)
        if isinstance(params, list):
            return ready.run_many(self._own, params)
        return ready.run(self._own, params or {})

    def connection(self, *args: Any, **options: Any) -> Connection:
        self.kept.clear()  # what is done with it is not seen here
        self._own = own = super().connection(*args, **options)
        self._is_watched = bool(own.dispatch.before_cursor_execute) or bool(own.dispatch.after_cursor_execute)
        return own

    def begin_nested(self) -> SessionTransaction:
        """The savepoint is set at once, and not with the session's next statement: ours go past it."""
        nested = super().begin_nested()
        if self._own is not None:
            super().connection()
        return nested

    def _let_go(self, statement: Any) -> None:
        if statement.is_select:
            if statement._for_update_arg is not None:
                for kept in [kept for kept in self.kept if not kept.get_execution_options().get(OUTLIVES_LOCKS)]:
                    del self.kept[kept]
        elif not statement.is_dml:
            self.kept.clear()
        else:
            for kept in [kept for kept in self.kept if statement.table in _sources(kept)]:
                del self.kept[kept]


@event.listens_for(KeepingSession, "after_soft_rollback")
def _taken_back(session: KeepingSession, _transaction: SessionTransaction) -> None:
    session.kept.clear()


@event.listens_for(KeepingSession, "after_transaction_end")
def _ended(session: KeepingSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.kept.clear()


def read_once(session: Session, statement: Select[Any], number: int) -> Row[Any] | None:
    """The one row that this statement finds for its parameter `number`, if it is there."""
    if not isinstance(session, KeepingSession):
        return session.execute(statement, {"number": number}).one_or_none()
    kept = session.kept.get(statement, {})
    if number not in kept:
        kept[number] = session.execute(statement, {"number": number}).one_or_none()
        session.kept[statement] = kept
    return kept[number]


def look_again(session: Session) -> None:
    """Whatever was read is read again when it is wanted."""
    if isinstance(session, KeepingSession):
        session.kept.clear()


@cache
def _sources(statement: Select[Any]) -> frozenset[Table]:
    """The tables that it reads, those of its subqueries too."""
    return frozenset(found for found in iterate(statement) if isinstance(found, Table))
