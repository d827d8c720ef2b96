"""A session's call began or ended, or it is held over another link."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.effects import EndCall, SetLink, StartCall
from conversations.events import Event, LinkChanged
from handlers.bookings_changed import call_over, lock_as_read, said_of_session
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.bookings import change_booking, move_booking

HELD = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS)


def start_call(
    session: Session, effect: StartCall, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Raises LostRace where the booking has changed since it was read."""
    now, who = circumstances.now, decider(conversation, profile)
    row = lock_as_read(session, effect.booking_id, effect.version)
    values: dict[str, Any] = {"call_started_at": now}
    if effect.attendance:
        values["attendance"] = effect.attendance
    if row.status is BookingStatus.IN_PROGRESS:
        change_booking(session, row.id, effect.version, now, **values)
        return
    move_booking(session, row.id, effect.version, row.status, BookingStatus.IN_PROGRESS, who, "", now, **values)


def end_call(
    session: Session, effect: EndCall, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Raises LostRace where the booking has changed since it was read."""
    now, who = circumstances.now, decider(conversation, profile)
    row = lock_as_read(session, effect.booking_id, effect.version)
    values = said_of_session(session, row, conversation, effect.note, is_proven=effect.is_proven)
    values |= call_over(row, now)
    move_booking(session, row.id, effect.version, row.status, BookingStatus.COMPLETED, who, effect.note, now, **values)


def set_link(
    session: Session, effect: SetLink, circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """The client of a confirmed booking reads it. Raises LostRace where the booking has changed since it was read."""
    row = lock_as_read(session, effect.booking_id, effect.version)
    change_booking(
        session, row.id, effect.version, circumstances.now, is_video_call=True, meeting_provider="",
        meeting_link=effect.link, meeting_passcode=effect.passcode,
    )  # fmt: skip
    if row.conversation_id is None or row.status not in HELD:
        return None
    return row.conversation_id, LinkChanged(fresh_view(session, row.id, profile))
