"""Asking for money on a phone: what Daraja is sent, that no second prompt is ever sent blindly, and what it answers."""

import base64
import json
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.database import Database
from bot.payments import mpesa_wire
from bot.payments.base import Asked, Known, PaymentProvider, ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.mpesa import Mpesa, Shop
from bot.payments.mpesa_token import SharedToken
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews
from tests.conftest import NOW, Databases
from tests.fakes.daraja_server import FakeDaraja
from tests.fakes.faulty_server import Answer
from tests.fakes.faulty_server import Asked as WireAsked
from tests.patience import NO_WAIT

CALLBACK = "https://bot.example.test/webhooks/mpesa/s3cret"
ASKED = Asked(7, 12, Money(7900, "KES"), "Haircut", "pay-7-1", NOW + timedelta(minutes=30), phone="+254700000000")


@pytest.fixture
def daraja(clock: SetClock) -> Iterator[FakeDaraja]:
    with FakeDaraja("key", "hunter2", "174379", "passkeyexample", clock.now) as fake:
        yield fake


@pytest.fixture
def kept(databases: Databases) -> Iterator[Database]:
    url = databases.copy("sqlite")
    database = Database(url)
    yield database
    database.dispose()
    databases.drop("sqlite", url)


@pytest.fixture
def mpesa(daraja: FakeDaraja, kept: Database, clock: SetClock) -> Mpesa:
    return at(daraja, kept, clock)


def at(daraja: FakeDaraja, kept: Database, clock: SetClock, base: str = "", passkey: str = "") -> Mpesa:
    base = base or daraja.base_url
    token = SharedToken(kept, clock.now, daraja.base_url, daraja.key, daraja.secret)
    return Mpesa(Shop(daraja.shortcode, passkey or daraja.passkey, daraja.till), token, CALLBACK, base, clock.now)


def begun(mpesa: Mpesa) -> Known:
    return Known(7, mpesa.begin(ASKED).checkout_id, ASKED.amount)


def test_a_push_asks_the_phone_for_whole_shillings(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    found = mpesa.begin(ASKED)
    (prompt,) = daraja.prompts
    assert (prompt.checkout_id, prompt.merchant_id, "") == (found.checkout_id, found.merchant_id, found.url)
    assert prompt.asked == {
        "BusinessShortCode": "174379",
        "Password": base64.b64encode(b"174379passkeyexample20260310101500").decode(),
        "Timestamp": "20260310101500",
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 79,
        "PartyA": "254700000000",
        "PartyB": "174379",
        "PhoneNumber": "254700000000",
        "CallBackURL": CALLBACK,
        "AccountReference": "BK12",
        "TransactionDesc": "Booking",
    }


def test_a_till_is_paid_by_its_own_number(kept: Database, clock: SetClock) -> None:
    with FakeDaraja("key", "hunter2", "174379", "pk", clock.now, till="555001") as daraja:
        at(daraja, kept, clock).begin(ASKED)
        asked = daraja.prompts[0].asked
        wanted = ("CustomerBuyGoodsOnline", "174379", "555001")
        assert wanted == (asked["TransactionType"], asked["BusinessShortCode"], asked["PartyB"])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (replace(ASKED, amount=Money(7950, "KES")), "amount"),
        (replace(ASKED, amount=Money(7900, "USD")), "amount"),
        (replace(ASKED, amount=Money(0, "KES")), "amount"),
        (replace(ASKED, amount=Money(25_000_100, "KES")), "amount"),
        (replace(ASKED, phone="+97455501234"), "phone"),
        (replace(ASKED, phone=""), "phone"),
        (replace(ASKED, booking_id=10**10), "reference"),
    ],
)
def test_what_mpesa_cannot_take_is_refused_before_anything_is_sent(
    wrong: Asked, code: str, mpesa: Mpesa, daraja: FakeDaraja
) -> None:
    with pytest.raises(ProviderRefused) as caught:
        mpesa.begin(wrong)
    assert (code, []) == (caught.value.code, daraja.asked)


