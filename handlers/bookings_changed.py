"""Bookings that stood and were changed by hand: called off, given another time, marked as the day goes on."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.effects import Cancel, Mark, Move, WriteNote
from conversations.events import Cancelled, Event, Moved
from conversations.money import Money
from conversations.rules.calls import minutes_of_call
from conversations.rules.transitions import LIVE
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_booking, replace_proposal
from handlers.place_owned import own_again
from handlers.profile import Profile
from handlers.requests_decided import decider
from handlers.time_owned import own_time, service_of
from models.bookings import change_booking, move_booking
from models.claims import Holder, LostRace, let_go
from models.messages import newest_media

LONGEST_NOTE = 2000


def cancel(
    session: Session, effect: Cancel, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """To cancelled, its time free at once. Raises LostRace where it has changed since it was read."""
    row = lock_as_read(session, effect.booking_id, effect.version)
    who = f"client:{row.client_id}" if effect.by_client else decider(conversation, profile)
    returned = call_off(session, row, effect.version, BookingStatus.CANCELLED, who, effect.reason, circumstances)
    if row.conversation_id is None:
        return None
    view = fresh_view(session, effect.booking_id, profile)
    return row.conversation_id, Cancelled(view, effect.reason, effect.by_client, Money(returned, row.currency))


def move(
    session: Session, effect: Move, _conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """Another time, and perhaps another staff member, in one step. Raises LostRace where that time is taken, or the
    booking has changed since it was read."""
    now = circumstances.now
    row = lock_as_read(session, effect.booking_id, effect.version)
    start = effect.start.astimezone(UTC)
    replace_proposal(session, row.id, now)
    let_go(session, Holder.BOOKING, row.id)
    own_time(session, profile, service_of(row, profile), effect.staff_id, start, Holder.BOOKING, row.id, now)
    change_booking(
        session, row.id, effect.version, now,
        staff_id=effect.staff_id, start_at=start, end_at=start + (row.end_at - row.start_at),
        confirmed_datetime=start if row.confirmed_datetime is not None else None, client_confirmed_at=None,
    )  # fmt: skip
    if row.conversation_id is None:
        return None
    before = row.start_at.astimezone(ZoneInfo(row.timezone))
    return row.conversation_id, Moved(fresh_view(session, row.id, profile), before)


def mark(
    session: Session, effect: Mark, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """What became of a visit. Who was missed owns their time no longer; who came after all owns it again.

    Raises LostRace where the booking has changed since it was read, or its time is somebody else's by now."""
    now, who = circumstances.now, decider(conversation, profile)
    row = lock_as_read(session, effect.booking_id, effect.version)
    values = said_of_session(session, row, conversation, effect.note, is_proven=effect.is_proven)
    if effect.attendance:
        values["attendance"] = effect.attendance
    elif effect.status is BookingStatus.COMPLETED and not row.attendance:
        values["attendance"] = "attended"
    if effect.status is BookingStatus.COMPLETED:
        values |= call_over(row, now)
    move_booking(session, row.id, effect.version, row.status, effect.status, who, effect.note, now, **values)
    if effect.status not in LIVE:
        let_go(session, Holder.BOOKING, row.id)
    elif row.status not in LIVE:
        own_again(session, profile, row, row.staff_id, row.start_at, row.class_session_id, now)


def said_of_session(
    session: Session, row: Row[Any], conversation: Row[Any], note: str, *, is_proven: bool
) -> dict[str, Any]:
    """The columns of a booking that keep a note of its session, and the picture or file that came with it."""
    values: dict[str, Any] = {}
    if note:
        values["session_notes"] = _behind(row.session_notes, note)
    if is_proven and (proof := newest_media(session, conversation.id)):
        values["session_proof"] = proof[:500]
    return values


def call_over(row: Row[Any], now: datetime) -> dict[str, Any]:
    """The columns that end a call that is under way."""
    if row.call_started_at is None or row.call_ended_at is not None:
        return {}
    return {"call_ended_at": now, "duration_minutes": minutes_of_call(row.call_started_at, now)}


def write_note(session: Session, effect: WriteNote, circumstances: Circumstances) -> None:
    row = lock_as_read(session, effect.booking_id, effect.version)
    note = _behind(row.staff_note, effect.note)
    change_booking(session, row.id, effect.version, circumstances.now, staff_note=note)


def lock_as_read(session: Session, booking_id: int, version: int) -> Row[Any]:
    """As lock_booking(). Raises LostRace where it has changed since it was read."""
    row = lock_booking(session, booking_id)
    if row.version != version:
        raise LostRace
    return row


def _behind(before: str, note: str) -> str:
    return (f"{before}; {note}" if before else note)[:LONGEST_NOTE]
