"""What providers tell, told a thousand times in any order, forged, broken, or about what is not ours: nothing changes
that should not, and nobody gets an error who should not."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.clock import SetClock
from conversations.booking import BookingStatus
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.payment_begun import attempt_begun
from models.bookings import bookings
from models.outbox import outbox_after
from models.provider_calls import provider_calls
from tests.conftest import MakeDesk
from tests.handlers.till import AMINA, BRIAN, CALLBACK, SARA, ZAWADI, Till

REPEATS = 1000


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.player.settle()
        till.check()


def all_of_it(till: Till) -> list[Any]:
    """Everything that a call could change."""
    read = till.desk.database.read
    texts = read(lambda session: [row.id for row in outbox_after(session, 0)])
    calls = read(lambda session: session.execute(select(provider_calls).order_by(provider_calls.c.id)).all())
    booked = read(lambda session: session.execute(select(bookings).order_by(bookings.c.id)).all())
    return [till.payments(), till.payment_requests(), till.refunds(), till.entries(), texts, calls, booked]


def posts(till: Till, path: str, raw: bytes, **headers: str) -> int:
    return till.web.post(
        path, data=raw, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ).status_code


def test_a_thousand_repeated_calls_change_nothing(till: Till) -> None:
    till.approved()
    failed = till.daraja.fail(till.prompt, "1032")
    till.calls_back(failed)
    till.says(AMINA, "pay")
    paid = till.daraja.pay(till.prompt)
    till.calls_back(paid)
    till.approved(who=SARA, when="13 march 10am")
    page = till.opens(till.link(SARA))
    declined, done = till.stripe.decline(page), till.stripe.pay(page)
    for event in (declined, done):
        till.delivers(event)
    till.says(ZAWADI, f"cancel {till.booking().id}")
    refund = next(iter(till.stripe.refunds.values()))
    events = [declined, done, till.stripe.refund_becomes(refund["id"], "succeeded")]
    events.append(till.stripe.charge_refunded(refund["payment_intent"], has_refunds=True))
    for event in events:
        till.delivers(event)
    before = all_of_it(till)
    order = random.Random(7)
    for _ in range(REPEATS):
        if (raw := order.choice([failed, paid, *events])) in (failed, paid):
            assert 200 == posts(till, CALLBACK, raw)
        else:
            raw, signed = till.stripe.signed(raw)
            assert 200 == posts(till, "/webhooks/stripe", raw, Stripe_Signature=signed)
    till.player.settle()
    assert before == all_of_it(till)


def changed(till: Till, **values: Any) -> bytes:
    """The callback of the last prompt, paid, with other values in its metadata or beside it."""
    prompt = till.prompt
    till.daraja.pay(prompt)
    items = [item | {"Value": values.pop(item["Name"], item.get("Value"))} for item in till.daraja.items(prompt)]
    raw = till.daraja.callback(prompt, items, **values)
    prompt.result = None
    return raw


CALLBACKS: dict[str, tuple[Callable[[Till], bytes], str, int]] = {
    "another secret": (changed, "/webhooks/mpesa/guessed", 403),
    "no secret": (changed, "/webhooks/mpesa/", 404),
    "truncated": (lambda till: changed(till)[:90], CALLBACK, 200),
    "empty": (lambda till: b"", CALLBACK, 200),
    "a list": (lambda till: b"[]", CALLBACK, 200),
    "no text": (lambda till: b"\xff\xfe", CALLBACK, 200),
    "deep": (lambda till: b"[" * 100_000, CALLBACK, 200),
    "amount 0": (lambda till: changed(till, Amount=0), CALLBACK, 200),
    "amount below 0": (lambda till: changed(till, Amount=-3500), CALLBACK, 200),
    "amount in words": (lambda till: changed(till, Amount="much"), CALLBACK, 200),
    "amount with too many places": (lambda till: changed(till, Amount=0.0001), CALLBACK, 200),
    "amount beyond all": (lambda till: changed(till, Amount=10**30), CALLBACK, 200),
    "of nobody": (lambda till: changed(till, CheckoutRequestID="ws_CO_of_nobody"), CALLBACK, 200),
    "never happened": (changed, CALLBACK, 200),
}
"""What comes by Safaricom's address while the prompt is still open, where, and the answer."""


