"""What an operator looks at, and the search for free times, in a database of a given size."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import console, slots
from benchmarks.conversations.place import Place
from benchmarks.conversations.targets import prepared
from benchmarks.growth import LIST_AGAIN, LOG_AGAIN
from benchmarks.growth.history import MESSAGES, RARE, clients_of
from bot.database import Database
from handlers.profile import Overrides, Profiles
from models.messages import messages

FREE_TIMES = "free times, everybody's, two months"


@dataclass(frozen=True, slots=True)
class Looked:
    """A page, or a search, over so many messages. Times are milliseconds."""

    database: str
    messages: int
    what: str
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Kept:
    """What so many bookings take on disk, indexes and all."""

    database: str
    bookings: int
    mib: float


def looked(place: Place, bookings: int, rounds: int) -> tuple[list[Looked], Kept]:
    """All of them, in a copy of the database with so many bookings."""
    prepared(place, bookings)
    kind, many = "PostgreSQL" if place.server else "SQLite", bookings * MESSAGES
    database = Database(place.database_url, pool=4)
    try:
        found = [Looked(kind, many, what, *times) for what, times in times(database, bookings, rounds)]
        return found, Kept(kind, bookings, stored_mib(place))
    finally:
        database.dispose()


def times(database: Database, bookings: int, rounds: int) -> Iterator[tuple[str, tuple[float, float]]]:
    client, people = console.signed_in(database), clients_of(bookings)
    far = console.deep_in(database, people // 3 + 1)
    pages = {
        "conversation list": "/console/inbox",
        "conversation list, deep": f"/console/inbox?behind={far}",
        "log page": f"/console/c/{people}",
        "log page of a coordinator": f"/console/c/{people + 1}",
        "search, a common word": "/console/inbox?q=massage",
        "search, two common words": "/console/inbox?q=massage+staff",
        "search, a rare word": f"/console/inbox?q={RARE}",
        "search, deep": f"/console/inbox?q=massage&before={database.read(_a_third)}",
        "bookings": "/console/bookings",
    }
    for what, path in pages.items():
        console.timed(client, path, 2)  # templates and connections are warm
        yield what, console.timed(client, path, rounds)
    for what, path in ((LIST_AGAIN, "/console/inbox/live"), (LOG_AGAIN, f"/console/c/{people}/live")):
        yield what, console.timed(client, path, rounds, again=True)
    profile = database.read(lambda session: Profiles(Overrides()).current(session))
    now = datetime.now(UTC)  # noqa: TID251 -- the run's, not the product's
    slots.measured(database, profile, now, 2)
    median, late, _ = slots.measured(database, profile, now, rounds)
    yield FREE_TIMES, (median, late)


def _a_third(session: Session) -> int:
    return int(session.execute(select(func.max(messages.c.id))).scalar_one() or 0) // 3


def stored_mib(place: Place) -> float:
    """Of its database, whole."""
    database = Database(place.database_url, pool=1)
    try:
        with database.engine.connect() as connection:
            if place.server is None:
                pages, size = (connection.exec_driver_sql(f"pragma {name}").scalar_one() for name in _PAGES)
                return float(pages * size / 2**20)
            return float(connection.execute(select(func.pg_database_size(place.database))).scalar_one() / 2**20)
    finally:
        database.dispose()


_PAGES = "page_count", "page_size"
