"""Inserts that tell what came of them: the row as it is now, or how many were free to be inserted."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Executable, Row, Table
from sqlalchemy.orm import Session

from models.insert import insert_unless_there
from models.prepared import prepared


def insert_whole_unless_there(
    session: Session, table: Table, values: Mapping[str, Any]
) -> tuple[bool, Row[Any] | None]:
    """Insert one row: whether it is new, and the whole of it, defaults and all, where it is and the database tells. A
    unique key that is taken is no error, and the transaction goes on."""
    if not is_told(session):
        return insert_unless_there(session, table, values), None
    row = session.execute(_whole_unless_there(session.get_bind().dialect.name, table), values).one_or_none()
    return row is not None, row


def is_told(session: Session) -> bool:
    """Whether the database has an INSERT that leaves out what is taken, and nothing else."""
    return session.get_bind().dialect.name != "mysql"


def insert_free(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert those of these rows whose unique key is free; how many. Only where that is_told()."""
    statement = _unless_there(session.get_bind().dialect.name, table)
    made: Any = session.execute(statement, rows)
    return int(made.rowcount)


@cache
def _whole_unless_there(dialect: str, table: Table) -> Executable:
    """Built once: that takes longer than to run it."""
    statement: Executable = _insert(dialect, table).returning(*table.columns)
    return prepared(statement)


@cache
def _unless_there(dialect: str, table: Table) -> Executable:
    statement: Executable = _insert(dialect, table).execution_options(preserve_rowcount=True)
    return prepared(statement)


def _insert(dialect: str, table: Table) -> Any:
    """The database's own INSERT; only the one that is there is imported."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table).on_conflict_do_nothing()
