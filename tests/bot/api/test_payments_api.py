"""Paying by the API: what a client shows and asks, what staff do about it, what Safaricom says; each as by text."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.clock import SetClock
from bot.database import DatabaseAway
from conversations.booking import BookingStatus
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.api.paid import MOST_PROMPTS
from models.business import Staff, staff
from models.insert import insert_row
from models.payments import change_payment, payment_by_id
from tests.bot.api.callers import Callers
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, BRIAN, SARA, ZAWADI, Till
from webhooks import create_app

HERS = f"client {AMINA.address}"
CALLBACK = "/api/mpesa/callback?key=s3cret"


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.player.settle()
        till.check()


@pytest.fixture
def call(till: Till) -> Callers:
    return Callers(till.desk, till.clock)


def shows(call: Callers, who: str, booking: int, **proof: str) -> tuple[int, Any]:
    return call.does(who, "POST", f"/api/sessions/{booking}/submit-payment", **proof)


def attempts(till: Till) -> list[tuple[PaymentMethod, PaymentStatus, str]]:
    return [(row.method, row.status, row.proof) for row in till.payments()]


def test_a_client_shows_that_they_paid_as_by_text(till: Till, call: Callers) -> None:
    number = till.approved(who=SARA)
    hers = f"client {SARA.address}"
    assert 200 == shows(call, hers, number, reference="I sent it, ref rc-12345")[0]
    till.player.settle()
    assert "proof_received" == till.told(SARA)[-1]
    assert "proof_notice" == till.told(ZAWADI)[-1]
    assert (PaymentMethod.MANUAL, PaymentStatus.PROOF_SUBMITTED, "RC-12345") in attempts(till)
    heard = len(till.told(ZAWADI))
    assert 200 == shows(call, hers, number, reference="RC-12345")[0]
    till.player.settle()
    assert heard == len(till.told(ZAWADI))  # the same again is no news
    assert 200 == shows(call, "operator", number, link="https://proof.example/p.pdf")[0]
    assert (PaymentMethod.MANUAL, PaymentStatus.PROOF_SUBMITTED, "https://proof.example/p.pdf") in attempts(till)
    (found,) = call.get("operator", f"/api/sessions/{number}/payments")["items"]
    assert (True, "open", number) == (found["has_proof"], found["status"], found["booking_id"])
    assert 200 == call("operator", "POST", f"/api/payments/{found['id']}/verify", json={}).status_code
    assert BookingStatus.CONFIRMED is till.booking(number).status


def test_what_is_no_proof_or_not_theirs_is_refused(till: Till, call: Callers) -> None:
    first, other = till.approved(who=SARA), till.approved(who=BRIAN, when="13 march 10am")
    path = f"/api/sessions/{first}/submit-payment"
    hers = f"client {SARA.address}"
    assert (404, "not_found") == call.refused(f"client {BRIAN.address}", "POST", path, reference="RC12345")
    assert (404, "not_found") == call.refused(hers, "POST", "/api/sessions/999/submit-payment", reference="RC12345")
    assert (403, "not_for_you") == call.refused("viewer", "POST", path, reference="RC12345")
    for wrong in (
        {}, {"reference": "RC12345", "link": "https://a.example/x"}, {"link": "javascript:alert(1)"},
        {"link": "http://a.example/x"}, {"reference": "R" * 501}, {"amount": 1, "reference": "RC12345"},
    ):  # fmt: skip
        assert (422, "invalid") == call.refused(hers, "POST", path, **wrong), wrong
    assert (422, "no_reference") == call.refused(hers, "POST", path, reference="<b>paid</b>")
    assert 200 == shows(call, hers, first, reference="RC12345")[0]
    assert (409, "reference_used") == call.refused(
        f"client {BRIAN.address}", "POST", f"/api/sessions/{other}/submit-payment", reference="rc12345"
    )
    till.says(ZAWADI, f"paid {first}")
    assert (409, "nothing_to_pay") == call.refused(hers, "POST", path, reference="RC99999")


def test_a_proof_is_refused_with_a_reason_and_may_be_shown_again(till: Till, call: Callers) -> None:
    number = till.approved(who=SARA)
    payment = till.payment_requests()[0].id
    assert (409, "no_proof") == call.refused("operator", "POST", f"/api/payments/{payment}/refuse", reason="no")
    shows(call, f"client {SARA.address}", number, reference="RC12345")
    status, whole = call.does("operator", "POST", f"/api/payments/{payment}/refuse", reason="not <b>ours</b>")
    assert (200, False) == (status, whole["has_proof"])
    till.player.settle()
    assert "pay_failed" == till.told(SARA)[-1]
    assert "not <b>ours</b>" in till.last(SARA)
    assert 200 == shows(call, f"client {SARA.address}", number, reference="RC12345")[0]


def test_staff_ask_again_give_back_and_read_the_ledger(till: Till, call: Callers) -> None:
    number = till.approved(who=SARA)
    payment = till.payment_requests()[0].id
    at = f"/api/payments/{payment}"
    assert 200 == call.does("operator", "POST", f"{at}/ask-again")[0]
    till.player.settle()
    assert "pay_due" == till.told(SARA)[-1]
    assert (409, "refused") == call.refused("operator", "POST", f"{at}/refund")
    price = till.payment_requests()[0].amount
    assert (409, "refused") == call.refused("operator", "POST", f"{at}/verify", reference="100")  # it is no amount
    assert 200 == call.does("operator", "POST", f"{at}/verify", reference="rc777")[0]
    assert ("RC777", price) == (till.payments()[-1].transaction_id, till.payments()[-1].received)
    assert (409, "nothing_to_pay") == call.refused("operator", "POST", f"{at}/verify", reference="500")
    assert (409, "nothing_to_pay") == call.refused("operator", "POST", f"{at}/ask-again")
    assert (409, "refused") == call.refused("operator", "POST", f"{at}/refund", amount=price + 1)
    assert 200 == call.does("operator", "POST", f"{at}/refund", amount=1000)[0]
    (back,) = call.get("viewer", "/api/payments/to-give-back")["items"]
    assert (1000, payment, number) == (back["amount"]["amount"], back["payment_id"], back["booking_id"])
    assert (409, "refused") == call.refused("operator", "POST", f"{at}/refunded", amount=999)
    assert 200 == call.does("operator", "POST", f"{at}/refunded", amount=1000)[0]
    whole = call.get("operator", at)
    assert (["succeeded"], True) == ([one["status"] for one in whole["refunds"]], bool(whole["ledger"]))
    hers = call.get(f"client {SARA.address}", at)
    assert (None, None) == (hers["ledger"], hers["attempts"][0]["verified_by"])


def test_lists_are_of_their_own_and_page_by_page(till: Till, call: Callers) -> None:
    numbers = [till.approved(who=who, when=f"{day} march 10am") for who, day in ((SARA, 12), (BRIAN, 13), (SARA, 14))]
    page = call.get("operator", "/api/payments", limit=2)
    rest = call.get("operator", "/api/payments", limit=2, cursor=page["next"])
    found = [one["booking_id"] for one in page["items"] + rest["items"]]
    assert (list(reversed(numbers)), None) == (found, rest["next"])
    assert [numbers[2], numbers[0]] == [
        one["booking_id"] for one in call.get(f"client {SARA.address}", "/api/payments")["items"]
    ]
    others = till.booking(numbers[1]).client_id
    assert [] == call.get(f"client {SARA.address}", "/api/payments", client_id=others)["items"]
    assert [] == call.get("operator", "/api/payments", status="paid")["items"]
    assert 404 == call(f"client {SARA.address}", "GET", f"/api/payments/{till.payment_requests()[1].id}").status_code
    assert 422 == call("operator", "GET", "/api/payments?cursor=WyJ4Il0").status_code
    nobody = add_staff(till)
    assert [] == call.get(f"staff {nobody}", "/api/payments")["items"]
    assert 404 == call(f"staff {nobody}", "GET", f"/api/payments/{till.payment_requests()[0].id}").status_code
    assert 404 == call(f"staff {nobody}", "GET", f"/api/sessions/{numbers[0]}/payments").status_code
    mine = call.get(f"staff {till.booking(numbers[0]).staff_id}", "/api/payments")["items"]
    assert numbers[0] in [one["booking_id"] for one in mine]
    assert 403 == call(f"staff {nobody}", "GET", "/api/payments/unasked").status_code


def test_a_prompt_is_sent_as_by_text_and_its_callback_is_the_webhooks(till: Till, call: Callers) -> None:
    number = till.approved()
    till.calls_back(till.daraja.fail(till.prompt, "1032"))
    status, asked = call.does(HERS, "POST", "/api/mpesa/initiate", bookingId=number)
    assert (202, "pending", AMINA.address) == (status, asked["status"], asked["phone"])
    till.player.settle()
    assert 2 == len(till.daraja.prompts)
    assert asked["attempt_id"] == call.does(HERS, "POST", "/api/mpesa/initiate", booking_id=number)[1]["attempt_id"]
    raw = till.daraja.pay(till.prompt)
    for path in ("/api/mpesa/callback", "/api/mpesa/callback?key=guessed", "/api/mpesa/callback?key=s3cre%CC%81t"):
        assert 403 == till.calls_back(raw, path).status_code
    assert BookingStatus.APPROVED is till.booking(number).status
    for _ in range(100):  # and no limit of calls stands in their way
        answer = call.web.post(CALLBACK, data=raw, content_type="application/json")
        assert (200, {"ResultCode": 0, "ResultDesc": "Accepted"}) == (answer.status_code, answer.json)
    till.player.settle()
    assert BookingStatus.CONFIRMED is till.booking(number).status
    assert 1 == sum(row.status is PaymentStatus.PAID for row in till.payments())
    assert (409, "nothing_to_pay") == call.refused(HERS, "POST", "/api/mpesa/initiate", booking_id=number)


@pytest.mark.parametrize("raw", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"Body":{"stkCallback":{}}}'])
def test_junk_by_the_right_key_is_accepted_and_changes_nothing(till: Till, call: Callers, raw: bytes) -> None:
    till.approved()
    assert 200 == till.calls_back(raw, CALLBACK).status_code
    assert BookingStatus.APPROVED is till.booking().status


def test_who_may_ask_a_phone_and_which(till: Till, call: Callers) -> None:
    number, dollars = till.approved(), till.approved(who=SARA, when="13 march 10am")
    at = "/api/mpesa/initiate"
    assert (404, "not_found") == call.refused(f"client {BRIAN.address}", "POST", at, booking_id=number)
    assert (404, "not_found") == call.refused("operator", "POST", at, booking_id=999)
    assert (403, "not_for_you") == call.refused("viewer", "POST", at, booking_id=number)
    assert (401, "no_token") == call.refused("nobody", "POST", at, booking_id=number)
    for wrong in ({}, {"booking_id": 0}, {"booking_id": "1"}, {"booking_id": number, "phone": "07xx"}):
        assert (422, "invalid") == call.refused("operator", "POST", at, **wrong)
    assert (409, "not_by_mpesa") == call.refused("operator", "POST", at, booking_id=dollars)
    till.calls_back(till.daraja.fail(till.prompt, "1032"))
    assert (409, "not_by_mpesa") == call.refused(HERS, "POST", at, booking_id=number, phone="+15005550006")
    for _ in range(MOST_PROMPTS - 1):
        status, asked = call.does(HERS, "POST", at, booking_id=number, phone="254799000009")
        assert (202, "+254799000009") == (status, asked["phone"])
        _given_up(till, asked["attempt_id"])
    assert (409, "too_many_prompts") == call.refused(HERS, "POST", at, booking_id=number, phone="+254799000009")


def add_staff(till: Till) -> int:
    """Somebody who has no booking."""
    row = Staff(name_key="nobody", name="Nobody", position=9).model_dump(exclude={"id"})
    return till.desk.database.transact(lambda session: insert_row(session, staff, **row))


def _given_up(till: Till, payment_id: int) -> None:
    def work(session: Any) -> None:
        row = payment_by_id(session, payment_id)
        assert row is not None
        change_payment(session, row, till.clock.now(), status=PaymentStatus.EXPIRED, look_at=None)

    till.desk.database.transact(work)


def test_while_the_database_is_away_safaricom_is_to_call_again_by_either_address(
    till: Till, call: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise DatabaseAway("away", "gone")

    number = till.approved()
    raw = till.daraja.pay(till.prompt)
    monkeypatch.setattr(till.desk.database, "transact", away)
    for path in (CALLBACK, "/webhooks/mpesa/s3cret"):
        assert 503 == call.web.post(path, data=raw, content_type="application/json").status_code
    monkeypatch.undo()
    assert 200 == till.calls_back(raw, CALLBACK).status_code
    assert BookingStatus.CONFIRMED is till.booking(number).status


def test_it_is_called_from_safaricoms_addresses_alone_where_they_are_named(till: Till) -> None:
    till.approved()
    raw = till.daraja.pay(till.prompt)
    for sources, status in (("196.201.214.0/24", 403), ("196.201.214.0/24, 127.0.0.1", 200)):
        settings = till.desk.settings.model_copy(update={"mpesa_callback_sources": sources})
        web = create_app(replace(till.desk, settings=settings)).test_client()
        assert status == web.post(CALLBACK, data=raw, content_type="application/json").status_code


def test_without_mpesa_nobody_is_asked_and_no_callback_is_genuine(make_desk: MakeDesk, clock: SetClock) -> None:
    with Till(make_desk, clock, by_phone=False) as till:
        number, call = till.approved(), Callers(till.desk, clock)
        assert (409, "mpesa_not_set_up") == call.refused(HERS, "POST", "/api/mpesa/initiate", booking_id=number)
        assert 403 == call.web.post("/api/mpesa/callback?key=", data=b"{}").status_code
