"""The visits of a series are paid in one: asked for once, confirmed together, and afterwards each on its own."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.clock import SetClock
from conversations.booking import BookingStatus
from conversations.payments import PaymentStatus, RequestStatus
from models.bookings import bookings
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, SARA, ZAWADI, Till


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    """Tuesday 10 March 2026, 10:15 in Nairobi."""
    with Till(make_desk, clock) as till:
        yield till
        till.check()


def _asks(till: Till, who: object = AMINA, count: int = 3) -> None:
    till.says(who, f"therapy every thursday at 10 for {count} weeks", "yes")  # type: ignore[arg-type]


def _approved(till: Till, count: int = 3) -> None:
    _asks(till, count=count)
    till.says(ZAWADI, "approve s1")


def _statuses(till: Till) -> list[BookingStatus]:
    statement = select(bookings.c.status).order_by(bookings.c.id)
    return till.desk.database.read(lambda session: list(session.execute(statement).scalars()))


def test_it_is_asked_for_once_and_confirmed_together(till: Till) -> None:
    _asks(till)
    assert ["command_series_to_pay"] == till.says(ZAWADI, "approve s1")
    assert "series_to_pay" == till.told(AMINA)[-1]
    assert "10,500.00 KES" in till.last(AMINA)
    assert [BookingStatus.APPROVED] * 3 == _statuses(till)
    assert [10500] == [prompt.asked["Amount"] for prompt in till.daraja.prompts]
    till.pays_by_phone()
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)
    assert "series_paid" == till.told(AMINA)[-1]
    assert 1 == till.told(AMINA).count("series_paid")
    assert "series_paid_notice" == till.told(ZAWADI)[-1]
    assert [(1050000, 1050000)] == [(p.received, p.applied) for p in till.payments()]
    applied = [(e.booking_id, e.amount) for e in till.entries() if e.account == "applied"]
    assert [(1, 350000), (2, 350000), (3, 350000)] == applied


def test_it_is_paid_by_card_by_one_link(till: Till) -> None:
    _approved(till)
    till.says(AMINA, "card")
    till.pays_by_card(AMINA)
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)
    assert 1050000 == till.payments()[-1].received


def test_nobody_pays_and_all_of_it_is_free_again_told_once(till: Till) -> None:
    _approved(till)
    told = len(till.told(AMINA))
    till.passes(hours=25)
    till.passes(minutes=70)
    assert [BookingStatus.EXPIRED] * 3 == _statuses(till)
    texts = till.texts(AMINA)[told:]
    assert 1 == sum("(3 visits)" in text and "not paid in time" in text for text in texts)
    assert [RequestStatus.EXPIRED] * 3 == [r.status for r in till.payment_requests()]


def test_one_reminder_names_the_whole(till: Till) -> None:
    _approved(till)
    till.passes(hours=17)
    assert 1 == till.told(AMINA).count("pay_due")
    assert "10,500.00 KES" in till.last(AMINA)


def test_late_money_has_again_what_it_is_enough_for(till: Till) -> None:
    _approved(till)
    till.passes(hours=25)
    till.passes(minutes=70)
    till.pays_by_phone()
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)
    assert [(1050000, 1050000, 0)] == [(p.received, p.applied, p.credited) for p in till.payments()]


def test_the_first_visit_is_cancelled_before_it_is_paid(till: Till) -> None:
    _approved(till)
    link = till.says(AMINA, "card") and till.link(AMINA)
    till.says(ZAWADI, "cancel 1 ill")
    till.opens(link)
    till.pays_by_card(AMINA)
    assert [BookingStatus.CANCELLED, BookingStatus.CONFIRMED, BookingStatus.CONFIRMED] == _statuses(till)
    assert 700000 == till.payments()[-1].received


def test_the_phone_pays_for_three_after_one_is_cancelled(till: Till) -> None:
    _approved(till)
    till.says(ZAWADI, "cancel 1 ill")
    till.pays_by_phone()
    paid = till.payments()[0]
    assert (1050000, 700000, 350000) == (paid.received, paid.applied, paid.credited + paid.refunded)
    assert [BookingStatus.CANCELLED, BookingStatus.CONFIRMED, BookingStatus.CONFIRMED] == _statuses(till)


def test_a_part_pays_for_the_first_ones_and_the_rest_is_still_asked(till: Till) -> None:
    _approved(till)
    till.says(ZAWADI, "paid 1 4000")
    assert [BookingStatus.CONFIRMED, BookingStatus.APPROVED, BookingStatus.APPROVED] == _statuses(till)
    assert "paid_part" == till.told(AMINA)[-1]
    assert "6,500.00 KES" in till.last(AMINA)
    till.says(AMINA, "card")
    till.pays_by_card(AMINA)
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)
    assert 650000 == till.payments()[-1].received


def test_a_visit_that_was_paid_is_cancelled_and_its_part_goes_back(till: Till) -> None:
    _approved(till)
    till.says(AMINA, "card")
    till.pays_by_card(AMINA)
    till.says(ZAWADI, "cancel 2 holiday")
    till.passes(seconds=2)
    assert [350000] == [r.amount for r in till.refunds()]
    assert BookingStatus.CONFIRMED is till.booking(3).status


def test_what_goes_back_by_hand_of_a_series_is_marked_done_at_once(till: Till) -> None:
    _approved(till)
    till.pays_by_phone()
    till.says(ZAWADI, "cancel s1 moving away")
    assert "10,500.00 KES" in till.texts(AMINA)[-1]
    assert "series_refund_notice" in till.told(ZAWADI)
    assert [350000] * 3 == [r.amount for r in till.refunds()]
    assert ["command_series_refund_done"] == till.says(ZAWADI, "refund s1 done")
    assert {"succeeded"} == {r.status for r in till.refunds()}


def test_approved_in_two_goes_it_is_paid_in_two(till: Till) -> None:
    _asks(till)
    till.says(ZAWADI, "approve s1.1")
    till.calls_back(till.daraja.fail(till.prompt, "1032"))
    till.passes(minutes=5)
    till.says(ZAWADI, "approve s1")
    assert "7,000.00 KES" in till.last(AMINA)
    assert [3500, 7000] == [prompt.asked["Amount"] for prompt in till.daraja.prompts]


def test_sessions_paid_ahead_pay_for_what_they_reach(till: Till) -> None:
    till.says(ZAWADI, "pack +254711000002 2 therapy 6000")
    _approved(till)
    assert [BookingStatus.CONFIRMED, BookingStatus.CONFIRMED, BookingStatus.APPROVED] == _statuses(till)
    assert [3500] == [prompt.asked["Amount"] for prompt in till.daraja.prompts]
    till.pays_by_phone()
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)


def test_more_than_a_prompt_can_ask_for_is_paid_otherwise(till: Till) -> None:
    _asks(till, count=52)
    till.says(ZAWADI, "approve s1")
    asked = sum(r.amount for r in till.payment_requests())
    assert asked == 350000 * len(till.payment_requests())
    if asked > 25_000_000:
        assert not till.daraja.prompts
    else:
        assert [asked // 100] == [prompt.asked["Amount"] for prompt in till.daraja.prompts]


def test_a_repeated_callback_changes_nothing(till: Till) -> None:
    _approved(till)
    raw = till.daraja.pay(till.prompt)
    for _ in range(5):
        till.calls_back(raw)
    assert 1 == till.told(AMINA).count("series_paid")
    assert [1050000] == [p.received for p in till.payments()]


def test_booked_without_being_asked_it_waits_to_be_paid(till: Till) -> None:
    till.says(SARA, "massage every thursday at 2pm for 3 weeks", "yes")
    assert "series_to_pay" == till.told(SARA)[-1]
    assert "1,800.00 KES" in till.last(SARA)
    till.pays_by_card(SARA)
    assert [BookingStatus.CONFIRMED] * 3 == _statuses(till)
    assert [PaymentStatus.PAID] == [p.status for p in till.payments()]


def test_the_page_tells_the_whole(till: Till) -> None:
    _approved(till)
    till.says(AMINA, "card")
    link = till.link(AMINA)
    till.pays_by_card(AMINA)
    page = till.web.get(link).get_data(as_text=True)
    assert "10,500.00" in page
