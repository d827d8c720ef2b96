"""Two things happen to one payment at the same moment: whichever comes first, the money is counted once, the booking
stands or does not, and nobody is asked twice. PAYMENT_RACES="100" is the long run."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from bot.clock import SetClock
from bot.intake import receive
from bot.payments.mpesa import PUSH
from bot.payments.work import carry_out
from bot.schedule import run_due
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.messages import Inbound
from conversations.payments import RequestStatus
from handlers import payment_begun
from handlers.payment_lapsed import PATIENCE
from models.bookings import booking_by_id
from models.payments import payments
from tests.conftest import MakeDesk
from tests.handlers.till import CALLBACK, ZAWADI, Till
from tests.patience import NO_WAIT

pytestmark = pytest.mark.every_database

ATTEMPTS = int(os.environ.get("PAYMENT_RACES", "5"))
Deed = Callable[[], Any]


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.player.settle()
        till.check()


def person(number: int) -> Phone:
    return Phone(f"P{number}", "sms", f"+2547110{number:05d}", f"P{number}")


def asked(till: Till, number: int) -> int:
    """Each client asks for a time of their own; the booking's number."""
    till.passes(minutes=1)
    return till.requests(who=person(number), when=f"{14 + number // 9} march {8 + number % 9}:00")


def approved(till: Till, number: int) -> int:
    booking = asked(till, number)
    till.says(ZAWADI, f"approve {booking}")
    return booking


def at_once(*deeds: Deed) -> list[Any]:
    """All begin in the same moment, each in a thread of its own."""
    start = Barrier(len(deeds))

    def run(deed: Deed) -> Any:
        start.wait()
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def called(till: Till, raw: bytes, place: int = -1) -> None:
    """Safaricom calls, and what it says is asked for."""
    assert 200 == till.web.application.test_client().post(CALLBACK, data=raw).status_code
    carry_out(till.desk, till.payments()[place].id)


def told(till: Till, event: Any) -> None:
    raw, header = till.stripe.signed(event)
    web = till.web.application.test_client()
    assert 200 == web.post("/webhooks/stripe", data=raw, headers={"Stripe-Signature": header}).status_code


def texts(till: Till, who: Phone, text: str, key: str) -> None:
    receive(till.desk, Inbound(who.channel, key, who.address, who.address, text))


def pushes(till: Till) -> int:
    return sum(one.path == PUSH for one in till.daraja.asked)


def _money_of(till: Till, booking: int) -> tuple[int, int, int]:
    """What was applied, credited and refunded of all that came for a booking."""
    mine = [row for row in till.payments() if row.booking_id == booking]
    return sum(row.applied for row in mine), sum(row.credited for row in mine), sum(row.refunded for row in mine)


def test_a_callback_and_the_deadline(till: Till) -> None:
    numbers = [approved(till, number) for number in range(ATTEMPTS)]
    for place, booking in enumerate(numbers):
        till.clock.at = till.payment_requests()[place].due_at + PATIENCE
        raw = till.daraja.pay(till.daraja.prompts[place])
        at_once(partial(called, till, raw, place), partial(run_due, till.desk))
        till.player.settle()
        assert BookingStatus.CONFIRMED is till.booking(booking).status
        assert (350000, 0, 0) == _money_of(till, booking)
        till.check()


def test_a_callback_and_a_card_at_once(till: Till) -> None:
    for number in range(ATTEMPTS):
        booking = approved(till, number)
        till.says(person(number), "card")
        page = till.opens(till.link(person(number)))
        raw, event = till.daraja.pay(till.prompt), till.stripe.pay(page)
        place = next(
            place for place, row in enumerate(till.payments()) if row.checkout_request_id == till.prompt.checkout_id
        )
        at_once(partial(called, till, raw, place), partial(told, till, event))
        till.player.settle()
        assert BookingStatus.CONFIRMED is till.booking(booking).status
        applied, credited, refunded = _money_of(till, booking)
        assert (350000, 350000) == (applied, credited + refunded)
        till.check()


