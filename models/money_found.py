"""Queries that look for money that does not add up, for `python -m bot check`."""

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.rules.payments import GIVES_BACK
from models.bookings import bookings
from models.payments import payment_requests, payments
from models.prepaid import pack_uses, prepaid_packs
from models.refunds import refunds


def refunds_that_do_not_add_up(session: Session) -> list[Row[Any]]:
    """Payments whose refunds that stand are not what they say has gone back."""
    given = (
        select(refunds.c.payment_id, func.sum(refunds.c.amount).label("given"))
        .where(refunds.c.status.in_(GIVES_BACK))
        .group_by(refunds.c.payment_id)
        .subquery()
    )
    sums = func.coalesce(given.c.given, 0)
    columns = payments.c.id, payments.c.refunded, sums.label("given")
    statement = select(*columns).outerjoin(given, given.c.payment_id == payments.c.id)
    return list(session.execute(statement.where(payments.c.refunded != sums)))


def packs_that_do_not_add_up(session: Session) -> list[Row[Any]]:
    used = (
        select(pack_uses.c.pack_id, func.count().label("used"))
        .where(pack_uses.c.live_booking_id.is_not(None))
        .group_by(pack_uses.c.pack_id)
        .subquery()
    )
    count = func.coalesce(used.c.used, 0)
    statement = select(prepaid_packs, count.label("used")).outerjoin(used, used.c.pack_id == prepaid_packs.c.id)
    return list(session.execute(statement.where(prepaid_packs.c.sessions - count != prepaid_packs.c.sessions_left)))


def requests_with_bookings(session: Session) -> list[Row[Any]]:
    """Everything that was asked, with its booking's status, whether nothing was asked for that later, and whether a
    session paid ahead pays for it."""
    newest = select(func.max(payment_requests.c.id)).group_by(payment_requests.c.booking_id)
    ahead = select(pack_uses.c.live_booking_id).where(pack_uses.c.live_booking_id.is_not(None))
    statement = select(
        payment_requests, bookings.c.status.label("booking_status"),
        payment_requests.c.id.in_(newest).label("is_newest"),
        payment_requests.c.booking_id.in_(ahead).label("is_ahead"),
    )  # fmt: skip
    return list(session.execute(statement.join(bookings, bookings.c.id == payment_requests.c.booking_id)))


def approved_without_request(session: Session) -> list[int]:
    """Bookings that wait to be paid, of which nobody has been asked anything."""
    asked = select(payment_requests.c.live_booking_id).where(payment_requests.c.live_booking_id.is_not(None))
    statement = select(bookings.c.id).where(bookings.c.status == BookingStatus.APPROVED, bookings.c.id.not_in(asked))
    return list(session.execute(statement.order_by(bookings.c.id)).scalars())
