"""Class sessions as operators list them, a page at a time by where the last page ended; and who is in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from models.bookings import bookings
from models.class_sessions import class_sessions, with_names
from models.clients import clients
from models.conversations import conversations

_c = class_sessions.c


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which class a page begins."""

    start_at: datetime
    id: int


def classes_ahead(session: Session, now: datetime, behind: Place | None, limit: int) -> Sequence[Row[Any]]:
    """Those that are scheduled and not over, soonest first."""
    statement = with_names().where(_c.status == ClassStatus.SCHEDULED, _c.end_at > now)
    if behind is not None:
        later = or_(_c.start_at > behind.start_at, and_(_c.start_at == behind.start_at, _c.id > behind.id))
        statement = statement.where(_c.start_at >= behind.start_at, later)
    return session.execute(statement.order_by(_c.start_at, _c.id).limit(limit)).all()


def classes_behind(session: Session, now: datetime, behind: Place | None, limit: int) -> Sequence[Row[Any]]:
    """Those that are over or called off, the latest first."""
    statement = with_names().where(or_(_c.status != ClassStatus.SCHEDULED, _c.end_at <= now))
    if behind is not None:
        earlier = or_(_c.start_at < behind.start_at, and_(_c.start_at == behind.start_at, _c.id < behind.id))
        statement = statement.where(_c.start_at <= behind.start_at, earlier)
    return session.execute(statement.order_by(_c.start_at.desc(), _c.id.desc()).limit(limit)).all()


def bookings_in_class(session: Session, class_session_id: int) -> Sequence[Row[Any]]:
    """Every booking of a class, whatever became of it, oldest first, with who has it."""
    own = bookings.c
    statement: Select[Any] = (
        select(
            own.id, own.status, own.seats_reserved, own.attendee, own.client_note, own.client_id, own.conversation_id,
            own.client_confirmed_at, clients.c.name, clients.c.phone, conversations.c.address,
            conversations.c.opted_out_at,
        )
        .join(clients, clients.c.id == own.client_id)
        .outerjoin(conversations, conversations.c.id == own.conversation_id)
        .where(own.class_session_id == class_session_id)
        .order_by(own.id)
    )  # fmt: skip
    return session.execute(statement).all()
