"""The outbox: what is to be sent, in order per lane, written in the same transaction as what caused it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    Index,
    Integer,
    Row,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, SQLModel

from conversations.delivery import Delivery, SendFailure
from models.base import Key, Moment, key, link, table, where_set, word
from models.bell import ring, ring_with
from models.insert import insert_row, insert_rows
from models.messages import messages


class Outbox(SQLModel, table=True):
    """One text to send. `lane` is recipient and subject: within a lane, order is kept. `attempts` is also the fence:
    what a worker reports is taken only if nobody has claimed the row after it. `choices` are the options under the text
    ([key, label] each), for a channel that shows buttons. `segments` is what the text costs as SMS, 0 elsewhere. `told`
    is the state of its booking that the text tells of; `resent_as` the row that took this one's place. An email has a
    `subject` and the calendar `entries` that go with it (conversations/entries.py)."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index(None, "status", "lane", "id"),
        Index(None, "channel", "address", "id"),
        Index(None, "booking_id", **where_set("booking_id")),
    )
    id: int | None = Field(default=None, sa_column=key())
    message_id: int = Field(sa_column=link("messages.id", index=True))
    conversation_id: int = Field(sa_column=link("conversations.id"))
    booking_id: int | None = Field(default=None, sa_column=link("bookings.id", nullable=True))
    kind: str = Field(max_length=60)
    channel: str = Field(max_length=20)
    address: str = Field(max_length=140)
    lane: str = Field(max_length=200)
    body: str = Field(sa_column=Column(Text, nullable=False))
    choices: list[list[str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]"))
    status: Delivery = Field(
        default=Delivery.QUEUED, sa_column=Column(word(Delivery), nullable=False, default=Delivery.QUEUED)
    )
    attempts: int = Field(default=0)
    due_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    leased_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    tried_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    uncertain: bool = Field(default=False)
    provider_id: str | None = Field(default=None, max_length=140)
    failure: SendFailure | None = Field(default=None, sa_column=Column(word(SendFailure), nullable=True))
    failure_code: str = Field(default="", max_length=40)
    failure_words: str = Field(default="", max_length=200)
    segments: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    told: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    resent_as: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    subject: str = Field(default="", sa_column=Column(String(200), nullable=False, server_default=""))
    entries: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, server_default="[]")
    )
    trace: str = Field(max_length=40)
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    reported_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))


outbox = table(Outbox)
UNSENT = (Delivery.QUEUED, Delivery.SENDING)
LOST = (Delivery.DEAD, Delivery.FAILED)
UNSENT_IN_SQL: list[ColumnElement[str]] = [literal_column(f"'{status.value}'") for status in UNSENT]
"""For statements that are built once, and that a server plans once for whatever it is asked with."""
STILL_OURS = (
    outbox.c.id == bindparam("outbox_id"), outbox.c.attempts == bindparam("fence"), outbox.c.status.in_(UNSENT_IN_SQL)
)  # fmt: skip
_CHANGE = update(outbox).where(*STILL_OURS)


def add_to_outbox(session: Session, **values: Any) -> int:
    """Leave a text to whoever claims it."""
    outbox_id = insert_row(session, outbox, **values)
    ring(session)
    return outbox_id


