"""Each race in small, on each database, and with its guard off. `bin/faults --races` is the long run."""

from collections.abc import Iterator

import pytest

from bot.database import Database
from tests.conftest import Databases
from tests.databases import chosen
from tests.faults.contests import CONTESTS, Contest, Play, decisions, run, times
from tests.faults.databases import make_ready
from tests.faults.racers import Guard, Racers

ATTEMPTS = 32


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


def test_without_claims_times_are_had_twice(racers: Racers, empty: Database) -> None:
    wrong = run(Contest(racers, empty, Guard.CLAIMS), times, ATTEMPTS).wrong
    assert any("overlap" in line for line in wrong)


@pytest.mark.parametrize("kind", [kind for kind in chosen() if kind != "sqlite"], indirect=True)
def test_without_lock_and_version_requests_are_decided_twice(racers: Racers, empty: Database) -> None:
    wrong = run(Contest(racers, empty, Guard.DECISIONS), decisions, ATTEMPTS).wrong
    assert any("decided 2 times" in line for line in wrong)
