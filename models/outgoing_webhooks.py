"""Outgoing webhooks: the endpoints of other systems, the events that they are told of, and each delivery.

Events are written by triggers (migration 0012), in the transaction of what they tell, while somebody listens."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Row, Select, Text, UniqueConstraint, select, true, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import Field, SQLModel

from conversations.rules.outgoing import DeliveryState
from models.base import Key, Moment, key, link, table, word
from models.insert import changed_rows, insert_all_unless_there, insert_row


class Source(StrEnum):
    """The table whose row an event tells of."""

    TRANSITION = "transition"
    """booking_transitions"""
    MOVE = "move"
    """bookings, whose start or staff has changed"""
    ACTIVITY = "activity"
    """activity_log"""
    LEDGER = "ledger"
    """ledger_entries"""
    FORGOTTEN = "forgotten"
    """clients, of whom nothing is known any more"""


class WebhookEndpoint(SQLModel, table=True):
    """Where another system listens. `events` are the types that it wants, or their beginnings ("booking."); none: all.
    `old_secret` signs too, until `old_secret_until`. `failing_since`: nothing was taken since then."""

    __tablename__ = "webhook_endpoints"
    id: int | None = Field(default=None, sa_column=key())
    url: str = Field(max_length=500)
    events: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    secret: str = Field(max_length=120)
    old_secret: str = Field(default="", max_length=120)
    old_secret_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    is_active: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, default=True))
    failing_since: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    closed_why: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class WebhookEvent(SQLModel, table=True):
    """Something that happened. `spread_at` is NULL until its body is made, and a delivery to each who wants it."""

    __tablename__ = "webhook_events"
    __table_args__ = (Index(None, "spread_at", "id"), Index(None, "source", "source_id"))
    id: int | None = Field(default=None, sa_column=key())
    source: Source = Field(sa_column=Column(word(Source), nullable=False))
    source_id: int = Field(sa_column=Column(Key, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    spread_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    type: str = Field(default="", max_length=60)
    uid: str = Field(default="", max_length=40)
    body: str = Field(default="", sa_column=Column(Text, nullable=False))


class WebhookDelivery(SQLModel, table=True):
    """One event for one endpoint. `due_at` is when it is tried next, NULL when it has ended. Those of one `subject`
    ("booking 12") go out one after the other."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        Index(None, "endpoint_id", "due_at"),
        Index(None, "endpoint_id", "subject", "due_at"),
    )
    id: int | None = Field(default=None, sa_column=key())
    endpoint_id: int = Field(sa_column=link("webhook_endpoints.id"))
    event_id: int = Field(sa_column=link("webhook_events.id", index=True))
    subject: str = Field(max_length=60)
    state: DeliveryState = Field(default=DeliveryState.WAITS, sa_column=Column(word(DeliveryState), nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    attempts: int = Field(default=0)
    tried_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    status: int | None = Field(default=None, sa_column=Column(Integer, nullable=True))
    words: str = Field(default="", max_length=200)


webhook_endpoints = table(WebhookEndpoint)
webhook_events = table(WebhookEvent)
webhook_deliveries = table(WebhookDelivery)


def add_endpoint(session: Session, **values: Any) -> int:
    return insert_row(session, webhook_endpoints, **values)


def endpoints(session: Session) -> Sequence[Row[Any]]:
    """All of them, those that are closed too."""
    return session.execute(select(webhook_endpoints).order_by(webhook_endpoints.c.id)).all()


def active_endpoints(session: Session) -> Sequence[Row[Any]]:
    statement = select(webhook_endpoints).where(webhook_endpoints.c.is_active == true())
    return session.execute(statement.order_by(webhook_endpoints.c.id)).all()


def endpoint_by_id(session: Session, endpoint_id: int) -> Row[Any] | None:
    return session.execute(select(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)).one_or_none()


def lock_endpoint(session: Session, endpoint_id: int) -> None:
    """It stays as it is until the transaction ends; what happens is told to it meanwhile."""
    mine = select(webhook_endpoints.c.id).where(webhook_endpoints.c.id == endpoint_id)
    session.execute(mine.with_for_update(key_share=True))


def change_endpoint(session: Session, endpoint_id: int, **values: Any) -> None:
    session.execute(update(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id).values(**values))


def events_to_spread(session: Session, limit: int) -> Sequence[Row[Any]]:
    """Those that have no body yet, oldest first."""
    statement = select(webhook_events).where(webhook_events.c.spread_at.is_(None))
    return session.execute(statement.order_by(webhook_events.c.id).limit(limit)).all()


def spread(session: Session, event_id: int, **values: Any) -> bool:
    """Write down what an event says; whether nobody else has meanwhile."""
    mine = webhook_events.c.id == event_id, webhook_events.c.spread_at.is_(None)
    return changed_rows(session, update(webhook_events).where(*mine).values(**values)) == 1


def add_deliveries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    insert_all_unless_there(session, webhook_deliveries, rows)


def deliveries_due(session: Session, endpoint_id: int, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """What an endpoint is to be sent now: of each subject the oldest that has not ended, and only where that is due."""
    own, earlier = webhook_deliveries.c, aliased(webhook_deliveries)
    ahead = select(earlier.c.id).where(
        earlier.c.endpoint_id == own.endpoint_id, earlier.c.subject == own.subject, earlier.c.due_at.is_not(None),
        earlier.c.id < own.id,
    )  # fmt: skip
    statement = select(webhook_deliveries).where(own.endpoint_id == endpoint_id, own.due_at <= now, ~ahead.exists())
    return session.execute(statement.order_by(own.due_at, own.id).limit(limit)).all()


def take_delivery(session: Session, read: Row[Any], until: datetime) -> bool:
    """Have one in hand until then; whether nobody else has taken it since it was `read` due."""
    mine = webhook_deliveries.c.id == read.id, webhook_deliveries.c.due_at == read.due_at
    values = {"due_at": until, "attempts": webhook_deliveries.c.attempts + 1}
    return changed_rows(session, update(webhook_deliveries).where(*mine).values(**values)) == 1


def change_delivery(session: Session, delivery_id: int, **values: Any) -> None:
    session.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id).values(**values))


def drop_waiting(session: Session, endpoint_id: int) -> None:
    """Nothing that waits for an endpoint is sent any more."""
    waiting = webhook_deliveries.c.endpoint_id == endpoint_id, webhook_deliveries.c.due_at.is_not(None)
    session.execute(update(webhook_deliveries).where(*waiting).values(due_at=None, state=DeliveryState.DROPPED))


def deliveries_of(session: Session, endpoint_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """An endpoint's log, newest first, from before this one on, with what each tells."""
    statement = _with_event().where(webhook_deliveries.c.endpoint_id == endpoint_id)
    if before is not None:
        statement = statement.where(webhook_deliveries.c.id < before)
    return session.execute(statement.order_by(webhook_deliveries.c.id.desc()).limit(limit)).all()


def delivery_by_id(session: Session, delivery_id: int) -> Row[Any] | None:
    return session.execute(_with_event().where(webhook_deliveries.c.id == delivery_id)).one_or_none()


def replay_failed(session: Session, endpoint_id: int, now: datetime) -> int:
    """Let everything that an endpoint has not taken be due again; how many."""
    failed = (DeliveryState.GIVEN_UP, DeliveryState.DROPPED)
    mine = webhook_deliveries.c.endpoint_id == endpoint_id, webhook_deliveries.c.state.in_(failed)
    values = {"state": DeliveryState.WAITS, "due_at": now, "attempts": 0}
    return changed_rows(session, update(webhook_deliveries).where(*mine).values(**values))


def _with_event() -> Select[Any]:
    return select(
        webhook_deliveries, webhook_events.c.type, webhook_events.c.uid, webhook_events.c.at, webhook_events.c.body
    ).join(webhook_events, webhook_events.c.id == webhook_deliveries.c.event_id)  # fmt: skip
