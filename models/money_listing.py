"""What was asked of clients, and what is to be given back to them, as operators list it: a page at a time, by where the
last page ended and never by counting rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select
from sqlalchemy.orm import Session

from conversations.payments import PaymentStatus, RefundStatus, RequestStatus
from models.bookings import bookings
from models.business import services
from models.class_sessions import class_sessions
from models.clients import clients
from models.ledger import ledger_entries
from models.payments import payment_requests, payments
from models.refunds import refunds


class Asked(StrEnum):
    """Which requests are listed."""

    ALL = ""
    OPEN = "open"
    OVERDUE = "overdue"
    """Open, and the day that the client was told has passed."""
    PROOFS = "proofs"
    """Open, and the client has shown something that nobody has looked at."""
    PAID = "paid"
    LAPSED = "lapsed"
    """Nobody paid in time."""
    CANCELLED = "cancelled"


_STATUS = {
    Asked.OPEN: RequestStatus.OPEN, Asked.OVERDUE: RequestStatus.OPEN, Asked.PROOFS: RequestStatus.OPEN,
    Asked.PAID: RequestStatus.PAID, Asked.LAPSED: RequestStatus.EXPIRED, Asked.CANCELLED: RequestStatus.CANCELLED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whose:
    """Of whom requests are listed; None is everybody."""

    client_id: int | None = None
    staff_id: int | None = None
    booking_id: int | None = None


EVERYBODYS = Whose()


def requests_listed(
    session: Session, asked: Asked, before: int | None, now: datetime, limit: int, whose: Whose = EVERYBODYS
) -> Sequence[Row[Any]]:
    """What was asked, newest first, from before this one on, each with its client and what was booked."""
    page: Select[Any] = select(payment_requests.c.id).where(*_narrowed(asked, now), *_theirs(whose))
    if before is not None:
        page = page.where(payment_requests.c.id < before)
    found = page.order_by(payment_requests.c.id.desc()).limit(limit).subquery()
    statement = _with_booking().join(found, found.c.id == payment_requests.c.id)
    return session.execute(statement.order_by(payment_requests.c.id.desc())).all()


def request_listed(session: Session, request_id: int) -> Row[Any] | None:
    """One of them, as it is listed."""
    return session.execute(_with_booking().where(payment_requests.c.id == request_id)).one_or_none()


def _narrowed(asked: Asked, now: datetime) -> list[ColumnElement[bool]]:
    own = payment_requests.c
    conditions: list[ColumnElement[bool]] = [own.status == _STATUS[asked]] if asked in _STATUS else []
    if asked is Asked.OVERDUE:
        conditions.append(own.due_at < now)
    if asked is Asked.PROOFS:
        shown = payments.c.request_id == own.id, payments.c.status == PaymentStatus.PROOF_SUBMITTED
        conditions.append(exists().where(*shown))
    return conditions


def _theirs(whose: Whose) -> list[ColumnElement[bool]]:
    own = payment_requests.c
    conditions: list[ColumnElement[bool]] = []
    if whose.client_id is not None:
        conditions.append(own.client_id == whose.client_id)
    if whose.booking_id is not None:
        conditions.append(own.booking_id == whose.booking_id)
    if whose.staff_id is not None:
        conditions.append(exists().where(bookings.c.id == own.booking_id, bookings.c.staff_id == whose.staff_id))
    return conditions


def _with_booking() -> Select[Any]:
    """Outer joins, though every row has its partner: MariaDB begins with the few services otherwise, and reads all of
    their bookings."""
    return (
        select(payment_requests, *_booked())
        .outerjoin(bookings, bookings.c.id == payment_requests.c.booking_id)
        .outerjoin(clients, clients.c.id == payment_requests.c.client_id)
        .outerjoin(services, services.c.id == bookings.c.service_id)
        .outerjoin(class_sessions, class_sessions.c.id == bookings.c.class_session_id)
    )


def _booked() -> tuple[ColumnElement[Any], ...]:
    """Who has booked what, and when it begins."""
    return (
        clients.c.name.label("client_name"), clients.c.phone.label("client_phone"), bookings.c.service_id,
        bookings.c.more_service_ids, bookings.c.seats_reserved, bookings.c.class_session_id, bookings.c.start_at,
        services.c.name.label("service_name"), class_sessions.c.title.label("class_title"),
    )  # fmt: skip


def attempts_of(session: Session, request_ids: Collection[int]) -> Sequence[Row[Any]]:
    """How these were, or are to be, paid: every attempt, oldest first."""
    own = payments.c
    statement: Select[Any] = select(own.id, own.request_id, own.method, own.status, own.received)
    return session.execute(statement.where(own.request_id.in_(list(request_ids))).order_by(own.id)).all()


def unasked_listed(session: Session, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Money that came though nobody was asked for it, newest first, each with its client and what was booked."""
    own = payments.c
    page: Select[Any] = select(own.id).where(own.request_id.is_(None), own.received > 0)
    if before is not None:
        page = page.where(own.id < before)
    found = page.order_by(own.id.desc()).limit(limit).subquery()
    statement: Select[Any] = (
        select(
            own.id, own.booking_id, own.method, own.received, own.credited, own.refunded, own.currency,
            own.transaction_id, own.verified_by, own.paid_at, own.created_at, *_booked(),
        )
        .join(found, found.c.id == own.id)
        .join(clients, clients.c.id == own.client_id)
        .outerjoin(bookings, bookings.c.id == own.booking_id)
        .outerjoin(services, services.c.id == bookings.c.service_id)
        .outerjoin(class_sessions, class_sessions.c.id == bookings.c.class_session_id)
    )  # fmt: skip
    return session.execute(statement.order_by(own.id.desc())).all()


def refunds_listed(session: Session, behind: int | None, limit: int) -> Sequence[Row[Any]]:
    """What a person is to pay back, the longest waiting first, each with its client and what was booked."""
    page: Select[Any] = select(refunds.c.id).where(
        refunds.c.status == RefundStatus.PENDING, refunds.c.look_at.is_(None)
    )
    if behind is not None:
        page = page.where(refunds.c.id > behind)
    found = page.order_by(refunds.c.id).limit(limit).subquery()
    statement: Select[Any] = (
        select(refunds, payments.c.request_id, *_booked())
        .join(found, found.c.id == refunds.c.id)
        .join(payments, payments.c.id == refunds.c.payment_id)
        .join(clients, clients.c.id == refunds.c.client_id)
        .outerjoin(bookings, bookings.c.id == refunds.c.booking_id)
        .outerjoin(services, services.c.id == bookings.c.service_id)
        .outerjoin(class_sessions, class_sessions.c.id == bookings.c.class_session_id)
    )
    return session.execute(statement.order_by(refunds.c.id)).all()


def refunds_about(session: Session, booking_id: int, payment_ids: Collection[int]) -> Sequence[Row[Any]]:
    """What goes back, or went, of these payments or for this booking; oldest first."""
    mine = or_(refunds.c.booking_id == booking_id, refunds.c.payment_id.in_(list(payment_ids)))
    return session.execute(select(refunds).where(mine).order_by(refunds.c.id)).all()


def entries_about(session: Session, booking_id: int, payment_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Every movement of these payments and of what pays for this booking, in order."""
    mine = or_(ledger_entries.c.booking_id == booking_id, ledger_entries.c.payment_id.in_(list(payment_ids)))
    return session.execute(select(ledger_entries).where(mine).order_by(ledger_entries.c.id)).all()
