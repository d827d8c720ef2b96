"""A booking that was approved and wants paying: out of what the client has with us already, else they are asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType, BookingView
from conversations.money import Money
from conversations.payments import PaymentMethod, RequestStatus
from conversations.rules.payments import due_by, lapses_at, methods_for, reminder_of_payment, wanted
from conversations.rules.policies import Terms
from handlers.circumstances import Circumstances
from handlers.money_moved import use_credit
from handlers.payment_begun import push
from handlers.profile import Profile
from models.bookings import booking_by_id, change_booking, move_booking
from models.payments import add_request, change_request, credit_of, open_request, request_by_id
from models.prepaid import packs_of, use_pack
from models.scheduled_notices import NoticeKind, plan_notice


def stands_as(
    price: Money, staff_id: int, service_id: int, profile: Profile, series_id: int | None = None
) -> BookingStatus:
    """What a booking at this price is once nobody needs to be asked any more. A visit of a series is paid when it is
    had."""
    asked = wanted(price, profile.terms(staff_id, service_id))
    return BookingStatus.APPROVED if asked.amount and series_id is None else BookingStatus.CONFIRMED


def ask_to_pay(session: Session, booking_id: int, circumstances: Circumstances, profile: Profile) -> None:
    """What an APPROVED booking wants paid is paid from a pack or from credit, and it is confirmed; or the client has
    until a deadline to pay, and it holds its time until then. Any other is left as it is."""
    row, now = _booking(session, booking_id), circumstances.now
    if row.status is not BookingStatus.APPROVED:
        return
    if row.booking_type is BookingType.ONE_ON_ONE and use_pack(session, row.client_id, row.service_id, row.id, now):
        confirm_paid(session, row, "system", "paid ahead", now)
        return
    terms = profile.terms(row.staff_id, row.service_id)
    asked = wanted(Money(row.price, row.currency), terms)
    methods = methods_for(asked, row.client_phone or "", profile.business)
    due_at = due_by(now, row.start_at, terms)
    request_id = add_request(
        session, now, booking_id=row.id, client_id=row.client_id, amount=asked.amount, currency=asked.currency,
        token=circumstances.new_token(), instructions=profile.business.payment_instructions, due_at=due_at,
        lapses_at=lapses_at(due_at, methods),
    )  # fmt: skip
    use_credit(session, _request(session, request_id), "system", now)
    request = _request(session, request_id)
    if request.status is RequestStatus.PAID:
        confirm_paid(session, row, "system", "paid from credit", now)
        return
    change_booking(session, row.id, row.version, now, hold_expires_at=request.lapses_at)
    if (at := reminder_of_payment(now, due_at)) is not None:
        plan_notice(session, NoticeKind.PAYMENT_DUE, at, booking_id=row.id, about=due_at)
    if methods[:1] == (PaymentMethod.MPESA,):
        push(session, request, row.client_phone or "", now)


def ask_for_more(session: Session, booking_id: int, profile: Profile, now: datetime) -> None:
    """Its price has risen while it waits to be paid: that is what is asked now."""
    row, request = _booking(session, booking_id), open_request(session, booking_id)
    if request is not None:
        asked = wanted(Money(row.price, row.currency), profile.terms(row.staff_id, row.service_id))
        change_request(session, request, now, amount=max(asked.amount, request.amount))


def to_be_paid_by(session: Session, found: BookingView, terms: Terms, now: datetime) -> datetime | None:
    """By when it would have to be paid if it were approved now; None where nothing would be left to pay."""
    asked = wanted(found.price, terms)
    if not asked.amount or found.series_id is not None:
        return None
    if found.class_id is None and any(
        p.service_id in (0, found.service_ids[0]) for p in packs_of(session, found.client_id, now)
    ):
        return None
    if credit_of(session, found.client_id, asked.currency) >= asked.amount:
        return None
    return due_by(now, found.start, terms).astimezone(found.start.tzinfo)


def confirm_paid(session: Session, row: Row[Any], who: str, why: str, now: datetime) -> None:
    """What was waited for is paid: the booking is confirmed at its time."""
    move_booking(
        session, row.id, row.version, row.status, BookingStatus.CONFIRMED, who, why, now,
        confirmed_datetime=row.start_at, hold_expires_at=None,
    )  # fmt: skip


def _booking(session: Session, booking_id: int) -> Row[Any]:
    row = booking_by_id(session, booking_id)
    assert row is not None
    return row


def _request(session: Session, request_id: int) -> Row[Any]:
    row = request_by_id(session, request_id)
    assert row is not None
    return row
