"""The baseline's tables, on SQLite or PostgreSQL by the same statements; one connection a process."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

URL = os.environ.get("DATABASE_URL", "")
IS_SQLITE = URL.startswith("sqlite")
_KEY = "integer primary key" if IS_SQLITE else "bigint generated always as identity primary key"
TABLES = (
    "create table conversations (phone varchar(40) primary key, state text not null)",
    f"""create table messages (id {_KEY}, sid varchar(40) unique, phone varchar(40) not null,
        direction varchar(3) not null, body text not null, at varchar(40) not null)""",
    f"""create table outbox (id {_KEY}, phone varchar(40) not null, body text not null, status varchar(10) not null,
        provider_id varchar(40))""",
    f"""create table bookings (id {_KEY}, phone varchar(40) not null, service varchar(40) not null,
        day varchar(10) not null, hour integer not null, status varchar(10) not null, unique (service, day, hour))""",
    "create index messages_of on messages (phone, id)",
)


class Storage:
    """Short transactions over one connection, in which a lost race waits its turn."""

    def __init__(self) -> None:
        self._connection: Any = _sqlite() if IS_SQLITE else _postgresql()

    def run(self, statement: str, *values: object) -> Any:
        if not IS_SQLITE:
            statement = statement.replace("?", "%s")
        return self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._connection.execute("begin immediate" if IS_SQLITE else "begin")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def close(self) -> None:
        self._connection.close()


def make(tables: Sequence[str] = TABLES) -> None:
    """Once, before there are workers."""
    storage = Storage()
    for statement in tables:
        storage.run(statement)
    storage.close()


def _sqlite() -> sqlite3.Connection:
    connection = sqlite3.connect(URL.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
    connection.execute("pragma journal_mode=wal")
    connection.execute(f"pragma synchronous={os.environ.get('SYNCHRONOUS', 'normal')}")
    return connection


def _postgresql() -> Any:
    import psycopg

    return psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
