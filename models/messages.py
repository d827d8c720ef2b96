"""Messages: the transcript, every text in and out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, Row, Text, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from models.base import Moment, key, link, table, where_set, word
from models.insert import insert_numbered_unless_there, insert_row, insert_rows, plain_defaults
from models.insert_told import is_told
from models.prepared import prepared


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
        Index(None, "due_at", "conversation_id", **where_set("due_at")),
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
    raw: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """What the provider said of an inbound one, as JSON without what is secret."""


messages = table(Message)


def store_inbound(session: Session, values: Mapping[str, Any]) -> int | None:
    """Store one inbound message; its number, if it is new."""
    return insert_numbered_unless_there(session, messages, {**values, "direction": Direction.IN})


def store_all_inbound(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store inbound messages of conversations that are locked, in their order; the places of those that are new."""
    by_channel: dict[str, list[str]] = {}
    for row in rows:
        by_channel.setdefault(row["channel"], []).append(row["provider_id"])
    there: set[tuple[str, str]] = set()
    for channel, ids in by_channel.items():
        known = select(messages.c.provider_id).where(messages.c.channel == channel, messages.c.provider_id.in_(ids))
        there |= {(channel, provider_id) for provider_id in session.execute(known).scalars()}
    new = []
    for place, row in enumerate(rows):
        if (row["channel"], row["provider_id"]) not in there:
            there.add((row["channel"], row["provider_id"]))
            new.append(place)
    if new:
        session.execute(messages.insert(), [{**rows[place], "direction": Direction.IN} for place in new])
    return new


HIDDEN = "🔒"
"""Stands for words that are kept elsewhere, sealed."""


def hide(session: Session, message_ids: Sequence[int]) -> None:
    """Forget the words of these messages."""
    session.execute(update(messages).where(messages.c.id.in_(message_ids)).values(body=HIDDEN, raw=None))


_UNANSWERED = prepared(
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .where(messages.c.due_at.is_not(None), messages.c.turn_id.is_(None))
    .order_by(messages.c.id)
)
_NEWEST = (
    select(messages.c.id, messages.c.at, messages.c.body)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.direction == Direction.IN)
    .order_by(messages.c.id.desc())
    .limit(bindparam("most"))
    .subquery("newest")
)
"""The moment is asked about behind the limit: of all that somebody ever wrote, no more is read than this."""
_RECENT = prepared(
    select(_NEWEST.c.at, _NEWEST.c.body).where(_NEWEST.c.at >= bindparam("since")).order_by(_NEWEST.c.id.desc())
)
_COVER = prepared(
    update(messages).where(messages.c.id == bindparam("message_id")).values(turn_id=bindparam("turn"), due_at=None)
)


def newest_message(session: Session, conversation_id: int) -> int:
    """The number of the last message of a conversation that has one."""
    statement = select(func.max(messages.c.id)).where(messages.c.conversation_id == conversation_id)
    return int(session.execute(statement).scalar_one())


def unanswered(session: Session, conversation_id: int) -> list[Row[Any]]:
    """The inbound messages of one conversation that no turn has covered, oldest first."""
    return list(session.execute(_UNANSWERED, {"conversation_id": conversation_id}))


def recent_inbound(session: Session, conversation_id: int, since: datetime, limit: int = 90) -> list[Row[Any]]:
    """What this person texted since then, of so many last texts, newest first."""
    values = {"conversation_id": conversation_id, "since": since, "most": limit}
    return list(session.execute(_RECENT, values))


def conversations_due(session: Session, now: datetime, limit: int) -> list[tuple[int, str]]:
    """Conversations that have an unanswered message whose turn is due, each with the trace of the first."""
    due = session.execute(_DUE, {"now": now, "most": limit})
    return [(int(row.conversation_id), str(row.trace)) for row in due]


_FIRST_DUE = (
    select(func.min(messages.c.id).label("id"))
    .where(messages.c.due_at <= bindparam("now"))
    # By a sum: else SQLite goes through all there ever was, in the order of its conversations, to spare itself a sort.
    .group_by(messages.c.conversation_id + 0)
    .limit(bindparam("most"))
    .subquery()
)
_DUE = prepared(select(messages.c.conversation_id, messages.c.trace).join(_FIRST_DUE, _FIRST_DUE.c.id == messages.c.id))


def nothing_unanswered(session: Session) -> bool:
    """Whether every message has had its turn."""
    return session.execute(select(messages.c.id).where(messages.c.due_at.is_not(None)).limit(1)).first() is None


def postpone(session: Session, conversation_id: int, due_at: datetime) -> None:
    """Let the turn of every unanswered message of this conversation be due at another moment."""
    waiting = messages.c.conversation_id == conversation_id, messages.c.due_at.is_not(None)
    session.execute(update(messages).where(*waiting).values(due_at=due_at))


def cover(session: Session, message_ids: Sequence[int], turn_id: int) -> None:
    """Say which turn answered these messages."""
    for message_id in message_ids:  # nearly always one
        session.execute(_COVER, {"message_id": message_id, "turn": turn_id})


def message_by_id(session: Session, message_id: int) -> Row[Any]:
    return session.execute(select(messages).where(messages.c.id == message_id)).one()


def add_outbound(session: Session, **values: Any) -> int:
    return insert_row(session, messages, direction=Direction.OUT, **values)


_UNNAMED = dict.fromkeys(str(column.key) for column in messages.columns if not column.primary_key)
_BLANK = _UNNAMED | plain_defaults(messages)


def whole(direction: Direction, values: Mapping[str, Any]) -> dict[str, Any]:
    """A row that names every column, as add_messages() wants them."""
    return {**_BLANK, **values, "direction": direction}


def add_messages(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Store messages, in and out, of which each row is whole(); their numbers, in their order. They are fewer where one
    that came in was stored before."""
    if is_told(session):
        return insert_rows(session, messages, rows, unless_there=any(row["provider_id"] is not None for row in rows))
    numbers = [insert_row(session, messages, **row) if _is_ours(row) else store_inbound(session, row) for row in rows]
    return [number for number in numbers if number is not None]


def _is_ours(row: Mapping[str, Any]) -> bool:
    return bool(row["provider_id"] is None)


def transcript(session: Session, conversation_id: int, after: int = 0, limit: int = 1000) -> list[Row[Any]]:
    """The messages of one conversation behind number `after`, oldest first."""
    statement = select(messages).where(messages.c.conversation_id == conversation_id, messages.c.id > after)
    return list(session.execute(statement.order_by(messages.c.id).limit(limit)))


def answers_to(session: Session, channel: str, provider_id: str) -> list[str]:
    """What was said in the turn that answered this message."""
    known = select(messages).where(messages.c.channel == channel, messages.c.provider_id == provider_id)
    asked = session.execute(known).one_or_none()
    if asked is None or asked.turn_id is None:
        return []
    statement = select(messages.c.body).where(
        messages.c.conversation_id == asked.conversation_id, messages.c.id > asked.id,
        messages.c.turn_id == asked.turn_id, messages.c.direction == Direction.OUT,
    )  # fmt: skip
    return list(session.execute(statement.order_by(messages.c.id)).scalars())


def newest_media(session: Session, conversation_id: int) -> str:
    """The link of the last picture or file that came in a conversation; "" where none did."""
    mine = messages.c.conversation_id == conversation_id, messages.c.direction == Direction.IN
    statement = select(messages.c.media).where(*mine).order_by(messages.c.id.desc()).limit(20)
    return next((str(media[-1]) for media in session.execute(statement).scalars() if media), "")
