"""The inbox as operators list it, and a thread as they read it: newest first, a page at a time, by where the last page
ended and never by counting rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, ProposalStatus
from conversations.dialogue import State
from conversations.payments import RequestStatus
from models.bookings import BY_CLIENT, bookings, proposals
from models.clients import clients
from models.conversations import conversations, turns
from models.figures import first_since
from models.inbox import conversation_labels, conversation_notes, labels
from models.messages import messages
from models.outbox import LOST, outbox
from models.payments import payment_requests


class Led(StrEnum):
    """What a client's conversations have led to. One who has several bookings may be found under several."""

    BOOKED = "booked"
    """A visit that is confirmed, or under way."""
    REQUESTED = "requested"
    """A request, or the wish for another time, that is not decided yet, as the page of the requests lists them."""
    UNPAID = "unpaid"
    """Something that waits to be paid."""
    CALLED_OFF = "called_off"
    """What they booked last was declined, cancelled or not answered in time."""
    NOTHING = "nothing"
    """They have never booked anything."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations are listed; what is empty narrows nothing."""

    state: State | None = None
    channel: str = ""
    staff_id: int | None = None
    label: str = ""
    since: datetime | None = None
    until: datetime | None = None
    assigned_to: int | None = None
    unassigned: bool = False
    needs_person: bool = False
    unread: bool = False
    taken: datetime | None = None
    """An operator talks with them, at this moment."""
    undelivered: bool = False
    team: bool = False
    """The coordinators' own, which are listed nowhere else."""
    blocked: bool = False
    """Those whose texts are spam, which are listed nowhere else."""
    led: Led | None = None
    reached: tuple[State, ...] = ()
    """They came to one of these states, since `reached_since`."""
    reached_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which conversation a page begins."""

    needs_person: bool
    at: datetime
    id: int


def listed(session: Session, wanted: Wanted, behind: Place | None, limit: int) -> Sequence[Row[Any]]:
    """Conversations with their clients' names: who needs a person first, then by the last message."""
    own = conversations.c
    statement = (
        select(
            own.id, own.channel, own.address, own.client_id, own.state, own.needs_person, own.opted_out_at,
            own.last_inbound_at, own.last_message_at, own.is_unread, own.is_blocked, own.assigned_to, own.taken_by,
            own.taken_until, clients.c.name, clients.c.phone,
        )
        .outerjoin(clients, clients.c.id == own.client_id)
        .where(own.client_id.is_(None) if wanted.team else own.client_id.is_not(None))
        .order_by(own.needs_person.desc(), own.last_message_at.desc(), own.id.desc())
        .limit(limit)
    )  # fmt: skip
    if wanted.team:
        statement = statement.where(own.channel != "console")
    if behind is not None:
        statement = _behind(statement, behind)
    narrowed = _narrowed(statement, wanted)
    if wanted.reached and wanted.reached_since is not None:
        narrowed = narrowed.where(own.id.in_(_reached(session, wanted.reached, wanted.reached_since)))
    return session.execute(narrowed).all()


def _reached(session: Session, states: tuple[State, ...], since: datetime) -> Select[Any]:
    """The numbers of the conversations that came to one of these states since then, as the figures count them."""
    first = first_since(session, turns, turns.c.at, since)
    return select(turns.c.conversation_id).where(turns.c.id >= first, turns.c.state_after.in_(states))


def _behind(statement: Select[Any], behind: Place) -> Select[Any]:
    own = conversations.c
    later = or_(
        own.last_message_at < behind.at, and_(own.last_message_at == behind.at, own.id < behind.id)
    )  # fmt: skip
    if behind.needs_person:
        return statement.where(or_(own.needs_person.is_(False), and_(own.needs_person.is_(True), later)))
    return statement.where(own.needs_person.is_(False), own.last_message_at <= behind.at, later)


def _narrowed(statement: Select[Any], wanted: Wanted) -> Select[Any]:
    own = conversations.c
    conditions = [
        own.is_blocked.is_(wanted.blocked),
        *((own.state == wanted.state,) if wanted.state is not None else ()),
        *((own.channel == wanted.channel,) if wanted.channel else ()),
        *((own.last_message_at >= wanted.since,) if wanted.since is not None else ()),
        *((own.last_message_at < wanted.until,) if wanted.until is not None else ()),
        *((own.assigned_to == wanted.assigned_to,) if wanted.assigned_to is not None else ()),
        *((own.assigned_to.is_(None),) if wanted.unassigned else ()),
        *((own.needs_person.is_(True),) if wanted.needs_person else ()),
        *((own.is_unread.is_(True),) if wanted.unread else ()),
        *((own.taken_until > wanted.taken,) if wanted.taken is not None else ()),
    ]
    if wanted.undelivered:
        lost = select(outbox.c.conversation_id).where(outbox.c.status.in_(LOST), outbox.c.resent_as.is_(None))
        conditions.append(own.id.in_(lost))
    if wanted.label:
        named = select(conversation_labels.c.conversation_id).join(
            labels, labels.c.id == conversation_labels.c.label_id
        )
        conditions.append(own.id.in_(named.where(labels.c.name == wanted.label)))
    if wanted.staff_id is not None:
        theirs = select(literal(1)).where(
            bookings.c.client_id == own.client_id, bookings.c.staff_id == wanted.staff_id
        )  # fmt: skip
        conditions.append(theirs.exists())
    if wanted.led is not None:
        conditions.append(_led_to(wanted.led))
    return statement.where(*conditions)


