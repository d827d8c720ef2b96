"""Many rows into one table, as fast as a database takes them: by COPY where it is PostgreSQL."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from models.many_rows import insert_many


def write(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """New rows, which all name the same columns, and every column without a default in the database."""
    connection = session.connection()
    if not rows or connection.dialect.name != "postgresql":
        insert_many(session, table, rows)
        return
    names = list(rows[0])
    processes = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names
    ]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"copy {table.name} ({', '.join(names)}) from stdin") as copy:
        for row in rows:
            copy.write_row([_ready(row[name], each) for name, each in zip(names, processes, strict=True)])


def _ready(value: Any, process: Callable[[Any], Any] | None) -> Any:
    return value if process is None else process(value)
