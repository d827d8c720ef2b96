"""A bell between processes: PostgreSQL tells whoever listens, at the commit, that there is work (NOTIFY)."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from models.prepared import prepared

CHANNEL = "textbook_work"
_RING: ColumnElement[Any] = func.pg_notify(literal_column(f"'{CHANNEL}'"), literal_column("''"))
_NOTIFY = prepared(select(_RING))
_RUNG, _RUNG_IN, _WHOLE = "the bell was rung", "the bell was rung in", "the whole of it"


def ring(session: Session) -> None:
    """Once a transaction, or a savepoint, whose end without a commit takes its ring with it. Nothing on a database that
    has no such bell: there, workers look for themselves."""
    session.info[_RUNG] = True
    if session.get_bind().dialect.name != "postgresql":
        return
    here = session.get_nested_transaction() or _WHOLE
    if session.info.get(_RUNG_IN) is not here:
        session.execute(_NOTIFY)
        session.info[_RUNG_IN] = here


def ring_with(session: Session) -> ColumnElement[Any] | None:
    """The same as ring(), for what an INSERT is to answer beside its rows; None where there is no such bell."""
    session.info[_RUNG] = True
    return _RING if session.get_bind().dialect.name == "postgresql" else None


def has_rung(session: Session) -> bool:
    """Whether this transaction leaves work to others; perhaps also where a savepoint has taken that back."""
    return _RUNG in session.info
