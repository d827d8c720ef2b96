"""Messages: the transcript, every text in and out."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, Text, UniqueConstraint, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, word
from models.insert import insert_row, insert_unless_there


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Message(SQLModel, table=True):
    """One text. An inbound one is known by its provider's id, which the database lets in once; until a turn has
    answered it, `turn_id` is NULL and `due_at` says when its turn is due."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index(None, "conversation_id", "id"),
        Index(None, "due_at", "conversation_id"),
    )
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id"))
    turn_id: int | None = Field(default=None, sa_column=link("turns.id", nullable=True))
    direction: Direction = Field(sa_column=Column(word(Direction), nullable=False))
    channel: str = Field(max_length=20)
    provider_id: str | None = Field(default=None, max_length=140)
    body: str = Field(sa_column=Column(Text, nullable=False))
    media: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    quoted_id: str = Field(default="", max_length=140)
    opt_out: str = Field(default="", max_length=10)
    trace: str = Field(max_length=40)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


messages = table(Message)


def store_inbound(session: Session, values: dict[str, Any]) -> bool:
    """Store one inbound message; whether it is new."""
    return insert_unless_there(session, messages, {**values, "direction": Direction.IN})


def unanswered(session: Session, conversation_id: int) -> list[Row[Any]]:
    """The inbound messages of one conversation that no turn has covered, oldest first."""
    statement = select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.due_at.is_not(None), messages.c.turn_id.is_(None)
    )
    return list(session.execute(statement.order_by(messages.c.id)))


def recent_inbound(session: Session, conversation_id: int, since: datetime, limit: int) -> list[Row[Any]]:
    """What this person texted since then, newest first."""
    statement = select(messages.c.at, messages.c.body).where(
        messages.c.conversation_id == conversation_id, messages.c.direction == Direction.IN, messages.c.at >= since
    )
    return list(session.execute(statement.order_by(messages.c.id.desc()).limit(limit)))


def conversations_due(session: Session, now: datetime, limit: int) -> list[int]:
    """Conversations that have an unanswered message whose turn is due."""
    statement = select(messages.c.conversation_id).where(messages.c.due_at <= now).distinct().limit(limit)
    return [int(row) for row in session.execute(statement).scalars()]


def nothing_unanswered(session: Session) -> bool:
    """Whether every message has had its turn."""
    return session.execute(select(messages.c.id).where(messages.c.due_at.is_not(None)).limit(1)).first() is None


def postpone(session: Session, conversation_id: int, due_at: datetime) -> None:
    """Let the turn of every unanswered message of this conversation be due at another moment."""
    waiting = messages.c.conversation_id == conversation_id, messages.c.due_at.is_not(None)
    session.execute(update(messages).where(*waiting).values(due_at=due_at))


def cover(session: Session, message_ids: list[int], turn_id: int) -> None:
    """Say which turn answered these messages."""
    session.execute(update(messages).where(messages.c.id.in_(message_ids)).values(turn_id=turn_id, due_at=None))


def add_outbound(session: Session, **values: Any) -> int:
    return insert_row(session, messages, direction=Direction.OUT, **values)


def transcript(session: Session, conversation_id: int, after: int = 0, limit: int = 1000) -> list[Row[Any]]:
    """The messages of one conversation behind number `after`, oldest first."""
    statement = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.id > after)
    return list(session.execute(statement.order_by(messages.c.id).limit(limit)))
