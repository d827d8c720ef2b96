"""A conversation put back to where one of its turns began: for a transaction that is never kept."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.conversations import change_conversation, conversation_for
from models.messages import Direction, messages

LONG_AGO = timedelta(hours=1)
"""Before which nobody is taken for a program that texts too fast."""


def inbound_of_turn(session: Session, conversation_id: int, turn_id: int) -> list[int]:
    """The texts that led to a turn, oldest first."""
    own = messages.c
    statement = select(own.id).where(
        own.conversation_id == conversation_id, own.turn_id == turn_id, own.direction == Direction.IN
    )
    return list(session.execute(statement.order_by(own.id)).scalars())


def last_inbound_before(session: Session, conversation_id: int, message_id: int) -> datetime | None:
    """When they last wrote before this text; None where it was their first."""
    own = messages.c
    statement = select(own.at).where(
        own.conversation_id == conversation_id, own.direction == Direction.IN, own.id < message_id
    )
    return session.execute(statement.order_by(own.id.desc()).limit(1)).scalar_one_or_none()


def unanswer(session: Session, message_ids: Collection[int], now: datetime) -> None:
    """Let these texts wait for their turn, as the one text that they were, before any that waits now."""
    own = messages.c
    *first, last = sorted(message_ids)
    if first:
        joined = update(messages).where(own.id.in_(first))
        session.execute(joined.values(turn_id=None, due_at=now + timedelta(seconds=1)))
    session.execute(update(messages).where(own.id == last).values(turn_id=None, due_at=own.at))


def put_back(
    session: Session, conversation_id: int, now: datetime, wrote_before: datetime | None, **known: Any
) -> None:
    """Nobody talks with them and nothing they write is spam; what is `known` is what was known then."""
    before = min(wrote_before, now - LONG_AGO) if wrote_before is not None else None
    change_conversation(
        session, conversation_id, taken_by=None, taken_until=None, is_blocked=False, last_inbound_at=before, **known
    )


def untell(session: Session, conversation_id: int, since: datetime) -> None:
    """Let what was said in this conversation since then be said to nobody: they do not know us yet."""
    nobody, own = conversation_for(session, "nobody", str(conversation_id), since), messages.c
    theirs = own.conversation_id == conversation_id, own.direction == Direction.OUT, own.at >= since
    session.execute(update(messages).where(*theirs).values(conversation_id=nobody.id))
