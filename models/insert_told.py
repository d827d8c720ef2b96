"""Inserts that tell what came of them: the row as it is now, or how many were free to be inserted."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import Executable, Row, Table, bindparam, select, true
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


def insert_free(session: Session, table: Table, column: str, numbers: range, values: Mapping[str, Any]) -> int:
    """Insert a row with these values for each number that goes into this column, but those whose unique key is taken;
    how many. Only where that is_told()."""
    statement = _each_unless_there(session.get_bind().dialect.name, table, column, tuple(values))
    given = {f"each_{name}": value for name, value in values.items()}
    made: Any = session.execute(statement, {**given, "first": numbers.start, "last": numbers.stop - 1})
    return int(made.rowcount)


@cache
def _whole_unless_there(dialect: str, table: Table) -> Executable:
    """Built once: that takes longer than to run it."""
    statement: Executable = _insert(dialect, table).returning(*table.columns)
    return prepared(statement)


@cache
def _each_unless_there(dialect: str, table: Table, column: str, named: tuple[str, ...]) -> Executable:
    """The database counts them: a dozen rows given one by one take half as long again."""
    start = select(bindparam("first", type_=table.c[column].type).label("number"))
    first = start.cte("counted", recursive=True, nesting=True)
    counted = first.union_all(select(first.c.number + 1).where(first.c.number < bindparam("last")))
    numbers = select(counted.c.number).subquery("numbers")  # behind INSERT, or the driver would not tell how many
    values = [bindparam(f"each_{name}", type_=table.c[name].type) for name in named]
    rows = select(numbers.c.number, *values).where(true())  # without which SQLite would take ON CONFLICT for a join's
    statement: Executable = _insert(dialect, table).from_select([column, *named], rows)
    return prepared(statement.execution_options(preserve_rowcount=True))


def _insert(dialect: str, table: Table) -> Any:
    """The database's own INSERT; only the one that is there is imported."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table).on_conflict_do_nothing()
