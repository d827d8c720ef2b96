"""What is asked for bookings, and every attempt to pay it. Nothing here is ever deleted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Exists,
    Index,
    Row,
    String,
    bindparam,
    exists,
    false,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.payments import PaymentMethod, PaymentStatus, RequestStatus
from conversations.rules.payments import LIVING, check_payment
from models.base import Key, Moment, key, link, table, word
from models.claims import LostRace
from models.exact import exact
from models.insert import changed_rows, insert_row
from models.prepared import prepared
from models.tokens import row_opened_by


class PaymentRequest(SQLModel, table=True):
    """What is asked for one booking, in minor units, by when. `due_at` is what the client reads; until `lapses_at` the
    time is held. `live_booking_id` is its booking while it is open, so that a booking never has two that are."""

    __tablename__ = "payment_requests"
    __table_args__ = (
        Index(None, "booking_id"),
        Index(None, "status", "lapses_at"),
        Index(None, "live_booking_id", unique=True),
        Index(None, "token"),
        Index(None, "lead_id"),
    )
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    booking_id: int = Field(sa_column=link("bookings.id"))
    live_booking_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    client_id: int = Field(sa_column=link("clients.id", index=True))
    status: RequestStatus = Field(sa_column=Column(word(RequestStatus), nullable=False))
    amount: int
    currency: str = Field(max_length=3)
    paid: int = Field(default=0)
    """What has been applied to it."""
    token: str | None = Field(default=None, sa_column=Column(String(43), nullable=True))
    """What opens the page where it is paid."""
    instructions: str = Field(default="", max_length=1000)
    """How to pay, in the words that were sent."""
    lead_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The request that this one is paid with: those of a series are paid in one."""
    due_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    lapses_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Payment(SQLModel, table=True):
    """One attempt to pay a request, and the money that came of it: `received` is all of it, and is at every commit what
    was `applied` to bookings, `credited` to the client and `refunded`. Amounts in minor units of `currency`."""

    __tablename__ = "payments"
    __table_args__ = (
        Index(None, "request_id"),
        Index(None, "booking_id"),
        Index(None, "client_id", "status"),
        Index(None, "look_at"),
        Index(None, "checkout_session_id", unique=True),
        Index(None, "checkout_request_id", unique=True),
        Index(None, "transaction_id", unique=True),
        CheckConstraint("received = applied + credited + refunded", name="money"),
        CheckConstraint("applied >= 0 and credited >= 0 and refunded >= 0", name="sides"),
    )
    id: int | None = Field(default=None, sa_column=key())
    version: int = Field(default=1)
    request_id: int | None = Field(default=None, sa_column=link("payment_requests.id", nullable=True))
    booking_id: int | None = Field(default=None, sa_column=link("bookings.id", nullable=True))
    client_id: int = Field(sa_column=link("clients.id"))
    method: PaymentMethod = Field(sa_column=Column(word(PaymentMethod), nullable=False))
    status: PaymentStatus = Field(sa_column=Column(word(PaymentStatus), nullable=False))
    amount: int
    """What this attempt is about; `received` is what came."""
    currency: str = Field(max_length=3)
    received: int = Field(default=0)
    applied: int = Field(default=0)
    credited: int = Field(default=0)
    refunded: int = Field(default=0)
    idempotency_key: str = Field(default="", max_length=80)
    url: str = Field(default="", max_length=1000)
    """Where the client pays it."""
    checkout_session_id: str | None = Field(default=None, sa_column=Column(exact(120), nullable=True))
    checkout_request_id: str | None = Field(default=None, sa_column=Column(exact(120), nullable=True))
    merchant_request_id: str = Field(default="", max_length=120)
    transaction_id: str | None = Field(default=None, sa_column=Column(exact(120), nullable=True))
    """What the provider calls the money: pi_…, an M-Pesa receipt, the reference of a transfer. Never used twice."""
    phone: str = Field(default="", max_length=32)
    result_code: str = Field(default="", max_length=40)
    result_desc: str = Field(default="", max_length=500)
    proof_kind: str = Field(default="", max_length=20)
    """photo, pdf or reference."""
    proof: str = Field(default="", max_length=500)
    """Its link, or the reference's words."""
    submitted_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    verified_by: str = Field(default="", max_length=80)
    verified_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    ends_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """Until when it can be paid at the provider."""
    begun_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When the provider was asked to begin it; whatever came of that, it is not asked again for a prompt."""
    paid_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    look_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When something is to be done about it at its provider; None where nothing is."""
    looks: int = Field(default=0)
    is_hold: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether the amount is to be held on the client's card first, and taken once the booking is approved."""
    authorized_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """Since when it is held there."""
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    updated_at: datetime = Field(sa_column=Column(Moment, nullable=False))