def _led_to(led: Led) -> ColumnElement[bool]:
    """Few wait for an answer or have something to pay: those are looked up first. For the rest each conversation is
    asked on the way, along the bookings of its client."""
    own, booked = conversations.c, bookings.c
    theirs = booked.client_id == own.client_id
    match led:
        case Led.BOOKED:
            coming = booked.status.in_((BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS))
            return select(literal(1)).where(theirs, coming).exists()
        case Led.REQUESTED:
            wish = proposals.c.status == ProposalStatus.OPEN, proposals.c.proposed_by.startswith(BY_CLIENT)
            wished = select(booked.client_id).join(proposals, proposals.c.booking_id == booked.id).where(*wish)
            requested = select(booked.client_id).where(booked.status == BookingStatus.PENDING)
            return own.client_id.in_(requested.union_all(wished))
        case Led.UNPAID:
            asked = payment_requests.c
            return own.client_id.in_(select(asked.client_id).where(asked.status == RequestStatus.OPEN))
        case Led.CALLED_OFF:
            last = select(booked.status).where(theirs).order_by(booked.id.desc()).limit(1).scalar_subquery()
            return last.in_((BookingStatus.DECLINED, BookingStatus.CANCELLED, BookingStatus.EXPIRED))
        case Led.NOTHING:
            return ~select(literal(1)).where(theirs).exists()


def last_messages(session: Session, conversation_ids: Collection[int]) -> dict[int, Row[Any]]:
    """The last message of each of these conversations."""
    newest = (
        select(func.max(messages.c.id))
        .where(messages.c.conversation_id.in_(list(conversation_ids)))
        .group_by(messages.c.conversation_id)
    )
    own = messages.c
    statement: Select[Any] = select(own.conversation_id, own.direction, own.body, own.media)
    return {row.conversation_id: row for row in session.execute(statement.where(own.id.in_(newest)))}


def thread(session: Session, conversation_id: int, before: int | None, limit: int) -> Sequence[Row[Any]]:
    """A conversation's messages, newest first, from before this one on, with what became of those we sent and the turn
    that each belongs to."""
    statement = _thread(conversation_id).order_by(messages.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(messages.c.id < before)
    return session.execute(statement).all()


def thread_after(session: Session, conversation_id: int, after: int, limit: int) -> Sequence[Row[Any]]:
    """The same, oldest first, from behind this one on."""
    statement = _thread(conversation_id).where(messages.c.id > after)
    return session.execute(statement.order_by(messages.c.id).limit(limit)).all()


def _thread(conversation_id: int) -> Select[Any]:
    return (
        select(
            messages.c.id, messages.c.direction, messages.c.body, messages.c.media, messages.c.at, messages.c.turn_id,
            messages.c.provider_id, messages.c.trace,
            outbox.c.id.label("outbox_id"), outbox.c.status, outbox.c.failure, outbox.c.failure_code,
            outbox.c.failure_words, outbox.c.segments, outbox.c.sent_at, outbox.c.reported_at, outbox.c.choices,
            outbox.c.booking_id, outbox.c.due_at, outbox.c.resent_as,
            outbox.c.provider_id.label("sent_as"), turns.c.cause, turns.c.state_before, turns.c.state_after,
            turns.c.fault,
        )
        .outerjoin(outbox, and_(outbox.c.message_id == messages.c.id, outbox.c.resent_as.is_(None)))
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .where(messages.c.conversation_id == conversation_id)
    )  # fmt: skip


def said_at(session: Session, conversation_id: int, message_id: int) -> datetime | None:
    """When the message of this number was said, or the next one of this conversation; None where none was."""
    own = messages.c
    statement = select(own.at).where(own.conversation_id == conversation_id, own.id >= message_id)
    return session.execute(statement.order_by(own.id).limit(1)).scalar_one_or_none()


def thread_version(session: Session, conversation_id: int) -> Row[Any]:
    """What changes whenever a thread does: read along the ends of four indexes."""
    own, last = conversations.c, outbox.alias()
    said = select(func.max(messages.c.id)).where(messages.c.conversation_id == conversation_id)
    noted = select(func.max(conversation_notes.c.id)).where(conversation_notes.c.conversation_id == conversation_id)
    sent = select(func.max(outbox.c.id)).where(outbox.c.channel == own.channel, outbox.c.address == own.address)
    statement: Select[Any] = (
        select(
            own.state, own.needs_person, own.taken_by, own.taken_until, own.assigned_to, own.opted_out_at,
            own.is_blocked, said.scalar_subquery().label("message"), noted.scalar_subquery().label("note"),
            last.c.status.label("delivery"), last.c.reported_at,
        )
        .select_from(conversations)
        .outerjoin(last, last.c.id == sent.correlate(conversations).scalar_subquery())
        .where(own.id == conversation_id)
    )  # fmt: skip
    return session.execute(statement).one()


def turn_by_id(session: Session, turn_id: int) -> Row[Any] | None:
    return session.execute(select(turns).where(turns.c.id == turn_id)).one_or_none()


def turn_before(session: Session, conversation_id: int, turn_id: int) -> Row[Any] | None:
    """The turn that came before this one."""
    statement = select(turns).where(turns.c.conversation_id == conversation_id, turns.c.id < turn_id)
    return session.execute(statement.order_by(turns.c.id.desc()).limit(1)).one_or_none()


def turn_after(session: Session, conversation_id: int, turn_id: int) -> Row[Any] | None:
    """The turn that came after this one."""
    statement = select(turns).where(turns.c.conversation_id == conversation_id, turns.c.id > turn_id)
    return session.execute(statement.order_by(turns.c.id).limit(1)).one_or_none()


def messages_of_turn(session: Session, turn_id: int, conversation_id: int, around: int) -> Sequence[Row[Any]]:
    """The messages that led to a turn and those it said; `around` is where in the conversation it is looked for."""
    statement = select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.turn_id == turn_id, messages.c.id >= around
    )
    return session.execute(statement.order_by(messages.c.id)).all()