@pytest.mark.parametrize("name", CALLBACKS)
def test_a_callback_that_is_no_proof_pays_for_nothing(till: Till, name: str) -> None:
    make, path, status = CALLBACKS[name]
    till.approved()
    assert status == till.calls_back(make(till), path).status_code
    assert BookingStatus.APPROVED is till.booking().status
    assert [(PaymentStatus.PROCESSING, 0)] == [(row.status, row.received) for row in till.payments()]
    till.pays_by_phone()
    till.passes(minutes=5)
    assert BookingStatus.CONFIRMED is till.booking().status


EVENTS: dict[str, tuple[Callable[[Till, Any], tuple[bytes, str]], int]] = {
    "signed with another secret": (lambda till, event: till.stripe.signed(event, secrets=("whsec_other",)), 403),
    "signed for other bytes": (
        lambda till, event: (till.stripe.signed(event)[0] + b" ", till.stripe.signed(event)[1]), 403
    ),
    "not signed": (lambda till, event: (till.stripe.signed(event)[0], ""), 403),
    "truncated": (lambda till, event: (till.stripe.signed(event)[0][:200], till.stripe.signed(event)[1]), 403),
    "old": (lambda till, event: till.stripe.signed(event, at=till.clock.now() - timedelta(minutes=6)), 403),
    "from the future": (lambda till, event: till.stripe.signed(event, at=till.clock.now() + timedelta(minutes=6)), 403),
    "of real money": (lambda till, event: till.stripe.signed(event | {"livemode": True}), 200),
    "of another account": (lambda till, event: till.stripe.signed(event | {"account": "acct_1"}), 200),
    "of a page of nobody": (lambda till, event: till.stripe.signed(of_page(event, id="cs_test_9", metadata={})), 200),
    "of another desk's page": (
        lambda till, event: till.stripe.signed(of_page(event, id="cs_test_9", metadata=other_home(event))), 200
    ),
    "of a page that claims our payment": (lambda till, event: till.stripe.signed(of_page(event, id="cs_test_9")), 200),
    "without an object": (lambda till, event: till.stripe.signed(event | {"data": {}}), 200),
    "a list": (lambda till, event: till.stripe.signed([event]), 200),
}  # fmt: skip
"""What comes by Stripe's address while the page is still open, with its signature, and the answer."""


def of_page(event: Any, **values: Any) -> Any:
    return event | {"data": {"object": event["data"]["object"] | values}}


def other_home(event: Any) -> dict[str, str]:
    return {**event["data"]["object"]["metadata"], "home": "salon.test"}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_that_is_not_ours_pays_for_nothing(till: Till, name: str) -> None:
    make, status = EVENTS[name]
    till.approved(who=SARA)
    page = till.opens(till.link(SARA))
    kept = json.loads(json.dumps(till.stripe.sessions[page]))
    event = till.stripe.pay(page)
    till.stripe.sessions[page] = kept
    raw, signed = make(till, event)
    assert status == posts(till, "/webhooks/stripe", raw, Stripe_Signature=signed)
    till.player.settle()
    assert BookingStatus.APPROVED is till.booking().status
    assert [(PaymentStatus.PENDING, 0)] == [(row.status, row.received) for row in till.payments()]
    till.delivers(till.stripe.pay(page))
    assert BookingStatus.CONFIRMED is till.booking().status


AMOUNTS = {
    "too little": ({"Amount": 1000}, BookingStatus.APPROVED, 100000, 0),
    "a fraction less": ({"Amount": 3499.5}, BookingStatus.APPROVED, 349950, 0),
    "exactly, as text": ({"Amount": "3500.00"}, BookingStatus.CONFIRMED, 350000, 0),
    "too much": ({"Amount": 4000}, BookingStatus.CONFIRMED, 350000, 50000),
    "not said": ({"Amount": None}, BookingStatus.CONFIRMED, 350000, 0),
}


@pytest.mark.parametrize("name", AMOUNTS)
def test_another_amount_than_was_asked(till: Till, name: str) -> None:
    values, status, applied, credited = AMOUNTS[name]
    till.approved()
    raw = changed(till, **values)
    till.daraja.pay(till.prompt)
    till.calls_back(raw)
    assert status is till.booking().status
    assert [(applied, credited)] == [(row.applied, row.credited) for row in till.payments()]


