"""What a booking owns: somebody's time, or seats of a class."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus
from handlers.profile import Profile
from handlers.time_owned import own_time, service_of
from models.claims import Holder, LostRace, claim_seats
from models.class_sessions import lock_class


def own_again(
    session: Session,
    profile: Profile,
    row: Row[Any],
    staff_id: int,
    start: datetime,
    class_id: int | None,
    now: datetime,
) -> None:
    """What a booking that owns nothing any more needs where it is to stand again, with this staff member from `start`,
    or in this class. Raises LostRace where somebody else has some of it."""
    if class_id is None:
        own_time(session, profile, service_of(row, profile), staff_id, start, Holder.BOOKING, row.id, now)
        return
    found = lock_class(session, class_id)
    if found is None or found.status is not ClassStatus.SCHEDULED or found.start_at != start:
        raise LostRace
    claim_seats(session, found, row.seats_reserved, Holder.BOOKING, row.id, now)
