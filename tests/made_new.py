"""A server's database that a test has used, as it was before: to copy one takes longer than most tests.

What a test has changed of its tables, not of its rows, is noticed, and the database is not used again."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, MetaData, NullPool, Table, select, text

ONLY_GROWING = ("audit_log", "audit_seals")
"""Their triggers let nobody delete a row; MariaDB has none for TRUNCATE."""
_FOR_KIND: dict[str, type["Original"]] = {}


class Original(ABC):
    """What a database is to be again: its rows, what counts its rows, and the shape of its tables."""

    kind: str

    def __init_subclass__(cls) -> None:
        _FOR_KIND[cls.kind] = cls

    def __init__(self, connection: Connection) -> None:
        metadata = MetaData()
        metadata.reflect(connection)
        self._tables: Sequence[Table] = metadata.sorted_tables
        self._shape = self._shape_of(connection)
        self._rows = {
            table: [dict(row._mapping) for row in connection.execute(select(table))] for table in self._tables
        }
        self._counters = self._counters_of(connection)

    def restore(self, connection: Connection) -> bool:
        """Make it as it was; False where its shape is another by now."""
        if self._shape_of(connection) != self._shape:
            return False
        self._unguarded(connection)
        self._empty(connection)
        for table, rows in self._rows.items():
            if rows:
                connection.execute(table.insert(), rows)
        self._count_on(connection)
        return True

    @abstractmethod
    def _shape_of(self, connection: Connection) -> object:
        """Its columns, indexes, constraints and triggers, as something to compare."""

    @abstractmethod
    def _counters_of(self, connection: Connection) -> Mapping[str, Any]:
        """What numbers the next rows, by name."""

    @abstractmethod
    def _unguarded(self, connection: Connection) -> None:
        """Let rows come and go in any order, in this transaction."""

    @abstractmethod
    def _empty(self, connection: Connection) -> None: ...

    @abstractmethod
    def _count_on(self, connection: Connection) -> None:
        """Number new rows as then."""


class _PostgreSQL(Original):
    kind = "postgresql"

    def _shape_of(self, connection: Connection) -> object:
        shape = (
            "select (select md5(string_agg(relname || attname || atttypid || atttypmod || attnotnull, '|'"
            " order by relname, attnum)) from pg_attribute join pg_class on pg_class.oid = attrelid"
            " where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped),"
            " (select count(*) from pg_constraint where connamespace = 'public'::regnamespace),"
            " (select count(*) from pg_trigger where not tgisinternal)"
        )
        return tuple(connection.execute(text(shape)).one())

    def _counters_of(self, connection: Connection) -> Mapping[str, Any]:
        rows = connection.execute(text("select sequencename, last_value from pg_sequences where schemaname = 'public'"))
        return {row.sequencename: row.last_value for row in rows}

    def _unguarded(self, connection: Connection) -> None:
        connection.execute(text("set local session_replication_role = replica"))

    def _empty(self, connection: Connection) -> None:
        # New rows would fill the gaps of deleted ones, and come in another order than they were written in.
        names = ", ".join(f'"{table.name}"' for table in self._tables)
        connection.exec_driver_sql(f"truncate {names}")

    def _count_on(self, connection: Connection) -> None:
        moved = self._counters_of(connection)
        settings = [
            f"setval('\"{name}\"', {last or 1}, {'true' if last else 'false'})"
            for name, last in self._counters.items()
            if moved.get(name) != last
        ]
        if settings:
            connection.exec_driver_sql(f"select {', '.join(settings)}")


_SHAPE_OF_MARIADB = """
select
    (select md5(group_concat(table_name, '.', column_name, column_type, is_nullable, ifnull(column_default, '')
        order by table_name, ordinal_position)) from information_schema.columns where table_schema = database()),
    (select md5(group_concat(table_name, '.', index_name, '.', column_name
        order by table_name, index_name, seq_in_index)) from information_schema.statistics
        where table_schema = database()),
    (select md5(group_concat(trigger_name, '.', event_object_table, '.', action_statement order by trigger_name))
        from information_schema.triggers where trigger_schema = database())
"""
"""Columns, indexes and triggers, each in one sum: else a thousand rows would be read after each test."""


class _MariaDB(Original):
    kind = "mariadb"

    def _shape_of(self, connection: Connection) -> object:
        connection.execute(text("set session group_concat_max_len = 16777216"))
        return tuple(connection.execute(text(_SHAPE_OF_MARIADB)).one())

    def _counters_of(self, connection: Connection) -> Mapping[str, Any]:
        counted = "select table_name, auto_increment from information_schema.tables where table_schema = database()"
        return {row.table_name: row.auto_increment for row in connection.execute(text(counted))}

    def _unguarded(self, connection: Connection) -> None:
        connection.execute(text("set foreign_key_checks = 0"))

    def _empty(self, connection: Connection) -> None:
        counted = self._counters_of(connection)
        for table in self._tables:
            is_counted_on = counted[table.name] != self._counters[table.name]
            if table.name in ONLY_GROWING and not is_counted_on:
                is_counted_on = connection.execute(select(table).limit(1)).first() is not None
            connection.exec_driver_sql(f"{'truncate' if is_counted_on else 'delete from'} `{table.name}`")

    def _count_on(self, connection: Connection) -> None:
        connection.execute(text("set foreign_key_checks = 1"))


class Originals:
    """The originals of each kind, read once, while nobody has used them."""

    def __init__(self) -> None:
        self._known: dict[str, Original] = {}

    def know(self, kind: str, url: str) -> None:
        """`url` is a database that nobody has used yet."""
        if kind not in self._known:
            with _connected(url) as connection:
                self._known[kind] = _FOR_KIND[kind](connection)

    def restore(self, kind: str, url: str) -> bool:
        """Whether the database could be made new again. Nobody else may be connected to it."""
        with _connected(url) as connection:
            return self._known[kind].restore(connection)


def _connected(url: str) -> Any:
    return sqlalchemy.create_engine(url, poolclass=NullPool).begin()
