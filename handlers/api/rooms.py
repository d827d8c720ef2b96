"""In which conversation a caller's wishes happen, to look at things as they are looked at there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.api.caller import Caller
from models.conversations import conversations_of_client, newest_conversation_of


@dataclass(frozen=True, slots=True)
class _Nowhere:
    """What a conversation is like with somebody we know nothing of."""

    id: int = 0
    client_id: int | None = None
    channel: str = ""
    address: str = ""
    language: str = ""
    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None
    taken_until: datetime | None = None
    is_blocked: bool = False


def room_of(session: Session, caller: Caller) -> Row[Any]:
    """A client's own, as it is, not locked; for anybody else one that is nobody's."""
    return (room_seen(session, caller.client_id) if caller.client_id is not None else None) or nowhere()


def room_seen(session: Session, client_id: int) -> Row[Any] | None:
    """The conversation in which a client reads of their wishes; None where they have none."""
    newest = newest_conversation_of(session, client_id)
    return newest or next(iter(conversations_of_client(session, client_id)), None)


def nowhere() -> Row[Any]:
    """Stands for the conversation of nobody in particular."""
    room: Any = _Nowhere()
    return room  # type: ignore[no-any-return]
