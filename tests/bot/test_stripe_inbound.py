"""Stripe's webhooks: which are genuine, and what each of them tells."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from stripe import SignatureVerificationError, WebhookSignature

from bot.channels.unreadable import Unreadable
from bot.clock import SetClock
from bot.payments.base import Known
from bot.payments.stripe_checkout import StripeCheckout
from bot.payments.stripe_inbound import Dispute, StripeInbound, Told, is_live
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, RefundNews
from tests.bot.test_stripe_checkout import ASKED, KEY, USD
from tests.conftest import NOW
from tests.fakes.stripe_server import FakeStripe, signature

SECRET = "whsec_test_example"
INBOUND = StripeInbound(SECRET, live=False)
AT = int(NOW.timestamp())
RAW = b'{"id":"evt_1"}'
SECOND = timedelta(seconds=1)


def header(raw: bytes = RAW, secret: str = SECRET, at: int = AT) -> str:
    return f"t={at},v1={signature(raw, secret, at)}"


@pytest.fixture
def fake(clock: SetClock) -> Iterator[FakeStripe]:
    with FakeStripe(KEY, SECRET, clock.now) as server:
        yield server


@pytest.fixture
def session_id(fake: FakeStripe, clock: SetClock) -> str:
    return StripeCheckout(KEY, clock.now, fake.base_url).begin(ASKED).checkout_id


def _raw(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


def told(fake: FakeStripe, event: dict[str, Any]) -> PaymentNews | RefundNews | Dispute:
    """The one thing that a genuine event tells."""
    raw, signed = fake.signed(event)
    assert INBOUND.verify(raw, signed, NOW)
    (found,) = INBOUND.parse(raw)
    assert isinstance(found, Told)
    assert event["id"] == found.event_id
    return found.news


class TestSignature:
    def test_the_signature_is_stripes(self) -> None:
        expected = "fc0fd890cb0c678de73fc5742f5a89db810045ff89eff7c23f7dc6ce623e39e1"
        assert expected == signature(RAW, SECRET, 1767225600)
        moment = NOW.fromtimestamp(1767225600, NOW.tzinfo)
        assert INBOUND.verify(RAW, f"t=1767225600,v1={expected}", moment)
        assert INBOUND.verify(RAW, WebhookSignature.generate_signature_header(RAW.decode(), SECRET, AT), NOW)

    @pytest.mark.parametrize(
        "forged",
        [
            None,
            "",
            "t,v1",
            "v1=",
            f"t={AT}",
            f"t={AT},v1=",
            f"t={AT},v0={signature(RAW, SECRET, AT)}",
            f"t={AT + 1},v1={signature(RAW, SECRET, AT)}",
            f"t=٤٢,v1={signature(RAW, SECRET, AT)}",
            f"t={'9' * 5000},v1={signature(RAW, SECRET, AT)}",
            f"v1={signature(RAW, SECRET, AT)}",
            header(secret="whsec_other"),
            header(secret=""),
            header(b'{"id":"evt_2"}'),
            header().upper(),
            header()[:-1],
            header() + "0",
            f"t={AT},v1=é{signature(RAW, SECRET, AT)}",
        ],
    )
    def test_what_is_forged_is_refused(self, forged: str | None) -> None:
        assert not INBOUND.verify(RAW, forged, NOW)
        with pytest.raises((SignatureVerificationError, TypeError)):
            WebhookSignature.verify_header(RAW, forged, SECRET)

    def test_a_time_in_another_spelling_is_refused(self) -> None:
        for moment in (f"+{AT}", f"{AT}.0", f"0x{AT:x}", f"{AT:_}"):
            assert not INBOUND.verify(RAW, f"t={moment},v1={signature(RAW, SECRET, AT)}", NOW)

    @pytest.mark.parametrize("raw", [b"", RAW[:-1], RAW + b" ", RAW.replace(b"1", b"2"), b"\xff" + RAW])
    def test_a_body_that_was_changed_is_refused(self, raw: bytes) -> None:
        assert not INBOUND.verify(raw, header(), NOW)

    def test_bytes_that_are_no_text_are_signed_like_any(self) -> None:
        assert INBOUND.verify(b"\xff\x00", header(b"\xff\x00"), NOW)

    def test_any_of_several_signatures_will_do_while_the_secret_is_rolled(self, fake: FakeStripe) -> None:
        for secrets in (("whsec_old", SECRET), (SECRET, "whsec_new")):
            assert INBOUND.verify(*fake.signed({"id": "evt_1"}, secrets=secrets), NOW)
        assert not INBOUND.verify(*fake.signed({"id": "evt_1"}, secrets=("whsec_old", "whsec_new")), NOW)

    @pytest.mark.parametrize(
        ("seconds", "is_good"), [(0, True), (299, True), (300, True), (301, False), (86400, False)]
    )
    def test_what_was_signed_too_long_ago_or_in_the_future_is_refused(self, seconds: int, is_good: bool) -> None:
        assert is_good == INBOUND.verify(RAW, header(), NOW + seconds * SECOND)
        assert is_good == INBOUND.verify(RAW, header(), NOW - seconds * SECOND)

    def test_without_a_secret_nothing_is_genuine(self) -> None:
        assert not StripeInbound("").verify(RAW, header(secret=""), NOW)
        assert not StripeInbound(" ").verify(RAW, header(secret=" "), NOW)

    def test_the_same_webhook_again_is_genuine_and_has_the_same_id(self, fake: FakeStripe, session_id: str) -> None:
        raw, signed = fake.signed(fake.pay(session_id))
        assert INBOUND.verify(raw, signed, NOW)
        assert INBOUND.verify(raw, signed, NOW + 200 * SECOND)
        assert INBOUND.parse(raw) == INBOUND.parse(raw)


class TestPayments:
    def test_paid(self, fake: FakeStripe, session_id: str) -> None:
        event = fake.pay(session_id)
        assert told(fake, event) == PaymentNews(
            Outcome.PAID,
            payment_id=42,
            checkout_id=session_id,
            transaction_id=fake.sessions[session_id]["payment_intent"],
            amount=USD,
            at=NOW,
        )

    def test_another_amount_and_currency_are_told_as_they_came(self, fake: FakeStripe, session_id: str) -> None:
        news = told(fake, fake.pay(session_id, 500, "jpy"))
        assert isinstance(news, PaymentNews)
        assert news.amount == Money(500, "JPY")

    def test_completed_is_not_paid(self, fake: FakeStripe, session_id: str) -> None:
        expected = PaymentNews(Outcome.PROCESSING, payment_id=42, checkout_id=session_id, at=NOW)
        assert expected == told(fake, fake.pay_slowly(session_id))

    def test_a_slow_method_comes_or_does_not(self, fake: FakeStripe, session_id: str) -> None:
        fake.pay_slowly(session_id)
        failed = told(fake, fake.bounce(session_id))
        assert isinstance(failed, PaymentNews)
        assert (failed.outcome, failed.code) == (Outcome.FAILED, "async_payment_failed")
        came = told(fake, fake.arrive(session_id))
        assert isinstance(came, PaymentNews)
        assert (came.outcome, came.amount) == (Outcome.PAID, USD)

    def test_a_try_that_failed_tells_why_the_bank_refused(self, fake: FakeStripe, session_id: str) -> None:
        news = told(fake, fake.decline(session_id, "insufficient_funds"))
        expected = PaymentNews(
            Outcome.TRY_FAILED, payment_id=42, code="insufficient_funds", words="It was declined.", at=NOW
        )
        assert news == expected

    def test_an_amount_that_is_held_and_let_go(self, fake: FakeStripe, clock: SetClock) -> None:
        stripe = StripeCheckout(KEY, clock.now, fake.base_url)
        session_id = stripe.begin(replace(ASKED, is_hold=True)).checkout_id
        completed = told(fake, fake.authorize(session_id))
        intent = fake.sessions[session_id]["payment_intent"]
        held, gone = told(fake, fake.held(session_id)), told(fake, fake.hold_ends(session_id))
        assert completed == PaymentNews(Outcome.PROCESSING, payment_id=42, checkout_id=session_id, at=NOW)
        assert held == PaymentNews(Outcome.AUTHORIZED, payment_id=42, transaction_id=intent, at=NOW)
        assert gone == PaymentNews(Outcome.EXPIRED, payment_id=42, transaction_id=intent, code="automatic", at=NOW)

    def test_an_expired_page_is_told(self, fake: FakeStripe, session_id: str) -> None:
        expected = PaymentNews(Outcome.EXPIRED, payment_id=42, checkout_id=session_id, at=NOW)
        assert expected == told(fake, fake.expire(session_id))

    def test_events_in_any_order_say_what_was_when_they_were_made(self, fake: FakeStripe, session_id: str) -> None:
        events = [fake.decline(session_id), fake.pay_slowly(session_id), fake.arrive(session_id)]
        outcomes = [told(fake, event) for event in reversed(events)]
        assert [Outcome.PAID, Outcome.PROCESSING, Outcome.TRY_FAILED] == [
            one.outcome for one in outcomes if isinstance(one, PaymentNews)
        ]

    @pytest.mark.parametrize(
        "metadata", [{}, {"payment_id": "42"}, {"order": "7"}, {"payment_id": "x", "booking_id": "1"}, None]
    )
    def test_what_another_program_sold_is_known_by_its_page_alone(
        self, metadata: object, fake: FakeStripe, session_id: str
    ) -> None:
        fake.sessions[session_id]["metadata"] = metadata
        news = told(fake, fake.pay(session_id))
        assert isinstance(news, PaymentNews)
        assert (news.payment_id, news.checkout_id) == (None, session_id)

    def test_a_try_that_is_not_ours_tells_nothing(self, fake: FakeStripe, session_id: str) -> None:
        event = fake.decline(session_id)
        event["data"]["object"]["metadata"] = {}
        assert INBOUND.parse(fake.signed(event)[0]) == ()

    def test_fields_that_are_missing_or_new_do_no_harm(self, fake: FakeStripe) -> None:
        thing = {"id": "cs_1", "status": "complete", "payment_status": "paid", "payment_intent": {"id": "pi_9"}}
        event = fake.event("checkout.session.completed", thing, new_field=[1], created="soon")
        assert told(fake, event) == PaymentNews(Outcome.PAID, checkout_id="cs_1", transaction_id="pi_9")


class TestRefunds:
    @pytest.fixture
    def intent(self, fake: FakeStripe, session_id: str) -> str:
        fake.pay(session_id)
        return str(fake.sessions[session_id]["payment_intent"])

    def test_one_that_was_made_by_hand_is_told(self, fake: FakeStripe, intent: str) -> None:
        event = fake.refund_by_hand(intent, 2000)
        refund_id = event["data"]["object"]["id"]
        expected = RefundNews(
            Outcome.PAID, provider_refund_id=refund_id, transaction_id=intent, amount=Money(2000, "USD")
        )
        assert expected == told(fake, event)

    def test_ours_is_told_by_our_number_and_may_fail_days_later(
        self, fake: FakeStripe, intent: str, clock: SetClock
    ) -> None:
        fake.refund_status = "pending"
        made = StripeCheckout(KEY, clock.now, fake.base_url).refund(7, intent, USD, "refund-7-1")
        updated = told(fake, fake.refund_becomes(made.provider_refund_id, "succeeded"))
        assert replace(made, outcome=Outcome.PAID) == updated
        failed = told(fake, fake.refund_becomes(made.provider_refund_id, "failed", "declined"))
        assert replace(made, outcome=Outcome.FAILED, code="declined") == failed

    def test_the_older_name_of_the_event_is_read_too(self, fake: FakeStripe, intent: str) -> None:
        event = fake.refund_by_hand(intent, 2000)
        news = told(fake, event)
        assert news == told(fake, {**event, "type": "charge.refund.updated"})

    def test_a_charge_tells_the_refunds_in_it_and_nothing_without_them(self, fake: FakeStripe, intent: str) -> None:
        first, second = (told(fake, fake.refund_by_hand(intent, amount)) for amount in (2000, 900))
        assert INBOUND.parse(fake.signed(fake.charge_refunded(intent))[0]) == ()
        raw, _ = fake.signed(fake.charge_refunded(intent, has_refunds=True))
        assert [first, second] == [one.news for one in INBOUND.parse(raw)]

    def test_a_dispute_is_told(self, fake: FakeStripe, intent: str) -> None:
        event = fake.dispute(intent)
        dispute_id = event["data"]["object"]["id"]
        assert Dispute(dispute_id, intent, USD, "fraudulent", "needs_response") == told(fake, event)


class TestHome:
    """Two desks on one account: each hears of everything."""

    def test_numbers_of_another_desk_are_not_taken_for_ours(self, fake: FakeStripe, clock: SetClock) -> None:
        theirs = StripeCheckout(KEY, clock.now, fake.base_url, home="b.test")
        session_id = theirs.begin(ASKED).checkout_id
        declined, paid = fake.decline(session_id), fake.pay(session_id)
        intent = fake.sessions[session_id]["payment_intent"]
        made = theirs.refund(7, intent, USD, "refund-7-1")
        refunded = fake.refund_becomes(made.provider_refund_id, "succeeded")
        found = {}
        for home in ("a.test", "b.test", ""):
            inbound = StripeInbound(SECRET, live=False, home=home)
            found[home] = [one.news for event in (declined, paid, refunded) for one in inbound.parse(_raw(event))]
        assert found["b.test"] == found[""]
        assert [42, 42] == [one.payment_id for one in found[""] if isinstance(one, PaymentNews)]
        assert [made] == found[""][2:]
        paid_elsewhere, refunded_elsewhere = found["a.test"]
        assert isinstance(paid_elsewhere, PaymentNews)
        assert isinstance(refunded_elsewhere, RefundNews)
        assert (paid_elsewhere.payment_id, paid_elsewhere.checkout_id) == (None, session_id)
        assert (refunded_elsewhere.refund_id, refunded_elsewhere.transaction_id) == (None, intent)

    def test_a_page_that_was_opened_is_looked_at_whatever_our_home_was_then(
        self, fake: FakeStripe, clock: SetClock
    ) -> None:
        begun = StripeCheckout(KEY, clock.now, fake.base_url, home="b.test").begin(ASKED)
        now = StripeCheckout(KEY, clock.now, fake.base_url, home="a.test")
        assert now.look(Known(42, begun.checkout_id, USD)).payment_id == 42


class TestReading:
    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"null",
            b"[]",
            b"7",
            b'"evt"',
            b"{",
            b"\xff\xfe",
            b"[" * 100_000,
            b"<!doctype html>",
            b'{"type":"checkout.session.completed","livemode":false}',
            b'{"id":{},"type":"checkout.session.completed","livemode":false}',
            b'{"id":"evt_1","type":"checkout.session.completed","livemode":false}',
            b'{"id":"evt_1","type":"checkout.session.completed","livemode":false,"data":[]}',
            b'{"id":"evt_1","type":"checkout.session.completed","livemode":false,"data":{"object":{}}}',
            b'{"id":"evt_1","type":"refund.created","livemode":false,"data":{"object":{"amount":1}}}',
        ],
    )
    def test_nonsense_is_unreadable(self, raw: bytes) -> None:
        with pytest.raises(Unreadable):
            INBOUND.parse(raw)

    def test_a_webhook_that_was_cut_is_unreadable_and_refused(self, fake: FakeStripe, session_id: str) -> None:
        raw, signed = fake.signed(fake.pay(session_id))
        for length in range(0, len(raw), 97):
            assert not INBOUND.verify(raw[:length], signed, NOW)
            with pytest.raises(Unreadable):
                INBOUND.parse(raw[:length])

    @pytest.mark.parametrize(
        "kind", ["invoice.paid", "payment_intent.succeeded", "", "checkout.session.unheard_of", "a.b.c.d"]
    )
    def test_what_we_have_no_use_for_tells_nothing(self, kind: str, fake: FakeStripe) -> None:
        assert INBOUND.parse(fake.signed(fake.event(kind, {"id": "x_1"}))[0]) == ()

    @pytest.mark.parametrize("more", [{"object": "v2.core.event"}, {"account": "acct_other"}])
    def test_events_of_another_kind_or_account_tell_nothing(
        self, more: dict[str, str], fake: FakeStripe, session_id: str
    ) -> None:
        assert INBOUND.parse(fake.signed({**fake.pay(session_id), **more})[0]) == ()

    @pytest.mark.parametrize("livemode", [True, None, "false", 0])
    def test_play_money_and_real_money_are_not_mixed(self, livemode: object, fake: FakeStripe, session_id: str) -> None:
        event = {**fake.pay(session_id), "livemode": livemode}
        with pytest.raises(Unreadable, match="livemode"):
            INBOUND.parse(fake.signed(event)[0])
        assert StripeInbound(SECRET).parse(fake.signed(event)[0])

    @pytest.mark.parametrize(
        ("key", "live"),
        [
            ("sk_test_1", False),
            ("rk_test_1", False),
            ("sk_live_1", True),
            ("rk_live_1", True),
            ("sk", None),
            ("", None),
        ],
    )
    def test_a_key_says_whether_its_money_is_real(self, key: str, live: bool | None) -> None:
        assert live is is_live(key)

    def test_stripes_library_is_not_needed_to_read_webhooks(self) -> None:
        code = "import sys, bot.payments.stripe_inbound; sys.exit('stripe' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_odd_values_never_break_the_reading(self, fake: FakeStripe, session_id: str) -> None:
        kinds = ["checkout.session.completed", "payment_intent.payment_failed", "refund.updated", "charge.refunded"]
        odd: list[Any] = [None, "", "x", "\ud800", "\x00", -1, 10**30, 1.5, True, [], [[]], {}, {"id": "y"}, {"a": {}}]
        thing = fake.pay(session_id)["data"]["object"] | {"last_payment_error": {"code": "c"}, "refunds": {"data": []}}
        for kind in [*kinds, "charge.dispute.created"]:
            for name in thing:
                for value in odd:
                    raw = json.dumps(fake.event(kind, {**thing, name: value})).encode()
                    try:
                        INBOUND.parse(raw)
                    except Unreadable:
                        assert name == "id"