payment_requests = table(PaymentRequest)
payments = table(Payment)
LEADS = payment_requests.c.lead_id.is_(None)
"""What is asked of the client: the rest is paid with it."""


def add_request(session: Session, now: datetime, **values: Any) -> int:
    """What is asked for a booking that nothing is asked for yet."""
    return insert_row(
        session, payment_requests, version=1, status=RequestStatus.OPEN, live_booking_id=values["booking_id"], paid=0,
        created_at=now, updated_at=now, **values,
    )  # fmt: skip


def change_request(session: Session, row: Row[Any], now: datetime, **values: Any) -> None:
    """Raises LostRace when it has changed since it was read."""
    if values.get("status", RequestStatus.OPEN) is not RequestStatus.OPEN:
        values["live_booking_id"] = None
    statement = update(payment_requests).where(
        payment_requests.c.id == row.id, payment_requests.c.version == row.version
    )
    if changed_rows(session, statement.values(version=row.version + 1, updated_at=now, **values)) != 1:
        raise LostRace


def request_by_id(session: Session, request_id: int) -> Row[Any] | None:
    return session.execute(select(payment_requests).where(payment_requests.c.id == request_id)).one_or_none()


def requests_led_by(session: Session, request_id: int) -> list[Row[Any]]:
    """Those that are paid with it, in their order."""
    statement = select(payment_requests).where(payment_requests.c.lead_id == request_id)
    return list(session.execute(statement.order_by(payment_requests.c.id)))


def request_by_token(session: Session, token: str) -> Row[Any] | None:
    """What this token lets somebody pay."""
    return row_opened_by(session, select(payment_requests), payment_requests.c.token, token)


def open_request(session: Session, booking_id: int) -> Row[Any] | None:
    statement = select(payment_requests).where(payment_requests.c.live_booking_id == booking_id)
    return session.execute(statement).one_or_none()


def requests_lapsed(session: Session, now: datetime, limit: int) -> list[int]:
    """Those that nobody has paid in time, grace included; of several that are paid in one, the one that leads."""
    return list(session.execute(_LAPSED, {"now": now, "most": limit}).scalars())


_LAPSED = prepared(
    select(payment_requests.c.id)
    .where(payment_requests.c.status == RequestStatus.OPEN, payment_requests.c.lapses_at <= bindparam("now"), LEADS)
    .order_by(payment_requests.c.lapses_at)
    .limit(bindparam("most"))
)


def add_payment(session: Session, now: datetime, **values: Any) -> int:
    """A new attempt; raises IntegrityError where its transaction was told before."""
    return insert_row(session, payments, version=1, created_at=now, updated_at=now, **values)


def change_payment(session: Session, row: Row[Any], now: datetime, **values: Any) -> None:
    """Change a payment that is still as it was read.

    Raises RefusedStep for a status that its own does not lead to, LostRace when it has changed since it was read,
    IntegrityError where its transaction is another payment's."""
    if "status" in values and values["status"] is not row.status:
        check_payment(row.status, values["status"])
    statement = update(payments).where(payments.c.id == row.id, payments.c.version == row.version)
    if changed_rows(session, statement.values(version=row.version + 1, updated_at=now, **values)) != 1:
        raise LostRace


def payment_by_id(session: Session, payment_id: int) -> Row[Any] | None:
    return session.execute(select(payments).where(payments.c.id == payment_id)).one_or_none()


