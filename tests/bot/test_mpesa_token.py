"""The token at Daraja: fetched by one for all, for a new one kills the one before."""

import multiprocessing
import socket
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from bot.clock import Clock, SetClock
from bot.database import Database
from bot.payments import mpesa_wire
from bot.payments.base import ProviderAway, ProviderRefused
from bot.payments.mpesa_token import LEASE, MARGIN, SharedToken
from handlers.provider_tokens import Token, fetching_claimed, token_read
from tests.fakes.daraja_server import FakeDaraja

NONE = Token()


@pytest.fixture
def daraja() -> Iterator[FakeDaraja]:
    with FakeDaraja("key", "hunter2", "174379", "passkey") as fake:
        yield fake


def shared(database: Database, clock: Clock, base: str, secret: str = "hunter2", patience: float = 10) -> SharedToken:
    return SharedToken(database, clock.now, base, "key", secret, patience)


@pytest.fixture
def token(database: Database, clock: SetClock, daraja: FakeDaraja) -> SharedToken:
    return shared(database, clock, daraja.base_url)


def fetched_elsewhere(url: str, base: str, refused: str) -> str:
    """What another process gets."""
    database = Database(url)
    try:
        return shared(database, Clock(), base).get(refused)
    finally:
        database.dispose()


def test_it_is_fetched_once_and_kept(token: SharedToken, daraja: FakeDaraja) -> None:
    assert [token.get() for _ in range(3)] == [daraja.tokens[0]] * 3
    assert 1 == len(daraja.asked)


def test_it_is_replaced_shortly_before_its_end(token: SharedToken, daraja: FakeDaraja, clock: SetClock) -> None:
    first = token.get()
    clock.move(timedelta(seconds=3599) - MARGIN - timedelta(seconds=1))
    assert first == token.get()
    clock.move(timedelta(seconds=1))
    assert token.get() == daraja.tokens[1]


@pytest.mark.parametrize(
    ("said", "seconds"), [(120, 120), ("120", 120), ("", 3599), (None, 3599), ("soon", 3599), (10**7, 86_400)]
)
def test_its_life_comes_as_a_number_or_as_text(
    said: object, seconds: int, token: SharedToken, daraja: FakeDaraja, database: Database, clock: SetClock
) -> None:
    daraja.expires_in = said
    token.get()
    held = database.read(lambda session: token_read(session, token.name))
    assert clock.now() + timedelta(seconds=seconds) == held.expires_at


def test_one_that_is_refused_is_replaced_before_its_end(token: SharedToken, daraja: FakeDaraja) -> None:
    first = token.get()
    assert token.get(refused=first) == token.get() == token.get(refused=first) == daraja.tokens[1]
    assert 2 == len(daraja.tokens)


def test_threads_that_want_it_at_once_fetch_it_once(token: SharedToken, daraja: FakeDaraja) -> None:
    daraja.delay(0.2)
    barrier = Barrier(6)

    def together(refused: str) -> str:
        barrier.wait()
        return token.get(refused)

    with ThreadPoolExecutor(6) as pool:
        assert {"t0ken" + "0" * 24} == set(pool.map(together, [""] * 6))
        assert set(pool.map(together, [daraja.tokens[0]] * 6)) == {daraja.tokens[1]}
    assert 2 == len(daraja.tokens)


def test_processes_that_want_it_at_once_fetch_it_once(database_url: str, daraja: FakeDaraja) -> None:
    daraja.delay(0.3)
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        given = [pool.submit(fetched_elsewhere, database_url, daraja.base_url, "") for _ in range(4)]
        assert {"t0ken" + "0" * 24} == {one.result(60) for one in given}
        given = [pool.submit(fetched_elsewhere, database_url, daraja.base_url, daraja.tokens[0]) for _ in range(4)]
        assert {one.result(60) for one in given} == {daraja.tokens[1]}
    assert 2 == len(daraja.tokens)


def test_without_the_claim_each_would_kill_the_others(
    token: SharedToken, daraja: FakeDaraja, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.payments.mpesa_token.fetching_claimed", lambda *_: True)
    daraja.delay(0.2)
    barrier = Barrier(4)

    def together(_: int) -> str:
        barrier.wait()
        return token.get()

    with ThreadPoolExecutor(4) as pool:
        assert 1 < len(set(pool.map(together, range(4))))


def test_who_waits_too_long_for_another_gives_up_and_may_ask_again(
    database: Database, daraja: FakeDaraja, clock: SetClock
) -> None:
    token = shared(database, clock, daraja.base_url, patience=0)
    until = clock.now() + LEASE
    database.transact(lambda session: fetching_claimed(session, token.name, NONE, clock.now(), until))
    with pytest.raises(ProviderAway):
        token.get()
    clock.move(LEASE)
    assert [token.get()] == daraja.tokens


def test_a_fetch_that_fails_leaves_it_to_the_next_at_once(token: SharedToken, daraja: FakeDaraja) -> None:
    for plan in (
        lambda: daraja.fail_next(503, method="GET"),
        lambda: daraja.answer_html(method="GET"),
        lambda: daraja.cut_after_accepting(method="GET"),
    ):
        plan()
        with pytest.raises(ProviderAway):
            token.get()
    assert token.get() == daraja.tokens[-1]


def test_a_fetch_that_hangs_is_given_up(
    token: SharedToken, daraja: FakeDaraja, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mpesa_wire, "READ_SECONDS", 0.2)
    daraja.hang_after_accepting(method="GET")
    with pytest.raises(ProviderAway):
        token.get()
    assert token.get() == daraja.tokens[1]


def test_an_app_that_is_not_let_in_is_refused_without_its_secret(
    database: Database, daraja: FakeDaraja, clock: SetClock
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        shared(database, clock, daraja.base_url, "wr0ng").get()
    assert ("400.008.01", False) == (caught.value.code, "wr0ng" in str(caught.value))


def test_another_app_and_the_sandbox_have_tokens_of_their_own(
    database: Database, daraja: FakeDaraja, clock: SetClock
) -> None:
    names = {shared(database, clock, base, secret).name for base in ("https://a", "https://b") for secret in ("x", "y")}
    assert 4 == len(names)
    assert all(len(name) <= 40 and "x" not in name[6:] for name in names)


def test_nobody_there_may_be_asked_again(database: Database, clock: SetClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ProviderAway):
            shared(database, clock, f"http://127.0.0.1:{taken.getsockname()[1]}").get()
