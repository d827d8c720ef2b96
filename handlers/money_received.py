"""Money has come: it is written down first, then its booking is tried, under its lock."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.events import Event, Paid
from conversations.money import Money
from conversations.payments import PaymentMethod, PaymentNews, PaymentStatus, Receipt, RequestStatus
from conversations.rules.payments import HAS_MONEY, LIVING, Split, split
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.money_moved import take_in
from handlers.money_returned import give_back
from handlers.payment_asked import confirm_paid
from handlers.pending_request import fresh_view
from handlers.place_owned import own_again
from handlers.profile import Profile
from models.bookings import booking_by_id
from models.claims import LostRace
from models.ledger import applied_to
from models.payments import (
    change_payment,
    change_request,
    open_request,
    payment_by_transaction,
    payments_of_request,
    request_by_id,
)

OWES = LIVE | {BookingStatus.NO_SHOW}
"""What money at the desk may be for."""


def received(
    session: Session, payment: Row[Any], news: PaymentNews, who: str, circumstances: Circumstances
) -> Event | None:
    """Money has come by a payment whose booking is locked: write it down, and let the booking have it where it can.

    Raises IntegrityError where that money was written down before, as another payment's."""
    now, profile = circumstances.now, circumstances.profiles.current(session)
    money = news.amount or Money(payment.amount, payment.currency)
    booking = booking_by_id(session, payment.booking_id) if payment.booking_id is not None else None
    request = _request(session, payment)
    revives = booking is not None and request is not None and _revive(session, booking, request, money, profile, now)
    into = _split(session, booking, request, money, revives=revives)
    values = {
        "request_id": request.id if request is not None else None,
        "transaction_id": news.transaction_id or payment.transaction_id, "result_code": news.code[:40],
        "result_desc": news.words[:500], "merchant_request_id": news.merchant_id or payment.merchant_request_id,
        **known_by(payment, news),
    }  # fmt: skip
    take_in(session, payment, money, into, who, "paid", now, **values)
    if booking is None:
        return None
    booking = booking_by_id(session, booking.id)
    request = request_by_id(session, request.id) if request is not None else None
    assert booking is not None
    if request is not None and request.status is RequestStatus.PAID and booking.status is BookingStatus.APPROVED:
        confirm_paid(session, booking, who, "paid", now)
    if request is not None and request.status is not RequestStatus.OPEN:
        _end_others(session, request, payment.id, now)
    waits = request is not None and request.status is RequestStatus.OPEN
    is_twice = into.credited > 0 and into.applied == 0 and booking.status in LIVE and not waits
    if is_twice and payment.method is PaymentMethod.CARD:
        give_back(session, payment.id, into.credited, "paid twice", "system", now)
    left = request.amount - request.paid if request is not None and waits else 0
    receipt = Receipt(
        payment.id, payment.method, money, Money(into.applied, money.currency), Money(into.credited, money.currency),
        news.transaction_id,
    )  # fmt: skip
    return Paid(
        fresh_view(session, booking.id, profile), receipt, Money(left, money.currency), is_revived=revives,
        is_twice=is_twice, goes_back=is_twice and payment.method is PaymentMethod.CARD,
    )  # fmt: skip


def is_counted(session: Session, payment: Row[Any], news: PaymentNews, now: datetime) -> bool:
    """Whether this money was written down before, as another payment's. A proof of it that nobody has looked at yet
    needs no looking at any more."""
    other = payment_by_transaction(session, news.transaction_id)
    if other is None or other.id == payment.id:
        return False
    if other.status in HAS_MONEY:
        return True
    over = {"status": PaymentStatus.EXPIRED} if other.status in LIVING else {}
    change_payment(session, other, now, transaction_id=None, look_at=None, **over)
    return False


def _request(session: Session, payment: Row[Any]) -> Row[Any] | None:
    """What a payment is for: what it was begun for, or what its booking is asked for anew since that was put away."""
    anew = open_request(session, payment.booking_id) if payment.booking_id is not None else None
    if anew is not None or payment.request_id is None:
        return anew
    return request_by_id(session, payment.request_id)


def _split(
    session: Session, booking: Row[Any] | None, request: Row[Any] | None, money: Money, *, revives: bool
) -> Split:
    if booking is None:
        return Split(0, money.amount)
    if request is None:  # at the desk, for what was had or will be: what is left of its price
        left = booking.price - sum(amount for _, amount in applied_to(session, booking.id))
        return split(money, Money(max(0, left), booking.currency), is_wanted=booking.status in OWES)
    waits = request.status is RequestStatus.OPEN and booking.status is BookingStatus.APPROVED
    return split(money, Money(request.amount - request.paid, request.currency), is_wanted=waits or revives)


def known_by(payment: Row[Any], news: PaymentNews) -> dict[str, Any]:
    """A provider's call may come before its answer."""
    column = "checkout_session_id" if payment.method is PaymentMethod.CARD else "checkout_request_id"
    return {column: news.checkout_id} if news.checkout_id and getattr(payment, column) is None else {}


def _revive(
    session: Session, booking: Row[Any], request: Row[Any], money: Money, profile: Profile, now: datetime
) -> bool:
    """Money that lands when nobody waits for it any more: the booking is had again where it is enough, and the time is
    still free and still to come."""
    enough = money.currency == request.currency and request.paid + money.amount >= request.amount
    gone = request.status is RequestStatus.EXPIRED and booking.status is BookingStatus.EXPIRED
    if not (enough and gone and booking.start_at > now):
        return False
    savepoint = session.begin_nested()
    try:
        own_again(session, profile, booking, booking.staff_id, booking.start_at, booking.class_session_id, now)
        confirm_paid(session, booking, "system", "paid late", now)
        change_request(session, request, now, status=RequestStatus.OPEN)
    except LostRace:
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


def _end_others(session: Session, request: Row[Any], but: int, now: datetime) -> None:
    """What else was begun to pay it is to be paid no more."""
    for row in payments_of_request(session, request.id):
        if row.id != but and row.status in LIVING:
            if row.begun_at is None and row.method is not PaymentMethod.CARD:
                change_payment(session, row, now, status=PaymentStatus.EXPIRED, look_at=None)
            else:
                change_payment(session, row, now, look_at=now)
