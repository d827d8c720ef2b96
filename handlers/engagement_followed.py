"""What became of a booking, seen to in the engagement that it opened: declined or expired closes it, and it may come
back; cancelled leaves it to the coordinator."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.engagements import kind_named
from conversations.engagements.states import Deed, EngagementStatus, WorkState
from conversations.replies import say
from handlers.circumstances import Circumstances
from handlers.engagement_changed import Changed, close, reopen, write_down
from handlers.engagement_opened import SYSTEM, open_engagement
from handlers.engagement_told import tell_of_engagement
from handlers.profile import Profile
from models.bookings import booking_by_id
from models.claims import LostRace
from models.engagement_records import engagement_by_id, last_activity
from models.engagement_work import others_live, work_done

_CAME_TO_NOTHING = (BookingStatus.DECLINED, BookingStatus.EXPIRED)
_OVER = (*_CAME_TO_NOTHING, BookingStatus.CANCELLED)


def follow_booking(session: Session, row: Row[Any], circumstances: Circumstances, profile: Profile) -> bool:
    """Bring the engagement of a booking, from its work as it was read due, to where the booking is. Whether it opened
    one. Raises LostRace where another has been faster."""
    status = BookingStatus(row.booking_status)
    if row.engagement_id is None and status not in _OVER:
        open_engagement(session, row, circumstances, profile)
        return True
    if row.engagement_id is not None:
        _follow(session, row, status, circumstances, profile)
    untold = row.engagement_id is not None and row.told_at is None and status not in _OVER
    state, due_at = (WorkState.TELLING, circumstances.now) if untold else (WorkState.DONE, None)
    if not work_done(session, row, state=state, due_at=due_at, error=""):
        raise LostRace
    return False


def _follow(
    session: Session, row: Row[Any], status: BookingStatus, circumstances: Circumstances, profile: Profile
) -> None:
    found = engagement_by_id(session, row.engagement_id)
    if found is None or found.booking_id is None:
        return  # it only joined one that was opened by hand
    is_closed, opened_it = found.status == EngagementStatus.CLOSED, found.booking_id == row.booking_id
    if not is_closed and _came_to_nothing(session, found, row, status):
        changed = close(session, found, {"booking": status.value}, circumstances)
        write_down(session, found, SYSTEM, changed, circumstances)
    elif status is BookingStatus.CANCELLED and not is_closed and opened_it:
        write_down(session, found, SYSTEM, Changed(Deed.KEPT, {"booking": status.value}, {}), circumstances)
        kind = kind_named(found.kind)
        ref = f"{kind.letter}{found.id}" if kind is not None else f"{found.id}"
        reply = say("engagement_kept", ref=ref, id=row.booking_id, name=found.name)
        tell_of_engagement(session, found, reply, circumstances, profile, row.conversation_id)
    elif status not in _OVER and is_closed and _closed_by_booking(session, found.id):
        write_down(session, found, SYSTEM, reopen(session, found, circumstances, profile), circumstances)


def _came_to_nothing(session: Session, found: Row[Any], row: Row[Any], status: BookingStatus) -> bool:
    """Whether neither this booking, nor the one that opened it, nor any other of it is left."""
    if status not in _CAME_TO_NOTHING or others_live(session, found.id, row.booking_id):
        return False
    first = booking_by_id(session, found.booking_id) if found.booking_id != row.booking_id else None
    return first is None or first.status in _CAME_TO_NOTHING


def _closed_by_booking(session: Session, engagement_id: int) -> bool:
    """Not by a person, who is the one to open it again."""
    closed = last_activity(session, engagement_id, Deed.CLOSED)
    return closed is not None and "booking" in closed.data
