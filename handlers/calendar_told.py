"""A text to a coordinator about a calendar, which no conversation has asked for."""

from sqlalchemy.orm import Session

from conversations.replies import Reply
from conversations.rules.routes import coordinator_channel
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.profile import Coordinator, Profile
from models.conversations import conversation_id_for, last_channel_of


def tell_of_calendar(
    session: Session,
    reply: Reply,
    whom: Coordinator | None,
    circumstances: Circumstances,
    profile: Profile,
    booking_id: int | None = None,
) -> bool:
    """Queue it; False where nobody can be reached."""
    if whom is None or not whom.phone:
        return False
    last = "" if whom.channel else last_channel_of(session, whom.phone)
    channel = coordinator_channel(whom.channel, last, list(circumstances.channels), "")
    if channel is None:
        return False
    enqueue(
        session,
        circumstances,
        (reply,),
        language=whom.language or profile.business.language,
        conversation_id=conversation_id_for(session, channel, whom.phone, circumstances.now),
        channel=channel,
        address=whom.phone,
        booking_id=booking_id,
        own_lane=booking_id is not None,
    )
    return True
