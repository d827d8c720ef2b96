"""The house of two doors (world.py), with its API: `world.call("GET", "/api/sessions", "staff")`."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.api.limits import Limits, Rate
from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk, overrides
from config import Settings
from handlers.profile import Profiles
from tests.bot.api.played import played
from tests.bot.api.world import World
from tests.conftest import CHANNELS, NOW, Databases, in_memory
from tests.made_new import Originals
from webhooks import create_app

UNLIMITED = Rate(10**9, 1)


@dataclass
class Played:
    """A database in which everything has happened already, when that was, and the tokens of it."""

    url: str
    now: datetime
    tokens: dict[str, str]


class Houses:
    """Played once for each kind of database, for that takes seconds; then copied (SQLite), or made as it was then."""

    def __init__(self, databases: Databases, folder: Path) -> None:
        self._databases, self._folder = databases, folder
        self._played: dict[str, Played] = {}
        self._originals = Originals()
        self._count = 0

    def lend(self, kind: str) -> Played:
        if kind not in self._played:
            self._played[kind] = self._first(kind)
            self._originals.know(kind, self._played[kind].url) if kind != "sqlite" else None
        known = self._played[kind]
        if kind != "sqlite":
            return known
        self._count += 1
        copied = shutil.copy(make_url(known.url).database or "", self._folder / f"house{self._count}.db")
        return Played(f"sqlite:///{copied}", known.now, known.tokens)

    def take_back(self, kind: str, lent: Played) -> None:
        if kind == "sqlite":
            Path(make_url(lent.url).database or "").unlink()
        elif not self._originals.restore(kind, lent.url):
            self._databases.drop(kind, self._played.pop(kind).url)

    def close(self) -> None:
        for kind, known in self._played.items():
            self._databases.drop(kind, known.url)

    def _first(self, kind: str) -> Played:
        url, clock = self._databases.copy(kind), SetClock(NOW)
        database = Database(url, pool=8)
        try:
            tokens = played(desk_of(database, clock, self._folder), clock)
            if kind == "sqlite":
                with database.engine.connect() as connection:
                    connection.connection.execute("pragma wal_checkpoint(truncate)")  # type: ignore[attr-defined]
        finally:
            database.dispose()
        return Played(url, clock.now(), tokens)


@pytest.fixture(scope="session")
def houses(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    with ExitStack() as stack:
        found = Houses(databases, in_memory(stack) or tmp_path_factory.mktemp("houses"))
        yield found
        found.close()


@pytest.fixture
def house_url(kind: str, houses: Houses, clock: SetClock) -> Iterator[Played]:
    """The house's database; the clock is as late as it is there."""
    lent = houses.lend(kind)
    clock.at = lent.now
    yield lent
    houses.take_back(kind, lent)


MakeWorld = Callable[[], World]


@pytest.fixture
def make_world(house_url: Played, clock: SetClock, tmp_path: Path) -> Iterator[MakeWorld]:
    """Further processes of the same house, as it were: each with connections of its own."""
    opened: list[Database] = []

    def make() -> World:
        opened.append(Database(house_url.url, pool=8))
        desk = desk_of(opened[-1], clock, tmp_path)
        app = create_app(desk)
        app.extensions["api_limits"] = Limits(UNLIMITED, UNLIMITED)
        return World(desk, clock, app, dict(house_url.tokens))

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """The house as it stands on Tuesday 10 March 2026 in the afternoon; a fresh one for each test. Nobody is limited
    in how often they call."""
    return make_world()


def desk_of(database: Database, clock: SetClock, folder: Path) -> Desk:
    settings = Settings(
        _env_file=None, burst_ms=0, journal_dir=folder / "journal", public_url="https://desk.test",
        secret_key="a key of the tests, and of nobody else",  # type: ignore[arg-type]
    )  # fmt: skip
    return Desk(settings, database, clock, CHANNELS, Profiles(overrides(settings)))
