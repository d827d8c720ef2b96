"""Many rows of one table, written at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import Connection, Dialect, Table, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from models.base import Moment

CACHE_KB = 32_000
Rows = Sequence[Mapping[str, Any]]
Process = Callable[[Any], Any] | None


def make_room(session: Session) -> None:
    """Before many such writes: SQLite keeps more pages at hand. Rows of many people lie all over its indexes, so that a
    few hundred touch more pages than it keeps else."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"pragma cache_size = -{CACHE_KB}")


def insert_many(session: Session, table: Table, rows: Rows) -> None:
    """New rows, which all name the same columns."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        _insert(connection, table, rows, {})
    else:
        connection.execute(insert(table), rows)


def add_many(session: Session, table: Table, rows: Rows) -> list[int]:
    """New rows' numbers, in their order."""
    if not rows:
        return []
    if session.get_bind().dialect.name == "sqlite":
        # Nobody else writes meanwhile, and asked for the numbers it would write one row after the other.
        last = session.execute(select(func.max(table.c.id))).scalar_one() or 0
        numbers = list(range(last + 1, last + 1 + len(rows)))
        _insert(session.connection(), table, rows, {"id": numbers})
        return numbers
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.execute(statement, rows).scalars())


def _insert(connection: Connection, table: Table, rows: Rows, beside: Mapping[str, Sequence[Any]]) -> None:
    """`beside`: a column that rows do not name, and its values. SQLAlchemy would make each value of each row ready by
    itself; most are the same object, such as this moment."""
    first = rows[0]
    statement, columns = _prepared(table, connection.dialect, (*beside, *first))
    values = [
        _ready([row[name] for row in rows], process) if name in first
        else _ready(beside[name], process) if name in beside
        else repeat(default if process is None else process(default), len(rows))
        for name, default, process in columns
    ]  # fmt: skip
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


@lru_cache(maxsize=64)
def _prepared(table: Table, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, list[tuple[str, Any, Process]]]:
    """The statement; of each value the column, what it is where rows do not say, and how the driver takes it."""
    compiled = insert(table).compile(dialect=dialect, column_keys=names, for_executemany=True)
    columns: list[tuple[str, Any, Process]] = []
    for name in compiled.positiontup or ():
        column, default = table.c[name], None
        if name not in names:
            assert isinstance(column.default, ScalarElementColumnDefault)
            default = column.default.arg
        is_moment = isinstance(column.type, Moment)
        process = _moment_text if is_moment else column.type.dialect_impl(dialect).bind_processor(dialect)
        columns.append((name, default, process))
    return str(compiled), columns


@lru_cache(maxsize=2048)
def _moment_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes it for SQLite, in a fifth of the time. The same moments stand in many rows."""
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def _ready(values: Sequence[Any], process: Process) -> Iterable[Any]:
    """Each object is made ready once."""
    if process is None:
        return values
    numbers = list(map(id, values))
    distinct = dict(zip(numbers, values, strict=True))
    if len(distinct) == 1:
        return repeat(process(values[0]), len(values))
    if len(distinct) * 2 > len(values):
        return map(process, values)
    ready = {number: process(value) for number, value in distinct.items()}
    return map(ready.__getitem__, numbers)
