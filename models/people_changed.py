"""What an operator corrects about a client."""

from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from models.clients import clients
from models.conversations import conversations


def lock_client(session: Session, client_id: int) -> Row[Any] | None:
    """One client, LOCKED until the transaction ends."""
    return session.execute(select(clients).where(clients.c.id == client_id).with_for_update()).one_or_none()


def keep_language(session: Session, client_id: int, language: str) -> None:
    """The client is written to in this language, wherever they write from."""
    session.execute(update(clients).where(clients.c.id == client_id).values(language=language))
    session.execute(update(conversations).where(conversations.c.client_id == client_id).values(language=language))
