"""Conversations: the state machine of one person on one channel address, and the turns it took."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Row,
    Select,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from conversations.dialogue import State
from models.base import Key, Moment, key, link, table, word
from models.clients import clients
from models.insert import insert_all_unless_there, insert_row
from models.insert_told import insert_whole_unless_there
from models.kept import OUTLIVES_LOCKS, read_once
from models.prepared import prepared
from models.read_beside import rows_read, was_read


class Conversation(SQLModel, table=True):
    """One person on one channel. `dialogue` is what the mind keeps between turns; `state` is its word for people.
    `quiet_at`: when a client who says no more is reminded of what they began; while an operator talks with them, when
    that ends by itself."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("channel", "address"),
        Index(None, "needs_person", "last_message_at", "id"),
    )
    id: int | None = Field(default=None, sa_column=key())
    channel: str = Field(max_length=20)
    address: str = Field(max_length=140)
    client_id: int | None = Field(default=None, sa_column=link("clients.id", nullable=True, index=True))
    state: State = Field(default=State.INITIAL, sa_column=Column(word(State), nullable=False))
    dialogue: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    language: str = Field(default="", max_length=8)
    needs_person: bool = Field(default=False)
    opted_out_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    intake_draft: dict[str, str | None] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default="{}")
    )
    """Sealed answers to the intake of a booking that is not made yet, by question."""
    last_inbound_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    quiet_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True, index=True))
    last_message_at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    is_unread: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, default=False, server_default=false())
    )
    """They have written, and no operator has looked since."""
    is_blocked: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, default=False, server_default=false())
    )
    """What they write is spam: it is kept, and nothing is answered."""
    assigned_to: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The operator who sees to it."""
    taken_by: int | None = Field(default=None, sa_column=Column(Key, nullable=True))
    """The operator who talks with them in our place, until `taken_until`: whoever forgets to hand back keeps nobody
    waiting for ever."""
    taken_until: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    alerted_at: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True))
    """When the operators on duty were told that a person is needed; NULL again as soon as nobody is."""
    created_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Turn(SQLModel, table=True):
    """One step of a conversation: what caused it, what was known before and after. Several messages may share one."""

    __tablename__ = "turns"
    id: int | None = Field(default=None, sa_column=key())
    conversation_id: int = Field(sa_column=link("conversations.id", index=True))
    cause: str = Field(max_length=40)
    state_before: State = Field(sa_column=Column(word(State), nullable=False))
    state_after: State = Field(sa_column=Column(word(State), nullable=False))
    dialogue_after: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    fault: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    trace: str = Field(max_length=40)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


conversations = table(Conversation)
turns = table(Turn)
_OF_TURN = [column for column in conversations.c if column.name not in ("intake_draft", "created_at")]
"""What of a conversation is wanted where it is locked."""
_OF_ADDRESS = prepared(
    select(*_OF_TURN)
    .where(conversations.c.channel == bindparam("channel"), conversations.c.address == bindparam("address"))
    .with_for_update(key_share=True)
)
_BY_ID = prepared(select(conversations).where(conversations.c.id == bindparam("conversation_id")))
_LOCKED = prepared(
    select(*_OF_TURN)
    .where(conversations.c.id == bindparam("number"))
    .with_for_update(key_share=True)
    .execution_options(**{OUTLIVES_LOCKS: True})
)
_ID_OF_ADDRESS = prepared(
    select(conversations.c.id).where(
        conversations.c.channel == bindparam("channel"), conversations.c.address == bindparam("address")
    )
)
_ROOMS = prepared(
    select(conversations.c.id, conversations.c.channel, conversations.c.last_inbound_at).where(
        conversations.c.channel.in_(bindparam("channels", expanding=True)),
        conversations.c.address == bindparam("address"),
    )
)
_CHANGE = prepared(update(conversations).where(conversations.c.id == bindparam("conversation_id")))


def conversation_for(session: Session, channel: str, address: str, now: datetime) -> Row[Any]:
    """The conversation of this address, made if need be, and LOCKED until the transaction ends."""
    return conversation_of(session, channel, address) or begun_conversation(session, channel, address, now)[1]


def conversation_of(session: Session, channel: str, address: str) -> Row[Any] | None:
    """The conversation of this address, if there is one, LOCKED until the transaction ends."""
    return session.execute(_OF_ADDRESS, {"channel": channel, "address": address}).one_or_none()


def begun_conversation(
    session: Session, channel: str, address: str, now: datetime, client_id: int | None = None
) -> tuple[bool, Row[Any]]:
    """Whether there was none and it was made now, with this client; and the one that there is, LOCKED until the
    transaction ends."""
    who = {"channel": channel, "address": address}
    values: dict[str, Any] = {
        **who, "client_id": client_id, "state": State.INITIAL, "dialogue": {}, "last_message_at": now,
        "created_at": now,
    }  # fmt: skip
    is_new, made = insert_whole_unless_there(session, conversations, values)
    return is_new, made if made is not None else session.execute(_OF_ADDRESS, who).one()


Address = tuple[str, str]
"""A channel, and an address on it."""


def conversations_for(session: Session, addresses: Mapping[Address, datetime]) -> dict[Address, Row[Any]]:
    """The conversations of these addresses, made if need be (with the moment at which they wrote), and LOCKED until the
    transaction ends."""
    found = _locked(session, list(addresses))
    missing = [address for address in addresses if address not in found]
    if missing:
        rows = [
            {
                "channel": address[0], "address": address[1], "state": State.INITIAL, "dialogue": {},
                "last_message_at": addresses[address], "created_at": addresses[address],
            }
            for address in missing
        ]  # fmt: skip
        insert_all_unless_there(session, conversations, rows)
        found |= _locked(session, missing)
    # What the database calls equal may be written otherwise.
    return {address: found.get(address) or conversation_for(session, *address, at) for address, at in addresses.items()}


def _locked(session: Session, addresses: Sequence[Address]) -> dict[Address, Row[Any]]:
    """Those that are there, locked one behind the other in the order of their numbers."""
    by_channel: dict[str, list[str]] = {}
    for channel, address in addresses:
        by_channel.setdefault(channel, []).append(address)
    wanted = or_(
        *(
            and_(conversations.c.channel == channel, conversations.c.address.in_(theirs))
            for channel, theirs in by_channel.items()
        )
    )
    statement = select(conversations).where(wanted).order_by(conversations.c.id).with_for_update(key_share=True)
    return {(row.channel, row.address): row for row in session.execute(statement)}


def introduce(session: Session, clients: Mapping[int, int], wrote: Mapping[int, datetime]) -> None:
    """Who is behind these conversations, nothing keeping us from answering them; when each of `wrote` wrote last."""
    number = conversations.c.id
    if wrote:
        last = case({one: literal(at, Moment()) for one, at in wrote.items()}, value=number)
        session.execute(update(conversations).where(number.in_(list(wrote))).values(last_message_at=last))
    if clients:
        whose = case(dict(clients), value=number)
        values = {"client_id": whose, "opted_out_at": None}
        session.execute(update(conversations).where(number.in_(list(clients))).values(**values))


def conversation_id_for(session: Session, channel: str, address: str, now: datetime) -> int:
    """The number of this address's conversation, made if need be, not locked."""
    found = session.execute(_ID_OF_ADDRESS, {"channel": channel, "address": address}).scalar_one_or_none()
    return int(found) if found is not None else first_conversation_id(session, channel, address, now)


