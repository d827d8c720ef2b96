"""A booking was made by hand for who came in or called: confirmed at once, and told them where a text reaches them."""

from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType
from conversations.business import visit
from conversations.effects import BookFor
from conversations.events import BookedByHand, BookedFor, Event
from conversations.rules.routes import coordinator_channel
from handlers.agreed import agreed
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.quoted_services import services_for
from handlers.requests_decided import decider
from handlers.suppressed import heed_suppressions
from handlers.time_owned import own_time
from models.bookings import add_booking
from models.claims import Holder, LostRace, hand_over, let_go
from models.clients import client_for
from models.consents import ConsentSource, consent_given
from models.conversations import change_conversation, conversation_for, last_channel_of, rooms_of


def book_for(
    session: Session, effect: BookFor, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[tuple[int, Event]]:
    """Raises LostRace where the time is somebody's by now, or the service is not offered any more."""
    now, who = circumstances.now, decider(conversation, profile)
    client_id = client_for(session, effect.phone, effect.name, now)
    service = visit(effect.service_ids, services_for(session, profile, client_id))
    if service is None:
        raise LostRace
    room = room_of(session, effect.phone, client_id, conversation.channel, circumstances)
    start = effect.start.astimezone(UTC)
    let_go(session, Holder.CONVERSATION, conversation.id)
    own_time(session, profile, service, effect.staff_id, start, Holder.CONVERSATION, conversation.id, now)
    booking_id = add_booking(
        session, who, now,
        booking_type=BookingType.ONE_ON_ONE, status=BookingStatus.CONFIRMED,
        service_id=service.id, more_service_ids=list(effect.service_ids[1:]), staff_id=effect.staff_id,
        client_id=client_id, conversation_id=room, session_type=service.session_type,
        is_video_call=service.is_video,
        preferred_datetime=start, start_at=start, end_at=start + timedelta(minutes=service.minutes),
        confirmed_datetime=start, timezone=profile.business.zone.key, requires_approval=False,
        price=service.price.amount, currency=service.price.currency, session_rate=service.price.amount,
        decision_at=now, decided_by=who, intake_answers={}, page_token=circumstances.new_token(),
        engagement=service.engagement,
        **agreed(session, service, client_id),
    )  # fmt: skip
    hand_over(session, Holder.CONVERSATION, conversation.id, Holder.BOOKING, booking_id)
    view = fresh_view(session, booking_id, profile)
    told: list[tuple[int, Event]] = [(conversation.id, BookedByHand(view))]
    return told if room is None else [*told, (room, BookedFor(view))]


def room_of(session: Session, phone: str, client_id: int, came_by: str, circumstances: Circumstances) -> int | None:
    """The client's conversation on the channel they last wrote on, else on one that reaches a phone; None where none
    does. `came_by` is the channel of who named them, "" for a program."""
    last = last_channel_of(rooms_of(session, phone, circumstances.channels))
    channel = coordinator_channel("", last, list(circumstances.channels), came_by)
    if channel is None:
        return None
    room = conversation_for(session, channel, phone, circumstances.now)
    if room.client_id is None:
        change_conversation(session, room.id, client_id=client_id)
        if room.opted_out_at is None:
            consent_given(session, room.id, ConsentSource.BOOKED_BY_HAND, "", circumstances.now)
        heed_suppressions(session, {int(room.id): (channel, phone)}, circumstances)
    return int(room.id)