def add_texts(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write down texts, each with how it stands; their numbers. Whoever claims what is left to others is rung for."""
    is_left = any(row["status"] == Delivery.QUEUED for row in rows)
    return insert_rows(session, outbox, rows, beside=ring_with(session) if is_left else None)


def left_to_others() -> dict[str, Any]:
    """How a text stands that waits for whoever claims it."""
    return {"status": Delivery.QUEUED, "attempts": 0, "leased_until": None, "tried_at": None}


def in_hand(leased_until: datetime, tried_at: datetime) -> dict[str, Any]:
    """How a text stands that is this process's own from the first: nobody need be told of it while that lives."""
    return {"status": Delivery.SENDING, "attempts": 1, "leased_until": leased_until, "tried_at": tried_at}


def change_outbox(session: Session, outbox_id: int, fence: int, **values: Any) -> bool:
    """Change an unsent row whose `attempts` is still `fence`: False where another worker has claimed it since, or the
    provider's report has already said what became of it."""
    changed = session.execute(_CHANGE, {"outbox_id": outbox_id, "fence": fence, **values})
    return cast(CursorResult[Any], changed).rowcount == 1


def record_report(session: Session, outbox_id: int, **values: Any) -> None:
    """Write down what a provider has reported, whoever holds the row."""
    session.execute(update(outbox).where(outbox.c.id == outbox_id).values(**values))


def known_provider_ids(session: Session, channel: str, address: str, since: datetime) -> frozenset[str]:
    """The provider's ids of messages to this address that are ours already."""
    statement = select(outbox.c.provider_id).where(
        outbox.c.channel == channel,
        outbox.c.address == address,
        outbox.c.provider_id.is_not(None),
        outbox.c.created_at >= since,
    )
    return frozenset(str(row) for row in session.execute(statement).scalars())


def outbox_by_provider_id(session: Session, channel: str, provider_id: str) -> Row[Any] | None:
    statement = select(outbox).where(outbox.c.channel == channel, outbox.c.provider_id == provider_id)
    return session.execute(statement.with_for_update()).one_or_none()


def outbox_by_id(session: Session, outbox_id: int) -> Row[Any] | None:
    return session.execute(select(outbox).where(outbox.c.id == outbox_id).with_for_update()).one_or_none()


def delivery_of(session: Session, outbox_id: int) -> Row[Any] | None:
    """How a text stands, or what has taken its place; not locked."""
    found = session.execute(select(outbox).where(outbox.c.id == outbox_id)).one_or_none()
    if found is None or found.resent_as is None:
        return found
    return delivery_of(session, found.resent_as)


def dead_letters(session: Session, limit: int | None = None, reason: str = "") -> list[Row[Any]]:
    """What did not arrive and nothing has taken the place of, newest first. `reason` is one of our words for a failure,
    or a provider's code; "" means any."""
    statement = select(outbox).where(*_lost()).order_by(outbox.c.id.desc()).limit(limit)
    if reason:
        ours = next((failure for failure in SendFailure if failure == reason), None)
        statement = statement.where(outbox.c.failure == ours if ours else outbox.c.failure_code == reason)
    return list(session.execute(statement))


def withheld(session: Session, conversation_id: int, after: datetime) -> list[int]:
    """What was given up after this moment because the person had opted out, and nothing has taken the place of."""
    statement = select(outbox.c.id).where(
        *_lost(),
        outbox.c.conversation_id == conversation_id,
        outbox.c.failure == SendFailure.OPTED_OUT,
        outbox.c.reported_at > after,
    )
    return list(session.execute(statement.order_by(outbox.c.id)).scalars())


def undelivered(session: Session, conversation_ids: Collection[int]) -> dict[int, int]:
    """How many dead letters each of these conversations has, where it has any."""
    statement = select(outbox.c.conversation_id, func.count()).where(
        *_lost(), outbox.c.conversation_id.in_(conversation_ids)
    )
    return {row[0]: row[1] for row in session.execute(statement.group_by(outbox.c.conversation_id))}


def _lost() -> tuple[ColumnElement[bool], ...]:
    return outbox.c.status.in_(LOST), outbox.c.resent_as.is_(None)


def last_told(session: Session, channel: str, booking_id: int) -> dict[int, tuple[str, str]]:
    """The address, and the kind of what was queued last, of each conversation on this channel that was told of this
    booking by itself."""
    statement = select(outbox.c.conversation_id, outbox.c.address, outbox.c.kind).where(
        outbox.c.booking_id == booking_id, outbox.c.channel == channel
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(statement.order_by(outbox.c.id))}


def newest_outbox_id(session: Session) -> int:
    """The number of what was queued last; 0 where nothing ever was."""
    return int(session.execute(select(func.max(outbox.c.id))).scalar_one() or 0)


def newest_outbox_of(session: Session, conversation_id: int) -> int:
    """The number of what was queued last for this conversation; 0 where nothing ever was."""
    newest = _said_in(select(outbox.c.id), conversation_id).order_by(messages.c.id.desc(), outbox.c.id.desc())
    return session.execute(newest.limit(1)).scalar_one_or_none() or 0


def queued_at(session: Session, conversation_id: int, at: datetime) -> int | None:
    """The number of what was queued last for this conversation at this very moment."""
    newest = _said_in(select(func.max(outbox.c.id)), conversation_id)
    return session.execute(newest.where(outbox.c.created_at == at)).scalar_one_or_none()


def outbox_after(session: Session, after: int) -> list[Row[Any]]:
    """What was queued behind number `after`, in order."""
    return list(session.execute(select(outbox).where(outbox.c.id > after).order_by(outbox.c.id)))


def deliveries(session: Session, conversation_id: int) -> dict[int, Row[Any]]:
    """The outbox rows of one conversation, by the number of their message."""
    rows = session.execute(_said_in(select(outbox), conversation_id).order_by(outbox.c.id))
    return {row.message_id: row for row in rows}


def sendings_of(session: Session, message_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """What became of these messages of ours, each sending of them, in order."""
    statement = select(outbox).where(outbox.c.message_id.in_(list(message_ids)))
    return session.execute(statement.order_by(outbox.c.id)).all()


def _said_in(statement: Select[Any], conversation_id: int) -> Select[Any]:
    """Of one conversation, found by its messages: the outbox itself has no index by conversations."""
    joined = statement.join_from(outbox, messages, messages.c.id == outbox.c.message_id)
    return joined.where(messages.c.conversation_id == conversation_id)
