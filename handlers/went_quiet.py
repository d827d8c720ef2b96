"""A client has said no more for as long as we wait for them."""

from datetime import UTC

from sqlalchemy.orm import Session

from conversations.events import WentQuiet
from handlers.advance import advance
from handlers.circumstances import Circumstances
from models.conversations import change_conversation, is_taken, lock_conversation


def went_quiet(session: Session, conversation_id: int, circumstances: Circumstances) -> None:
    """Let it happen to their conversation, unless they have written meanwhile; after the quiet hours, where it is quiet
    now. Who waits for a person, talks with one, or has opted out is
    left in peace."""
    conversation = lock_conversation(session, conversation_id)
    if conversation.quiet_at is None or conversation.quiet_at > circumstances.now:
        return
    is_left_in_peace = conversation.needs_person or conversation.opted_out_at is not None
    if is_left_in_peace or is_taken(conversation, circumstances.now):
        change_conversation(session, conversation_id, quiet_at=None)
        return
    business = circumstances.profiles.current(session).business
    here = circumstances.now.astimezone(business.zone)
    later = business.quiet_hours.over_at(here) if business.quiet_hours is not None else here
    if later > here:
        change_conversation(session, conversation_id, quiet_at=later.astimezone(UTC))
        return
    advance(session, conversation, WentQuiet(), circumstances)
