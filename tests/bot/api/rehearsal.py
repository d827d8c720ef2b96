"""Calls of which nothing stays: each finds the house as it was, so that a thousand of them need one house."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from bot.database import Database
from bot.desk import overrides
from bot.engines import PATIENCE
from handlers.profile import Profiles
from tests.bot.api.world import World

T = TypeVar("T")


class _Undone(Exception):
    def __init__(self, done: Any) -> None:
        super().__init__("rolled back")
        self.done = done


class Rehearsed(Database):
    """A database that forgets what it is told, once the transaction is over."""

    def transact(self, work: Callable[[Session], T], within: float = PATIENCE) -> T:
        def undone(session: Session) -> None:
            raise _Undone(work(session))

        try:
            super().transact(undone, within)
        except _Undone as found:
            return found.done  # type: ignore[no-any-return]
        raise AssertionError("unreachable")


class Rehearsal:
    """`call` as the world's."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._database = Rehearsed(world.desk.database.engine.url.render_as_string(hide_password=False), pool=4)
        self._profiles = Profiles(overrides(world.desk.settings))

    def call(self, method: str, path: str, role: str | None = "operator", **how: Any) -> TestResponse:
        """What is known of the business is read anew after a change, for that never was."""
        desk = self.world.desk
        self.world.web.extensions["desk"] = replace(desk, database=self._database, profiles=self._profiles)
        try:
            return self.world.call(method, path, role, **how)
        finally:
            self.world.web.extensions["desk"] = desk
            if method != "GET":
                self._profiles = Profiles(overrides(desk.settings))

    def close(self) -> None:
        self._database.dispose()
