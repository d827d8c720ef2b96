"""Attempts to pay: one is begun, its provider has it in hand, refuses it, or is away. Each of these is written down
before and after the provider is spoken to, never while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.business import Money
from conversations.languages.render import render
from conversations.payments import PaymentMethod, PaymentStatus, RequestStatus
from conversations.replies import say
from conversations.rules.payment_steps import LEASE, Step, begin_again, look_again, next_step
from conversations.rules.payments import ASKS, GIVEN_UP, HAS_MONEY, LIVING, checkout_ends
from handlers.circumstances import Circumstances
from handlers.payment_bundles import left_of
from handlers.pending_request import lock_booking, lock_payment
from handlers.views import called
from models.bookings import booking_by_id
from models.payments import (
    add_payment,
    change_payment,
    living_payments,
    payment_by_id,
    payments_of_request,
    request_by_id,
    request_by_token,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt as whoever speaks to its provider needs it."""

    step: Step
    payment_id: int
    booking_id: int
    method: PaymentMethod
    amount: Money
    words: str
    key: str
    ends_at: datetime
    phone: str = ""
    email: str = ""
    language: str = "en"
    checkout_id: str = ""
    url: str = ""
    token: str = ""
    transaction_id: str = ""
    is_hold: bool = False
    is_held: bool = False


def push(session: Session, request: Row[Any], phone: str, now: datetime) -> bool:
    """Ask for what is left on the client's phone, soon; False where they are being asked already."""
    if any(row.method is PaymentMethod.MPESA for row in living_payments(payments_of_request(session, request.id))):
        return False
    add_payment(
        session, now, request_id=request.id, booking_id=request.booking_id, client_id=request.client_id,
        method=PaymentMethod.MPESA, status=PaymentStatus.PENDING, amount=left_of(session, request),
        currency=request.currency, phone=phone, ends_at=request.lapses_at, look_at=now, result_desc="",
    )  # fmt: skip
    return True


def card_attempt(session: Session, token: str, circumstances: Circumstances) -> Attempt | None:
    """The attempt by card that this token leads to: the one that is under way, or a new one where the time it was begun
    for is nearly over. None where nothing is to be paid any more."""
    request, now = request_by_token(session, token), circumstances.now
    if request is None:
        return None
    lock_booking(session, request.booking_id)
    request = request_by_id(session, request.id)
    booking = booking_by_id(session, request.booking_id) if request is not None else None
    if request is None or booking is None or not _can_be_paid(request, booking, now):
        return None
    rows = [row for row in payments_of_request(session, request.id) if row.method is PaymentMethod.CARD]
    left = left_of(session, request)
    if any(row.status in LIVING and row.authorized_at is not None for row in rows):
        return None
    for row in reversed(rows):
        if row.status is PaymentStatus.PENDING and row.ends_at > now + timedelta(minutes=1) and row.amount == left:
            return _attempt(session, row, booking, Step.BEGIN, circumstances)
    payment_id = add_payment(
        session, now, request_id=request.id, booking_id=booking.id, client_id=request.client_id,
        method=PaymentMethod.CARD, status=PaymentStatus.PENDING, amount=left, currency=request.currency,
        idempotency_key=f"pay-{request.id}-{len(rows) + 1}-{request.token[:8]}",
        ends_at=checkout_ends(now, request.due_at), is_hold=booking.status is BookingStatus.PENDING,
    )  # fmt: skip
    row = payment_by_id(session, payment_id)
    assert row is not None
    return _attempt(session, row, booking, Step.BEGIN, circumstances)


