"""A booking has the same seats in another class, instead of those it had."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.effects import ChangeClass
from conversations.events import Event, Moved, MovedByClient, WishChanged
from handlers.bookings_changed import lock_as_read
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.seats_booked import open_class
from models.bookings import change_booking
from models.claims import Holder, LostRace, claim_seats, let_go
from models.class_sessions import lock_class

CHANGEABLE = (BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED)


def change_class(
    session: Session, effect: ChangeClass, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """In one step: what the booking had is free for the next in line.

    Raises LostRace where the seats are not to be had, or the booking has changed since it was read."""
    now, row = circumstances.now, lock_as_read(session, effect.booking_id, effect.version)
    if row.class_session_id is None or row.status not in CHANGEABLE:
        raise LostRace
    for class_id in sorted((row.class_session_id, effect.class_id)):
        lock_class(session, class_id)
    found = open_class(session, effect.class_id, circumstances)
    if effect.by_client:
        let_go(session, Holder.CONVERSATION, conversation.id)
    let_go(session, Holder.BOOKING, row.id)
    values: dict[str, Any] = {
        "class_session_id": found.id, "live_class_id": found.id, "staff_id": found.staff_id,
        "start_at": found.start_at, "end_at": found.end_at, "timezone": found.timezone, "client_confirmed_at": None,
        "meeting_provider": found.meeting_provider, "meeting_link": found.meeting_link,
        "meeting_passcode": found.meeting_passcode,
    }  # fmt: skip
    if row.confirmed_datetime is not None:
        values["confirmed_datetime"] = found.start_at
    if row.status is BookingStatus.PENDING:
        values["preferred_datetime"] = found.start_at
        values["decide_by"] = deadline(profile, found.staff_id, found.service_id, found.start_at, now)
    change_booking(session, row.id, row.version, now, **values)
    claim_seats(session, found, row.seats_reserved, Holder.BOOKING, row.id, now)
    if row.status is BookingStatus.PENDING:
        plan_reminders_of_request(session, row.id, profile, now)
    return _news(session, effect, row, profile)


def _news(session: Session, effect: ChangeClass, row: Row[Any], profile: Profile) -> tuple[int, Event] | None:
    if row.conversation_id is None:
        return None
    view, before = fresh_view(session, row.id, profile), row.start_at.astimezone(ZoneInfo(row.timezone))
    if not effect.by_client:
        return row.conversation_id, Moved(view, before)
    is_wish = row.status is BookingStatus.PENDING
    return row.conversation_id, WishChanged(view) if is_wish else MovedByClient(view, before)
