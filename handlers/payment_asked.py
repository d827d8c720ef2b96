"""A booking that was approved and wants paying: out of what the client has with us already, else they are asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType, BookingView
from conversations.money import Money
from conversations.payments import PaymentMethod, RequestStatus
from conversations.rules.payments import (
    due_by,
    is_held_first,
    lapses_at,
    methods_for,
    reminder_of_payment,
    wanted,
)
from conversations.rules.policies import Terms
from handlers.circumstances import Circumstances
from handlers.money_moved import ask_no_more, use_credit
from handlers.payment_begun import push
from handlers.payment_bundles import fit_prompts, lead_to_join
from handlers.profile import Profile
from models.bookings import booking_by_id, change_booking, move_booking
from models.payments import (
    add_request,
    change_payment,
    change_request,
    credit_of,
    living_payments,
    open_request,
    payments_of_request,
    request_by_id,
)
from models.prepaid import packs_of, use_pack
from models.scheduled_notices import NoticeKind, plan_notice


def stands_as(price: Money, staff_id: int, service_id: int, profile: Profile) -> BookingStatus:
    """What a booking at this price is once nobody needs to be asked any more."""
    asked = wanted(price, profile.terms(staff_id, service_id))
    return BookingStatus.APPROVED if asked.amount else BookingStatus.CONFIRMED


def ask_to_pay(session: Session, booking_id: int, circumstances: Circumstances, profile: Profile) -> None:
    """What an APPROVED booking wants paid is paid from a pack or from credit, and it is confirmed; or what is held on
    the client's card is taken; or they have until a deadline to pay, and it holds its time until then. One that is
    PENDING has the amount held, where its policy says so. Any other is left as it is. What is asked at one moment for
    several visits of a series is paid in one."""
    row, now = _booking(session, booking_id), circumstances.now
    if row.status is BookingStatus.PENDING:
        _ask_to_hold(session, row, circumstances, profile)
    if row.status is not BookingStatus.APPROVED:
        return
    request = open_request(session, row.id)
    if row.booking_type is BookingType.ONE_ON_ONE and use_pack(session, row.client_id, row.service_id, row.id, now):
        if request is not None:
            ask_no_more(session, request, RequestStatus.CANCELLED, now)
        confirm_paid(session, row, "system", "paid ahead", now)
        return
    terms = profile.terms(row.staff_id, row.service_id)
    asked = wanted(Money(row.price, row.currency), terms)
    methods = methods_for(asked, row.client_phone or "", profile.business)
    lead = lead_to_join(session, row.series_id, now) if request is None else None
    due_at = due_by(now, row.start_at, terms) if lead is None else lead.due_at
    if request is None:
        request = _add_request(session, row, asked, due_at, methods, circumstances, profile, lead)
    else:
        until = {"due_at": due_at, "lapses_at": lapses_at(due_at, methods)}
        change_request(session, request, now, amount=asked.amount, currency=asked.currency, **until)
        request = _request(session, request.id)
    use_credit(session, request, "system", now)
    request = _request(session, request.id)
    if request.status is RequestStatus.PAID:
        confirm_paid(session, row, "system", "paid from credit", now)
        return
    change_booking(session, row.id, row.version, now, hold_expires_at=request.lapses_at)
    if lead is not None:
        fit_prompts(session, lead, row.client_phone or "", now)
        return
    if (at := reminder_of_payment(now, due_at)) is not None:
        plan_notice(session, NoticeKind.PAYMENT_DUE, at, booking_id=row.id, about=due_at)
    if not _see_to_what_is_held(session, request, now) and methods[:1] == (PaymentMethod.MPESA,):
        push(session, request, row.client_phone or "", now)


def _ask_to_hold(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    """Let the client's card be asked for what would be left to pay, while nobody has decided."""
    terms, now = profile.terms(row.staff_id, row.service_id), circumstances.now
    asked = wanted(Money(row.price, row.currency), terms)
    is_for_card = row.series_id is None and is_held_first(asked, row.client_phone or "", terms, profile.business)
    if not is_for_card or row.decide_by is None or open_request(session, row.id) is not None:
        return
    if _is_paid_ahead(session, row.client_id, row.service_id, row.class_session_id, asked, now):
        return
    _add_request(session, row, asked, row.decide_by, (PaymentMethod.CARD,), circumstances, profile)


def _see_to_what_is_held(session: Session, request: Row[Any], now: datetime) -> bool:
    """What is held on the client's card is taken now; False where nothing is."""
    held = [one for one in living_payments(payments_of_request(session, request.id)) if one.authorized_at is not None]
    for row in held:
        change_payment(session, row, now, look_at=now)
    return bool(held)


def _add_request(
    session: Session,
    row: Row[Any],
    asked: Money,
    due_at: datetime,
    methods: tuple[PaymentMethod, ...],
    circumstances: Circumstances,
    profile: Profile,
    lead: Row[Any] | None = None,
) -> Row[Any]:
    """`lead`: what it is paid with."""
    with_it = {"token": circumstances.new_token(), "lapses_at": lapses_at(due_at, methods)}
    if lead is not None:
        with_it = {"token": None, "lapses_at": lead.lapses_at, "lead_id": lead.id}
    request_id = add_request(
        session, circumstances.now, booking_id=row.id, client_id=row.client_id, amount=asked.amount,
        currency=asked.currency, instructions=profile.business.payment_instructions, due_at=due_at, **with_it,
    )  # fmt: skip
    return _request(session, request_id)


def ask_for_more(session: Session, booking_id: int, profile: Profile, now: datetime) -> None:
    """Its price has risen while it waits to be paid: that is what is asked now."""
    row, request = _booking(session, booking_id), open_request(session, booking_id)
    if request is not None:
        asked = wanted(Money(row.price, row.currency), profile.terms(row.staff_id, row.service_id))
        change_request(session, request, now, amount=max(asked.amount, request.amount))


def to_be_paid_by(session: Session, found: BookingView, terms: Terms, now: datetime) -> datetime | None:
    """By when it would have to be paid if it were approved now; None where nothing would be left to pay."""
    asked = wanted(found.price, terms)
    if not asked.amount:
        return None
    if _is_paid_ahead(session, found.client_id, found.service_ids[0], found.class_id, asked, now):
        return None
    return due_by(now, found.start, terms).astimezone(found.start.tzinfo)


def _is_paid_ahead(
    session: Session, client_id: int, service_id: int, class_id: int | None, asked: Money, now: datetime
) -> bool:
    """Whether what a client has with us pays for it: a session of a pack, or their credit."""
    has_session = class_id is None and any(p.service_id in (0, service_id) for p in packs_of(session, client_id, now))
    return has_session or credit_of(session, client_id, asked.currency) >= asked.amount


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