def test_a_callback_and_the_coordinators_word(till: Till) -> None:
    for number in range(ATTEMPTS):
        booking = approved(till, number)
        raw = till.daraja.pay(till.prompt)
        at_once(
            partial(called, till, raw), partial(texts, till, ZAWADI, f"paid {booking}", f"paid-{number}"),
        )  # fmt: skip
        till.player.settle()
        assert BookingStatus.CONFIRMED is till.booking(booking).status
        applied, credited, refunded = _money_of(till, booking)
        assert (350000, 0) == (applied, refunded)
        assert credited in (0, 350000)
        till.check()


def test_a_callback_and_a_cancellation(till: Till) -> None:
    for number in range(ATTEMPTS):
        booking = approved(till, number)
        who = person(number)
        till.says(who, "cancel my booking")
        raw = till.daraja.pay(till.prompt)
        at_once(partial(called, till, raw), partial(texts, till, who, "yes", f"yes-{number}"))
        till.player.settle()
        assert till.booking(booking).status in (BookingStatus.CANCELLED, BookingStatus.CONFIRMED)
        assert 350000 == sum(_money_of(till, booking))
        if till.booking(booking).status is BookingStatus.CANCELLED:
            assert 0 == _money_of(till, booking)[0]
        till.check()


def test_workers_who_carry_out_one_prompt_send_one(till: Till) -> None:
    for number in range(ATTEMPTS):
        booking = asked(till, number)
        before = pushes(till)
        texts(till, ZAWADI, f"approve {booking}", f"approve-{number}")
        at_once(*[partial(carry_out, till.desk, till.payments()[-1].id)] * 4)
        assert 1 == pushes(till) - before
        till.player.settle()
        till.pays_by_phone()
        assert 1 == pushes(till) - before


def test_without_the_lock_and_the_version_two_prompts_are_sent(
    till: Till, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "sqlite":
        pytest.skip("one writer at a time, whatever is locked")

    def unguarded(session: Any, row: Any, now: Any, **values: Any) -> None:
        session.execute(payments.update().where(payments.c.id == row.id).values(**values))

    def gate(*arguments: Any) -> Any:
        start.wait(NO_WAIT)
        return step(*arguments[:8], is_open=True)

    booking, start, step = asked(till, 0), Barrier(2), payment_begun.next_step
    texts(till, ZAWADI, f"approve {booking}", "approve")
    with monkeypatch.context() as patched:
        patched.setattr(payment_begun, "lock_booking", booking_by_id)
        patched.setattr(payment_begun, "change_payment", unguarded)
        patched.setattr(payment_begun, "next_step", lambda *each, is_open, **_more: gate(*each))
        at_once(*[partial(carry_out, till.desk, till.payments()[-1].id)] * 2)
    assert 2 == pushes(till)


def test_a_link_that_is_opened_twice_at_once_leads_to_one_page(till: Till) -> None:
    for number in range(ATTEMPTS):
        approved(till, number)
        path = till.link(person(number)) or f"/pay/{till.payment_requests()[-1].token}"
        before = len(till.stripe.sessions)

        def opens(path: str = path) -> str:
            answer = till.web.application.test_client().get(path)
            assert 303 == answer.status_code
            return str(answer.headers["Location"])

        assert 1 == len(set(at_once(*[opens] * 4)))
        assert 1 == len(till.stripe.sessions) - before


def test_a_refund_that_is_told_while_it_is_asked_for(till: Till) -> None:
    """Stripe's word of a refund comes before its answer, and both at once."""
    for number in range(ATTEMPTS):
        booking = approved(till, number)
        till.says(person(number), "card")
        page = till.opens(till.link(person(number)))
        till.calls_back(till.daraja.fail(till.prompt, "1"))
        till.delivers(till.stripe.pay(page))
        till.says(ZAWADI, f"refund {booking} 1000")
        refund = till.refunds()[-1]
        event = till.stripe.refund_becomes(refund.provider_refund_id, "failed")
        late = till.stripe.refund_becomes(refund.provider_refund_id, "succeeded")
        at_once(partial(told, till, event), partial(told, till, late), partial(told, till, event))
        till.player.settle()
        assert (250000, 100000, 0) == _money_of(till, booking)
        assert RequestStatus.PAID is till.payment_requests()[-1].status
        till.check()
