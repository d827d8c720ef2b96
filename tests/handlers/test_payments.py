"""Paying: by phone, by card, by transfer; late, twice, too little, too much; and what goes back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.doctor.stored import stored
from conversations.booking import BookingStatus
from conversations.payments import PaymentStatus
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, BRIAN, SARA, ZAWADI, Till


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    """Tuesday 10 March 2026, 10:15 in Nairobi."""
    with Till(make_desk, clock) as till:
        yield till
        till.check()


class TestByPhone:
    def test_approval_asks_the_phone_and_the_money_confirms(self, till: Till) -> None:
        number = till.requests()
        assert ["command_to_pay"] == till.says(ZAWADI, f"approve {number}")
        assert "waiting for payment until Wed 11 Mar, 10:15" in till.last(ZAWADI)
        assert "to_pay" == till.told(AMINA)[-1]
        assert BookingStatus.APPROVED is till.booking().status
        assert 3500 == till.prompt.asked["Amount"]
        till.pays_by_phone()
        assert BookingStatus.CONFIRMED is till.booking().status
        assert "paid" == till.told(AMINA)[-1]
        assert till.prompt.receipt in till.last(AMINA)
        assert "paid_notice" == till.told(ZAWADI)[-1]
        assert [(350000, 350000, 0, 0)] == [(p.received, p.applied, p.credited, p.refunded) for p in till.payments()]

    def test_cancelled_on_the_phone_and_asked_again(self, till: Till) -> None:
        till.approved()
        till.calls_back(till.daraja.fail(till.prompt, "1032"))
        assert "pay_failed" == till.told(AMINA)[-1]
        assert ["pay_so"] == till.says(AMINA, "pay")
        assert 2 == len(till.daraja.prompts)
        till.pays_by_phone()
        assert BookingStatus.CONFIRMED is till.booking().status
        assert [PaymentStatus.FAILED, PaymentStatus.PAID] == [p.status for p in till.payments()]

    def test_a_callback_that_never_comes_is_asked_for(self, till: Till) -> None:
        till.approved()
        till.daraja.pay(till.prompt)
        till.passes(seconds=80)
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_no_second_prompt_while_one_is_open(self, till: Till) -> None:
        till.approved()
        till.says(AMINA, "pay")
        till.says(AMINA, "mpesa")
        assert 1 == len(till.daraja.prompts)

    def test_a_callback_repeated_changes_nothing(self, till: Till) -> None:
        till.approved()
        raw = till.daraja.pay(till.prompt)
        for _ in range(5):
            till.calls_back(raw)
        assert 1 == till.told(AMINA).count("paid")

    def test_a_forged_callback_is_refused(self, till: Till) -> None:
        till.approved()
        raw = till.daraja.pay(till.prompt)
        till.prompt.result = None
        assert 403 == till.calls_back(raw, "/webhooks/mpesa/guessed").status_code
        assert BookingStatus.APPROVED is till.booking().status


class TestByCard:
    def test_paid_on_the_page(self, till: Till) -> None:
        till.approved(who=SARA)
        till.pays_by_card(SARA)
        assert BookingStatus.CONFIRMED is till.booking().status
        assert "paid" == till.told(SARA)[-1]

    def test_the_link_leads_to_one_page_and_is_over_when_paid(self, till: Till) -> None:
        till.approved(who=SARA)
        path = till.link(SARA)
        first = till.opens(path)
        assert first == till.opens(path)
        till.delivers(till.stripe.pay(first))
        assert 200 == till.web.get(path).status_code

    def test_no_webhook_comes(self, till: Till) -> None:
        till.approved(who=SARA)
        till.stripe.pay(till.opens(till.link(SARA)))
        till.passes(minutes=4)
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_phone_given_up_and_paid_by_card(self, till: Till) -> None:
        till.approved()
        till.calls_back(till.daraja.fail(till.prompt, "1"))
        till.says(AMINA, "card")
        till.pays_by_card(AMINA)
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_both_succeed_and_the_card_is_given_back(self, till: Till) -> None:
        till.approved()
        till.says(AMINA, "card")
        page = till.opens(till.link(AMINA))
        till.pays_by_phone()
        till.stripe.sessions[page]["status"] = "open"
        till.delivers(till.stripe.pay(page))
        till.player.settle()
        assert "paid_twice_back" in till.told(AMINA)
        assert ["succeeded"] == [refund.status for refund in till.refunds()]


class TestInTime:
    def test_nobody_pays(self, till: Till) -> None:
        till.approved(who=SARA)
        till.passes(hours=17)
        assert "pay_due" == till.told(SARA)[-1]
        till.passes(hours=8)
        assert BookingStatus.EXPIRED is till.booking().status
        assert "was not paid in time" in till.last(SARA)
        assert "pay_lapsed_notice" in till.told(ZAWADI)

    def test_money_that_lands_late_revives_the_booking(self, till: Till) -> None:
        till.approved()
        prompt = till.prompt
        till.passes(hours=25)
        assert BookingStatus.EXPIRED is till.booking().status
        till.calls_back(till.daraja.pay(prompt))
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_money_that_lands_when_the_time_is_gone_is_kept(self, till: Till) -> None:
        number = till.approved()
        prompt = till.prompt
        till.passes(hours=25)
        till.approved(who=BRIAN)
        till.calls_back(till.daraja.pay(prompt))
        assert BookingStatus.EXPIRED is till.booking(number).status
        assert 350000 == till.payments()[0].credited
        assert "after its deadline" in till.last(AMINA)

    def test_what_is_kept_goes_back_on_the_coordinators_word(self, till: Till) -> None:
        number = till.approved()
        prompt = till.prompt
        till.passes(hours=25)
        till.approved(who=BRIAN)
        till.calls_back(till.daraja.pay(prompt))
        assert ["command_refunding"] == till.says(ZAWADI, f"refund {number}")
        assert [(0, 350000)] == [(p.credited, p.refunded) for p in till.payments()[:1]]
        assert ["command_nothing_to_refund"] == till.says(ZAWADI, f"refund {number}")

    def test_money_that_comes_after_the_word_that_it_failed(self, till: Till) -> None:
        till.approved()
        till.calls_back(till.daraja.fail(till.prompt, "1037"))
        till.pays_by_phone()
        assert BookingStatus.CONFIRMED is till.booking().status


class TestByTransfer:
    def test_a_photo_is_a_proof_that_the_coordinator_looks_at(self, till: Till) -> None:
        number = till.approved(who=SARA)
        assert "proof_received" in till.says(SARA, "[image]")
        assert "proof_notice" == till.told(ZAWADI)[-1]
        till.says(ZAWADI, f"paid {number}")
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_a_reference_is_used_once(self, till: Till) -> None:
        till.approved(who=SARA)
        till.approved(who=BRIAN, when="13 march 10am")
        till.says(SARA, "I have paid, ref TRX-889911")
        assert "proof_used" in till.says(BRIAN, "i just paid, the reference is trx-889911")

    def test_a_confirmation_that_is_passed_on(self, till: Till) -> None:
        number = till.approved(who=SARA)
        text = "UA51ABCDEF Confirmed. Ksh3,500.00 sent to AMANI CLINIC for account SARA on 10/3/26 at 2:30 PM."
        assert "proof_received" in till.says(SARA, text)
        till.says(ZAWADI, f"paid {number}")
        assert "UA51ABCDEF" == till.payments()[-1].transaction_id


class TestGoesBack:
    def test_called_off_by_the_business(self, till: Till) -> None:
        number = till.approved(who=SARA)
        till.pays_by_card(SARA)
        till.says(ZAWADI, f"cancel {number} flood")
        assert "refund_coming" in till.told(SARA)
        assert [("succeeded", 350000)] == [(one.status, one.amount) for one in till.refunds()]
        assert [PaymentStatus.REFUNDED] == [p.status for p in till.payments()]

    def test_called_off_late_costs_the_fee(self, till: Till) -> None:
        till.approved(when="11 march 9am")
        till.pays_by_phone()
        till.says(AMINA, "cancel my booking", "yes")
        assert BookingStatus.CANCELLED is till.booking().status
        assert [("pending", 300000)] == [(one.status, one.amount) for one in till.refunds()]
        till.says(ZAWADI, f"refund {till.booking().id} done")
        assert [("succeeded", 300000)] == [(one.status, one.amount) for one in till.refunds()]


class TestDeposit:
    def test_without_approval_the_deposit_is_asked_at_once(self, till: Till) -> None:
        till.requests("massage")
        assert 600 == till.prompt.asked["Amount"]
        till.pays_by_phone()
        assert BookingStatus.CONFIRMED is till.booking().status
        till.says(ZAWADI, f"paid {till.booking().id}")
        assert [60000, 140000] == [p.applied for p in till.payments()]


class TestPaidAhead:
    def test_a_pack_pays_for_bookings_and_has_them_back(self, till: Till) -> None:
        till.says(AMINA, "hello")
        assert ["command_packed"] == till.says(ZAWADI, f"pack {AMINA.address} 2 therapy 6000")
        assert "pack_sold" == till.told(AMINA)[-1]
        number = till.requests()
        assert ["command_approved"] == till.says(ZAWADI, f"approve {number}")
        assert BookingStatus.CONFIRMED is till.booking().status
        till.says(AMINA, "balance")
        assert "Therapy: 1 session left" in till.last(AMINA)
        till.says(ZAWADI, f"cancel {number}")
        till.says(AMINA, "balance")
        assert "Therapy: 2 sessions left" in till.last(AMINA)
        assert [] == till.daraja.prompts

    def test_credit_pays_for_the_next_booking(self, till: Till) -> None:
        till.approved()
        prompt = till.prompt
        till.passes(hours=25)
        till.approved(who=BRIAN)
        till.calls_back(till.daraja.pay(prompt))
        till.says(AMINA, "my balance")
        assert "3,500.00 KES" in till.last(AMINA)
        number = till.requests(when="13 march 2pm")
        assert ["command_approved"] == till.says(ZAWADI, f"approve {number}")
        assert BookingStatus.CONFIRMED is till.booking(number).status
        assert [350000, 0] == [till.payments()[0].applied, till.payments()[0].credited]


class TestUndo:
    def test_an_approval_that_nobody_has_paid_is_taken_back(self, till: Till) -> None:
        till.approved(who=SARA)
        till.says(ZAWADI, "undo")
        assert BookingStatus.PENDING is till.booking().status
        assert ["cancelled"] == [one.status for one in till.payment_requests()]
        till.says(ZAWADI, "approve")
        till.pays_by_card(SARA)
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_what_was_paid_is_not(self, till: Till) -> None:
        till.approved(who=SARA)
        till.pays_by_card(SARA)
        till.says(ZAWADI, "undo")
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_a_cancellation_that_gives_money_back_is_not(self, till: Till) -> None:
        number = till.approved(who=SARA)
        till.pays_by_card(SARA)
        till.says(ZAWADI, f"cancel {number}", "undo")
        assert BookingStatus.CANCELLED is till.booking().status

    def test_a_cancellation_before_it_was_paid_asks_anew(self, till: Till) -> None:
        number = till.approved(who=SARA)
        till.says(ZAWADI, f"cancel {number}", "undo")
        assert BookingStatus.APPROVED is till.booking().status
        till.pays_by_card(SARA)
        assert BookingStatus.CONFIRMED is till.booking().status


class TestThePage:
    def test_an_address_that_opens_nothing(self, till: Till) -> None:
        for path in ("/pay/x", "/pay/" + "a" * 43, "/pay/" + "a" * 43 + "/back"):
            assert 404 == till.web.get(path).status_code

    def test_it_is_kept_nowhere(self, till: Till) -> None:
        till.approved(who=SARA)
        answer = till.web.get(till.link(SARA))
        assert ("no-store", "no-referrer") == (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"])

    def test_the_provider_is_down(self, till: Till) -> None:
        till.approved(who=SARA)
        till.stripe.break_next(10)
        answer = till.web.get(till.link(SARA))
        assert (503, "60") == (answer.status_code, answer.headers["Retry-After"])

    def test_the_time_is_up(self, till: Till) -> None:
        till.approved(who=SARA)
        path = till.link(SARA)
        till.passes(hours=25)
        assert 410 == till.web.get(path).status_code

    def test_coming_back_has_the_provider_asked(self, till: Till) -> None:
        till.approved(who=SARA)
        path = till.link(SARA)
        till.stripe.pay(till.opens(path))
        till.clock.move(timedelta(seconds=5))
        assert 200 == till.web.get(f"{path}/back").status_code
        till.player.settle()
        assert BookingStatus.CONFIRMED is till.booking().status


class TestTheDoctor:
    def test_what_a_person_must_see_to_is_named(self, till: Till) -> None:
        number = till.approved(when="13 march 9am")
        till.pays_by_phone()
        till.says(ZAWADI, f"cancel {number}")
        till.calls_back(till.daraja.callback(till.prompt, [], CheckoutRequestID="ws_CO_unknown"))
        till.passes(minutes=11)
        told = " ".join(one.words for one in stored(till.desk) if "Payments" in one.words)
        assert f"to be paid back by hand, for #{number}" in told
        assert "mpesa ws_CO_unknown" in told
        till.says(ZAWADI, f"refund {number} done")
        assert "by hand" not in " ".join(one.words for one in stored(till.desk))
