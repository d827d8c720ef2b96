"""A request was answered: whoever else was asked about it reads by whom."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingView
from conversations.replies import say
from handlers.circumstances import Circumstances
from handlers.profile import Coordinator, Profile
from handlers.tell_coordinator import channel_to, tell_coordinator
from models.scheduled_notices import NoticeKind, was_said_of_booking


def tell_who_was_asked(
    session: Session, found: BookingView, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """`conversation` is that of the coordinator who has answered."""
    by = profile.coordinator_in(conversation)
    if by is None:
        return
    reply = say(
        "answered_by_other", id=found.id, who=by.called, status=say(f"status_{found.status}"), client=found.client,
        service=found.service, when=found.start,
    )  # fmt: skip
    for one in _asked(session, found, profile):
        if one != by and channel_to(session, one, circumstances, conversation.channel) is not None:
            tell_coordinator(session, reply, conversation, circumstances, profile, found.id, one, may_wait=True)


def _asked(session: Session, found: BookingView, profile: Profile) -> list[Coordinator]:
    first = profile.coordinator_for(found.service_ids[0], found.staff_id)
    if first is None:
        return []
    backup = profile.backup_of(first)
    if backup is None or not was_said_of_booking(session, NoticeKind.BACKUP, found.id):
        return [first]
    return [first, backup]
