"""A text to the coordinator, on the channel that reaches them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.replies import Reply
from conversations.rules.deadlines import PRESSING
from conversations.rules.routes import coordinator_channel
from handlers.circumstances import Circumstances
from handlers.enqueue import enqueue
from handlers.profile import Coordinator, Profile
from handlers.views import booking_now
from models.bookings import booking_by_id
from models.conversations import (
    change_conversation,
    conversation_id_for,
    first_conversation_id,
    last_channel_of,
    rooms_of,
)


def tell_coordinator(
    session: Session,
    reply: Reply,
    conversation: Row[Any],
    circumstances: Circumstances,
    profile: Profile,
    booking_id: int | None = None,
    whom: Coordinator | None = None,
    *,
    may_wait: bool = False,
) -> None:
    """Queue a reply for `whom`, else whoever answers for this booking (or for the business). Where nobody can be
    reached, the conversation is marked as needing a person, so that operators see it. What `may_wait` goes when
    their own quiet hours are over, unless the booking starts soon."""
    coordinator = whom or _whose(session, booking_id, profile)
    channel, room = _way_to(session, coordinator, circumstances, conversation.channel)
    if coordinator is None or channel is None:
        change_conversation(session, conversation.id, needs_person=True)
        return
    due_at = _awake(session, booking_id, coordinator, circumstances.now) if may_wait else None
    told = _how_it_stands(session, booking_id)
    if room is None and channel in circumstances.channels:  # where it was looked for
        room = first_conversation_id(session, channel, coordinator.phone, circumstances.now)
    text_coordinator(session, reply, coordinator, channel, circumstances, profile, booking_id, due_at, room, told)


def channel_to(
    session: Session, coordinator: Coordinator | None, circumstances: Circumstances, beside: str = ""
) -> str | None:
    """The channel that reaches a coordinator; None where none does. `beside`: that of the conversation it is about."""
    return _way_to(session, coordinator, circumstances, beside)[0]


def _way_to(
    session: Session, coordinator: Coordinator | None, circumstances: Circumstances, beside: str
) -> tuple[str | None, int | None]:
    """As channel_to(), with the number of their conversation there, where it is known."""
    if coordinator is None or not coordinator.phone:
        return None, None
    rooms = rooms_of(session, coordinator.phone, circumstances.channels)
    last = "" if coordinator.channel else last_channel_of(rooms)
    channel = coordinator_channel(coordinator.channel, last, list(circumstances.channels), beside)
    return channel, next((room.id for room in rooms if room.channel == channel), None)


def text_coordinator(
    session: Session,
    reply: Reply,
    coordinator: Coordinator,
    channel: str,
    circumstances: Circumstances,
    profile: Profile,
    booking_id: int | None = None,
    due_at: datetime | None = None,
    room: int | None = None,
    told: str | None = None,
) -> None:
    """Queue a reply in their language; what is about a booking is a subject of its own. `room`: the number of their
    conversation on this channel, `told`: how the booking stands, where these are known."""
    if room is None:
        room = conversation_id_for(session, channel, coordinator.phone, circumstances.now)
    enqueue(
        session,
        circumstances,
        (reply,),
        language=coordinator.language or profile.business.language,
        conversation_id=room,
        channel=channel,
        address=coordinator.phone,
        booking_id=booking_id,
        told=told,
        own_lane=booking_id is not None,
        due_at=due_at,
    )


def _how_it_stands(session: Session, booking_id: int | None) -> str:
    row = booking_by_id(session, booking_id) if booking_id is not None else None
    return booking_now(row).told if row is not None else ""


def _awake(session: Session, booking_id: int | None, coordinator: Coordinator, now: datetime) -> datetime | None:
    """When they may be texted; None for now."""
    row = booking_by_id(session, booking_id) if booking_id is not None else None
    if coordinator.quiet_hours is None or (row is not None and row.start_at - now <= PRESSING):
        return None
    return coordinator.quiet_hours.over_at(now.astimezone(coordinator.zone))


def _whose(session: Session, booking_id: int | None, profile: Profile) -> Coordinator | None:
    row = booking_by_id(session, booking_id) if booking_id is not None else None
    return profile.coordinator_for(row.service_id, row.staff_id) if row is not None else profile.coordinator_for(0, 0)
