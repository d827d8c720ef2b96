"""Every movement of money, in one place: what a payment says of itself, the ledger, and what was asked, together."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import Money
from conversations.payments import PaymentStatus, RequestStatus
from conversations.rules.payments import HAS_MONEY, Split
from handlers.payment_bundles import lead_of, open_together, pass_on
from models.ledger import Account, applied_to, bookings_paid_by, enter
from models.payments import (
    change_payment,
    change_request,
    living_payments,
    payment_by_id,
    payments_of_request,
    payments_with_credit,
    request_by_id,
)


def take_in(
    session: Session, payment: Row[Any], received: Money, into: Split, who: str, why: str, now: datetime, **values: Any
) -> None:
    """Money has come: written down, and with it what becomes of it. What pays a request pays those that are paid in one
    with it as well, one after the other. `values` are columns of the payment's own."""
    status = PaymentStatus.PAID
    change_payment(
        session, payment, now, status=status, currency=received.currency, received=received.amount,
        applied=into.applied, credited=into.credited, paid_at=now, look_at=None, **values,
    )  # fmt: skip
    row = _payment(session, payment.id)
    enter(session, row, Account.RECEIVED, received.amount, who, why, now)
    request = request_by_id(session, row.request_id) if row.request_id is not None else None
    left = into.applied
    for one in open_together(session, request) if request is not None else []:
        part = min(left, one.amount - one.paid)
        enter(session, row, Account.APPLIED, part, who, why, now, booking_id=one.booking_id)
        _pays(session, one.id, part, now)
        left -= part
    if request is not None:
        pass_on(session, lead_of(session, request), now)
    enter(session, row, Account.APPLIED, left, who, why, now)
    enter(session, row, Account.CREDITED, into.credited, who, why, now)


def use_credit(session: Session, request: Row[Any], who: str, now: datetime) -> int:
    """Pay what is asked out of what the client has with us, as far as that goes; how much."""
    left = request.amount - request.paid
    used = 0
    for row in payments_with_credit(session, request.client_id, request.currency):
        part = min(row.credited, left - used)
        if part <= 0:
            break
        change_payment(session, row, now, credited=row.credited - part, applied=row.applied + part)
        enter(session, row, Account.CREDITED, -part, who, "credit used", now)
        enter(session, row, Account.APPLIED, part, who, "credit used", now, booking_id=request.booking_id)
        used += part
    _pays(session, request.id, used, now)
    return used


def ask_no_more(session: Session, request: Row[Any], status: RequestStatus, now: datetime, **values: Any) -> None:
    """What was asked is asked no more, and what was begun to pay it is ended at its provider."""
    change_request(session, request, now, status=status, **values)
    pass_on(session, request, now)
    for row in living_payments(payments_of_request(session, request.id)):
        change_payment(session, row, now, look_at=now)


def keep_as_credit(
    session: Session, booking_id: int, keep: int, who: str, why: str, now: datetime
) -> list[tuple[int, int]]:
    """What had paid for a booking is the client's again, but `keep` of it: those payments, and how much of each."""
    found = []
    for payment_id, applied in applied_to(session, booking_id):
        kept = min(keep, applied)
        keep, freed = keep - kept, applied - kept
        if freed <= 0:
            continue
        _free(session, payment_id, booking_id, freed, who, why, now)
        found.append((payment_id, freed))
    return found


def take_off(session: Session, payment_id: int, amount: int, who: str, why: str, now: datetime) -> None:
    """So much of what a payment pays for is the client's again, as far as that goes: of its newest booking first."""
    for booking_id, applied in bookings_paid_by(session, payment_id):
        freed = min(applied, amount)
        if freed > 0:
            _free(session, payment_id, booking_id, freed, who, why, now)
        amount -= freed


def promise_back(session: Session, payment: Row[Any], refund_id: int, amount: int, who: str, now: datetime) -> None:
    """So much of a client's credit goes back to them."""
    refunded = payment.refunded + amount
    change_payment(
        session, payment, now, credited=payment.credited - amount, refunded=refunded,
        status=_status(payment, refunded),
    )  # fmt: skip
    enter(session, payment, Account.CREDITED, -amount, who, "refund", now, refund_id=refund_id)
    enter(session, payment, Account.REFUNDED, amount, who, "refund", now, refund_id=refund_id)


def did_not_go_back(session: Session, payment: Row[Any], refund_id: int, amount: int, who: str, now: datetime) -> None:
    """A refund came to nothing: it is the client's credit again."""
    refunded = payment.refunded - amount
    change_payment(
        session, payment, now, credited=payment.credited + amount, refunded=refunded,
        status=_status(payment, refunded),
    )  # fmt: skip
    enter(session, payment, Account.REFUNDED, -amount, who, "refund failed", now, refund_id=refund_id)
    enter(session, payment, Account.CREDITED, amount, who, "refund failed", now, refund_id=refund_id)


def _free(session: Session, payment_id: int, booking_id: int, amount: int, who: str, why: str, now: datetime) -> None:
    row = _payment(session, payment_id)
    change_payment(session, row, now, applied=row.applied - amount, credited=row.credited + amount)
    enter(session, row, Account.APPLIED, -amount, who, why, now, booking_id=booking_id)
    enter(session, row, Account.CREDITED, amount, who, why, now, booking_id=booking_id)


def _status(payment: Row[Any], refunded: int) -> PaymentStatus:
    if payment.status not in HAS_MONEY or not refunded:
        return PaymentStatus.PAID
    return PaymentStatus.REFUNDED if refunded >= payment.received else PaymentStatus.PARTIALLY_REFUNDED


def _pays(session: Session, request_id: int, amount: int, now: datetime) -> None:
    request = request_by_id(session, request_id)
    assert request is not None
    if amount:
        paid = request.paid + amount
        values = {"status": RequestStatus.PAID} if paid >= request.amount else {}
        change_request(session, request, now, paid=paid, **values)


def _payment(session: Session, payment_id: int) -> Row[Any]:
    row = payment_by_id(session, payment_id)
    assert row is not None
    return row
