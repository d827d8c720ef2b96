"""What an operator wrote to a client to be sent later."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, link, table, word


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