def payment_by_checkout(session: Session, checkout_id: str) -> Row[Any] | None:
    """The payment that a provider knows by this id: cs_… or ws_CO_…"""
    known = (payments.c.checkout_session_id == checkout_id) | (payments.c.checkout_request_id == checkout_id)
    return session.execute(select(payments).where(known)).one_or_none() if checkout_id else None


def payment_by_transaction(session: Session, transaction_id: str) -> Row[Any] | None:
    statement = select(payments).where(payments.c.transaction_id == transaction_id)
    return session.execute(statement).one_or_none() if transaction_id else None


def prompts_unanswered(session: Session, amount: int, currency: str, since: datetime) -> list[Row[Any]]:
    """Prompts that were sent since then and of which nobody knows what the provider calls them."""
    statement = select(payments).where(
        payments.c.method == PaymentMethod.MPESA, payments.c.begun_at >= since, payments.c.received == 0,
        payments.c.checkout_request_id.is_(None), payments.c.amount == amount, payments.c.currency == currency,
    )  # fmt: skip
    return list(session.execute(statement.order_by(payments.c.id)))


def payments_of_request(session: Session, request_id: int) -> list[Row[Any]]:
    """Every attempt, oldest first."""
    statement = select(payments).where(payments.c.request_id == request_id)
    return list(session.execute(statement.order_by(payments.c.id)))


def payments_of_booking(session: Session, booking_id: int) -> list[Row[Any]]:
    """Every attempt to pay for a booking, oldest first."""
    statement = select(payments).where(payments.c.booking_id == booking_id)
    return list(session.execute(statement.order_by(payments.c.id)))


def living_payments(rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Those of which money may still come by itself."""
    return [row for row in rows if row.status in LIVING]


def led_by(request_id: ColumnElement[Any], name: str) -> ColumnElement[int]:
    """The sum of this column over what is open and paid with that request."""
    other = payment_requests.alias(f"led_{name}")
    mine = other.c.lead_id == request_id, other.c.status == RequestStatus.OPEN
    total = select(func.coalesce(func.sum(other.c[name]), 0)).where(*mine)
    return total.scalar_subquery()


def count_led_by(request_id: ColumnElement[Any]) -> ColumnElement[int]:
    """How many are open and paid with that request."""
    other = payment_requests.alias("led")
    mine = other.c.lead_id == request_id, other.c.status == RequestStatus.OPEN
    return select(func.count()).select_from(other).where(*mine).scalar_subquery()


def held_of(request_id: ColumnElement[Any]) -> Exists:
    """Whether what this request asks for is held on a card."""
    return exists().where(
        payments.c.request_id == request_id, payments.c.authorized_at.is_not(None), payments.c.status.in_(LIVING)
    )


def payments_with_credit(session: Session, client_id: int, currency: str) -> list[Row[Any]]:
    """The payments of a client of which some is kept for them, oldest first."""
    mine = payments.c.client_id == client_id, payments.c.currency == currency, payments.c.credited > 0
    return list(session.execute(select(payments).where(*mine).order_by(payments.c.id)))


def credit_of(session: Session, client_id: int, currency: str) -> int:
    """What a client has with us."""
    mine = payments.c.client_id == client_id, payments.c.currency == currency
    return int(session.execute(select(func.coalesce(func.sum(payments.c.credited), 0)).where(*mine)).scalar_one())


def credits_of(session: Session, client_id: int) -> list[tuple[str, int]]:
    """What a client has with us, in each currency."""
    total = func.sum(payments.c.credited)
    mine = select(payments.c.currency, total).where(payments.c.client_id == client_id, payments.c.credited > 0)
    rows = session.execute(mine.group_by(payments.c.currency).order_by(payments.c.currency))
    return [(str(currency), int(amount)) for currency, amount in rows]


def payments_to_look_at(session: Session, now: datetime, limit: int) -> list[int]:
    """Those about which something is to be done at their provider."""
    statement = select(payments.c.id).where(payments.c.look_at <= now)
    return list(session.execute(statement.order_by(payments.c.look_at).limit(limit)).scalars())
