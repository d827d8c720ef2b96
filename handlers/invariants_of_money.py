"""What must always hold of money: every sum adds up, nothing is confirmed unpaid, nothing waits for what is over."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.payments import RequestStatus
from conversations.rules.payments import ASKS
from models import money_found as found
from models.ledger import payments_that_do_not_add_up

PAID_FOR = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS, BookingStatus.COMPLETED)


def broken_in_money(session: Session, _now: datetime) -> Iterator[str]:
    for row in payments_that_do_not_add_up(session):
        yield f"payment {row.id}: it says {row.said} where the ledger has {row.entered}"
    for row in found.refunds_that_do_not_add_up(session):
        yield f"payment {row.id}: {row.refunded} of it went back, but its refunds are {row.given}"
    for row in found.packs_that_do_not_add_up(session):
        yield f"pack {row.id}: {row.used} of its {row.sessions} sessions are used, but {row.sessions_left} are left"
    for row in found.requests_with_bookings(session):
        is_open = row.status is RequestStatus.OPEN
        if is_open is not (row.live_booking_id == row.booking_id):
            yield f"payment request {row.id}: it is {row.status.value}, and its booking does not say so"
        if is_open and row.booking_status not in ASKS:
            yield f"payment request {row.id}: it is open, but its booking is {row.booking_status.value}"
        if (row.status is RequestStatus.PAID) is not (row.paid >= row.amount):
            yield f"payment request {row.id}: it is {row.status.value} with {row.paid} of {row.amount}"
        is_unpaid = row.is_newest and row.status is not RequestStatus.PAID and not row.is_ahead
        if is_unpaid and row.booking_status in PAID_FOR:
            yield f"booking #{row.booking_id}: it is {row.booking_status.value}, but not paid"
    for number in found.approved_without_request(session):
        yield f"booking #{number}: it waits to be paid, but nothing is asked for it"
