"""A text to a coordinator about a calendar, which no conversation has asked for."""

from sqlalchemy.orm import Session

from conversations.replies import Reply
from handlers.circumstances import Circumstances
from handlers.profile import Coordinator, Profile
from handlers.tell_coordinator import channel_to, text_coordinator


def tell_of_calendar(
    session: Session,
    reply: Reply,
    whom: Coordinator | None,
    circumstances: Circumstances,
    profile: Profile,
    booking_id: int | None = None,
) -> bool:
    """Queue it; False where nobody can be reached."""
    channel = channel_to(session, whom, circumstances)
    if whom is None or channel is None:
        return False
    text_coordinator(session, reply, whom, channel, circumstances, profile, booking_id)
    return True
