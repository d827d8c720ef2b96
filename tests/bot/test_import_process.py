"""`import` as it is run: killed wherever it is, and with many rows."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.commands import import_
from bot.commands.opening import load_business
from bot.database import Database
from handlers.invariants_checked import broken_invariants
from models.base import metadata
from models.bookings import bookings
from models.class_sessions import class_sessions
from models.clients import clients
from models.conversations import conversations
from models.legacy import legacy_records
from tests.conftest import Databases

TOP = Path(__file__).parent.parent.parent
YOGA = TOP / "tests" / "handlers" / "yoga.toml"
LONG_AGO, FAR_AHEAD = datetime(2015, 1, 1, 9), datetime(2040, 1, 1, 9)
KILLED_FILE, KILLS = 6000, 3
MANY = 50_000 if os.environ.get("REQUIRE_ALL") else 15_000
PEAK = """
import resource, sys
from bot.__main__ import main
status = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(status)
"""
Rows = Iterator[tuple[object, ...]]


def one_on_one(count: int) -> Rows:
    """Of the past and ahead by turns."""
    yield "id", "teacher", "student_id", "student_phone", "course", "start", "status", "student_note"
    for n in range(count):
        status = "confirmed" if n % 2 else "completed"
        yield n, "Kai", n % 997, _phone(n), "Massage", _start(n % 2, n // 2), status, "first visit"


def seats(count: int) -> Rows:
    """Four in a class, which are of the past and ahead by turns."""
    yield (
        "id",
        "session_id",
        "course",
        "teacher",
        "scheduled_start",
        "total_seats",
        "student_id",
        "student_phone",
        "status",
    )
    for n in range(count):
        place = n // 4
        status = "confirmed" if place % 2 else "attended"
        yield n, place, "Yoga", "Mia", _start(place % 2, place // 2), 4, n % 997, _phone(n), status


def _start(is_ahead: int, place: int) -> str:
    first = FAR_AHEAD if is_ahead else LONG_AGO
    return f"{first + timedelta(days=place // 8, hours=place % 8):%Y-%m-%d %H:%M}"


def _phone(number: int) -> str:
    return f"+4479111{number % 997:05}"


def command(folder: Path, kind: str, rows: Rows) -> list[str]:
    path = folder / "old.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return ["import", str(path), "--kind", kind]


@pytest.fixture
def opened(databases: Databases, kind: str) -> Iterator[Callable[[], tuple[Database, dict[str, str]]]]:
    """A studio in a database of its own, and the environment of a process that works on it."""
    made: list[tuple[Database, str]] = []

    def opened() -> tuple[Database, dict[str, str]]:
        url = databases.copy(kind)
        database = Database(url)
        made.append((database, url))
        load_business(database, YOGA)
        return database, {**os.environ, "DATABASE_URL": url, "JOURNAL_DIR": os.devnull}

    yield opened
    for database, url in made:
        database.dispose()
        databases.drop(kind, url)


Opened = Callable[[], tuple[Database, dict[str, str]]]


@pytest.mark.parametrize(("of", "rows"), [("one_on_one", one_on_one), ("bookings", seats)])
def test_killed_anywhere_it_leaves_whole_rows_and_goes_on(
    of: str, rows: Callable[[int], Rows], opened: Opened, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "bot", *command(tmp_path, of, rows(KILLED_FILE))]
    whole, environment = opened()
    subprocess.run(words, cwd=TOP, env=environment, check=True, capture_output=True)
    broken, environment = opened()
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    for _ in range(KILLS):
        process = subprocess.Popen(words, cwd=TOP, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        until, deadline = _taken(broken) + chance.randrange(1, 900), time.monotonic() + 300
        while _taken(broken) < until and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))  # wherever in the next transaction that is
        process.send_signal(signal.SIGKILL)
        _, said = process.communicate()
        assert -signal.SIGKILL == process.returncode, (seed, said)
        assert until <= _taken(broken) < KILLED_FILE, seed
        assert 0 == _taken(broken) % import_.BATCH, seed
        assert [] == broken.read(lambda session: list(broken_invariants(session, Clock().now()))), seed
    done = subprocess.run(words, cwd=TOP, env=environment, check=True, capture_output=True, text=True)
    assert ["imported", "unchanged"] == [line.split()[1] for line in done.stdout.splitlines()], seed
    assert KILLED_FILE == sum(int(line.split()[0].replace(",", "")) for line in done.stdout.splitlines()), seed
    assert whole.read(_counts) == broken.read(_counts), seed
    assert whole.read(_taken_over) == broken.read(_taken_over), seed
    assert [] == broken.read(lambda session: list(broken_invariants(session, Clock().now()))), seed


def _taken(database: Database) -> int:
    return database.read(lambda session: session.execute(select(func.count()).select_from(bookings)).scalar_one())


def _counts(session: Session) -> dict[str, int]:
    """How many rows there are in every table."""
    return {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def _taken_over(session: Session) -> tuple[list[tuple[Any, ...]], ...]:
    """What was taken over by its numbers there, without those that it has here."""
    of, b = legacy_records.c, bookings.c
    of_bookings: Select[Any] = (
        select(
            of.kind, of.legacy_id, of.checksum, clients.c.phone, conversations.c.address, b.status, b.start_at,
            b.end_at, b.confirmed_datetime, b.client_note, b.price, b.seats_reserved, class_sessions.c.start_at,
            class_sessions.c.seats_taken,
        )
        .join(bookings, and_(of.row_id == b.id, of.table_name == "bookings"))
        .join(clients, clients.c.id == b.client_id)
        .outerjoin(conversations, conversations.c.id == b.conversation_id)
        .outerjoin(class_sessions, class_sessions.c.id == b.class_session_id)
    )  # fmt: skip
    of_clients = select(of.kind, of.legacy_id, of.checksum, clients.c.phone).join(
        clients, and_(of.row_id == clients.c.id, of.table_name == "clients")
    )
    return tuple(sorted(map(tuple, session.execute(each))) for each in (of_bookings, of_clients))


def test_many_rows_take_no_more_memory_than_few(databases: Databases, tmp_path: Path) -> None:
    url, peak = databases.copy("sqlite"), {}
    database = Database(url)
    load_business(database, YOGA)
    database.dispose()
    environment = {**os.environ, "DATABASE_URL": url, "JOURNAL_DIR": os.devnull}
    for count in (2_000, MANY):
        more = ["--dry-run"] if count < MANY else []
        words = [sys.executable, "-c", PEAK, *command(tmp_path, "one_on_one", one_on_one(count)), *more]
        done = subprocess.run(words, cwd=TOP, env=environment, check=True, capture_output=True, text=True)
        assert f"{count:>9,}  imported" in done.stdout
        peak[count] = int(done.stderr.split()[-1]) / 1024
    databases.drop("sqlite", url)
    assert peak[MANY] - peak[2_000] < 16, peak
