"""The texts that may not have been understood: the newest of some days, read backwards along the numbers of the
messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from conversations.dialogue import Awaiting
from models.conversations import conversations, turns
from models.figures import first_since
from models.messages import HIDDEN, Direction, messages

_CAUSE = "Said"
_ASKED_AGAIN = (Awaiting.SERVICE, Awaiting.MENU)


def maybe_not_understood(session: Session, since: datetime, looked_at: int, limit: int) -> Sequence[Row[Any]]:
    """Texts of clients, newest first, that changed nothing and after which we had missed something, or asked which
    service or what is wanted at all: whatever else they were is for the reader to say. Only the newest `looked_at`
    texts are looked at."""
    first = first_since(session, messages, messages.c.at, since)
    own = messages.c
    newest = (
        select(own.id, own.turn_id, own.conversation_id, own.body, own.at)
        .where(own.id >= first, own.direction == Direction.IN)
        .order_by(own.id.desc())
        .limit(looked_at)
        .subquery()
    )
    after = turns.c.dialogue_after
    is_missed = or_(after["misses"].as_integer() > 0, after["awaiting"].as_string().in_(_ASKED_AGAIN))
    texts = newest.c
    statement: Select[Any] = (
        select(
            texts.id, texts.turn_id, texts.conversation_id, texts.body, texts.at, conversations.c.client_id,
            conversations.c.language,
        )
        .join(turns, turns.c.id == texts.turn_id)
        .join(conversations, conversations.c.id == texts.conversation_id)
        .where(
            turns.c.cause == _CAUSE, turns.c.state_before == turns.c.state_after, is_missed, texts.body != HIDDEN,
            conversations.c.client_id.is_not(None), conversations.c.is_blocked.is_(False),
        )
        .order_by(texts.id.desc())
        .limit(limit)
    )  # fmt: skip
    rows = session.execute(statement).all()
    answered = _answered(session, rows)
    return [row for row in rows if row.turn_id in answered]


def _answered(session: Session, rows: Sequence[Row[Any]]) -> set[int]:
    """The turns of these in which we said something: what an operator heard in our place was heard."""
    if not rows:
        return set()
    statement = select(messages.c.turn_id).where(
        messages.c.id > rows[-1].id, messages.c.direction == Direction.OUT,
        messages.c.turn_id.in_({row.turn_id for row in rows}),
    )  # fmt: skip
    return {int(turn_id) for turn_id in session.execute(statement).scalars()}
