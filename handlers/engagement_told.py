"""The coordinator hears of an engagement: by text, and by email where there is one."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engagements.states import WorkState
from conversations.engagements.told import summary
from conversations.languages import known
from conversations.replies import Reply, say
from handlers.circumstances import Circumstances
from handlers.engagement_views import engagement_views
from handlers.mailed import mail_coordinator
from handlers.profile import Coordinator, Profile
from handlers.tell_coordinator import channel_to, text_coordinator
from models.claims import LostRace
from models.conversations import change_conversation, conversation_by_id
from models.engagement_records import activities_of, engagement_by_id
from models.engagement_work import work_done

_FEW = 20


def tell_opened(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    """What a booking has opened, once. Raises LostRace where another has told it."""
    found = engagement_by_id(session, row.engagement_id)
    view = next(iter(engagement_views(session, [found], profile)), None) if found is not None else None
    if view is not None and found is not None:
        coordinator = _whose(found, profile)
        language = _language(coordinator, profile)
        log = activities_of(session, found.id, _FEW)
        reply = summary(view, row.booking_id, _log_of(log, row.booking_id), language)
        tell_of_engagement(session, found, reply, circumstances, profile, row.conversation_id)
        if coordinator is not None and coordinator.email:
            subject = say("mail_engagement", ref=view.ref, name=view.name)
            mail_coordinator(session, coordinator.email, subject, (reply,), language, circumstances, profile)
    done = work_done(session, row, state=WorkState.DONE, due_at=None, told_at=circumstances.now)
    if not done:
        raise LostRace


def _log_of(rows: list[Row[Any]], booking_id: int) -> dict[str, dict[str, Any]]:
    """What was done for one booking, by action."""
    return {row.action: row.data for row in rows if row.booking_id == booking_id}


def tell_of_engagement(
    session: Session, found: Row[Any], reply: Reply, circumstances: Circumstances, profile: Profile,
    conversation_id: int | None, *, may_wait: bool = False,
) -> None:  # fmt: skip
    """A text to who answers for it; what `may_wait` goes when their quiet hours are over. Where nobody can be reached,
    its client's conversation is marked as needing a person."""
    coordinator = _whose(found, profile)
    beside = conversation_by_id(session, conversation_id).channel if conversation_id is not None else ""
    channel = channel_to(session, coordinator, circumstances, beside)
    if coordinator is not None and channel is not None:
        quiet = coordinator.quiet_hours if may_wait else None
        due_at = quiet.over_at(circumstances.now.astimezone(coordinator.zone)) if quiet is not None else None
        text_coordinator(session, reply, coordinator, channel, circumstances, profile, due_at=due_at)
    elif conversation_id is not None:
        change_conversation(session, conversation_id, needs_person=True)


def language_for(found: Row[Any], profile: Profile) -> str:
    """That of who answers for it."""
    return _language(_whose(found, profile), profile)


def _whose(found: Row[Any], profile: Profile) -> Coordinator | None:
    own = next((one for one in profile.coordinators if one.id == found.coordinator_id), None)
    return own or profile.coordinator_for(0, 0)


def _language(coordinator: Coordinator | None, profile: Profile) -> str:
    return known((coordinator.language if coordinator is not None else "") or profile.business.language)
