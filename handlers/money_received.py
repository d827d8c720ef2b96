"""Money has come: it is written down first, then its booking is tried, under its lock."""

from collections.abc import Sequence
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
from handlers.payment_bundles import lead_of, left_of, open_together, together
from handlers.pending_request import fresh_view
from handlers.place_owned import own_again
from handlers.profile import Profile
from handlers.series_booked import fresh_series
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
    revived = _revive(session, request, money, profile, now) if request is not None else []
    into = _split(session, booking, request, money)
    values = {
        "request_id": request.id if request is not None else None,
        "transaction_id": news.transaction_id or payment.transaction_id, "result_code": news.code[:40],
        "result_desc": news.words[:500], "merchant_request_id": news.merchant_id or payment.merchant_request_id,
        **known_by(payment, news),
    }  # fmt: skip
    mine = together(session, request) if request is not None else []
    take_in(session, payment, money, into, who, "paid", now, **values)
    if booking is None:
        return None
    confirmed = [*revived, *_confirm(session, mine, who, now)]
    waiting = [one for one in mine if _is_open(session, one)]
    if request is not None and not waiting:
        for one in mine:
            _end_others(session, one, payment.id, now)
    lead = lead_of(session, waiting[0]) if waiting else None
    about = lead.booking_id if lead is not None else next(iter(confirmed), booking.id)
    view = fresh_view(session, about, profile)
    is_twice = into.credited > 0 and into.applied == 0 and view.status in LIVE and not waiting
    if is_twice and payment.method is PaymentMethod.CARD:
        give_back(session, payment.id, into.credited, "paid twice", "system", now)
    receipt = Receipt(
        payment.id, payment.method, money, Money(into.applied, money.currency), Money(into.credited, money.currency),
        news.transaction_id,
    )  # fmt: skip
    return Paid(
        view, receipt, Money(left_of(session, lead) if lead is not None else 0, money.currency),
        is_revived=bool(revived), is_twice=is_twice, goes_back=is_twice and payment.method is PaymentMethod.CARD,
        series=fresh_series(session, view.series_id, profile) if view.series_id and len(mine) > 1 else None,
        confirmed=tuple(confirmed),
    )  # fmt: skip


def _confirm(session: Session, requests: Sequence[Row[Any]], who: str, now: datetime) -> list[int]:
    """What is paid of these is confirmed; the bookings that are by this."""
    found = []
    for one in requests:
        fresh, booking = request_by_id(session, one.id), booking_by_id(session, one.booking_id)
        assert fresh is not None
        assert booking is not None
        if fresh.status is RequestStatus.PAID and booking.status is BookingStatus.APPROVED:
            confirm_paid(session, booking, who, "paid", now)
            found.append(booking.id)
    return found


def _is_open(session: Session, request: Row[Any]) -> bool:
    fresh = request_by_id(session, request.id)
    return fresh is not None and fresh.status is RequestStatus.OPEN


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
    begun_for = request_by_id(session, payment.request_id)
    return lead_of(session, begun_for) if begun_for is not None else None


def _split(session: Session, booking: Row[Any] | None, request: Row[Any] | None, money: Money) -> Split:
    if booking is None:
        return Split(0, money.amount)
    if request is None:  # at the desk, for what was had or will be: what is left of its price
        left = booking.price - sum(amount for _, amount in applied_to(session, booking.id))
        return split(money, Money(max(0, left), booking.currency), is_wanted=booking.status in OWES)
    wanted = [one for one in open_together(session, request) if _may_be_paid(session, one)]
    left = sum(one.amount - one.paid for one in wanted)
    return split(money, Money(left, request.currency), is_wanted=bool(wanted))


def _may_be_paid(session: Session, request: Row[Any]) -> bool:
    """One whose booking is not approved yet has its amount held only; one that is revived is confirmed already."""
    booking = booking_by_id(session, request.booking_id)
    return booking is not None and booking.status is not BookingStatus.PENDING


def known_by(payment: Row[Any], news: PaymentNews) -> dict[str, Any]:
    """A provider's call may come before its answer."""
    column = "checkout_session_id" if payment.method is PaymentMethod.CARD else "checkout_request_id"
    return {column: news.checkout_id} if news.checkout_id and getattr(payment, column) is None else {}


def _revive(session: Session, request: Row[Any], money: Money, profile: Profile, now: datetime) -> list[int]:
    """Money that lands when nobody waits for it any more: the bookings are had again for which it is enough, one after
    the other, where their time is still free and still to come."""
    found: list[int] = []
    if money.currency != request.currency or request.status is not RequestStatus.EXPIRED:
        return found
    left = money.amount
    for one in together(session, request):
        wanted = one.amount - one.paid
        booking = booking_by_id(session, one.booking_id)
        assert booking is not None
        gone = one.status is RequestStatus.EXPIRED and booking.status is BookingStatus.EXPIRED
        if wanted <= left and gone and booking.start_at > now and _has_again(session, one, booking, profile, now):
            left -= wanted
            found.append(booking.id)
    return found


def _has_again(session: Session, request: Row[Any], booking: Row[Any], profile: Profile, now: datetime) -> bool:
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
