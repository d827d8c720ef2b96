"""How much waits, and for how long: figures over all conversations, of nobody in particular."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from models.messages import messages
from models.outbox import LOST, UNSENT, outbox


def unsent(session: Session) -> list[Row[Any]]:
    """How many messages are still to be sent: channel, status, number."""
    statement = select(outbox.c.channel, outbox.c.status, func.count().label("number")).where(
        outbox.c.status.in_(UNSENT)
    )
    return list(session.execute(statement.group_by(outbox.c.channel, outbox.c.status)))


def oldest_unsent(session: Session, now: datetime) -> datetime | None:
    """Since when the unsent message has been due that is overdue longest, of those that wait for no other."""
    heads = select(func.min(outbox.c.id)).where(outbox.c.status.in_(UNSENT)).group_by(outbox.c.lane)
    statement = select(func.min(outbox.c.due_at)).where(outbox.c.id.in_(heads), outbox.c.due_at <= now)
    found: datetime | None = session.execute(statement).scalar_one()
    return found


def never_arrived(session: Session) -> list[Row[Any]]:
    """How many messages did not arrive and have not been sent again: channel, failure, number."""
    lost = outbox.c.status.in_(LOST), outbox.c.resent_as.is_(None)
    statement = select(outbox.c.channel, outbox.c.failure, func.count().label("number")).where(*lost)
    return list(session.execute(statement.group_by(outbox.c.channel, outbox.c.failure)))


def unanswered_since(session: Session, now: datetime) -> tuple[int, datetime | None]:
    """How many messages there are whose turn is due, and since when the first of them has been."""
    statement = select(func.count(), func.min(messages.c.due_at)).where(messages.c.due_at <= now)
    count, first = session.execute(statement).one()
    return int(count), first
