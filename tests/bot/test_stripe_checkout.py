"""Stripe Checkout through Stripe's own library, against a real local server."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import SetClock
from bot.doctor.card_payments import card_payments
from bot.payments.base import Asked, Begun, Known, ProviderAway, ProviderRefused
from bot.payments.stripe_checkout import LOCALES, StripeCheckout
from bot.payments.stripe_objects import money_of, plain, stripe_amount
from config import Settings, WrongSettings, read_settings
from conversations.languages import LANGUAGES
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews
from tests.conftest import NOW
from tests.fakes.faulty_server import Answer
from tests.fakes.stripe_server import FakeStripe
from tests.patience import NO_WAIT

KEY = "sk_test_hunter2"
USD = Money(7900, "USD")
ASKED = Asked(
    payment_id=42,
    booking_id=12,
    amount=USD,
    words="Haircut, Wed 18 Mar 2026, 18:00",
    key="pay-42-1",
    ends_at=NOW + timedelta(hours=2),
    phone="+15005550006",
    email="ana@example.test",
    language="es",
    back_to="https://book.example.test/pay/t0ken",
)
MINUTE = timedelta(minutes=1)
Call = Callable[[StripeCheckout], object]


@pytest.fixture
def fake(clock: SetClock) -> Iterator[FakeStripe]:
    with FakeStripe(KEY, clock=clock.now) as server:
        yield server


@pytest.fixture
def stripe(fake: FakeStripe, clock: SetClock) -> Iterator[StripeCheckout]:
    made = StripeCheckout(KEY, clock.now, fake.base_url)
    yield made
    made.close()


@pytest.fixture
def hurried(fake: FakeStripe, clock: SetClock) -> Iterator[StripeCheckout]:
    """One that waits for no answer."""
    made = StripeCheckout(KEY, clock.now, fake.base_url, answer_seconds=0.5)
    yield made
    made.close()


def known(begun: Begun, payment_id: int = 42, amount: Money = USD) -> Known:
    return Known(payment_id, begun.checkout_id, amount)


def paid(fake: FakeStripe, stripe: StripeCheckout, asked: Asked = ASKED) -> str:
    """A payment that came; its payment intent."""
    session_id = stripe.begin(asked).checkout_id
    fake.pay(session_id)
    return str(fake.sessions[session_id]["payment_intent"])


class TestBegin:
    def test_a_page_is_opened_for_what_was_asked(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        assert (begun.checkout_id, begun.url, begun.merchant_id) == (*_named(fake), "")
        (asked,) = fake.asked
        assert asked.form == {
            "mode": "payment",
            "line_items[0][quantity]": "1",
            "line_items[0][price_data][currency]": "usd",
            "line_items[0][price_data][unit_amount]": "7900",
            "line_items[0][price_data][product_data][name]": "Haircut, Wed 18 Mar 2026, 18:00",
            "client_reference_id": "42",
            "metadata[payment_id]": "42",
            "metadata[booking_id]": "12",
            "payment_intent_data[metadata][payment_id]": "42",
            "payment_intent_data[metadata][booking_id]": "12",
            "expires_at": str(int(ASKED.ends_at.timestamp())),
            "locale": "es",
            "success_url": ASKED.back_to,
            "cancel_url": ASKED.back_to,
            "customer_email": "ana@example.test",
        }
        assert asked.headers["Idempotency-Key"] == "pay-42-1"

    def test_nothing_of_the_machine_is_told(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        stripe.begin(ASKED)
        stripe.begin(replace(ASKED, key="pay-42-2"))
        told = [f"{one.headers} {one.body}" for one in fake.asked]
        assert not any("telemetry" in one.lower() or "platform" in one or "5550006" in one for one in told)

    def test_asked_again_it_is_the_same_page(self, fake: FakeStripe, stripe: StripeCheckout, clock: SetClock) -> None:
        first = stripe.begin(ASKED)
        clock.move(20 * MINUTE)
        assert first == stripe.begin(ASKED)
        assert len(fake.sessions) == 1

    def test_the_page_ends_when_it_was_asked_to(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        for minutes in (31, 32, 600, 1430):
            stripe.begin(replace(ASKED, key=f"k{minutes}", ends_at=NOW + minutes * MINUTE))
        ends = [one["expires_at"] - int(NOW.timestamp()) for one in fake.sessions.values()]
        assert [minutes * 60 for minutes in (31, 32, 600, 1430)] == ends

    @pytest.mark.parametrize(
        ("minutes", "least", "most"), [(-5, 31, 36), (15, 31, 36), (30, 31, 36), (3000, 1430, 1435)]
    )
    def test_a_page_cannot_end_sooner_or_later_than_stripe_allows(
        self, minutes: int, least: int, most: int, fake: FakeStripe, stripe: StripeCheckout, clock: SetClock
    ) -> None:
        asked = replace(ASKED, ends_at=NOW + minutes * MINUTE)
        clock.move(2 * MINUTE)
        first = stripe.begin(asked)
        (session,) = fake.sessions.values()
        assert least * 60 <= session["expires_at"] - clock.now().timestamp() <= most * 60
        clock.move(timedelta(seconds=1))
        assert first == stripe.begin(asked)

    def test_the_shortest_page_ends_as_asked_though_the_call_comes_a_moment_later(
        self, fake: FakeStripe, stripe: StripeCheckout, clock: SetClock
    ) -> None:
        clock.move(timedelta(seconds=29))
        stripe.begin(replace(ASKED, ends_at=NOW + 31 * MINUTE))
        (session,) = fake.sessions.values()
        assert session["expires_at"] == (NOW + 31 * MINUTE).timestamp()

    def test_what_is_repeated_too_late_for_its_end_is_a_new_page(
        self, fake: FakeStripe, stripe: StripeCheckout, clock: SetClock
    ) -> None:
        fake.cut_after_accepting()
        with pytest.raises(ProviderAway):
            stripe.begin(replace(ASKED, ends_at=NOW + 40 * MINUTE))
        clock.move(15 * MINUTE)
        assert stripe.begin(replace(ASKED, ends_at=NOW + 40 * MINUTE)).checkout_id == list(fake.sessions)[1]

    @pytest.mark.parametrize("minutes", [-4, 4])
    def test_a_clock_that_is_somewhat_wrong_does_no_harm(
        self, minutes: int, fake: FakeStripe, stripe: StripeCheckout, clock: SetClock
    ) -> None:
        fake.clock = lambda: clock.now() + minutes * MINUTE
        assert stripe.begin(replace(ASKED, ends_at=NOW + 60 * MINUTE)).url

    def test_every_language_has_a_page(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        for code in LANGUAGES:
            stripe.begin(replace(ASKED, key=code, language=code))
        assert [LOCALES.get(code, "auto") for code in LANGUAGES] == [one["locale"] for one in fake.sessions.values()]
        assert set(LOCALES) <= set(LANGUAGES)

    def test_a_client_without_email_writes_it_there(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        stripe.begin(replace(ASKED, email=""))
        assert "customer_email" not in fake.asked[0].form

    def test_a_very_long_name_is_cut(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        stripe.begin(replace(ASKED, words="قص " * 300))
        assert len(fake.asked[0].form["line_items[0][price_data][product_data][name]"]) == 250

    def test_other_words_under_the_same_key_are_refused(self, stripe: StripeCheckout) -> None:
        stripe.begin(ASKED)
        with pytest.raises(ProviderRefused) as caught:
            stripe.begin(replace(ASKED, amount=Money(8000, "USD")))
        assert caught.value.code == "idempotency_error"

    def test_too_small_an_amount_is_refused(self, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused) as caught:
            stripe.begin(replace(ASKED, amount=Money(49, "USD")))
        assert caught.value.code == "amount_too_small"

    def test_an_error_that_stripe_remembers_is_not_run_into_for_ever(
        self, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        fake.break_next()
        with pytest.raises(ProviderAway):
            stripe.begin(ASKED)
        begun = stripe.begin(ASKED)
        assert begun == stripe.begin(ASKED)
        assert ["pay-42-1", "pay-42-1-2"] == [one.headers["Idempotency-Key"] for one in fake.asked[-2:]]

    def test_many_at_once_do_not_mix(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        def begin(number: int) -> tuple[str, str]:
            return stripe.begin(replace(ASKED, payment_id=number, key=f"pay-{number}")).checkout_id, str(number)

        with ThreadPoolExecutor(8) as pool:
            begun = dict(pool.map(begin, range(1, 41)))
        assert begun == {name: one["metadata"]["payment_id"] for name, one in fake.sessions.items()}


class TestHold:
    """https://docs.stripe.com/payments/place-a-hold-on-a-payment-method"""

    def _held(self, fake: FakeStripe, stripe: StripeCheckout) -> Known:
        begun = stripe.begin(replace(ASKED, is_hold=True))
        fake.authorize(begun.checkout_id)
        return Known(42, begun.checkout_id, USD, str(fake.sessions[begun.checkout_id]["payment_intent"]))

    def test_the_page_asks_to_hold_the_amount(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        stripe.begin(replace(ASKED, is_hold=True))
        assert "manual" == fake.asked[-1].form["payment_intent_data[capture_method]"]

    def test_a_session_that_says_unpaid_is_authorized(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        news = stripe.look(held)
        assert (Outcome.AUTHORIZED, held.transaction_id, None) == (news.outcome, news.transaction_id, news.amount)

    def test_it_is_taken_once_however_often_it_is_asked(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        first, second = stripe.capture(held, "pay-42-1-take"), stripe.capture(held, "pay-42-1-take")
        other = stripe.capture(held, "another key")
        assert [Outcome.PAID] * 3 == [first.outcome, second.outcome, other.outcome]
        assert USD == first.amount == other.amount

    def test_less_is_taken_and_told(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = replace(self._held(fake, stripe), amount=Money(5000, "USD"))
        assert Money(5000, "USD") == stripe.capture(held, "key").amount

    def test_more_than_is_held_is_refused(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = replace(self._held(fake, stripe), amount=Money(9000, "USD"))
        with pytest.raises(ProviderRefused, match="amount_too_large"):
            stripe.capture(held, "key")

    def test_what_the_bank_let_go_cannot_be_taken(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        fake.hold_ends(held.checkout_id)
        assert Outcome.FAILED is stripe.capture(held, "key").outcome

    def test_ending_lets_go(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        assert Outcome.EXPIRED is stripe.end(held).outcome
        assert "canceled" == fake.intents[held.transaction_id]["status"]
        assert Outcome.FAILED is stripe.end(held).outcome

    def test_ending_what_was_taken_tells_that_it_was(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        stripe.capture(held, "key")
        assert Outcome.PAID is stripe.end(held).outcome

    def test_an_error_while_taking_is_tried_again(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        held = self._held(fake, stripe)
        fake.break_next()
        with pytest.raises(ProviderAway):
            stripe.capture(held, "key")
        assert Outcome.PAID is stripe.capture(held, "key").outcome


class TestMoney:
    @pytest.mark.parametrize(
        ("amount", "currency", "sent"),
        [
            (7900, "USD", 7900),
            (150000, "KES", 150000),
            (500, "JPY", 500),
            (65000, "XOF", 65000),
            (5120, "KWD", 5120),
            (9000, "ISK", 900000),
            (200000, "UGX", 20000000),
        ],
    )
    def test_amounts_go_and_come_by_stripes_rules(
        self, amount: int, currency: str, sent: int, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        begun = stripe.begin(replace(ASKED, amount=Money(amount, currency)))
        (session,) = fake.sessions.values()
        assert (sent, currency.lower()) == (session["amount_total"], session["currency"])
        fake.pay(begun.checkout_id)
        assert Money(amount, currency) == stripe.look(known(begun, amount=Money(amount, currency))).amount
        refunded = stripe.refund(7, session["payment_intent"], Money(amount, currency), "refund-7-1")
        assert Money(amount, currency) == refunded.amount

    @pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(5124, "LYD"), Money(-500, "USD")])
    def test_what_stripe_cannot_take_is_refused_before_it_is_asked(
        self, money: Money, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        with pytest.raises(ProviderRefused, match="amount_not_payable"):
            stripe.begin(replace(ASKED, amount=money))
        assert not fake.asked

    @pytest.mark.parametrize("currency", ["USD", "KES", "JPY", "KWD", "BHD", "ISK", "UGX", "XAF", "MGA", "HUF", "TWD"])
    def test_amounts_come_back_as_they_went(self, currency: str) -> None:
        for amount in (10, 120, 7900, 1_000_000):
            assert Money(amount, currency) == money_of(stripe_amount(Money(amount, currency)), currency.lower())

    @pytest.mark.parametrize(
        ("amount", "currency"),
        [(None, "usd"), ("79", "usd"), (True, "usd"), (1, ""), (1, None), (1, "dollars"), (1, 5)],
    )
    def test_what_is_no_money_is_none(self, amount: object, currency: object) -> None:
        assert money_of(amount, currency) is None


class TestLook:
    def test_an_open_page_is_open_even_after_a_try_that_failed(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        assert PaymentNews(Outcome.OPEN, payment_id=42, checkout_id=begun.checkout_id) == stripe.look(known(begun))
        fake.decline(begun.checkout_id)
        assert stripe.look(known(begun)).outcome is Outcome.OPEN

    def test_what_was_paid_is_told_though_nobody_called_us(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay(begun.checkout_id)
        intent = fake.sessions[begun.checkout_id]["payment_intent"]
        assert stripe.look(known(begun)) == PaymentNews(
            Outcome.PAID, payment_id=42, checkout_id=begun.checkout_id, transaction_id=intent, amount=USD
        )

    def test_another_amount_and_currency_are_told_as_they_came(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay(begun.checkout_id, 7000, "eur")
        assert stripe.look(known(begun)).amount == Money(7000, "EUR")

    def test_a_slow_method_is_on_its_way_until_it_came(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay_slowly(begun.checkout_id)
        news = stripe.look(known(begun))
        assert (news.outcome, news.transaction_id, news.amount) == (Outcome.PROCESSING, "", None)
        fake.arrive(begun.checkout_id)
        assert stripe.look(known(begun)).outcome is Outcome.PAID

    def test_a_slow_method_that_came_to_nothing_has_failed(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay_slowly(begun.checkout_id)
        fake.bounce(begun.checkout_id)
        news = stripe.look(known(begun))
        assert (news.outcome, news.code) == (Outcome.FAILED, "payment_method_provider_decline")

    def test_nothing_to_pay_is_paid(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.sessions[begun.checkout_id] |= {"status": "complete", "payment_status": "no_payment_required"}
        assert stripe.look(known(begun)).outcome is Outcome.PAID

    def test_an_expired_page_is_expired(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.expire(begun.checkout_id)
        assert stripe.look(known(begun)).outcome is Outcome.EXPIRED

    def test_the_page_of_another_payment_is_refused(self, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused) as caught:
            stripe.look(known(stripe.begin(ASKED), payment_id=43))
        assert caught.value.code == "other_payment"

    def test_a_page_that_stripe_does_not_know_is_refused(self, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused) as caught:
            stripe.look(Known(42, "cs_test_other", USD))
        assert caught.value.code == "resource_missing"

    @pytest.mark.parametrize(
        "call",
        [
            lambda stripe: stripe.look(Known(42, "", USD)),
            lambda stripe: stripe.end(Known(42, "", USD)),
            lambda stripe: stripe.refund(7, "", USD, "k"),
            lambda stripe: stripe.look_at_refund(""),
            lambda stripe: stripe.refunds_of(""),
        ],
    )
    def test_what_has_no_id_is_not_asked_for(self, call: Call, fake: FakeStripe, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused, match="no_id"):
            call(stripe)
        assert not fake.asked


class TestEnd:
    def test_a_page_is_closed(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        assert stripe.end(known(begun)).outcome is Outcome.EXPIRED
        assert stripe.end(known(begun)).outcome is Outcome.EXPIRED
        assert fake.sessions[begun.checkout_id]["status"] == "expired"

    def test_who_paid_a_moment_before_has_paid(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay(begun.checkout_id)
        news = stripe.end(known(begun))
        assert (news.outcome, news.amount, news.payment_id) == (Outcome.PAID, USD, 42)

    def test_what_is_on_its_way_cannot_be_ended(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.pay_slowly(begun.checkout_id)
        assert stripe.end(known(begun)).outcome is Outcome.PROCESSING

    def test_a_lost_answer_does_not_matter(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        begun = stripe.begin(ASKED)
        fake.cut_after_accepting()
        with pytest.raises(ProviderAway):
            stripe.end(known(begun))
        assert stripe.end(known(begun)).outcome is Outcome.EXPIRED


class TestRefund:
    def test_money_is_given_back_in_parts(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        intent = paid(fake, stripe)
        first = stripe.refund(7, intent, Money(2000, "USD"), "refund-7-1")
        assert (first.outcome, first.refund_id, first.transaction_id) == (Outcome.PAID, 7, intent)
        second = stripe.refund(8, intent, Money(5900, "USD"), "refund-8-1")
        assert [second, first] == list(stripe.refunds_of(intent))
        with pytest.raises(ProviderRefused) as caught:
            stripe.refund(9, intent, Money(100, "USD"), "refund-9-1")
        assert caught.value.code == "charge_already_refunded"

    def test_more_than_came_is_refused(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused):
            stripe.refund(7, paid(fake, stripe), Money(7901, "USD"), "refund-7-1")
        assert not fake.refunds

    @pytest.mark.parametrize("is_forgotten", [False, True])
    @pytest.mark.parametrize("lose", [FakeStripe.cut_after_accepting, FakeStripe.hang_after_accepting])
    def test_a_lost_answer_gives_nothing_back_twice(
        self, lose: Callable[[FakeStripe], None], is_forgotten: bool, fake: FakeStripe, stripe: StripeCheckout,
        hurried: StripeCheckout,
    ) -> None:  # fmt: skip
        intent = paid(fake, stripe)
        lose(fake)
        with pytest.raises(ProviderAway):
            hurried.refund(7, intent, Money(2000, "USD"), "refund-7-1")
        if is_forgotten:
            fake.forget_keys()
        again = stripe.refund(7, intent, Money(2000, "USD"), "refund-7-1")
        assert list(fake.refunds) == [again.provider_refund_id]

    def test_one_that_failed_later_is_told_and_can_be_made_anew(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        intent = paid(fake, stripe)
        made = stripe.refund(7, intent, USD, "refund-7-1")
        fake.refund_becomes(made.provider_refund_id, "failed", "lost_or_stolen_card")
        failed = stripe.look_at_refund(made.provider_refund_id)
        assert (failed.outcome, failed.code, failed.refund_id) == (Outcome.FAILED, "lost_or_stolen_card", 7)
        assert stripe.refund(7, intent, USD, "refund-7-1").outcome is Outcome.FAILED
        assert stripe.refund(7, intent, USD, "refund-7-2").outcome is Outcome.PAID

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [("pending", Outcome.PROCESSING), ("requires_action", Outcome.PROCESSING), ("canceled", Outcome.FAILED)],
    )
    def test_every_status_is_read(
        self, status: str, outcome: Outcome, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        fake.refund_status = status
        made = stripe.refund(7, paid(fake, stripe), USD, "refund-7-1")
        assert outcome is made.outcome
        assert made.code == ("canceled" if outcome is Outcome.FAILED else "")

    def test_an_error_that_stripe_remembers_is_not_run_into_for_ever(
        self, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        intent = paid(fake, stripe)
        fake.break_next()
        with pytest.raises(ProviderAway):
            stripe.refund(7, intent, USD, "refund-7-1")
        made = stripe.refund(7, intent, USD, "refund-7-1")
        assert made == stripe.refund(7, intent, USD, "refund-7-1")
        assert len(fake.refunds) == 1


CALLS: dict[str, Call] = {
    "begin": lambda stripe: stripe.begin(ASKED),
    "look": lambda stripe: stripe.look(Known(42, "cs_test_1", USD)),
    "end": lambda stripe: stripe.end(Known(42, "cs_test_1", USD)),
    "refund": lambda stripe: stripe.refund(7, "pi_1", USD, "refund-7-1"),
    "look_at_refund": lambda stripe: stripe.look_at_refund("re_1"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
class TestErrors:
    @pytest.mark.parametrize("status", [500, 502, 503, 409])
    def test_an_error_of_stripes_own_passes(
        self, status: int, call: Call, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        fake.fail_next(status)
        with pytest.raises(ProviderAway, match=f"HTTP {status}"):
            call(stripe)

    @pytest.mark.parametrize("status", [429, 503])
    def test_too_many_calls_wait_as_long_as_stripe_says(
        self, status: int, call: Call, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        fake.fail_next(status, retry_after=17)
        with pytest.raises(ProviderAway) as caught:
            call(stripe)
        assert caught.value.retry_after == 17

    @pytest.mark.parametrize("status", [200, 301, 403, 404, 502])
    def test_a_page_instead_of_an_answer_passes(
        self, status: int, call: Call, fake: FakeStripe, stripe: StripeCheckout
    ) -> None:
        fake.answer_html(status=status)
        with pytest.raises(ProviderAway):
            call(stripe)

    @pytest.mark.parametrize("lose", [FakeStripe.cut_after_accepting, FakeStripe.hang_after_accepting])
    def test_a_lost_answer_passes(
        self, lose: Callable[..., None], call: Call, fake: FakeStripe, hurried: StripeCheckout
    ) -> None:
        lose(fake, method="")
        begun = time.monotonic()
        with pytest.raises(ProviderAway):
            call(hurried)
        assert time.monotonic() - begun < NO_WAIT

    def test_a_server_that_is_too_slow_passes(self, call: Call, fake: FakeStripe, hurried: StripeCheckout) -> None:
        fake.delay(0.8)
        with pytest.raises(ProviderAway):
            call(hurried)

    def test_a_server_that_is_not_there_passes(self, call: Call, clock: SetClock) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        with pytest.raises(ProviderAway, match="ConnectionError"):
            call(StripeCheckout(KEY, clock.now, f"http://127.0.0.1:{port}"))

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_wrong_key_is_refused_and_never_told(
        self, status: int, call: Call, fake: FakeStripe, clock: SetClock
    ) -> None:
        stripe = StripeCheckout("sk_test_other" if status == 401 else KEY, clock.now, fake.base_url)
        if status == 403:
            fake.fail_next(403, times=2)
        with pytest.raises(ProviderRefused) as caught:
            call(stripe)
        assert "sk_test" not in f"{caught.value!r} {caught.value.words}"
        assert "rk_test" not in caught.value.words
        assert caught.value.__cause__ is None

    def test_a_declined_card_is_refused(self, call: Call, fake: FakeStripe, stripe: StripeCheckout) -> None:
        fake.fail_next(402, times=2)
        with pytest.raises((ProviderRefused, ProviderAway)) as caught:
            call(stripe)
        assert isinstance(caught.value, ProviderRefused)
        assert caught.value.code == "card_declined"


class TestOddAnswers:
    def test_a_body_that_drips_is_not_waited_for(self, fake: FakeStripe, hurried: StripeCheckout) -> None:
        fake.drip = 0.3
        begun = time.monotonic()
        with pytest.raises(ProviderAway):
            hurried.begin(ASKED)
        assert time.monotonic() - begun < NO_WAIT

    def test_nobody_is_followed_elsewhere(
        self, fake: FakeStripe, stripe: StripeCheckout, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        elsewhere = Answer(302, "", headers={"Location": "/v1/elsewhere"})
        monkeypatch.setattr(fake, "reply", lambda _: elsewhere)
        with pytest.raises(ProviderAway, match="HTTP 302"):
            stripe.begin(ASKED)
        assert len(fake.asked) == 1

    def test_a_twin_in_flight_is_waited_for(self, fake: FakeStripe, stripe: StripeCheckout) -> None:
        fake.in_flight.add(ASKED.key)
        with pytest.raises(ProviderAway):
            stripe.begin(ASKED)
        fake.in_flight.clear()
        assert stripe.begin(ASKED).url

    def test_words_of_stripes_hold_nothing_private(self, stripe: StripeCheckout) -> None:
        with pytest.raises(ProviderRefused) as caught:
            stripe.begin(replace(ASKED, email="ana.example.test"))
        assert caught.value.code == "email_invalid"
        told = plain(
            "No: ana@example.test,\n sk_live_4eC3 https://a.test/p?q 4242 4242-4242 4242 +254712345678 at 50 cents"
        )
        assert told == "No: … … … … +… at 50 cents"

    def test_nothing_is_logged_by_the_library(
        self, fake: FakeStripe, stripe: StripeCheckout, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        begun = stripe.begin(ASKED)
        fake.fail_next(402)
        with pytest.raises(ProviderRefused):
            stripe.begin(replace(ASKED, key="another"))
        stripe.look(known(begun))
        assert not [one for one in caplog.records if one.name == "stripe"]


class TestSetUp:
    @pytest.fixture(autouse=True)
    def _nothing_else_is_set(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.chdir(tmp_path)

    @pytest.mark.parametrize(
        ("settings", "wanted"),
        [
            ({"STRIPE_API_KEY": KEY}, "STRIPE_WEBHOOK_SECRET: not set"),
            ({"STRIPE_WEBHOOK_SECRET": "whsec_hunter2"}, "STRIPE_API_KEY: not set"),
            ({"STRIPE_API_KEY": "pk_test_hunter2", "STRIPE_WEBHOOK_SECRET": "whsec_1"}, "begins with sk_ or rk_"),
            ({"STRIPE_API_KEY": "sk_test_hunter2 é", "STRIPE_WEBHOOK_SECRET": "whsec_1"}, "begins with sk_ or rk_"),
            ({"STRIPE_API_KEY": KEY, "STRIPE_WEBHOOK_SECRET": "we_hunter2"}, "begins with whsec_"),
        ],
    )
    def test_settings_that_cannot_be_used_are_named(
        self, settings: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(WrongSettings, match=wanted) as caught:
            read_settings(None)
        assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("key", [KEY, "rk_live_hunter2"])
    def test_settings_that_can_be_used_are_taken(self, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not read_settings(None).has_stripe
        monkeypatch.setenv("STRIPE_API_KEY", key)
        monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_hunter2")
        assert read_settings(None).has_stripe

    @pytest.mark.parametrize(
        ("key", "public_url", "told"),
        [
            (
                "sk_live_hunter2",
                "https://a.test",
                ["✓ Stripe: lets us in.", "✓ Set as Stripe's webhook endpoint, for checkout"],
            ),
            (KEY, "", ["! Stripe: lets us in, but with a test key", "! PUBLIC_URL is not set"]),
        ],
    )
    def test_the_doctor_tells_whether_stripe_lets_us_in(self, key: str, public_url: str, told: list[str]) -> None:
        with FakeStripe(key) as server:
            lines = list(card_payments(_settings(server, key, public_url)))
        assert [True] * 2 == [str(line).startswith(start) for line, start in zip(lines, told, strict=True)]

    def test_the_doctor_tells_what_is_wrong(self, fake: FakeStripe) -> None:
        refused, _ = card_payments(_settings(fake, "sk_test_other", "https://a.test"))
        fake.answer_html()
        away, _ = card_payments(_settings(fake, KEY, "https://a.test"))
        assert str(refused).startswith("✗ Stripe: does not let us in (invalid_request_error).")
        assert str(away).startswith("✗ Stripe: no answer that can be used (HTTP 200).")
        assert not list(card_payments(Settings(_env_file=None)))


def _settings(server: FakeStripe, key: str, public_url: str) -> Settings:
    return Settings(
        _env_file=None,
        stripe_api_key=SecretStr(key),
        stripe_webhook_secret=SecretStr("whsec_hunter2"),
        stripe_api_base=server.base_url,
        public_url=public_url,
    )


def _named(fake: FakeStripe) -> tuple[str, str]:
    (session,) = fake.sessions.values()
    return session["id"], session["url"]
