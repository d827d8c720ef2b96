"""A code by text lets its own phone in once, soon, and nobody who guesses."""

from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.desk import Desk
from bot.logs import new_trace
from handlers.api.sign_in import TRIES, WORKS, code_asked, signed_in

PHONE = "+97455501234"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def ask(desk: Desk, code: str) -> None:
    told = desk.circumstances(new_trace())
    desk.database.transact(lambda session: code_asked(session, PHONE, "h" * 64, code, code * 64, told))


def is_let_in(desk: Desk, code: str, token: str = "t") -> bool:
    now = desk.clock.now()
    found = desk.database.transact(
        lambda session: signed_in(session, PHONE, "h" * 64, code * 64, token.ljust(64, "x"), now)
    )
    return found is not None


def test_it_counts_once(desk: Desk) -> None:
    ask(desk, "a")
    assert is_let_in(desk, "a") and not is_let_in(desk, "a", "u")


def test_the_newest_alone_counts(desk: Desk, clock: SetClock) -> None:
    ask(desk, "a")
    clock.move(timedelta(seconds=30))
    ask(desk, "b")
    assert not is_let_in(desk, "a") and is_let_in(desk, "b")


def test_it_is_over_soon(desk: Desk, clock: SetClock) -> None:
    ask(desk, "a")
    clock.move(WORKS)
    assert timedelta(minutes=10) >= WORKS and not is_let_in(desk, "a")


def test_whoever_guesses_has_five_tries(desk: Desk) -> None:
    ask(desk, "a")
    assert not any(is_let_in(desk, "z") for _ in range(TRIES))
    assert TRIES <= 5 and not is_let_in(desk, "a"), "not even with the right one"
