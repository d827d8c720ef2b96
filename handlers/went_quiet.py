"""A client, or the operator who talks with them, has said no more for as long as we wait."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import HandedBack, WentQuiet
from handlers.advance import advance
from handlers.circumstances import Circumstances
from models.conversations import change_conversation, is_taken, is_unanswered, lock_conversation


def went_quiet(session: Session, conversation_id: int, circumstances: Circumstances) -> None:
    """Let it happen to their conversation, unless they have written meanwhile; after the quiet hours, where it is quiet
    now. Who waits for a person, talks with one, or has opted out is left in peace."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.quiet_at is None or conversation.quiet_at > circumstances.now:
        return
    if conversation.taken_until is not None:
        _not_handed_back(session, conversation, circumstances)
        return
    if conversation.needs_person or conversation.opted_out_at is not None:
        change_conversation(session, conversation_id, quiet_at=None)
        return
    later = _over_at(session, circumstances)
    if later > circumstances.now:
        change_conversation(session, conversation_id, quiet_at=later)
        return
    advance(session, conversation, WentQuiet(), circumstances)


def _not_handed_back(session: Session, conversation: Row[Any], circumstances: Circumstances) -> None:
    """An operator has forgotten the client: we listen again. Who has written since waits for a person, and reads with
    whom they talk now, unless it is quiet."""
    if is_taken(conversation, circumstances.now):
        change_conversation(session, conversation.id, quiet_at=conversation.taken_until)
        return
    waits = (
        conversation.opted_out_at is None
        and not conversation.is_blocked
        and is_unanswered(session, conversation.id)
    )  # fmt: skip
    values = {"needs_person": True} if waits else {}
    change_conversation(session, conversation.id, taken_by=None, taken_until=None, quiet_at=None, **values)
    if waits and _over_at(session, circumstances) <= circumstances.now:
        advance(session, lock_conversation(session, conversation.id), HandedBack(), circumstances)


def _over_at(session: Session, circumstances: Circumstances) -> datetime:
    """When the business's quiet hours are over; now where it is not quiet."""
    business = circumstances.profiles.current(session).business
    here = circumstances.now.astimezone(business.zone)
    return (business.quiet_hours.over_at(here) if business.quiet_hours is not None else here).astimezone(UTC)
