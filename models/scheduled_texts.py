"""What an operator wrote to a client to be sent later."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Index, Row, Text, bindparam, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, link, table, word
from models.insert import insert_row
from models.prepared import prepared


class Fate(StrEnum):
    """What became of it."""

    WAITS = "waits"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """An operator thought better of it."""
    REFUSED = "refused"
    """When its time came, the client took no texts any more."""


class ScheduledText(SQLModel, table=True):
    """One text of an operator, for one client, at `send_at`; `ended_at` is NULL while it waits."""

    __tablename__ = "scheduled_texts"
    __table_args__ = (Index(None, "ended_at", "send_at"),)
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id", index=True))
    operator_id: int = Field(sa_column=Column(Key, nullable=False))
    who: str = Field(max_length=80)
    body: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    send_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    ended_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    fate: Fate = Field(default=Fate.WAITS, sa_column=Column(word(Fate), nullable=False))


scheduled_texts = table(ScheduledText)


def add_text(session: Session, **values: Any) -> int:
    """Keep one that waits from now on; its number."""
    return insert_row(session, scheduled_texts, fate=Fate.WAITS, ended_at=None, **values)


def texts_waiting(session: Session, conversation_id: int) -> Sequence[Row[Any]]:
    """Those of a conversation that are still to be sent, the one that goes first first."""
    own = scheduled_texts.c
    statement = select(scheduled_texts).where(own.conversation_id == conversation_id, own.ended_at.is_(None))
    return session.execute(statement.order_by(own.send_at, own.id)).all()


def texts_refused(session: Session, conversation_id: int, since: datetime) -> Sequence[Row[Any]]:
    """Those of a conversation that its client was not sent, from this moment on, oldest first."""
    own = scheduled_texts.c
    refused = own.conversation_id == conversation_id, own.fate == Fate.REFUSED, own.ended_at >= since
    return session.execute(select(scheduled_texts).where(*refused).order_by(own.send_at, own.id)).all()


def texts_due(session: Session, now: datetime, limit: int) -> list[int]:
    """The numbers of those whose time has come, the longest overdue first."""
    return list(session.execute(_DUE, {"now": now, "most": limit}).scalars())


_DUE = prepared(
    select(scheduled_texts.c.id)
    .where(scheduled_texts.c.ended_at.is_(None), scheduled_texts.c.send_at <= bindparam("now"))
    .order_by(scheduled_texts.c.send_at, scheduled_texts.c.id)
    .limit(bindparam("most"))
)


def lock_text(session: Session, text_id: int) -> Row[Any] | None:
    """One of them, LOCKED until the transaction ends; None where there is none of this number."""
    statement = select(scheduled_texts).where(scheduled_texts.c.id == text_id)
    return session.execute(statement.with_for_update()).one_or_none()


def end_text(session: Session, text_id: int, fate: Fate, now: datetime) -> None:
    """It waits no longer, and what became of it."""
    ended = update(scheduled_texts).where(scheduled_texts.c.id == text_id)
    session.execute(ended.values(fate=fate, ended_at=now))
