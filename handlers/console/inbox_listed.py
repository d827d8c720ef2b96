"""The inbox: conversations as operators list them, and the texts that a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.dialogue import State
from models.conversations import conversations_by_ids
from models.inbox import labels_of
from models.inbox_listing import Place, Wanted, last_messages, listed
from models.messages import Direction
from models.outbox import undelivered
from models.people_listing import people
from models.search import messages_with

PAGE = 40
EXCERPT = 140
"""Characters of a text that a list shows."""


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the list."""

    id: int
    channel: str
    title: str
    """The client's name, else their number or address."""
    address: str
    state: State
    at: datetime
    needs_person: bool
    is_unread: bool
    is_taken: bool
    assigned_to: int | None
    opted_out: bool
    excerpt: str
    is_ours: bool
    """The last text is one that we sent."""
    undelivered: int
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A text that a search has found."""

    message_id: int
    conversation_id: int
    title: str
    channel: str
    body: str
    at: datetime
    is_ours: bool


def inbox_rows(session: Session, wanted: Wanted, behind: Place | None, limit: int = PAGE) -> list[Row[Any]]:
    """What a page lists, and the first of the next page, by one query."""
    return list(listed(session, wanted, behind, limit + 1))


def lines_of(session: Session, rows: list[Row[Any]], now: datetime) -> list[Line]:
    """The rows of a page with what stands beside each."""
    ids = [row.id for row in rows]
    last, lost, named = last_messages(session, ids), undelivered(session, ids), labels_of(session, ids)
    return [_line(row, last, lost, named, now) for row in rows]


def _line(
    row: Row[Any], last: Mapping[int, Row[Any]], lost: Mapping[int, int], named: Mapping[int, list[str]], now: datetime
) -> Line:
    said = last.get(row.id)
    return Line(
        id=row.id, channel=row.channel, title=row.name or row.phone or row.address, address=row.address,
        state=State(row.state), at=row.last_message_at, needs_person=row.needs_person, is_unread=row.is_unread,
        is_taken=row.taken_until is not None and row.taken_until > now, assigned_to=row.assigned_to,
        opted_out=row.opted_out_at is not None, excerpt=excerpt(said) if said is not None else "",
        is_ours=said is not None and said.direction == Direction.OUT, undelivered=lost.get(row.id, 0),
        labels=tuple(named.get(row.id, ())),
    )  # fmt: skip


def excerpt(message: Row[Any]) -> str:
    """One line of a text; what came with it, where it had no words."""
    words = " ".join(message.body.split())
    if not words and message.media:
        return "📎" * len(message.media)
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1] + "…"


def named(session: Session, wanted: str, limit: int) -> list[Row[Any]]:
    """Who is called so, or has this number, newest first."""
    return list(people(session, wanted, None, limit))


def search(
    session: Session, wanted: str, before: int | None, limit: int = PAGE
) -> tuple[list[Found], int | None]:  # fmt: skip
    """Texts with these words, newest first, and from before which message the next page goes on."""
    rows = list(messages_with(session, wanted, before, limit + 1))
    whose = conversations_by_ids(session, {row.conversation_id for row in rows[:limit]})
    found = [
        Found(
            row.id, row.conversation_id, _title(whose[row.conversation_id]), row.channel, row.body, row.at,
            row.direction == Direction.OUT,
        )
        for row in rows[:limit]
        if row.conversation_id in whose
    ]  # fmt: skip
    return found, rows[limit - 1].id if len(rows) > limit else None


def _title(row: Row[Any]) -> str:
    return str(row.name or row.phone or row.address)
