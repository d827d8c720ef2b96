"""Statements are compiled once a process, as in production, where one engine lives as long as its process. Here each
test has an engine of its own, and to compile again whatever it says took a third of its time."""

from typing import Any

import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

MOST = 4000
"""More than all statements of the product on three databases: what is thrown out is compiled again."""
_COMPILED: Any = LRUCache(MOST)


class Shared:
    """What an engine takes for its own cache: its keys begin with its dialect, of which each engine has its own."""

    def get(self, key: tuple[Any, ...]) -> Any:
        return _COMPILED.get((_sort(key[0]), *key[1:]))

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        _COMPILED[(_sort(key[0]), *key[1:])] = compiled

    def clear(self) -> None:
        _COMPILED.clear()


def share() -> None:
    """Let every engine that is made from now on know what others have compiled."""
    made = sqlalchemy.create_engine

    def create_engine(*arguments: Any, **how: Any) -> Engine:
        engine = made(*arguments, **how)
        engine._compiled_cache = Shared()  # type: ignore[assignment]
        return engine

    sqlalchemy.create_engine = create_engine


def _sort(dialect: Dialect) -> tuple[Any, ...]:
    """Those of one sort write the same SQL."""
    return dialect.name, dialect.driver, dialect.server_version_info, getattr(dialect, "is_mariadb", False)
