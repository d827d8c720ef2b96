"""An amount that is held on the client's card with the request: taken at the approval, let go where there is none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.payments import PaymentStatus, RequestStatus
from tests.conftest import MakeDesk
from tests.handlers.till import Till

STUDIO = Path(__file__).parent.parent / "stories" / "studio_with_holds.toml"
ROSA = Phone("Rosa", "sms", "+447700900001")
BEN = Phone("Ben", "sms", "+447700900123", "Ben")


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock, by_phone=False, business=STUDIO) as till:
        yield till
        till.check()


def _held(till: Till) -> str:
    """Ben's card holds the price of his request; the page's number."""
    till.requests("portrait", BEN)
    page = till.opens(till.link(BEN))
    till.delivers(till.stripe.authorize(page))
    return page


def _intent(till: Till, page: str) -> dict[str, object]:
    return dict(till.stripe.intents[till.stripe.sessions[page]["payment_intent"]])


def test_the_card_is_asked_for_with_the_request(till: Till) -> None:
    till.requests("portrait", BEN)
    assert " on your card for #1: https://clinic.test/pay/" in till.last(BEN)
    assert BookingStatus.PENDING is till.booking().status
    page = till.opens(till.link(BEN))
    assert "manual" == till.stripe._captures[page]


def test_what_is_held_is_taken_at_the_approval(till: Till) -> None:
    page = _held(till)
    assert "hold_done" == till.told(BEN)[-1]
    assert "hold_notice" == till.told(ROSA)[-1]
    assert "requires_capture" == _intent(till, page)["status"]
    assert not till.entries()
    assert ["command_taking", "paid_notice"] == till.says(ROSA, "approve 1")
    assert "succeeded" == _intent(till, page)["status"]
    assert ["approved_taking", "paid"] == till.told(BEN)[-2:]
    assert BookingStatus.CONFIRMED is till.booking().status
    assert [(PaymentStatus.PAID, 8000)] == [(p.status, p.received) for p in till.payments()]


@pytest.mark.parametrize("deed", ["decline", "cancel", "deadline"])
def test_what_is_held_is_let_go_where_there_is_no_approval(till: Till, deed: str) -> None:
    page = _held(till)
    if deed == "decline":
        till.says(ROSA, "decline 1 fully booked")
    elif deed == "cancel":
        till.says(BEN, "please cancel my booking", "yes")
    else:
        till.passes(hours=25)
    till.passes(seconds=5)
    assert till.booking().status in (BookingStatus.DECLINED, BookingStatus.CANCELLED, BookingStatus.EXPIRED)
    assert "canceled" == _intent(till, page)["status"]
    assert "hold_let_go" == till.told(BEN)[-1]
    assert [PaymentStatus.EXPIRED] == [p.status for p in till.payments()]
    assert [RequestStatus.CANCELLED] == [r.status for r in till.payment_requests()]
    assert not till.entries()


def test_approved_before_the_card_holds_it_is_paid_after_as_ever(till: Till) -> None:
    number = till.requests("portrait", BEN)
    assert ["command_to_pay"] == till.says(ROSA, f"approve {number}")
    assert "to_pay" == till.told(BEN)[-1]
    till.pays_by_card(BEN)
    assert BookingStatus.CONFIRMED is till.booking().status


def test_a_page_opened_before_and_held_after_the_approval_is_taken_at_once(till: Till) -> None:
    till.requests("portrait", BEN)
    page = till.opens(till.link(BEN))
    till.says(ROSA, "approve 1")
    till.delivers(till.stripe.authorize(page))
    till.passes(seconds=1)
    assert "succeeded" == _intent(till, page)["status"]
    assert BookingStatus.CONFIRMED is till.booking().status


def test_the_word_of_the_hold_comes_by_its_own_event_twice_and_before_the_session_s(till: Till) -> None:
    till.requests("portrait", BEN)
    page = till.opens(till.link(BEN))
    session = till.stripe.authorize(page)
    held = till.stripe.held(page)
    for event in (held, held, session, till.stripe.held(page), session):
        till.delivers(event)
    assert 1 == till.told(BEN).count("hold_done")
    assert 1 == till.told(ROSA).count("hold_notice")
    till.says(ROSA, "approve 1")
    assert [8000] == [p.received for p in till.payments()]


def test_no_event_comes_and_the_hold_is_asked_for(till: Till) -> None:
    till.requests("portrait", BEN)
    till.stripe.authorize(till.opens(till.link(BEN)))
    till.passes(minutes=4)
    assert "hold_done" == till.told(BEN)[-1]


def test_a_page_with_the_amount_held_is_not_paid_again(till: Till) -> None:
    _held(till)
    answer = till.web.get(till.link(BEN))
    assert 200 == answer.status_code
    assert " is held on your card" in answer.get_data(as_text=True)
    assert ["hold_done"] == till.says(BEN, "pay")


def test_the_bank_lets_go_before_anybody_answered(till: Till) -> None:
    page = _held(till)
    till.delivers(till.stripe.hold_ends(page))
    assert "hold_let_go" == till.told(BEN)[-1]
    till.says(ROSA, "approve 1")
    assert "to_pay" == till.told(BEN)[-1]
    till.pays_by_card(BEN)
    assert BookingStatus.CONFIRMED is till.booking().status


def test_the_bank_has_let_go_when_it_is_to_be_taken(till: Till) -> None:
    page = _held(till)
    till.stripe.hold_ends(page)
    till.says(ROSA, "approve 1")
    assert "pay_failed" == till.told(BEN)[-1]
    assert BookingStatus.APPROVED is till.booking().status
    till.pays_by_card(BEN)
    assert BookingStatus.CONFIRMED is till.booking().status


def test_the_answer_to_the_taking_is_lost(till: Till) -> None:
    page = _held(till)
    till.stripe.break_next()
    till.says(ROSA, "approve 1")
    till.passes(minutes=1)
    assert BookingStatus.CONFIRMED is till.booking().status
    assert 8000 == _intent(till, page)["amount_received"]
    assert [8000] == [p.received for p in till.payments()]


def test_a_page_that_was_given_up_and_held_all_the_same_is_let_go(till: Till) -> None:
    till.requests("portrait", BEN)
    page = till.opens(till.link(BEN))
    till.says(ROSA, "decline 1")
    till.delivers(till.stripe.event("checkout.session.expired", {**till.stripe.sessions[page], "status": "expired"}))
    till.delivers(till.stripe.authorize(page))
    till.passes(minutes=5)
    assert "canceled" == _intent(till, page)["status"]
    assert [PaymentStatus.EXPIRED] == [p.status for p in till.payments()]


def test_credit_that_came_since_is_used_first_and_less_is_taken(till: Till) -> None:
    till.requests("portrait", BEN)
    till.says(ROSA, "approve 1")
    till.pays_by_card(BEN)
    number = till.requests("portrait", BEN, "13 march 10am")
    page = till.opens(till.link(BEN))
    till.delivers(till.stripe.authorize(page))
    till.says(ROSA, "paid 1 30")
    till.says(ROSA, f"approve {number}")
    till.passes(seconds=1)
    assert 5000 == _intent(till, page)["amount_received"]
    assert BookingStatus.CONFIRMED is till.booking(number).status


def test_a_session_paid_ahead_is_used_and_the_card_let_go(till: Till) -> None:
    page = _held(till)
    till.says(ROSA, "pack +447700900123 5 portrait 300")
    till.says(ROSA, "approve 1")
    till.passes(seconds=1)
    assert BookingStatus.CONFIRMED is till.booking().status
    assert "canceled" == _intent(till, page)["status"]


def test_another_time_is_proposed_and_taken(till: Till) -> None:
    page = _held(till)
    till.says(ROSA, "modify 1 12 march 3pm")
    till.says(BEN, "yes")
    assert "succeeded" == _intent(till, page)["status"]
    assert BookingStatus.CONFIRMED is till.booking().status


def test_taken_back_after_it_was_taken_goes_back(till: Till) -> None:
    page = _held(till)
    till.says(ROSA, "approve 1")
    till.says(BEN, "please cancel my booking", "yes")
    till.passes(seconds=5)
    assert [8000] == [r.amount for r in till.refunds()]
    assert "succeeded" == _intent(till, page)["status"]