@pytest.mark.parametrize(("currency", "amount"), [("eur", 350000), ("usd", None), ("jpy", 3500)])
def test_another_currency_than_was_asked(till: Till, currency: str, amount: int | None) -> None:
    till.approved(who=SARA)
    page = till.opens(till.link(SARA))
    till.delivers(till.stripe.pay(page, amount, currency))
    assert BookingStatus.APPROVED is till.booking().status
    (paid,) = till.payments()
    assert (currency.upper(), 0, paid.received) == (paid.currency, paid.applied, paid.credited)
    assert "paid_kept" in till.told(SARA)
    again = till.opens(till.link(SARA))
    till.delivers(till.stripe.pay(again))
    assert BookingStatus.CONFIRMED is till.booking().status


FAULTS: dict[str, Callable[[Any], None]] = {
    "down": lambda fake: fake.fail_next(503, times=2),
    "busy": lambda fake: fake.fail_next(429, times=2, retry_after=5),
    "a page instead": lambda fake: fake.answer_html(2, status=502),
    "cut": lambda fake: fake.cut_after_accepting(1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_stripe_is_away_while_the_link_is_opened(till: Till, name: str) -> None:
    till.approved(who=SARA)
    path = till.link(SARA)
    FAULTS[name](till.stripe)
    assert till.web.get(path).status_code in (303, 503)
    till.passes(minutes=1)
    till.stripe._planned.clear()
    till.pays_by_card(SARA)
    assert BookingStatus.CONFIRMED is till.booking().status
    assert 1 == len(till.stripe.sessions)


@pytest.mark.parametrize("name", FAULTS)
def test_safaricom_is_away_while_it_is_asked(till: Till, name: str) -> None:
    number = till.requests()
    FAULTS[name](till.daraja)
    till.says(ZAWADI, f"approve {number}")
    for _ in range(6):
        till.passes(minutes=2)
    assert 1 >= len(till.daraja.prompts)
    till.says(AMINA, "card")
    till.pays_by_card(AMINA)
    assert BookingStatus.CONFIRMED is till.booking().status


class TestAnAnswerThatWasLost:
    """The prompt was sent, and its id never came: the callback's own is asked about."""

    def _lost(self, till: Till) -> None:
        number = till.requests()
        till.daraja.cut_after_accepting(1)
        till.says(ZAWADI, f"approve {number}")
        assert [None] == [row.checkout_request_id for row in till.payments()]

    def test_it_is_known_by_its_callback_and_asked_about(self, till: Till) -> None:
        self._lost(till)
        till.pays_by_phone()
        assert BookingStatus.CONFIRMED is till.booking().status
        assert [(350000, till.prompt.receipt)] == [(row.received, row.transaction_id) for row in till.payments()]
        assert "paid" == till.told(AMINA)[-1]

    def test_after_the_deadline_too(self, till: Till) -> None:
        self._lost(till)
        till.passes(hours=26)
        assert BookingStatus.EXPIRED is till.booking().status
        till.clock.move(timedelta(hours=-3))
        till.pays_by_phone()
        assert [350000] == [row.received for row in till.payments()]

    @pytest.mark.parametrize("changed", [{"Amount": 100}, {"PhoneNumber": 254700000009}])
    def test_another_amount_or_phone_is_not_taken_for_it(self, till: Till, changed: dict[str, int]) -> None:
        self._lost(till)
        till.daraja.pay(till.prompt)
        items = [
            item | {"Value": changed.get(item["Name"], item.get("Value"))} for item in till.daraja.items(till.prompt)
        ]
        till.calls_back(till.daraja.callback(till.prompt, items))
        assert BookingStatus.APPROVED is till.booking().status
        assert [None] == [row.checkout_request_id for row in till.payments()]

    def test_of_two_it_is_neither(self, till: Till) -> None:
        self._lost(till)
        till.says(AMINA, "therapy 13 march 10am", "yes")
        till.daraja.prompts[-1].result = "1032"
        till.daraja.cut_after_accepting(1)
        till.says(ZAWADI, "approve 2")
        assert [None, None] == [row.checkout_request_id for row in till.payments()]
        till.pays_by_phone()
        assert [0, 0] == [row.received for row in till.payments()]

    def test_a_forged_one_is_asked_about_and_counts_for_nothing(self, till: Till) -> None:
        self._lost(till)
        forged = till.daraja.pay(till.prompt).replace(till.prompt.checkout_id.encode(), b"ws_CO_forged")
        till.prompt.result = None
        till.calls_back(forged)
        till.passes(minutes=5)
        assert BookingStatus.APPROVED is till.booking().status
        assert [0] == [row.received for row in till.payments()]


def test_of_two_pages_that_are_opened_at_once_the_first_is_the_one(till: Till) -> None:
    till.approved(who=SARA)
    first = till.opens(till.link(SARA))
    row = till.payments()[0]
    url = till.desk.database.transact(
        lambda session: attempt_begun(
            session, row.id, "cs_test_other", "", "https://checkout.stripe.test/other", till.desk.circumstances("t")
        )
    )
    assert till.stripe.sessions[first]["url"] == url
    assert [first] == [one.checkout_session_id for one in till.payments()]


def test_a_prompt_that_could_not_be_sent_is_sent_soon(till: Till) -> None:
    number = till.requests()
    till.daraja.fail_next(503, times=1)
    till.says(ZAWADI, f"approve {number}")
    assert not till.daraja.prompts
    till.passes(seconds=5)
    assert 1 == len(till.daraja.prompts)


def test_a_slow_provider_is_asked_again(till: Till) -> None:
    till.approved()
    till.daraja.pay(till.prompt)
    till.daraja.fail_next(504, times=3)
    till.passes(minutes=2)
    assert BookingStatus.APPROVED is till.booking().status
    for _ in range(10):
        till.passes(minutes=2)
    assert BookingStatus.CONFIRMED is till.booking().status


def test_who_has_no_kenyan_number_is_not_asked_on_it(till: Till) -> None:
    till.approved(who=SARA)
    till.says(SARA, "mpesa")
    assert [] == till.daraja.prompts
    assert "pay_not_so" in till.told(SARA) or "pay_so" in till.told(SARA)


def test_a_clock_that_is_wrong_by_minutes_is_no_matter(till: Till) -> None:
    till.approved(who=SARA)
    page = till.opens(till.link(SARA))
    raw, signed = till.stripe.signed(till.stripe.pay(page), at=till.clock.now() + timedelta(minutes=4))
    assert 200 == posts(till, "/webhooks/stripe", raw, Stripe_Signature=signed)
    assert BookingStatus.CONFIRMED is till.booking().status


class TestOutOfOrder:
    def test_paid_after_it_was_said_to_have_failed(self, till: Till) -> None:
        till.approved()
        till.calls_back(till.daraja.fail(till.prompt, "1037"))
        assert PaymentStatus.FAILED is till.payments()[0].status
        till.calls_back(till.daraja.pay(till.prompt))
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_said_to_be_paid_after_it_failed_and_was_not(self, till: Till) -> None:
        till.approved()
        failed = till.daraja.fail(till.prompt, "1037")
        till.calls_back(failed)
        paid = till.daraja.pay(till.prompt)
        till.daraja.fail(till.prompt, "1037")
        till.calls_back(paid)
        (row,) = till.payments()
        assert (PaymentStatus.FAILED, None) == (row.status, row.look_at)

    def test_the_client_passes_the_receipt_on_before_the_callback_comes(self, till: Till) -> None:
        till.approved()
        raw = till.daraja.pay(till.prompt)
        till.says(AMINA, confirmation(till))
        assert [PaymentStatus.PROCESSING, PaymentStatus.PROOF_SUBMITTED] == [row.status for row in till.payments()]
        till.calls_back(raw)
        assert BookingStatus.CONFIRMED is till.booking().status
        assert [(350000, PaymentStatus.PAID), (0, PaymentStatus.EXPIRED)] == [
            (row.received, row.status) for row in till.payments()
        ]

    def test_the_receipt_was_taken_before_the_callback_comes(self, till: Till) -> None:
        number = till.approved()
        raw = till.daraja.pay(till.prompt)
        till.says(AMINA, confirmation(till))
        till.daraja.fail_next(503, times=1)
        till.says(ZAWADI, f"paid {number}")
        till.calls_back(raw)
        assert [0, 350000] == [row.received for row in till.payments()]
        assert 1 == till.told(AMINA).count("paid")

    def test_a_receipt_of_one_booking_is_no_proof_of_another(self, till: Till) -> None:
        till.approved()
        raw = till.daraja.pay(till.prompt)
        receipt = confirmation(till)
        till.approved(who=BRIAN, when="13 march 10am")
        till.says(BRIAN, receipt)
        till.calls_back(raw)
        assert [BookingStatus.CONFIRMED, BookingStatus.APPROVED] == [till.booking(1).status, till.booking(2).status]

    def test_a_page_that_is_made_while_the_phone_pays_is_ended(self, till: Till) -> None:
        till.approved()
        till.says(AMINA, "card")
        begin = till.desk.providers.of(PaymentMethod.CARD).begin

        def begins(asked: Any) -> Any:
            begun = begin(asked)
            till.pays_by_phone()
            return begun

        till.desk.providers.of(PaymentMethod.CARD).begin = begins  # type: ignore[method-assign]
        till.web.get(till.link(AMINA))
        till.player.settle()
        assert ["expired"] == [page["status"] for page in till.stripe.sessions.values()]
        assert [PaymentStatus.PAID, PaymentStatus.EXPIRED] == [row.status for row in till.payments()]
        assert [None, None] == [row.look_at for row in till.payments()]

    def test_what_was_paid_in_part_went_back_when_the_rest_comes_late(self, till: Till) -> None:
        number = till.approved(who=SARA)
        page = till.opens(till.link(SARA))
        till.says(ZAWADI, f"paid {number} 1000")
        till.stripe.pay(page, amount=250000)
        event = till.stripe.event("checkout.session.completed", till.stripe.sessions[page])
        till.stripe.sessions[page]["status"] = "open"
        till.stripe.sessions[page]["payment_status"] = "unpaid"
        till.passes(hours=27)
        assert BookingStatus.EXPIRED is till.booking().status
        till.delivers(event | {"created": int(till.clock.now().timestamp())})
        assert BookingStatus.EXPIRED is till.booking().status
        assert 250000 == till.payments()[0].credited

    def test_a_prompt_from_before_the_word_was_taken_back_pays(self, till: Till) -> None:
        number = till.approved()
        before = till.prompt
        till.says(ZAWADI, f"cancel {number}")
        till.passes(seconds=30)
        till.says(ZAWADI, "undo")
        assert BookingStatus.APPROVED is till.booking().status
        till.calls_back(till.daraja.pay(before))
        assert BookingStatus.CONFIRMED is till.booking().status

    def test_a_refund_that_failed_stays_failed(self, till: Till) -> None:
        number = till.approved(who=SARA)
        till.pays_by_card(SARA)
        till.says(ZAWADI, f"refund {number}")
        refund = till.refunds()[0].provider_refund_id
        late = till.stripe.refund_becomes(refund, "succeeded")
        till.delivers(till.stripe.refund_becomes(refund, "failed"))
        till.delivers(late)
        assert [("failed", 350000)] == [(one.status, one.amount) for one in till.refunds()]
        assert 350000 == till.payments()[0].credited

    def test_what_the_console_gives_back_is_taken_off_its_own_payment(self, till: Till) -> None:
        number = till.approved(who=SARA)
        page = till.opens(till.link(SARA))
        till.delivers(till.stripe.pay(page, amount=100000))
        till.says(ZAWADI, f"paid {number}")
        till.delivers(till.stripe.refund_by_hand(till.stripe.sessions[page]["payment_intent"], 100000))
        assert [(0, 0, 100000), (250000, 0, 0)] == [
            (row.applied, row.credited, row.refunded) for row in till.payments()
        ]


class TestAtTheDesk:
    def test_more_than_is_left_is_kept(self, till: Till) -> None:
        till.requests("massage")
        till.pays_by_phone()
        till.says(ZAWADI, f"paid {till.booking().id} 2000")
        assert [(60000, 0), (140000, 60000)] == [(row.applied, row.credited) for row in till.payments()]


def confirmation(till: Till) -> str:
    """The text that the phone of who paid has got."""
    return f"{till.prompt.receipt} Confirmed. Ksh3,500.00 sent to AMANI CLINIC for account BK1 on 10/3/26 at 2:30 PM."
