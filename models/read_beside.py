"""What was read beside something else is not asked for again (models/kept.py)."""

from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from models.kept import KeepingSession


def was_read(session: Session, statement: Select[Any], number: int, row: Row[Any]) -> None:
    """This row has all that `statement` would find for its parameter `number`: read_once() need not ask."""
    if isinstance(session, KeepingSession):
        session.keep(statement, number, row)


def rows_read(session: Session, statement: Select[Any]) -> dict[int, Row[Any]]:
    """What read_once() has of this statement."""
    kept = session.kept.get(statement, {}) if isinstance(session, KeepingSession) else {}
    return {number: row for number, row in kept.items() if row is not None}


def row_still_so(session: Session, statement: Select[Any], number: int) -> Row[Any] | None:
    """What read_once() has of this row, for whoever is about to write it, and is to be known as written: None where
    the database may let them wait for that, and whom they wait for may write what was read beside it."""
    waits = session.get_bind().dialect.name != "sqlite"
    return None if waits else rows_read(session, statement).get(number)
