"""Whom a phone number reaches."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.clients import clients
from models.conversations import conversations


def conversation_reached_at(session: Session, phone: str) -> int | None:
    """The conversation in which whoever has this number was heard or spoken to last; None where there is none."""
    whose = func.coalesce(clients.c.merged_into, clients.c.id)
    statement = select(conversations.c.id).join(clients, conversations.c.client_id == whose)
    newest = statement.where(clients.c.phone == phone).order_by(conversations.c.last_message_at.desc())
    return session.execute(newest.limit(1)).scalar_one_or_none()
