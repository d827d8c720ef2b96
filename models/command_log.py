"""What coordinators commanded, and what would take it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table


class CommandLogged(SQLModel, table=True):
    """One command that changed something. `undo` lists, newest first, what takes each change back and the booking's
    version it fits; empty where nothing can."""

    __tablename__ = "command_log"
    __table_args__ = (Index(None, "conversation_id", "at"),)
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id"))
    words: str = Field(max_length=500)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    undo: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


command_log = table(CommandLogged)
