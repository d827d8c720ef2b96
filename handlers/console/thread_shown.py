"""One conversation as an operator reads it: what was said, what became of it, what was noted, and what it led to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations import events
from conversations.booking import BookingView
from conversations.business import Service
from conversations.dialogue import Dialogue, State
from conversations.reading import read
from conversations.rules import window
from conversations.stored import load
from conversations.understanding import Understood
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.profile import Profile
from handlers.views import booking_view
from models.bookings import bookings_by_client
from models.clients import client_by_id
from models.conversations import conversation_or_none, conversations_of_client, is_taken
from models.inbox import labels_of, notes_of
from models.inbox_listing import messages_of_turn, said_at, thread, turn_after, turn_before, turn_by_id
from models.messages import Direction
from models.outbox import sendings_of

PAGE = 60
MOST_BOOKINGS = 12
_NOTHING: tuple[Any, ...] = (None, "", [], {}, False, 0, "nothing", "no")
WHATSAPP = ("whatsapp", "whatsapp_cloud")
"""Channels on which a business may write freely for 24 hours after the client's last text."""


@dataclass(frozen=True, slots=True)
class Head:
    """Whose conversation it is, and how it stands."""

    id: int
    channel: str
    address: str
    title: str
    name: str
    phone: str
    email: str
    client_id: int | None
    language: str
    state: State
    needs_person: bool
    opted_out_at: datetime | None
    is_blocked: bool
    assigned_to: int | None
    taken_by: int | None
    taken_until: datetime | None
    """Until when an operator talks with them; None where nobody does."""
    last_inbound_at: datetime | None
    is_window_open: bool
    """They may be written to in free words. Beyond it WhatsApp takes approved templates only."""
    labels: tuple[str, ...]
    elsewhere: tuple[tuple[int, str], ...]
    """Their conversations on other channels: number, channel."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the thread, oldest field first as it is read. `status` is what became of one that we sent, or ""."""

    id: int
    is_ours: bool
    body: str
    media: tuple[str, ...]
    at: datetime
    turn_id: int | None
    cause: str
    state_before: str
    state_after: str
    fault: str
    status: str
    why: str
    """What the provider said of one that did not arrive."""
    segments: int
    choices: tuple[tuple[str, str], ...]
    due_at: datetime | None
    """When it goes, where that is later."""
    outbox_id: int | None
    booking_id: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """An internal note."""

    id: int
    who: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of a conversation, oldest first."""

    head: Head
    entries: tuple[Said | Noted, ...]
    older: int | None
    """Before which message the page before this one ends; None on the first."""
    bookings: tuple[BookingView, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a provider and we said of one text. `raw` is its own words for what came in, "" where none are kept; the
    rest is of what we sent: how often it was tried, and what the provider said of that."""

    is_ours: bool
    channel: str
    provider_id: str
    at: datetime
    raw: str = ""
    status: str = ""
    attempts: int = 0
    sent_at: datetime | None = None
    reported_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One turn of the time machine: what was known before and after it, what led to it, what was said."""

    turn: Row[Any]
    before: Row[Any] | None
    after: Row[Any] | None
    heard: tuple[str, ...]
    said: tuple[str, ...]
    known_before: dict[str, Any]
    known_after: dict[str, Any]
    exchanges: tuple[Exchange, ...]


def head_of(session: Session, conversation_id: int, circumstances: Circumstances) -> Head | None:
    """None where there is no such conversation."""
    row = conversation_or_none(session, conversation_id)
    if row is None:
        return None
    client = client_by_id(session, row.client_id) if row.client_id is not None else None
    name = client.name if client is not None else ""
    phone = (client.phone or "") if client is not None else ""
    others = conversations_of_client(session, row.client_id) if row.client_id is not None else []
    now = circumstances.now
    return Head(
        id=row.id, channel=row.channel, address=row.address, title=name or phone or row.address, name=name,
        phone=phone, email=client.email if client is not None else "", client_id=row.client_id,
        language=row.language, state=State(row.state), needs_person=row.needs_person, opted_out_at=row.opted_out_at,
        is_blocked=row.is_blocked, assigned_to=row.assigned_to, taken_by=row.taken_by if is_taken(row, now) else None,
        taken_until=row.taken_until if is_taken(row, now) else None, last_inbound_at=row.last_inbound_at,
        is_window_open=row.channel not in WHATSAPP or window.is_open(row.last_inbound_at, now),
        labels=tuple(labels_of(session, [row.id]).get(row.id, ())),
        elsewhere=tuple((other.id, other.channel) for other in others if other.id != row.id),
    )  # fmt: skip


def thread_of(
    session: Session, conversation_id: int, before: int | None, circumstances: Circumstances
) -> Thread | None:
    """A page of it that ends before this message; None where there is no such conversation."""
    head = head_of(session, conversation_id, circumstances)
    if head is None:
        return None
    rows = list(thread(session, conversation_id, before, PAGE + 1))
    older = rows[PAGE - 1].id if len(rows) > PAGE else None
    texts = [said(row) for row in reversed(rows[:PAGE])]
    first = texts[0].at if older is not None else None
    behind = said_at(session, conversation_id, before) if before is not None else None
    notes = [
        Noted(row.id, row.who, row.body, row.at)
        for row in notes_of(session, conversation_id)
        if (first is None or row.at >= first) and (behind is None or row.at < behind)
    ]
    entries: list[Said | Noted] = sorted([*texts, *notes], key=lambda one: one.at)
    profile = circumstances.profiles.current(session)
    return Thread(head, tuple(entries), older, tuple(_bookings(session, head, profile)))


def moment_of(session: Session, conversation_id: int, turn_id: int) -> Moment | None:
    """None where this conversation took no such turn."""
    turn = turn_by_id(session, turn_id)
    if turn is None or turn.conversation_id != conversation_id:
        return None
    before, after = turn_before(session, conversation_id, turn_id), turn_after(session, conversation_id, turn_id)
    texts = messages_of_turn(session, turn_id, conversation_id, 0)
    return Moment(
        turn, before, after,
        tuple(one.body for one in texts if one.direction == Direction.IN),
        tuple(one.body for one in texts if one.direction == Direction.OUT),
        _plain(before.dialogue_after if before is not None else {}), _plain(turn.dialogue_after),
        _exchanges(session, texts),
    )  # fmt: skip


def _exchanges(session: Session, texts: Sequence[Row[Any]]) -> tuple[Exchange, ...]:
    """Of those that went between a provider and us; what was said here alone is none."""
    sent = sendings_of(session, [one.id for one in texts if one.direction == Direction.OUT])
    came = [
        Exchange(False, one.channel, one.provider_id or "", one.at, _laid_out(one.raw))
        for one in texts
        if one.direction == Direction.IN and one.raw
    ]
    went = [
        Exchange(
            True, row.channel, row.provider_id or "", row.created_at, "", row.status, row.attempts, row.sent_at,
            row.reported_at, " ".join(filter(None, (row.failure, row.failure_code, row.failure_words))),
        )
        for row in sent
        if row.provider_id or row.attempts
    ]  # fmt: skip
    return (*came, *went)


def _laid_out(raw: str) -> str:
    """A line for each field; as it is, where its end was cut off."""
    try:
        return json.dumps(json.loads(raw), ensure_ascii=False, indent=2)
    except ValueError:
        return raw


def understood_in(
    session: Session, moment: Moment, circumstances: Circumstances
) -> tuple[Understood, Sequence[Service]] | None:
    """What the words that led to a turn say, as they are read today against what was known then, and the services that
    it may name; None where no words did."""
    if moment.turn.cause != Said.__name__ or not moment.heard:
        return None
    conversation = conversation_or_none(session, moment.turn.conversation_id)
    assert conversation is not None
    then = replace(circumstances, now=moment.turn.at)
    facts = DatabaseFacts(session, conversation, then, then.profiles.current(session))
    dialogue = load(moment.before.dialogue_after) if moment.before is not None else Dialogue()
    understood, _ = read(dialogue, events.Said("\n".join(moment.heard)), facts)
    return understood, facts.services()


def _plain(dialogue: dict[str, Any]) -> dict[str, Any]:
    """What is known, without what is empty."""
    return {
        name: value for name, value in dialogue.items() if value not in (None, "", [], {}, False, 0, "nothing", "no")
    }


def said(row: Row[Any]) -> Said:
    """A text of a thread, from its row."""
    is_ours = row.direction == Direction.OUT
    why = " ".join(word for word in (row.failure or "", row.failure_code or "", row.failure_words or "") if word)
    return Said(
        id=row.id, is_ours=is_ours, body=row.body, media=tuple(row.media), at=row.at, turn_id=row.turn_id,
        cause=row.cause or "", state_before=row.state_before or "", state_after=row.state_after or "",
        fault=row.fault or "", status=str(row.status or ""), why=why, segments=row.segments or 0,
        choices=tuple((key, label) for key, label in row.choices or ()),
        due_at=row.due_at if row.due_at is not None and row.due_at > row.at else None, outbox_id=row.outbox_id,
        booking_id=row.booking_id,
    )  # fmt: skip


def _bookings(session: Session, head: Head, profile: Profile) -> Sequence[BookingView]:
    if head.client_id is None:
        return ()
    return [booking_view(row, profile) for row in bookings_by_client(session, head.client_id, MOST_BOOKINGS)]
