"""What coordinators commanded, and what would take it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table
from models.claims import LostRace
from models.insert import changed_rows, insert_row


class CommandLogged(SQLModel, table=True):
    """One command that changed something. `undo` lists what it did, in the order in which it is taken back, and what
    each thing was before; empty where nothing can be."""

    __tablename__ = "command_log"
    __table_args__ = (Index(None, "conversation_id", "at"),)
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id"))
    words: str = Field(max_length=500)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    undo: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


command_log = table(CommandLogged)


def log_command(session: Session, conversation_id: int, words: str, undo: list[dict[str, Any]], now: datetime) -> int:
    return insert_row(session, command_log, conversation_id=conversation_id, words=words[:500], at=now, undo=undo)


def last_command(session: Session, conversation_id: int) -> Row[Any] | None:
    """What was commanded last in this conversation, taken back or not."""
    statement = select(command_log).where(command_log.c.conversation_id == conversation_id)
    return session.execute(statement.order_by(command_log.c.at.desc(), command_log.c.id.desc()).limit(1)).one_or_none()


def mark_undone(session: Session, command_id: int, now: datetime) -> None:
    """Raises LostRace where it has been taken back already."""
    statement = update(command_log).where(command_log.c.id == command_id, command_log.c.undone_at.is_(None))
    if changed_rows(session, statement.values(undone_at=now)) != 1:
        raise LostRace