def test_the_largest_of_everything_still_fits(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    mpesa.begin(replace(ASKED, booking_id=10**10 - 1, amount=Money(25_000_000, "KES"), phone="0112345678"))
    asked = daraja.prompts[0].asked
    assert ("BK9999999999", 250_000, "254112345678") == (
        asked["AccountReference"],
        asked["Amount"],
        asked["PhoneNumber"],
    )


def test_an_answer_that_was_cut_off_is_not_asked_for_again(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    daraja.cut_after_accepting()
    with pytest.raises(ProviderUnclear):
        mpesa.begin(ASKED)
    assert 1 == len(daraja.prompts)


def test_an_answer_that_never_comes_is_not_asked_for_again(
    mpesa: Mpesa, daraja: FakeDaraja, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mpesa_wire, "READ_SECONDS", 0.2)
    daraja.hang_after_accepting()
    with pytest.raises(ProviderUnclear):
        mpesa.begin(ASKED)
    assert 1 == len(daraja.prompts)


def test_an_answer_that_drips_is_not_waited_for(
    kept: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dripping(FakeDaraja):
        def reply(self, asked: WireAsked) -> Answer:
            return replace(super().reply(asked), drip_body=0.25 if asked.method == "POST" else 0)

    monkeypatch.setattr(mpesa_wire, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(mpesa_wire, "READ_SECONDS", 0.3)
    with Dripping("key", "hunter2", "174379", "pk", clock.now) as daraja:
        started = time.monotonic()
        with pytest.raises(ProviderUnclear):
            at(daraja, kept, clock).begin(ASKED)
        assert time.monotonic() - started < NO_WAIT
    assert 1 == len(daraja.prompts)


@pytest.mark.parametrize("status", [200, 408, 500, 502, 503])
def test_a_page_instead_of_an_answer_leaves_a_push_unclear(status: int, mpesa: Mpesa, daraja: FakeDaraja) -> None:
    daraja.answer_html(method="POST", status=status)
    with pytest.raises(ProviderUnclear):
        mpesa.begin(ASKED)


@pytest.mark.parametrize("status", [302, 403, 404, 429])
def test_a_gateway_that_turns_away_has_sent_nothing_on(status: int, mpesa: Mpesa, daraja: FakeDaraja) -> None:
    daraja.answer_html(method="POST", status=status)
    with pytest.raises(ProviderAway):
        mpesa.begin(ASKED)


def test_nobody_there_may_be_asked_again(daraja: FakeDaraja, kept: Database, clock: SetClock) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = at(daraja, kept, clock, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ProviderAway) as caught:
            nobody.begin(ASKED)
    assert "127.0.0.1" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        ("400.002.02", "Bad Request - Invalid PhoneNumber", ProviderRefused),
        ("400.008.01", "Invalid Authentication passed", ProviderRefused),
        ("404.001.01", "Resource not found", ProviderRefused),
        ("405.001", "Method not allowed", ProviderRefused),
        ("500.003.02", "System is busy", ProviderAway),
        ("500.003.03", "Quota violation", ProviderAway),
        ("500.001.1001", "Unable to lock subscriber, a transaction is already in process", ProviderAway),
        ("500.001.1001", "Wrong credentials", ProviderRefused),
        ("500.001.1001", "[MerchantValidate] - Merchant does not exist", ProviderRefused),
        ("500.001.1001", "Something else", ProviderUnclear),
        ("503.000.00", "Nobody knows", ProviderUnclear),
    ],
)
def test_each_error_says_whether_it_may_be_asked_again(
    code: str, words: str, expected: type[Exception], mpesa: Mpesa, daraja: FakeDaraja
) -> None:
    daraja.refuse_next(code, words)
    with pytest.raises(expected) as caught:
        mpesa.begin(ASKED)
    assert code in str(caught.value)
    assert [] == daraja.prompts


def test_a_payer_with_an_open_prompt_is_asked_a_minute_later(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    mpesa.begin(ASKED)
    with pytest.raises(ProviderAway) as caught:
        mpesa.begin(ASKED)
    assert (60, 1) == (caught.value.retry_after, len(daraja.prompts))


def test_a_wrong_passkey_is_refused(daraja: FakeDaraja, kept: Database, clock: SetClock) -> None:
    with pytest.raises(ProviderRefused):
        at(daraja, kept, clock, passkey="another").begin(ASKED)


def test_a_token_that_has_died_is_replaced_once_and_the_push_repeated(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    begun(mpesa)
    daraja.prompts[0].result = "1032"
    daraja.expire_token()
    mpesa.begin(ASKED)
    assert (2, 2) == (len(daraja.tokens), len(daraja.prompts))


@pytest.mark.parametrize("status", [404, 401])
def test_a_fresh_token_that_is_refused_ends_it(status: int, mpesa: Mpesa, daraja: FakeDaraja) -> None:
    daraja.refuse_next("404.001.03", "Invalid Access Token", status, times=3)
    with pytest.raises(ProviderAway):
        mpesa.begin(ASKED)
    assert (2, []) == (len(daraja.tokens), daraja.prompts)


def test_no_secret_is_in_what_an_error_says(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    begun(mpesa)
    daraja.refuse_next("400.002.02", f"Bad Request - {daraja.tokens[-1]}")
    with pytest.raises(ProviderRefused) as caught:
        mpesa.begin(ASKED)
    assert "t0ken" not in caught.value.words
    assert "passkey" not in repr(Shop("174379", "passkeyexample"))


def test_an_open_prompt_is_looked_at_again(mpesa: Mpesa) -> None:
    known = begun(mpesa)
    assert PaymentNews(Outcome.PROCESSING, 7, known.checkout_id) == mpesa.look(known)


@pytest.mark.parametrize(
    ("result", "expected"),
    [("0", Outcome.PAID), ("1032", Outcome.FAILED), ("SFC_IC0003", Outcome.FAILED), ("4999", Outcome.PROCESSING)],
)
def test_a_look_finds_what_became_of_it(result: str, expected: Outcome, mpesa: Mpesa, daraja: FakeDaraja) -> None:
    known = begun(mpesa)
    daraja.prompts[0].result = result
    for news in (mpesa.look(known), mpesa.end(known)):
        assert (expected, 7, known.checkout_id, result) == (
            news.outcome,
            news.payment_id,
            news.checkout_id,
            news.code,
        )
        assert ("", None) == (news.transaction_id, news.amount)


@pytest.mark.parametrize("code", ["500.001.1001", "500.003.02", "503.000.00"])
def test_a_look_that_fails_is_repeated_later(code: str, mpesa: Mpesa, daraja: FakeDaraja) -> None:
    known = begun(mpesa)
    daraja.refuse_next(code)
    with pytest.raises(ProviderAway):
        mpesa.look(known)


def test_a_look_that_is_cut_off_or_answered_with_a_page_is_repeated_later(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    known = begun(mpesa)
    daraja.cut_after_accepting()
    daraja.answer_html(method="POST")
    for _ in range(2):
        with pytest.raises(ProviderAway):
            mpesa.look(known)
    assert Outcome.PROCESSING is mpesa.look(known).outcome


def test_what_daraja_does_not_know_is_refused(mpesa: Mpesa) -> None:
    with pytest.raises(ProviderRefused):
        mpesa.look(Known(7, "ws_CO_other", ASKED.amount))


def test_an_answer_about_another_payment_is_not_believed(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    known = begun(mpesa)
    daraja.prompts[0].result, daraja.answers_about = "0", "ws_CO_other"
    with pytest.raises(ProviderAway):
        mpesa.look(known)


def test_the_callback_may_come_before_the_push_is_answered(mpesa: Mpesa, daraja: FakeDaraja) -> None:
    seen: list[bytes] = []
    daraja.on_push = lambda prompt: seen.append(daraja.pay(prompt))
    known = begun(mpesa)
    assert known.checkout_id == json.loads(seen[0])["Body"]["stkCallback"]["CheckoutRequestID"]


def test_it_is_a_payment_provider(mpesa: Mpesa) -> None:
    provider: PaymentProvider = mpesa
    assert provider
