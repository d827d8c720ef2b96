"""What a provider says has become of a payment."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.events import CardHeld, CardLetGo, Event, PaymentFailed
from conversations.money import Money
from conversations.payments import Outcome, PaymentNews, PaymentStatus, RequestStatus
from conversations.rules.payments import GIVEN_UP, HAS_MONEY, LIVING
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.money_received import is_counted, known_by, received
from handlers.pending_request import fresh_view, lock_payment
from models.bookings import booking_by_id
from models.conversations import lock_conversation
from models.payments import (
    change_payment,
    payment_by_checkout,
    payment_by_id,
    payment_by_transaction,
    request_by_id,
)


def payment_heard(session: Session, news: PaymentNews, circumstances: Circumstances, who: str = "system") -> bool:
    """Let what was said of a payment happen to it, its booking and their conversation. What was said before changes
    nothing. False where we know no such payment."""
    found = payment_of(session, news)
    if found is None:
        return False
    payment = lock_payment(session, found.id)
    match news.outcome:
        case Outcome.PAID:
            if payment.status in HAS_MONEY:
                _fill_in(session, payment, news, circumstances.now)
            elif is_counted(session, payment, news, circumstances.now):
                _is_another(session, payment, news, circumstances.now)
            else:
                event = received(session, payment, news, who, circumstances)
                _tell(session, payment.booking_id, event, circumstances)
        case Outcome.AUTHORIZED:
            _is_held(session, payment, news, circumstances)
        case Outcome.PROCESSING:
            _is_under_way(session, payment, circumstances.now)
        case Outcome.FAILED | Outcome.EXPIRED:
            _came_to_nothing(session, payment, news, circumstances)
        case Outcome.TRY_FAILED:
            _try_failed(session, payment, news, circumstances)
        case Outcome.OPEN:
            pass
    return True


def payment_of(session: Session, news: PaymentNews) -> Row[Any] | None:
    """The payment that is spoken of: by the provider's id of it, or of its money, else by our own number."""
    found = payment_by_checkout(session, news.checkout_id) or payment_by_transaction(session, news.transaction_id)
    if found is None and news.payment_id is not None:
        found = payment_by_id(session, news.payment_id)
        is_another = news.checkout_id and found is not None and (found.checkout_session_id or found.checkout_request_id)
        return None if is_another else found
    return found


def _fill_in(session: Session, payment: Row[Any], news: PaymentNews, now: datetime) -> None:
    """A receipt that comes behind the word that it was paid."""
    if news.transaction_id and payment.transaction_id is None and not is_counted(session, payment, news, now):
        change_payment(session, payment, now, transaction_id=news.transaction_id)


def _is_another(session: Session, payment: Row[Any], news: PaymentNews, now: datetime) -> None:
    """The money of this attempt was written down before, by the reference that the client had of it."""
    if payment.status in LIVING:
        change_payment(
            session, payment, now, status=PaymentStatus.EXPIRED, look_at=None, result_code=news.code[:40],
            result_desc=f"counted as {news.transaction_id}", **known_by(payment, news),
        )  # fmt: skip
    elif payment.look_at is not None:
        change_payment(session, payment, now, look_at=None)


def _is_under_way(session: Session, payment: Row[Any], now: datetime) -> None:
    """Whether it came to an amount that is held, is asked at once."""
    values: dict[str, Any] = {"status": PaymentStatus.PROCESSING} if payment.status is PaymentStatus.PENDING else {}
    if payment.is_hold and payment.authorized_at is None and payment.status in GIVEN_UP | {PaymentStatus.PENDING}:
        values["look_at"] = now
    if values:
        change_payment(session, payment, now, **values)


def _is_held(session: Session, payment: Row[Any], news: PaymentNews, circumstances: Circumstances) -> None:
    """The amount is held on the card. It is seen to at once: taken where the booking is approved, let go where nobody
    wants it any more, and left where it is until then."""
    now = circumstances.now
    if payment.status in HAS_MONEY or (payment.authorized_at is not None and payment.status in LIVING):
        return
    values: dict[str, Any] = {"transaction_id": news.transaction_id or payment.transaction_id, "look_at": now}
    if payment.status in LIVING:
        values |= {"status": PaymentStatus.PROCESSING, "authorized_at": now}
    change_payment(session, payment, now, **values, **known_by(payment, news))
    request = request_by_id(session, payment.request_id) if payment.request_id is not None else None
    if payment.status in LIVING and request is not None and request.status is RequestStatus.OPEN:
        view = fresh_view(session, request.booking_id, circumstances.profiles.current(session))
        if view.status is BookingStatus.PENDING:
            _tell(session, view.id, CardHeld(view, Money(payment.amount, payment.currency)), circumstances)


def _came_to_nothing(session: Session, payment: Row[Any], news: PaymentNews, circumstances: Circumstances) -> None:
    now = circumstances.now
    if payment.status not in LIVING:
        if payment.look_at is not None:
            change_payment(session, payment, now, look_at=None)
        return
    status = PaymentStatus.EXPIRED if news.outcome is Outcome.EXPIRED else PaymentStatus.FAILED
    change_payment(
        session, payment, now, status=status, result_code=news.code[:40], result_desc=news.words[:500], look_at=None,
        **known_by(payment, news),
    )  # fmt: skip
    if payment.authorized_at is not None and not _is_awaited(session, payment):
        view = fresh_view(session, payment.booking_id, circumstances.profiles.current(session))
        _tell(session, view.id, CardLetGo(view, Money(payment.amount, payment.currency)), circumstances)
    elif status is PaymentStatus.FAILED or payment.authorized_at is not None:
        _say_it_failed(session, payment, news, circumstances)


def _is_awaited(session: Session, payment: Row[Any]) -> bool:
    """Whether a booking that was approved waits for it."""
    request = request_by_id(session, payment.request_id) if payment.request_id is not None else None
    booking = booking_by_id(session, payment.booking_id)
    is_open = request is not None and request.status is RequestStatus.OPEN
    return is_open and booking is not None and booking.status is BookingStatus.APPROVED


def _try_failed(session: Session, payment: Row[Any], news: PaymentNews, circumstances: Circumstances) -> None:
    """It can still be paid where it was; the client has read there why it was not."""
    if payment.status in LIVING:
        code, words = news.code[:40], news.words[:500]
        change_payment(session, payment, circumstances.now, result_code=code, result_desc=words)


def _say_it_failed(session: Session, payment: Row[Any], news: PaymentNews, circumstances: Circumstances) -> None:
    request = request_by_id(session, payment.request_id) if payment.request_id is not None else None
    if request is None or request.status is not RequestStatus.OPEN:
        return
    view = fresh_view(session, request.booking_id, circumstances.profiles.current(session))
    _tell(session, view.id, PaymentFailed(view, payment.method, news.code), circumstances)


def _tell(session: Session, booking_id: int | None, event: Event | None, circumstances: Circumstances) -> None:
    booking = booking_by_id(session, booking_id) if booking_id is not None else None
    if event is not None and booking is not None and booking.conversation_id is not None:
        advance(session, lock_conversation(session, booking.conversation_id), event, circumstances)
