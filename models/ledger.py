"""The ledger: every movement of money, written once and never changed. What payments say of themselves is its sum."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Row, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, link, table, word
from models.clients import clients
from models.insert import insert_row
from models.payments import payments


class Account(StrEnum):
    RECEIVED = "received"
    """Came from the client."""
    APPLIED = "applied"
    """Pays for a booking."""
    CREDITED = "credited"
    """Is kept for the client."""
    REFUNDED = "refunded"
    """Went back to them, or is about to."""


class LedgerEntry(SQLModel, table=True):
    """So much more (or less) of one payment is on this account. What a payment's entries say of RECEIVED is the sum of
    what they say of the others."""

    __tablename__ = "ledger_entries"
    __table_args__ = (Index(None, "payment_id"), Index(None, "booking_id"), Index(None, "at"))
    id: int | None = Field(default=None, sa_column=key())
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    account: Account = Field(sa_column=Column(word(Account), nullable=False))
    amount: int
    currency: str = Field(max_length=3)
    payment_id: int = Field(sa_column=link("payments.id"))
    client_id: int = Field(sa_column=Column(Key, nullable=False))
    booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    refund_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    who: str = Field(max_length=80)
    why: str = Field(default="", max_length=120)


ledger_entries = table(LedgerEntry)


def enter(
    session: Session, payment: Row[Any], account: Account, amount: int, who: str, why: str, now: datetime, **more: Any
) -> None:
    """Write down that so much moved. Nothing is written of nothing."""
    if amount:
        values = {"booking_id": payment.booking_id, **more}
        insert_row(
            session, ledger_entries, at=now, account=account, amount=amount, currency=payment.currency,
            payment_id=payment.id, client_id=payment.client_id, who=who, why=why[:120], **values,
        )  # fmt: skip


def entry_by_id(session: Session, entry_id: int) -> Row[Any] | None:
    return session.execute(select(ledger_entries).where(ledger_entries.c.id == entry_id)).one_or_none()


def has_moved_since(session: Session, booking_id: int, at: datetime) -> bool:
    """Whether any money of a booking has moved at that moment, or after it."""
    mine = ledger_entries.c.booking_id == booking_id, ledger_entries.c.at >= at
    return session.execute(select(ledger_entries.c.id).where(*mine).limit(1)).first() is not None


def entries_between(session: Session, start: datetime, end: datetime, after: int, limit: int) -> list[Row[Any]]:
    """What was written in [start, end) behind the entry `after`, in order, with the payment's method and client."""
    more = payments.c.method, payments.c.transaction_id, clients.c.name, clients.c.phone
    statement = (
        select(ledger_entries, *more)
        .join(payments, payments.c.id == ledger_entries.c.payment_id)
        .join(clients, clients.c.id == ledger_entries.c.client_id)
        .where(ledger_entries.c.at >= start, ledger_entries.c.at < end, ledger_entries.c.id > after)
    )
    return list(session.execute(statement.order_by(ledger_entries.c.id).limit(limit)))


def applied_to(session: Session, booking_id: int) -> list[tuple[int, int]]:
    """What pays for a booking: each payment's number, and how much of it; the newest first."""
    total = func.sum(ledger_entries.c.amount)
    mine = ledger_entries.c.booking_id == booking_id, ledger_entries.c.account == Account.APPLIED
    found = select(ledger_entries.c.payment_id, total).where(*mine).group_by(ledger_entries.c.payment_id)
    rows = session.execute(found.having(total > 0).order_by(ledger_entries.c.payment_id.desc()))
    return [(int(payment_id), int(amount)) for payment_id, amount in rows]


def bookings_paid_by(session: Session, payment_id: int) -> list[tuple[int, int]]:
    """What a payment pays for: each booking's number, and how much of it; the newest first."""
    total = func.sum(ledger_entries.c.amount)
    mine = ledger_entries.c.payment_id == payment_id, ledger_entries.c.account == Account.APPLIED
    found = select(ledger_entries.c.booking_id, total).where(*mine).group_by(ledger_entries.c.booking_id)
    rows = session.execute(found.having(total > 0).order_by(ledger_entries.c.booking_id.desc()))
    return [(int(booking_id), int(amount)) for booking_id, amount in rows]


def payments_that_do_not_add_up(session: Session) -> list[Row[Any]]:
    """Payments whose own figures are not the sums of their entries: number, account, what each says."""
    found: list[Row[Any]] = []
    for account in Account:
        column = payments.c[account.value]
        entered = (
            select(ledger_entries.c.payment_id, func.sum(ledger_entries.c.amount).label("entered"))
            .where(ledger_entries.c.account == account)
            .group_by(ledger_entries.c.payment_id)
            .subquery()
        )
        sums = func.coalesce(entered.c.entered, 0)
        statement = select(payments.c.id, column.label("said"), sums.label("entered")).outerjoin(
            entered, entered.c.payment_id == payments.c.id
        )
        found += session.execute(statement.where(column != sums))
    return found
