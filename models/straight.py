"""The way of one transaction straight to the database's driver, for statements that are ready for it."""

from contextlib import suppress
from itertools import count
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine
from sqlalchemy.engine.interfaces import DBAPICursor


class Straight:
    """One cursor of the driver's, for one statement after the other; `kind` is the number of a sort of database. Where
    it `is_watched`, statements take SQLAlchemy's way."""

    __slots__ = ("_cursor", "connection", "dialect", "is_watched", "kind")

    def __init__(self, connection: Connection, *, is_watched: bool) -> None:
        self.connection, self.dialect = connection, connection.dialect
        version = connection.dialect.name, connection.dialect.server_version_info
        self.kind = _KINDS[version] if version in _KINDS else _KINDS.setdefault(version, next(_numbers))
        self.is_watched = is_watched
        self._cursor: DBAPICursor | None = None

    def told(self) -> Connection:
        """SQLAlchemy's connection, which knows of the transaction."""
        return self.connection

    def cursor(self, text: str) -> DBAPICursor:
        """For this statement, whose answer is fetched before the next one is run."""
        if self._cursor is None:
            try:
                self._cursor = self.connection.connection.cursor()
            except Exception as error:  # noqa: BLE001 - told, not swallowed
                self.broke(error, text)
        return self._cursor

    def broke(self, error: BaseException, text: str | None) -> NoReturn:
        """Tell it as SQLAlchemy tells it, which knows what the error means for the connection, too."""
        cursor, self._cursor = self._cursor, None
        try:
            self.told()._handle_dbapi_exception(error, text, None, cursor, None)
        finally:
            _close(cursor)

    def end(self) -> None:
        cursor, self._cursor = self._cursor, None
        _close(cursor)


def is_watched(engine: Engine) -> bool:
    """Whether somebody wants to see each statement."""
    seen = engine.dispatch
    return bool(seen.before_cursor_execute) or bool(seen.after_cursor_execute)


_numbers = count()
_KINDS: dict[Any, int] = {}
"""Each sort of database that was met, with a number of its own."""


def _close(cursor: DBAPICursor | None) -> None:
    if cursor is not None:
        with suppress(Exception):
            cursor.close()
