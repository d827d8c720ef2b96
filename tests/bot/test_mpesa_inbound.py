"""Daraja's callbacks: whether they are genuine, and what they say, in whichever form."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.unreadable import Unreadable
from bot.clock import SetClock
from bot.payments.mpesa_inbound import ACCEPTED, MpesaInbound
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews
from conversations.rules.mpesa import NAIROBI
from tests.fakes.daraja_server import FakeDaraja, Prompt

SECRET = "hunter2-w0rd"
INBOUND = MpesaInbound(SECRET)
PAID_AT = datetime(2026, 1, 5, 11, 30, 22, tzinfo=UTC)


@pytest.fixture
def daraja() -> Iterator[FakeDaraja]:
    yield FakeDaraja("key", "hunter2", "174379", "passkey", SetClock(PAID_AT).now)


@pytest.fixture
def prompt(daraja: FakeDaraja) -> Prompt:
    made = Prompt("ws_CO_0501202614300001", "29115-1", {"Amount": 79, "PhoneNumber": "254700000000"})
    daraja.prompts.append(made)
    return made


def test_a_payment_is_read_whole(daraja: FakeDaraja, prompt: Prompt) -> None:
    name, news = INBOUND.parse(daraja.pay(prompt))
    assert f"ws_CO_0501202614300001:0:{prompt.receipt}" == name
    assert news == PaymentNews(
        Outcome.PAID,
        checkout_id="ws_CO_0501202614300001",
        merchant_id="29115-1",
        transaction_id=prompt.receipt,
        amount=Money(7900, "KES"),
        code="0",
        words="The service request is processed successfully.",
        phone="254700000000",
        at=datetime(2026, 1, 5, 14, 30, 22, tzinfo=NAIROBI),
    )


@pytest.mark.parametrize("code", ["1", "1032", "1037", "2001", "SFC_IC0003", "777"])
def test_a_failure_has_its_code_and_words_and_nothing_else(code: str, daraja: FakeDaraja, prompt: Prompt) -> None:
    name, news = INBOUND.parse(daraja.fail(prompt, code))
    assert (f"{prompt.checkout_id}:{code}", Outcome.FAILED, code) == (name, news.outcome, news.code)
    assert (None, "", True) == (news.amount, news.transaction_id, bool(news.words))


def test_what_is_repeated_has_the_same_id_and_what_differs_another(daraja: FakeDaraja, prompt: Prompt) -> None:
    failed = daraja.fail(prompt, "1032")
    paid = daraja.pay(prompt)
    assert INBOUND.parse(paid) == INBOUND.parse(paid)
    assert INBOUND.parse(daraja.callback(prompt, is_text=True)) == INBOUND.parse(paid)
    assert INBOUND.parse(daraja.callback(prompt, items=daraja.items(prompt)[::-1])) == INBOUND.parse(paid)
    assert INBOUND.parse(failed)[0] != INBOUND.parse(paid)[0]


def test_metadata_that_is_missing_is_not_made_up(daraja: FakeDaraja, prompt: Prompt) -> None:
    daraja.pay(prompt)
    for items in ([], [{"Name": "Amount"}, {"Value": 1}, "Amount", {"Name": ["Amount"], "Value": 1}]):
        name, news = INBOUND.parse(daraja.callback(prompt, items=items))
        assert (f"{prompt.checkout_id}:0", Outcome.PAID) == (name, news.outcome)
        assert (None, "", "", None) == (news.amount, news.transaction_id, news.phone, news.at)
    _, news = INBOUND.parse(daraja.callback(prompt, CallbackMetadata=None))
    assert news.amount is None


@pytest.mark.parametrize(
    ("value", "cents"),
    [(79, 7900), (79.0, 7900), ("79.00", 7900), (79.5, 7950), ("250000", 25_000_000), (0.07, 7)],
)
def test_an_amount_comes_as_any_kind_of_number(value: object, cents: int, daraja: FakeDaraja, prompt: Prompt) -> None:
    daraja.pay(prompt)
    _, news = INBOUND.parse(daraja.callback(prompt, items=[{"Name": "Amount", "Value": value}]))
    assert Money(cents, "KES") == news.amount


@pytest.mark.parametrize(
    "value", [0, -79, "79.001", "much", "", True, [79], {}, 1e300, float("nan"), float("inf"), "1e999999999", 10**12]
)
def test_what_is_no_amount_is_not_taken_for_the_one_that_was_asked(
    value: object, daraja: FakeDaraja, prompt: Prompt
) -> None:
    daraja.pay(prompt)
    with pytest.raises(Unreadable):
        INBOUND.parse(daraja.callback(prompt, items=[{"Name": "Amount", "Value": value}]))


@pytest.mark.parametrize("value", ["2547****000", "254700000000", 254700000000])
def test_a_masked_phone_is_only_kept(value: object, daraja: FakeDaraja, prompt: Prompt) -> None:
    daraja.pay(prompt)
    _, news = INBOUND.parse(daraja.callback(prompt, items=[{"Name": "PhoneNumber", "Value": value}]))
    assert str(value) == news.phone


@pytest.mark.parametrize("value", [20261305143022, "soon", 0, True, None, [1]])
def test_a_moment_that_is_none_is_left_out(value: object, daraja: FakeDaraja, prompt: Prompt) -> None:
    daraja.pay(prompt)
    _, news = INBOUND.parse(daraja.callback(prompt, items=[{"Name": "TransactionDate", "Value": value}]))
    assert news.at is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"Body": []}',
        b'{"Body": {"stkCallback": []}}',
        b'{"Body": {"stkCallback": {"ResultCode": 0}}}',
        b'{"Body": {"stkCallback": {"CheckoutRequestID": "ws_CO_1"}}}',
        b'{"Body": {"stkCallback": {"CheckoutRequestID": "ws_CO_1", "ResultCode": true}}}',
        b'{"Body": {"stkCallback": {"CheckoutRequestID": {"a": 1}, "ResultCode": 0}}}',
        json.dumps({"Body": {"stkCallback": {"CheckoutRequestID": "w" * 81, "ResultCode": 0}}}).encode(),
        b'{"Body": {"stkCallback": {"CheckoutRequestID": "ws_CO_1", "ResultCode": ' + b"9" * 5000 + b"}}}",
    ],
)
def test_nonsense_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        INBOUND.parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    JSON,
    JSON,
    JSON,
    st.lists(st.fixed_dictionaries({"Name": st.sampled_from(["Amount", "PhoneNumber"]), "Value": JSON})),
)
def test_no_callback_breaks_it(checkout_id: Any, code: Any, words: Any, items: Any) -> None:
    call = {
        "CheckoutRequestID": checkout_id,
        "ResultCode": code,
        "ResultDesc": words,
        "CallbackMetadata": {"Item": items},
    }
    for changed in (call, {**call, "CheckoutRequestID": "ws_CO_1", "ResultCode": 0}):
        try:
            name, news = INBOUND.parse(json.dumps({"Body": {"stkCallback": changed}}).encode())
        except Unreadable:
            continue
        assert 0 < len(name) <= 120
        assert news.checkout_id


def test_only_the_secret_in_the_path_lets_it_in() -> None:
    assert INBOUND.verify(SECRET)
    assert INBOUND.verify(SECRET, "203.0.113.9")
    for wrong in ("", "hunter2", f"{SECRET} ", SECRET.upper(), "пароль", "\udc80"):
        assert not INBOUND.verify(wrong)
    assert not MpesaInbound("").verify("")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("196.201.214.200", True),
        ("196.201.213.44", True),
        ("::ffff:196.201.214.200", True),
        ("196.201.214.201", False),
        ("::1", False),
        ("", False),
        ("unknown", False),
    ],
)
def test_where_sources_are_listed_only_they_are_let_in(source: str, expected: bool) -> None:
    listed = MpesaInbound(SECRET, ("196.201.214.200", "196.201.213.0/24"))
    assert expected is listed.verify(SECRET, source)
    assert not listed.verify("another", source)


def test_the_answer_says_that_it_was_taken() -> None:
    assert {"ResultCode": 0, "ResultDesc": "Accepted"} == ACCEPTED
