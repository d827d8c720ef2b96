"""The few write statements that every table needs."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session


def insert_row(session: Session, table: Table, **values: Any) -> int:
    """Insert one row; its number."""
    made = cast(CursorResult[Any], session.execute(table.insert().values(values)))
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def changed_rows(session: Session, statement: Executable) -> int:
    """Run an UPDATE or DELETE; how many rows it met."""
    return cast(CursorResult[Any], session.execute(statement)).rowcount


def insert_unless_there(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row; whether it is new. A unique key that is taken is no error, and the transaction goes on."""
    match session.get_bind().dialect.name:
        case "postgresql":
            new = postgresql.insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
            return session.execute(new).first() is not None
        case "sqlite":
            fresh = sqlite.insert(table).values(values).on_conflict_do_nothing().returning(*table.primary_key)
            return session.execute(fresh).first() is not None
        case _:
            # INSERT IGNORE would swallow errors that are none of ours, and ON DUPLICATE KEY UPDATE counts 1 either way.
            try:
                with session.begin_nested():
                    session.execute(table.insert().values(values))
            except IntegrityError:
                return False
            return True
