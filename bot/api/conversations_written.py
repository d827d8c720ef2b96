"""Conversations and their messages as callers read them."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Row

from bot.api.values import Output
from conversations.dialogue import State
from handlers.console.inbox_listed import Line
from handlers.console.thread_shown import Said


class ShortConversation(Output):
    """As the inbox lists it."""

    id: int
    channel: str
    title: str = Field(description="the client's name, else their number or address")
    address: str
    state: State
    last_message_at: datetime
    needs_person: bool
    is_unread: bool
    is_taken: bool = Field(description="an operator talks with them")
    assigned_to: int | None
    opted_out: bool
    excerpt: str = Field(description="of the last message")
    excerpt_is_ours: bool
    undelivered: int = Field(description="our texts that did not arrive")
    labels: list[str]


class Conversation(Output):
    id: int
    channel: str
    address: str
    name: str
    phone: str
    email: str
    client_id: int | None
    language: str
    state: State
    needs_person: bool
    opted_out_at: datetime | None
    is_blocked: bool = Field(description="what they write is spam")
    assigned_to: int | None
    taken_by: int | None
    taken_until: datetime | None
    last_inbound_at: datetime | None
    is_window_open: bool = Field(description="they may be written to in free words")
    labels: list[str]


class Delivery(Output):
    """What became of a text that we sent."""

    status: str
    why: str = Field(description="what the provider said where it did not arrive")
    segments: int
    sent_at: datetime | None
    reported_at: datetime | None
    due_at: datetime | None = Field(description="when it goes, where that is later")


class Message(Output):
    id: int
    is_ours: bool
    body: str
    media: list[str]
    at: datetime
    cause: str = Field(description="what led to the turn that it belongs to")
    state_before: str
    state_after: str
    booking_id: int | None
    choices: list[str] = Field(description="its buttons")
    delivery: Delivery | None


class Found(Output):
    """A text that a search has found."""

    message_id: int
    conversation_id: int
    title: str
    channel: str
    body: str
    at: datetime
    is_ours: bool


def short(line: Line) -> ShortConversation:
    return ShortConversation(
        id=line.id, channel=line.channel, title=line.title, address=line.address, state=line.state,
        last_message_at=line.at, needs_person=line.needs_person, is_unread=line.is_unread, is_taken=line.is_taken,
        assigned_to=line.assigned_to, opted_out=line.opted_out, excerpt=line.excerpt, excerpt_is_ours=line.is_ours,
        undelivered=line.undelivered, labels=list(line.labels),
    )  # fmt: skip


def message(said: Said, row: Row[Any]) -> Message:
    sent = Delivery(
        status=said.status, why=said.why, segments=said.segments, sent_at=row.sent_at, reported_at=row.reported_at,
        due_at=said.due_at,
    )  # fmt: skip
    return Message(
        id=said.id, is_ours=said.is_ours, body=said.body, media=list(said.media), at=said.at, cause=said.cause,
        state_before=said.state_before, state_after=said.state_after, booking_id=said.booking_id,
        choices=[label for _, label in said.choices], delivery=sent if said.outbox_id is not None else None,
    )  # fmt: skip
