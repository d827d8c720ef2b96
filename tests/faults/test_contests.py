"""Each race in small, on each database, and with its guard off. `bin/faults --races` is the long run."""

from collections.abc import Iterator

import pytest

from bot.database import Database
from tests.conftest import Databases
from tests.faults.contest import Contest
from tests.faults.contests import CONTESTS, GUARDED_BY, Play, run
from tests.faults.databases import make_ready
from tests.faults.racers import Racers

pytestmark = pytest.mark.every_database

ATTEMPTS = 32
ATTEMPTS_UNGUARDED = 16
TWICE = (
    "overlap", "decided 2 times", "decided 3 times", "told 2 times", "confirmed for another time than it starts at",
    "blocked unnoticed",
)  # fmt: skip


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    with Racers() as started:
        yield started


@pytest.fixture
def empty(kind: str, databases: Databases) -> Iterator[Database]:
    """Of the suite's own business, with nothing booked."""
    url = databases.empty(kind)
    make_ready(url)
    database = Database(url, pool=8)
    yield database
    database.dispose()
    databases.drop(kind, url)


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.__name__)
def test_whoever_is_faster_nothing_is_done_twice(racers: Racers, empty: Database, contest: Play) -> None:
    done = run(Contest(racers, empty), contest, ATTEMPTS)
    assert [] == done.wrong
    assert done.attempts >= ATTEMPTS


@pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.__name__)
def test_with_the_guard_off_it_is_done_twice(racers: Racers, empty: Database, contest: Play) -> None:
    wrong = run(Contest(racers, empty, GUARDED_BY[contest]), contest, ATTEMPTS_UNGUARDED).wrong
    assert any(sign in line for line in wrong for sign in TWICE), wrong