def first_conversation_id(session: Session, channel: str, address: str, now: datetime) -> int:
    """The same of an address that had none when it was looked for."""
    return int(begun_conversation(session, channel, address, now)[1].id)


def conversation_by_id(session: Session, conversation_id: int) -> Row[Any]:
    """One conversation, as it is, not locked."""
    return session.execute(_BY_ID, {"conversation_id": conversation_id}).one()


def conversation_or_none(session: Session, conversation_id: int) -> Row[Any] | None:
    return session.execute(_BY_ID, {"conversation_id": conversation_id}).one_or_none()


def conversations_by_ids(session: Session, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """Those of these that are there, with their clients' names and numbers."""
    own = conversations.c
    statement: Select[Any] = select(own.id, own.channel, own.address, own.client_id, clients.c.name, clients.c.phone)
    joined = statement.outerjoin(clients, clients.c.id == own.client_id)
    return {row.id: row for row in session.execute(joined.where(own.id.in_(list(numbers))))}


def conversations_of_client(session: Session, client_id: int) -> list[Row[Any]]:
    """On every channel, the one they wrote in last first."""
    statement = select(conversations).where(conversations.c.client_id == client_id)
    return list(session.execute(statement.order_by(conversations.c.last_message_at.desc())))


def lock_conversation(session: Session, conversation_id: int) -> Row[Any]:
    """One conversation, LOCKED until the transaction ends: nobody else changes it, so it is read once until we do."""
    found = read_once(session, _LOCKED, conversation_id)
    assert found is not None
    return found


def intake_draft(session: Session, conversation_id: int) -> dict[str, str | None]:
    """The sealed answers to the intake of a booking that is not made yet."""
    statement = select(conversations.c.intake_draft).where(conversations.c.id == conversation_id)
    return dict(session.execute(statement).scalar_one())


def change_conversation(session: Session, conversation_id: int, **values: Any) -> None:
    """Where nobody is needed any more, nobody has been told: the next time is another matter."""
    if values.get("needs_person") is False:
        values["alerted_at"] = None
    locked = rows_read(session, _LOCKED)
    session.execute(_CHANGE, {"conversation_id": conversation_id, **values})
    for number, row in locked.items():
        if number != conversation_id:  # they are as they were
            was_read(session, _LOCKED, number, row)


def rooms_of(session: Session, address: str, channels: Collection[str]) -> list[Row[Any]]:
    """The conversations of an address on these channels: number, channel, and when they wrote last. By channel and
    address: nothing is kept by address alone."""
    return list(session.execute(_ROOMS, {"address": address, "channels": list(channels)}))


def last_channel_of(rooms: Sequence[Row[Any]]) -> str:
    """The channel of the conversation in which they wrote last; "" where they never did."""
    wrote = [row for row in rooms if row.last_inbound_at is not None]
    return max(wrote, key=lambda row: row.last_inbound_at).channel if wrote else ""


def newest_conversation_of(session: Session, client_id: int) -> Row[Any] | None:
    """The conversation in which a client wrote last; None where they never did."""
    statement = select(conversations).where(
        conversations.c.client_id == client_id, conversations.c.last_inbound_at.is_not(None)
    )
    return session.execute(statement.order_by(conversations.c.last_inbound_at.desc()).limit(1)).one_or_none()


def gone_quiet(session: Session, now: datetime, limit: int) -> list[int]:
    """Conversations whose client has been silent for as long as we wait."""
    return list(session.execute(_GONE_QUIET, {"now": now, "most": limit}).scalars())


_GONE_QUIET = prepared(
    select(conversations.c.id)
    .where(conversations.c.quiet_at <= bindparam("now"))
    .order_by(conversations.c.quiet_at)
    .limit(bindparam("most"))
)


def is_unanswered(session: Session, conversation_id: int) -> bool:
    """Whether the client has written since an operator last did, or began to talk with them."""
    causes = ("Said", "TakenOver", "OperatorWrote")
    statement = select(turns.c.cause).where(turns.c.conversation_id == conversation_id, turns.c.cause.in_(causes))
    return session.execute(statement.order_by(turns.c.id.desc()).limit(1)).scalar_one_or_none() == causes[0]


def is_taken(conversation: Row[Any], now: datetime) -> bool:
    """Whether an operator talks with them in our place."""
    return conversation.taken_until is not None and conversation.taken_until > now


def opted_out(session: Session, conversation_id: int) -> bool:
    """Whether this person wants no more texts here."""
    statement = select(conversations.c.opted_out_at).where(conversations.c.id == conversation_id)
    return session.execute(statement).scalar_one_or_none() is not None


def newest_conversations(session: Session, limit: int) -> list[Row[Any]]:
    """Conversations by last message, newest first."""
    return list(session.execute(select(conversations).order_by(conversations.c.last_message_at.desc()).limit(limit)))


def conversations_of(session: Session, address: str) -> list[Row[Any]]:
    """Every conversation of one address, on whichever channel."""
    return list(
        session.execute(select(conversations).where(conversations.c.address == address).order_by(conversations.c.id))
    )


def add_turn(session: Session, **values: Any) -> int:
    return insert_row(session, turns, **values)


def newest_turn(session: Session, conversation_id: int) -> int:
    """The number of a conversation's last turn; 0 where it has had none."""
    statement = select(func.max(turns.c.id)).where(turns.c.conversation_id == conversation_id)
    return int(session.execute(statement).scalar_one() or 0)


def turns_of(session: Session, conversation_id: int) -> dict[int, Row[Any]]:
    rows = session.execute(select(turns).where(turns.c.conversation_id == conversation_id))
    return {row.id: row for row in rows}
