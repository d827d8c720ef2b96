"""How fast free times are found, reading the calendar included: for a small and a large business, and as a database
fills with bookings of other years."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from bot.warm_up import warm_up
from conversations.business import Money, Service, Shift, Staff
from conversations.rules.availability import free_slots
from conversations.rules.cells import CELL_SECONDS
from handlers.gather_calendars import gather_calendars
from handlers.profile import Overrides, Profile, Profiles
from models.claims import Holder, Scarce, stretches
from tests.databases import chosen, postgresql_server

DAYS, ROUNDS = 60, 30
NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
TODAY = NOW.date()
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
"""Bookings ever made, of which those of the next days are the same few hundred."""


def main() -> None:
    warm_up()  # as the server does
    print(f"{'database':12}{'staff':>6}{'bookings':>10}{'median ms':>11}{'p95 ms':>9}{'slots':>7}")
    for kind, url in _databases():
        for staff_count, booked in ((1, 500), (50, 25_000)):
            with _filled(url, staff_count, booked) as (database, profile):
                _print(kind, staff_count, booked, measured(database, profile))
    print("\n1 staff, 500 bookings ahead, and so many ever made")
    for kind, url in _databases():
        first = 0.0
        with _filled(url, 1, 500) as (database, profile):
            made = 500
            for count in GROWTH:
                _add_history(database, made, count)
                made = count
                found = measured(database, profile)
                first = first or found[0]
                _print(kind, 1, count, found, f"{found[0] / first:6.2f} times the first")


def _print(kind: str, staff: int, bookings: int, found: tuple[float, float, int], more: str = "") -> None:
    median, p95, slots = found
    print(f"{kind:12}{staff:6}{bookings:10}{median:11.2f}{p95:9.2f}{slots:7} {more}", flush=True)


def measured(
    database: Database, profile: Profile, now: datetime = NOW, rounds: int = ROUNDS
) -> tuple[float, float, int]:
    """Median and 95th percentile, in ms, of finding everybody's free times in two months; and how many there are."""
    service = Service(1, "Anything", 60, Money(0, "USD"), staff_ids=tuple(staff.id for staff in profile.staff))
    today, last = now.date(), now.date() + timedelta(days=DAYS - 1)
    times: list[float] = []
    found: list[object] = []

    def work(session: Session) -> list[object]:
        calendars = gather_calendars(session, profile, service, today, last, now)
        return list(free_slots(calendars, service.minutes, today, last, now))

    for _ in range(rounds):
        begun = time.perf_counter()
        found = database.read(work)
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)], len(found)


@contextmanager
def _filled(url: Callable[[], str], staff_count: int, booked: int) -> Iterator[tuple[Database, Profile]]:
    database = Database(url(), pool=2)
    database.migrate()
    load_business(database, DEMONSTRATION)
    profile = database.read(lambda session: Profiles(Overrides()).current(session))
    daily = tuple(
        Shift(day, datetime.min.time().replace(hour=9), datetime.min.time().replace(hour=18)) for day in range(7)
    )
    people = tuple(
        Staff(number, f"Staff {number}", profile.business.zone, daily) for number in range(1, staff_count + 1)
    )
    each = booked // staff_count
    _insert(
        database, [(number, at) for number in range(1, staff_count + 1) for at in _starts(TODAY, DAYS, each, number)]
    )
    yield database, replace(profile, staff=people)
    database.dispose()


def _add_history(database: Database, made: int, wanted: int) -> None:
    """Bookings of the years before, ten a day."""
    count, day = wanted - made, TODAY - timedelta(days=1 + made // 10)
    while count > 0:
        chunk = min(count, 50_000)
        _insert(database, [(1, at) for at in _starts(day - timedelta(days=chunk // 10), chunk // 10, chunk, 1)])
        count, day = count - chunk, day - timedelta(days=chunk // 10)
    with database.engine.begin() as connection:
        connection.execute(
            text("ANALYZE stretches" if connection.dialect.name != "mysql" else "ANALYZE TABLE stretches")
        )


def _starts(first: date, days: int, count: int, seed: int) -> list[datetime]:
    midnight = datetime.combine(first, datetime.min.time(), UTC)
    rng = random.Random(seed)
    places = rng.sample(range(days * 16), min(count, days * 16))
    return [midnight + timedelta(days=place // 16, hours=6, minutes=30 * (place % 16)) for place in places]


def _insert(database: Database, rows: list[tuple[int, datetime]]) -> None:
    half = timedelta(minutes=30)
    values = [
        {
            "scarce": Scarce.STAFF, "scarce_id": staff, "start_at": at, "end_at": at + half,
            "first_cell": int(at.timestamp()) // CELL_SECONDS, "end_cell": int((at + half).timestamp()) // CELL_SECONDS,
            "holder": Holder.BOOKING, "holder_id": number, "live_until": None,
        }
        for number, (staff, at) in enumerate(rows)
    ]  # fmt: skip
    with database.engine.begin() as connection:
        for start in range(0, len(values), 10_000):
            connection.execute(insert(stretches), values[start : start + 10_000])


def _databases() -> Iterator[tuple[str, Callable[[], str]]]:
    with TemporaryDirectory() as folder:
        names = iter(range(100))
        yield "sqlite", lambda: f"sqlite:///{Path(folder)}/{next(names)}.db"
    if "postgresql" in chosen():
        with postgresql_server() as server:

            def fresh() -> str:
                name = f"bench{next(names)}"
                server.create(name)
                return server.url(name)

            yield "postgresql", fresh


if __name__ == "__main__":
    main()
