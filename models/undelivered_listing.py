"""Texts that did not arrive, as operators list them: newest first, a page at a time, with whom they were for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from conversations.delivery import SendFailure
from models.clients import clients
from models.conversations import conversations
from models.outbox import LOST, outbox


def undelivered_texts(
    session: Session, reason: SendFailure | None, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Those that nothing has taken the place of, from before this one on; lost for any reason where none is named."""
    own = outbox.c
    numbers = select(own.id).where(own.status.in_(LOST), own.resent_as.is_(None)).order_by(own.id.desc()).limit(limit)
    if reason is not None:
        numbers = numbers.where(own.failure == reason)
    if before is not None:
        numbers = numbers.where(own.id < before)
    # Their numbers first: whole texts are long to sort.
    wanted = session.execute(numbers).scalars().all()
    statement: Select[Any] = (
        select(
            own.id, own.conversation_id, own.booking_id, own.kind, own.channel, own.address, own.subject, own.body,
            own.failure, own.failure_code, own.failure_words, own.created_at, own.reported_at, own.attempts,
            conversations.c.client_id, clients.c.name, clients.c.phone,
        )
        .join(conversations, conversations.c.id == own.conversation_id)
        .outerjoin(clients, clients.c.id == conversations.c.client_id)
        .where(own.id.in_(wanted))
        .order_by(own.id.desc())
    )  # fmt: skip
    return session.execute(statement).all()
