"""The few write statements that every table needs."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Executable, Insert, Table, bindparam
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.prepared import prepared

FEW = 8
"""Rows in one statement: for each number of them there is one."""


def insert_row(session: Session, table: Table, **values: Any) -> int:
    """Insert one row; its number."""
    made: Any = session.execute(_plain(table), values)
    return int(made.inserted_primary_key[0])


def insert_rows(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    unless_there: bool = False,
    beside: ColumnElement[Any] | None = None,
) -> list[int]:
    """Insert rows that name the same columns, a few with one statement where the database tells their numbers; these,
    in the order of the rows. They are fewer where `unless_there` and a unique key was taken, and then nobody can
    tell whose they are. `beside`: what such a
    database is to do with each, besides."""
    named = tuple(rows[0]) if rows else ()
    cells = [row.values() if tuple(row) == named else _in_order(table, named, row) for row in rows]
    dialect = session.get_bind().dialect.name
    numbers: list[int] = []
    for first in range(0, len(rows), FEW):
        few = rows[first : first + FEW]
        if dialect != "mysql" and (len(few) > 1 or beside is not None):
            statement, names = _several(dialect, table, named, len(few), beside, unless_there)
            values = dict(zip(names, chain.from_iterable(cells[first : first + FEW]), strict=True))
            numbers += sorted(session.execute(statement, values).scalars())  # they are counted up in this order
        elif unless_there:
            made = (insert_numbered_unless_there(session, table, row) for row in few)
            numbers += [number for number in made if number is not None]
        else:
            numbers += [insert_row(session, table, **row) for row in few]
    return numbers


def changed_rows(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE; how many rows it met."""
    made: Any = session.execute(statement, values)
    return int(made.rowcount)


def insert_unless_there(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row; whether it is new. A unique key that is taken is no error, and the transaction goes on."""
    return _key_if_new(session, table, values) is not None


def insert_all_unless_there(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert these rows in their order, but those whose unique key is taken."""
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    if dialect != "mysql":
        session.execute(_all_unless_there(dialect, table), rows)
        return
    try:
        with session.begin_nested():
            session.execute(_plain(table), rows)
    except IntegrityError:
        for row in rows:
            insert_unless_there(session, table, row)


def insert_numbered_unless_there(session: Session, table: Table, values: Mapping[str, Any]) -> int | None:
    """The same; the number of the row, if it is new."""
    made = _key_if_new(session, table, values)
    return None if made is None else int(made[0])


def _key_if_new(session: Session, table: Table, values: Mapping[str, Any]) -> Sequence[Any] | None:
    dialect = session.get_bind().dialect.name
    if dialect != "mysql":
        return session.execute(_unless_there(dialect, table), values).first()
    # INSERT IGNORE would swallow errors that are none of ours, and ON DUPLICATE KEY UPDATE counts 1 either way.
    try:
        with session.begin_nested():
            made: Any = session.execute(_plain(table), values)
            key: Sequence[Any] = made.inserted_primary_key
            return key
    except IntegrityError:
        return None


@cache
def _plain(table: Table) -> Insert:
    """Built once: that takes longer than to run it."""
    return prepared(table.insert())


@cache
def _several(
    dialect: str, table: Table, named: tuple[str, ...], many: int, beside: ColumnElement[Any] | None,
    unless_there: bool,
) -> tuple[Executable, tuple[str, ...]]:  # fmt: skip
    """The statement, and the names in it of the rows' values, one row behind the other. What nobody names gets its
    default in each row."""
    unnamed, names = plain_defaults(table), tuple([f"{name}_of_{place}" for place in range(many) for name in named])
    values: list[Any] = [bindparam(name, type_=table.c[of].type) for name, of in zip(names, named * many, strict=True)]
    rows = [unnamed | dict(zip(named, values[first:], strict=False)) for first in range(0, len(values), len(named))]
    statement = (
        _insert(dialect, table).values(rows).returning(*table.primary_key, *(() if beside is None else (beside,)))
    )
    made: Executable = statement.on_conflict_do_nothing() if unless_there else statement
    return prepared(made), names


def _in_order(table: Table, named: tuple[str, ...], row: Mapping[str, Any]) -> list[Any]:
    """The values of a row that names the same columns in another order."""
    if row.keys() != {*named}:
        raise ValueError(f"rows of {table.name} that name different columns")
    return [row[name] for name in named]


def plain_defaults(table: Table) -> dict[str, Any]:
    """What SQLAlchemy writes into columns that nobody names, where that is the same each time."""
    found: dict[str, Any] = {str(column.key): column.default for column in table.columns}
    return {name: default.arg for name, default in found.items() if default is not None and default.is_scalar}


@cache
def _unless_there(dialect: str, table: Table) -> Executable:
    statement: Executable = _insert(dialect, table).on_conflict_do_nothing().returning(*table.primary_key)
    return prepared(statement)


@cache
def _all_unless_there(dialect: str, table: Table) -> Executable:
    statement: Executable = _insert(dialect, table).on_conflict_do_nothing()
    return prepared(statement)


def _insert(dialect: str, table: Table) -> Any:
    """The database's own INSERT; only the one that is there is imported."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