def attempt_due(session: Session, payment_id: int, circumstances: Circumstances) -> Attempt | None:
    """What is to be done now about an attempt at its provider, which nobody else does meanwhile; None for nothing. That
    a prompt is about to be sent is written down first, so that no second one ever is."""
    row, now = payment_by_id(session, payment_id), circumstances.now
    if row is None or row.booking_id is None:
        return None
    booking = lock_booking(session, row.booking_id)
    row = payment_by_id(session, payment_id)
    request = request_by_id(session, row.request_id) if row is not None and row.request_id is not None else None
    if row is None or request is None or row.look_at is None or row.look_at > now:
        return None
    left = left_of(session, request)
    step = next_step(
        row.method, row.status, row.begun_at, row.checkout_request_id or row.checkout_session_id or "", now,
        request.due_at, request.lapses_at, is_open=_is_open(request, booking) and left > 0,
        is_approved=booking.status is BookingStatus.APPROVED, is_held=row.authorized_at is not None,
    )  # fmt: skip
    match step:
        case Step.NOTHING:
            waits = row.method is PaymentMethod.MPESA and row.status in LIVING
            change_payment(session, row, now, look_at=request.lapses_at if waits else None)
            return None
        case Step.GIVE_UP:
            change_payment(session, row, now, status=PaymentStatus.EXPIRED, look_at=None)
            return None
        case Step.BEGIN:
            change_payment(session, row, now, begun_at=now, look_at=request.lapses_at)
        case Step.LOOK | Step.END:
            change_payment(session, row, now, look_at=now + LEASE, looks=row.looks + 1)
        case Step.CAPTURE:
            # What is taken is decided once: a key that is used again must ask for the same.
            change_payment(session, row, now, look_at=now + LEASE, looks=row.looks + 1, amount=min(row.amount, left))
            row = payment_by_id(session, payment_id)
            assert row is not None
    return _attempt(session, row, booking, step, circumstances)


def attempt_begun(
    session: Session, payment_id: int, checkout_id: str, merchant_id: str, url: str, circumstances: Circumstances
) -> str:
    """The provider has it in hand, under this id. Where it was given up in the meantime, it is ended there. Where it is
    paid: of two pages that were opened at once, the one that was written down first."""
    row, now = lock_payment(session, payment_id), circumstances.now
    values: dict[str, Any] = {"checkout_session_id": checkout_id}
    if row.method is PaymentMethod.MPESA:
        values = {"checkout_request_id": checkout_id}
        if row.status is PaymentStatus.PENDING:
            values["status"] = PaymentStatus.PROCESSING
    elif row.checkout_session_id is not None:
        if not row.url and row.checkout_session_id == checkout_id:
            change_payment(session, row, now, url=url)
        return str(row.url or url)
    change_payment(
        session, row, now, begun_at=row.begun_at or now, merchant_request_id=merchant_id, url=url,
        look_at=now if row.status in GIVEN_UP else look_again(row.method, now, 0), **values,
    )  # fmt: skip
    return url


def attempt_put_off(session: Session, payment_id: int, seconds: float | None, circumstances: Circumstances) -> None:
    """The provider is away: what has not been begun is begun later, what has been is looked at later."""
    row, now = lock_payment(session, payment_id), circumstances.now
    if row.status in HAS_MONEY or row.look_at is None:
        return
    known = row.checkout_request_id or row.checkout_session_id
    again = look_again(row.method, now, row.looks) if known else begin_again(now, row.looks)
    later = again if seconds is None else now + timedelta(seconds=seconds)
    values = {} if known else {"begun_at": None}
    change_payment(session, row, now, look_at=later, looks=row.looks + 1, **values)


def _is_open(request: Row[Any], booking: Row[Any]) -> bool:
    return request.status is RequestStatus.OPEN and booking.status in ASKS


def _can_be_paid(request: Row[Any], booking: Row[Any], now: datetime) -> bool:
    return _is_open(request, booking) and request.due_at > now


def _attempt(session: Session, row: Row[Any], booking: Row[Any], step: Step, circumstances: Circumstances) -> Attempt:
    profile = circumstances.profiles.current(session)
    business = profile.business
    request = request_by_id(session, row.request_id)
    assert request is not None
    when = booking.start_at.astimezone(ZoneInfo(booking.timezone))
    words = render(say("paid_for", service=called(booking, profile), when=when), business.language)
    return Attempt(
        step, row.id, booking.id, row.method, Money(row.amount, row.currency), words, row.idempotency_key,
        row.ends_at or request.lapses_at, row.phone, booking.client_email, business.language,
        row.checkout_session_id or row.checkout_request_id or "", row.url, request.token or "",
        row.transaction_id or "", row.is_hold, row.authorized_at is not None,
    )  # fmt: skip
