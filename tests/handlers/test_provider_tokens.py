"""A token that all processes share: one at a time replaces it, and whoever took too long keeps nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from bot.database import Database
from handlers.provider_tokens import Token, fetching_claimed, fetching_given_up, token_fetched, token_read
from tests.conftest import NOW

pytestmark = pytest.mark.every_database

NAME = "mpesa-1"
LATER = NOW + timedelta(seconds=30)
NONE = Token()
NEW = Token("new", NOW + timedelta(hours=1))


def claim(database: Database, spent: Token = NONE, now: datetime = NOW, until: datetime = LATER) -> bool:
    return database.transact(lambda session: fetching_claimed(session, NAME, spent, now, until))


def read(database: Database) -> Token:
    return database.read(lambda session: token_read(session, NAME))


def test_a_token_is_claimed_fetched_and_read(database: Database) -> None:
    assert read(database) == NONE
    assert claim(database)
    assert Token(fetching_until=LATER) == read(database)
    assert database.transact(lambda session: token_fetched(session, NAME, NEW, LATER))
    assert read(database) == NEW


def test_only_one_of_several_at_once_may_fetch(database: Database) -> None:
    barrier = Barrier(6)

    def together(turn: int) -> bool:
        barrier.wait()
        return claim(database, until=LATER + timedelta(seconds=turn))

    with ThreadPoolExecutor(6) as pool:
        assert 1 == sum(pool.map(together, range(6)))


def test_what_somebody_replaced_meanwhile_is_not_replaced_again(database: Database) -> None:
    assert claim(database)
    database.transact(lambda session: token_fetched(session, NAME, NEW, LATER))
    assert not claim(database, NONE)
    assert claim(database, NEW)


def test_a_fetch_that_never_ends_is_left_to_another(database: Database) -> None:
    assert claim(database)
    assert not claim(database, now=LATER - timedelta(microseconds=1), until=LATER + timedelta(seconds=30))
    assert claim(database, now=LATER, until=LATER + timedelta(seconds=30))
    assert not database.transact(lambda session: token_fetched(session, NAME, NEW, LATER))
    assert "" == read(database).text


def test_a_fetch_that_failed_is_free_at_once_and_only_for_who_failed(database: Database) -> None:
    assert claim(database)
    database.transact(_given_up(LATER + timedelta(seconds=1)))
    assert not claim(database)
    database.transact(_given_up(LATER))
    assert claim(database)


def test_a_token_is_not_shown() -> None:
    assert "new" not in repr(NEW)


def _given_up(until: datetime) -> Callable[[Session], None]:
    return lambda session: fetching_given_up(session, NAME, until)
