"""What PAID and REFUND write down of the amount that stands behind them, on every database."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.logs import new_trace
from conversations.effects import RefundsDone
from conversations.money import Money
from handlers.console.bookings_one import shown_of
from handlers.console.payments_shown import refund_lines
from handlers.payment_taken import refunds_are_done
from models.claims import LostRace
from models.conversations import conversation_by_id, conversation_id_for
from models.refunds import owed_by_hand
from tests.conftest import MakeDesk
from tests.handlers.till import BRIAN, ZAWADI, Till


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock, by_phone=False, by_card=False) as till:
        yield till
        till.check()


def received(till: Till) -> list[tuple[int, str | None]]:
    return [(one.received, one.transaction_id) for one in till.payments()]


@pytest.mark.parametrize(
    ("said", "amount", "reference"),
    [
        ("1,500", 150_000, None),
        ("1,500.00 RC1", 150_000, "RC1"),
        ("1 500", 150_000, None),
        ("KES 500", 50_000, None),
        ("500 KES", 50_000, None),
        ("500 kes trx 9", 50_000, "TRX 9"),
        ("1.50", 150, None),
        ("1,50", 150, None),
    ],
)
def test_so_much_is_written_down_as_was_said(till: Till, said: str, amount: int, reference: str | None) -> None:
    number = till.approved(who=BRIAN)
    assert "command_paid_done" == till.says(ZAWADI, f"PAID {number} {said}")[0]
    assert [(amount, reference)] == [(came, known or None) for came, known in received(till)]
    assert "approved" == till.booking(number).status


@pytest.mark.parametrize("said", ["500.5.5", "-20", "4XK99", "KES", "1 50", "five hundred", ",500", "0"])
def test_what_cannot_be_read_is_never_all_that_is_left(till: Till, said: str) -> None:
    number = till.approved(who=BRIAN)
    assert ["command_no_amount"] == till.says(ZAWADI, f"PAID {number} {said}")
    assert ([], "approved") == (received(till), till.booking(number).status)


def test_money_in_another_currency_is_not_taken_for_the_bookings(till: Till) -> None:
    number = till.approved(who=BRIAN)
    assert ["command_other_currency"] == till.says(ZAWADI, f"PAID {number} 500 USD")
    assert "KES" in till.last(ZAWADI)
    assert [] == received(till)
    till.says(ZAWADI, f"PAID {number}")
    assert ["command_other_currency"] == till.says(ZAWADI, f"REFUND {number} $20")
    assert [] == till.refunds()


def test_two_payments_named_in_the_currency_are_two(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number} 500 KES", f"PAID {number} 700 KES")
    assert [50_000, 70_000] == [came for came, _ in received(till)]


def test_a_reference_alone_is_for_all_that_is_left(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number} trx-1")
    assert [(350_000, "TRX-1")] == received(till)


def test_so_much_goes_back_as_was_said(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number}")
    assert ["command_refunding"] == till.says(ZAWADI, f"REFUND {number} 1,000")
    assert [100_000] == [one.amount for one in till.refunds()]


def test_done_with_an_amount_is_only_for_that_amount(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number}", f"REFUND {number} 1000", f"REFUND {number} 500")
    assert ["command_refund_differs"] == till.says(ZAWADI, f"REFUND {number} DONE 1000")
    assert "1,500.00 KES" in till.last(ZAWADI)
    assert ["command_no_amount"] == till.says(ZAWADI, f"REFUND {number} DONE today")
    assert {"pending"} == {one.status for one in till.refunds()}
    assert ["command_refund_done"] == till.says(ZAWADI, f"refund {number} done 1,500 KES")
    assert {"succeeded"} == {one.status for one in till.refunds()}
    assert ["command_nothing_to_refund"] == till.says(ZAWADI, f"REFUND {number} DONE 1500")


def test_a_refund_that_came_meanwhile_is_not_done_with_the_others(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number}", f"REFUND {number} 1000")
    now, told = till.clock.now(), till.desk.circumstances(new_trace())

    def work(session: Session) -> None:
        own = conversation_by_id(session, conversation_id_for(session, "sms", ZAWADI.address, now))
        stale = RefundsDone(number, Money(50_000, "KES"))
        refunds_are_done(session, stale, own, told, told.profiles.current(session))

    with pytest.raises(LostRace):
        till.desk.database.transact(work)
    assert ["pending"] == [one.status for one in till.refunds()]


def test_the_list_knows_all_that_is_owed_of_a_booking(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number}", f"REFUND {number} 1000", f"REFUND {number} 500")
    lines, _ = till.desk.database.read(lambda s: refund_lines(s, None, till.desk.circumstances(new_trace())))
    assert [(100_000, 150_000), (50_000, 150_000)] == [(one.amount.amount, one.owed.amount) for one in lines]
    assert {} == till.desk.database.read(lambda session: owed_by_hand(session, []))


def test_nothing_is_called_given_back_before_somebody_says_so(till: Till) -> None:
    number = till.approved(who=BRIAN)
    till.says(ZAWADI, f"PAID {number} 4000", f"REFUND {number} 500")

    def shown() -> tuple[int, int]:
        profile = till.desk.database.read(till.desk.profiles.current)
        found = till.desk.database.read(lambda session: shown_of(session, number, profile))
        assert found is not None
        return found.payments[0].refunded.amount, found.payments[0].returning.amount

    assert (0, 50_000) == shown()
    assert "You get 500.00 KES back" in till.last(BRIAN)
    till.says(ZAWADI, f"REFUND {number} DONE")
    assert (50_000, 0) == shown()


def test_money_after_the_visit_has_a_receipt_and_no_confirmation(till: Till, clock: SetClock) -> None:
    number = till.approved(who=BRIAN)
    clock.move_to(till.booking(number).start_at + timedelta(minutes=20))
    assert "command_paid_done" == till.says(ZAWADI, f"PAID {number}")[0]
    assert "paid_receipt" == till.told(BRIAN)[-1]
    assert "confirmed" not in till.last(BRIAN)
