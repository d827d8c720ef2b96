"""What operators keep beside a conversation: internal notes, labels, canned replies, filters of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Text, delete, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Key, Moment, key, link, table
from models.exact import exact
from models.insert import changed_rows, insert_row, insert_unless_there


class ConversationNote(SQLModel, table=True):
    """What operators tell each other of a conversation; no client ever reads it."""

    __tablename__ = "conversation_notes"
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id", index=True))
    operator_id: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    who: str = Field(max_length=80)
    body: str = Field(sa_column=Column(Text, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Label(SQLModel, table=True):
    """A word by which conversations are sorted."""

    __tablename__ = "labels"
    id: int | None = Field(default=None, sa_column=key())
    name: str = Field(sa_column=Column(exact(40), nullable=False, unique=True))


class ConversationLabel(SQLModel, table=True):
    """A conversation has a label."""

    __tablename__ = "conversation_labels"
    label_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False))
    conversation_id: int = Field(sa_column=Column(Key, primary_key=True, autoincrement=False, index=True))


class CannedReply(SQLModel, table=True):
    """Words that are sent often, under a short name."""

    __tablename__ = "canned_replies"
    id: int | None = Field(default=None, sa_column=key())
    name: str = Field(sa_column=Column(exact(40), nullable=False, unique=True))
    body: str = Field(sa_column=Column(Text, nullable=False))


class SavedFilter(SQLModel, table=True):
    """A view of the inbox that an operator keeps: the query of its address."""

    __tablename__ = "saved_filters"
    id: int | None = Field(default=None, sa_column=key())
    operator_id: int = Field(sa_column=link("operators.id", index=True))
    name: str = Field(max_length=60)
    query: str = Field(max_length=500)


conversation_notes = table(ConversationNote)
labels = table(Label)
conversation_labels = table(ConversationLabel)
canned_replies = table(CannedReply)
saved_filters = table(SavedFilter)


def add_note(session: Session, **values: Any) -> int:
    return insert_row(session, conversation_notes, **values)


def notes_of(session: Session, conversation_id: int) -> Sequence[Row[Any]]:
    """Oldest first."""
    statement = select(conversation_notes).where(conversation_notes.c.conversation_id == conversation_id)
    return session.execute(statement.order_by(conversation_notes.c.id)).all()


def notes_page(session: Session, conversation_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """Newest first, from before this one on."""
    own = conversation_notes.c
    statement = select(conversation_notes).where(own.conversation_id == conversation_id)
    statement = statement if before is None else statement.where(own.id < before)
    return session.execute(statement.order_by(own.id.desc()).limit(limit)).all()


def all_labels(session: Session) -> Sequence[Row[Any]]:
    return session.execute(select(labels).order_by(labels.c.name)).all()


def label_named(session: Session, name: str) -> int:
    """The number of the label that is called so, made if need be."""
    insert_unless_there(session, labels, {"name": name})
    return int(session.execute(select(labels.c.id).where(labels.c.name == name)).scalar_one())


def put_label(session: Session, conversation_id: int, label_id: int) -> None:
    insert_unless_there(session, conversation_labels, {"conversation_id": conversation_id, "label_id": label_id})


def take_label(session: Session, conversation_id: int, label_id: int) -> None:
    own = (conversation_labels.c.conversation_id == conversation_id, conversation_labels.c.label_id == label_id)
    session.execute(delete(conversation_labels).where(*own))


def labels_of(session: Session, conversation_ids: Sequence[int]) -> Mapping[int, list[str]]:
    """The labels of each of these conversations."""
    statement = (
        select(conversation_labels.c.conversation_id, labels.c.name)
        .join(labels, labels.c.id == conversation_labels.c.label_id)
        .where(conversation_labels.c.conversation_id.in_(list(conversation_ids)))
        .order_by(labels.c.name)
    )
    found: dict[int, list[str]] = {}
    for row in session.execute(statement):
        found.setdefault(row.conversation_id, []).append(row.name)
    return found


def all_canned_replies(session: Session) -> Sequence[Row[Any]]:
    return session.execute(select(canned_replies).order_by(canned_replies.c.name)).all()


def keep_canned_reply(session: Session, name: str, body: str) -> None:
    """Keep these words under this name, instead of what it stood for."""
    session.execute(delete(canned_replies).where(canned_replies.c.name == name))
    insert_row(session, canned_replies, name=name, body=body)


def drop_canned_reply(session: Session, reply_id: int) -> bool:
    return changed_rows(session, delete(canned_replies).where(canned_replies.c.id == reply_id)) == 1


def filters_of(session: Session, operator_id: int) -> Sequence[Row[Any]]:
    statement = select(saved_filters).where(saved_filters.c.operator_id == operator_id)
    return session.execute(statement.order_by(saved_filters.c.name)).all()


def save_filter(session: Session, operator_id: int, name: str, query: str) -> None:
    own = (saved_filters.c.operator_id == operator_id, saved_filters.c.name == name)
    session.execute(delete(saved_filters).where(*own))
    insert_row(session, saved_filters, operator_id=operator_id, name=name, query=query)


def drop_filter(session: Session, operator_id: int, filter_id: int) -> None:
    own = (saved_filters.c.operator_id == operator_id, saved_filters.c.id == filter_id)
    session.execute(delete(saved_filters).where(*own))
