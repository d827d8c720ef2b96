"""How many rows of another system's files are taken over in a second, reading and checking included, and what memory
it takes, on SQLite and PostgreSQL. `python -m benchmarks.imports [ROWS]`."""

import csv
import gc
import resource
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import SetClock
from bot.commands import import_
from bot.commands.opening import load_business
from bot.database import Database
from bot.desk import open_desk
from bot.imports.report import Report
from config import Settings
from tests.databases import chosen, postgresql_server

NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
LONG_AGO, SOON, IN_SIGHT = (datetime(year, 4, 1, 9, tzinfo=UTC) for year in (2010, 2026, 2021))
COUNT, PEOPLE = 100_000, 10_007
BUSINESS = """
[business]
name = "Studio"
timezone = "Europe/London"

[[staff]]
key = "kai"
name = "Kai"

[[staff]]
key = "mia"
name = "Mia"

[[services]]
key = "massage"
name = "Massage"
staff = ["kai", "mia"]

[[services]]
key = "yoga"
name = "Yoga"
staff = ["kai", "mia"]
booking_type = "group_session"
"""
STAFF = ("Kai", "Mia")
Write = Callable[[Path, int], None]
Table = Iterable[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Rows a second when they are new, the same for a second of the process's own work, and when they come again; and
    the most memory that it has had, in MB."""

    first: float
    own: float
    again: float
    peak: float


def clients(count: int) -> Table:
    yield "id", "name", "phone", "email"
    for n in range(count):
        yield n, f"Client {n}", _phone(n), f"client{n}@example.com"


def history(count: int) -> Table:
    return _one_on_one(count, LONG_AGO, "completed")


def ahead(count: int) -> Table:
    return _one_on_one(count, SOON, "confirmed")


def appointments(count: int) -> Table:
    times = "preferred_datetime", "confirmed_datetime"
    yield "id", "therapist", "client_name", "client_phone", "service", *times, "status"
    for n in range(count):
        who, at = n % PEOPLE, _at(SOON, n // 2)
        yield n, STAFF[n % 2], f"Client {who}", _phone(who), "Massage", at, at, "confirmed"


def seats(count: int) -> Table:
    yield (
        "id", "session_id", "course", "teacher", "scheduled_start", "total_seats", "student_id", "student_phone",
        "status",
    )  # fmt: skip
    for n in range(count):
        who = (n * 7) % PEOPLE
        yield n, n // 10, "Yoga", STAFF[n // 10 % 2], _at(LONG_AGO, n // 20), 10, who, _phone(who), "attended"


def _one_on_one(count: int, first: datetime, status: str) -> Table:
    yield "id", "teacher", "student_id", "student_phone", "course", "start", "status", "student_note", "price"
    for n in range(count):
        who = n % PEOPLE
        yield n, STAFF[n % 2], who, _phone(who), "Massage", _at(first, n // 2), status, "first visit", "45.00"


def _at(first: datetime, place: int) -> str:
    """Ten an hour apart, a day."""
    return f"{first + timedelta(days=place // 10, hours=place % 10):%Y-%m-%d %H:%M}"


def _phone(number: int) -> str:
    return f"+44791{number:07}"


def table(rows: Callable[[int], Table]) -> Write:
    def write(path: Path, count: int) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows(count))

    return write


def calendar(path: Path, count: int) -> None:
    """Ten an hour apart, a day, from five years ago on."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n")
        for n in range(count):
            start = IN_SIGHT + timedelta(days=n // 10, hours=n % 10)
            file.write(
                f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Massage\r\n"
                f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\n"
                f"ATTENDEE;CN=Client {n % PEOPLE}:mailto:client{n % PEOPLE}@example.com\r\nEND:VEVENT\r\n"
            )
        file.write("END:VCALENDAR\r\n")


FILES: dict[str, tuple[Write, tuple[str, ...], int]] = {
    "clients": (table(clients), ("clients",), COUNT),
    "bookings of the past": (table(history), ("one_on_one",), COUNT),
    "bookings ahead": (table(ahead), ("one_on_one",), COUNT),
    "appointments": (table(appointments), ("appointments",), COUNT),
    "seats in classes": (table(seats), ("bookings",), COUNT),
    "a calendar": (calendar, ("ics", "--staff", "kai"), 15_000),
}
"""What a file holds, how it is written, what the command says of it, and the most rows that it may have."""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    for kind, address in _databases():
        print(f"{kind:24}{'rows':>9}{'rows/s':>9}{'of CPU':>9}{'again':>9}{'peak MB':>9}")
        for name, (_, _, most) in FILES.items():
            with get_context("spawn").Pool(1) as pool:  # a process of its own, whose memory is its alone
                found = pool.apply(measure, (name, min(count, most), address(name)))
            paces = f"{found.first:9,.0f}{found.own:9,.0f}{found.again:9,.0f}"
            print(f"{name:24}{min(count, most):9,}{paces}{found.peak:9,.0f}", flush=True)


def measure(name: str, count: int, address: str) -> Measured:
    write, words, _ = FILES[name]
    with TemporaryDirectory() as folder:
        path, business = Path(folder, "old"), Path(folder, "business.toml")
        write(path, count)
        business.write_text(BUSINESS, encoding="utf-8")
        database = Database(address)
        database.migrate()
        load_business(database, business, now=NOW)
        desk = open_desk(Settings(_env_file=None), SetClock(NOW), database)  # type: ignore[call-arg]
        parser = ArgumentParser()
        import_.add_arguments(parser)
        arguments = parser.parse_args([str(path), "--kind", *words])
        paces = []
        for _ in range(2):
            gc.collect()
            begun, worked = time.perf_counter(), time.process_time()
            with Report() as report:
                import_.take_over(desk, arguments, report)
            assert (report.rows, report.has_trouble) == (count, False), report.lines()
            paces.append((count / (time.perf_counter() - begun), count / (time.process_time() - worked)))
        database.dispose()
    (first, own), (again, _) = paces
    return Measured(first, own, again, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


@contextmanager
def _sqlite() -> Iterator[Callable[[str], str]]:
    with TemporaryDirectory() as folder:
        yield lambda name: f"sqlite:///{folder}/{name.replace(' ', '_')}.db"


@contextmanager
def _postgresql() -> Iterator[Callable[[str], str]]:
    with postgresql_server() as server:

        def address(name: str) -> str:
            server.create(name)
            return server.url(name.replace(" ", "%20"))

        yield address


def _databases() -> Iterator[tuple[str, Callable[[str], str]]]:
    for kind, opened in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        if kind in chosen():
            with opened() as address:
                yield kind, address


if __name__ == "__main__":
    main()
