"""Money that goes back to clients. No refund is ever deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Row, String, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.payments import PaymentMethod, RefundStatus
from conversations.rules.payments import check_refund
from models.base import Moment, key, link, table, word
from models.claims import LostRace
from models.exact import exact
from models.insert import changed_rows, insert_row


class Refund(SQLModel, table=True):
    """One refund of a payment, in minor units. By card we carry it out at the provider; any other is a task for a
    person, who marks it done."""

    __tablename__ = "refunds"
    __table_args__ = (
        Index(None, "payment_id"),
        Index(None, "status", "id"),
        Index(None, "look_at"),
        Index(None, "provider_refund_id", unique=True),
        CheckConstraint("amount > 0", name="amount"),
    )
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    payment_id: int = Field(sa_column=link("payments.id"))
    client_id: int = Field(sa_column=link("clients.id", index=True))
    booking_id: int | None = Field(default=None, sa_column=link("bookings.id", nullable=True, index=True))
    method: PaymentMethod = Field(sa_column=Column(word(PaymentMethod), nullable=False))
    status: RefundStatus = Field(sa_column=Column(word(RefundStatus), nullable=False))
    amount: int
    currency: str = Field(max_length=3)
    from_credit: int = Field(default=0)
    """How much of it was the client's credit; the rest had paid for the booking."""
    reason: str = Field(default="", max_length=500)
    asked_by: str = Field(default="", max_length=80)
    idempotency_key: str = Field(default="", max_length=80)
    provider_refund_id: str | None = Field(default=None, sa_column=Column(exact(120), nullable=True))
    result_code: str = Field(default="", max_length=40)
    result_desc: str = Field(default="", sa_column=Column(String(500), nullable=False))
    done_by: str = Field(default="", max_length=80)
    done_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    look_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When something is to be done about it at its provider; None where nothing is."""
    looks: int = Field(default=0)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


refunds = table(Refund)


def add_refund(session: Session, now: datetime, **values: Any) -> int:
    return insert_row(
        session, refunds, version=1, status=RefundStatus.PENDING, created_at=now, updated_at=now, **values
    )


def change_refund(session: Session, row: Row[Any], now: datetime, **values: Any) -> None:
    """Change a refund that is still as it was read.

    Raises RefusedStep for a status that its own does not lead to, LostRace when it has changed since it was read."""
    if "status" in values and values["status"] is not row.status:
        check_refund(row.status, values["status"])
    statement = update(refunds).where(refunds.c.id == row.id, refunds.c.version == row.version)
    if changed_rows(session, statement.values(version=row.version + 1, updated_at=now, **values)) != 1:
        raise LostRace


def refund_by_id(session: Session, refund_id: int) -> Row[Any] | None:
    return session.execute(select(refunds).where(refunds.c.id == refund_id)).one_or_none()


def refund_by_provider(session: Session, provider_refund_id: str) -> Row[Any] | None:
    statement = select(refunds).where(refunds.c.provider_refund_id == provider_refund_id)
    return session.execute(statement).one_or_none() if provider_refund_id else None


def refunds_of_booking(session: Session, booking_id: int) -> list[Row[Any]]:
    """Oldest first."""
    return list(session.execute(select(refunds).where(refunds.c.booking_id == booking_id).order_by(refunds.c.id)))


def refunds_to_look_at(session: Session, now: datetime, limit: int) -> list[int]:
    """Those about which something is to be done at their provider."""
    statement = select(refunds.c.id).where(refunds.c.look_at <= now)
    return list(session.execute(statement.order_by(refunds.c.look_at).limit(limit)).scalars())


def owed_by_hand(session: Session, booking_ids: Sequence[int]) -> dict[int, int]:
    """How much a person is to pay back of each of these bookings."""
    own = refunds.c
    statement = (
        select(own.booking_id, func.sum(own.amount))
        .where(own.booking_id.in_(booking_ids), own.status == RefundStatus.PENDING, own.look_at.is_(None))
        .group_by(own.booking_id)
    )
    return {int(booking_id): int(amount) for booking_id, amount in session.execute(statement)}


def on_their_way(session: Session, payment_ids: Sequence[int]) -> dict[int, int]:
    """How much of each of these payments goes back, and has not arrived yet."""
    own = refunds.c
    statement = (
        select(own.payment_id, func.sum(own.amount))
        .where(own.payment_id.in_(payment_ids), own.status.in_((RefundStatus.PENDING, RefundStatus.PROCESSING)))
        .group_by(own.payment_id)
    )
    return {int(payment_id): int(amount) for payment_id, amount in session.execute(statement)}


def refunds_by_hand(session: Session, limit: int) -> list[Row[Any]]:
    """What a person is to pay back, oldest first."""
    waiting = refunds.c.status == RefundStatus.PENDING, refunds.c.look_at.is_(None)
    return list(session.execute(select(refunds).where(*waiting).order_by(refunds.c.id).limit(limit)))
