"""A conversation as a story that the tests can play: what was said, and how long nobody said anything."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.profile import Profile
from models.clients import client_by_id
from models.conversations import conversation_or_none
from models.messages import Direction, transcript

LONGEST = 1000
"""Messages of one story."""
_A_WHILE = timedelta(minutes=1)


def story_of(session: Session, conversation_id: int, profile: Profile | None) -> str | None:
    """None where there is no such conversation."""
    conversation = conversation_or_none(session, conversation_id)
    if conversation is None:
        return None
    client = client_by_id(session, conversation.client_id) if conversation.client_id is not None else None
    zone = profile.business.zone if profile is not None else ZoneInfo("UTC")
    rows = transcript(session, conversation_id, limit=LONGEST)
    begins: datetime = rows[0].at if rows else conversation.created_at
    name = f" {client.name}" if client is not None and client.name else ""
    head = [
        "# Saved from a conversation: it knows people, so change their names before you share it",
        f"clock {begins.astimezone(zone):%Y-%m-%d %H:%M}",
        f"person Client {conversation.channel} {conversation.address}{name}",
        "",
    ]
    return "\n".join([*head, *_told(rows)]) + "\n"


def _told(rows: Sequence[Row[Any]]) -> Iterator[str]:
    heard_at: datetime | None = None
    for row in rows:
        is_theirs = row.direction == Direction.IN
        if is_theirs and heard_at is not None and row.at - heard_at >= _A_WHILE:
            yield f"wait {(row.at - heard_at) // _A_WHILE} minutes"
        first, *more = row.body.splitlines() or [""]
        picture = "[image] " if is_theirs and row.media else ""
        yield f"Client> {picture}{first}".rstrip() if is_theirs else f"  Client< {first}".rstrip()
        yield from (f"    | {line}".rstrip() for line in more)
        heard_at = row.at if is_theirs else heard_at
