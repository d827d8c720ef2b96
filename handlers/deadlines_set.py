"""A request waits for its answer: by when it must come, and what is said meanwhile."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.rules.deadlines import decide_by, nudges
from handlers.profile import Profile
from models.bookings import booking_by_id, first_waiting_of_series
from models.scheduled_notices import NoticeKind, forget_notices, plan_notices


def deadline(profile: Profile, staff_id: int, service_id: int, start: datetime, now: datetime) -> datetime:
    """By when a request for this staff member's service must be answered."""
    within = timedelta(minutes=profile.terms(staff_id, service_id).approval_minutes)
    coordinator = profile.coordinator_for(service_id, staff_id)
    if coordinator is None:
        return decide_by(now, start, within)
    return decide_by(now.astimezone(coordinator.zone), start, within, profile.quiet_hours_of(coordinator))


def plan_reminders_of_request(
    session: Session, booking_id: int, profile: Profile, now: datetime, *, is_new: bool = False
) -> None:
    """Plan what is said while a request waits, instead of what was planned for an earlier deadline. A series is one
    request: what is said of it goes with the first booking of it that waits. Of one that `is_new` nothing is planned
    yet."""
    if not is_new:
        forget_notices(session, booking_id, NoticeKind.STILL_WAITING, NoticeKind.BACKUP)
    row = booking_by_id(session, booking_id)
    coordinator = profile.coordinator_for(row.service_id, row.staff_id) if row is not None else None
    if row is None or coordinator is None or row.status is not BookingStatus.PENDING or row.decide_by is None:
        return
    if row.series_id is not None and first_waiting_of_series(session, row.series_id) != booking_id:
        return
    quiet = profile.quiet_hours_of(coordinator)
    first, last = nudges(now.astimezone(coordinator.zone), row.decide_by, row.start_at, quiet)
    planned = (NoticeKind.STILL_WAITING, first), (NoticeKind.BACKUP, last)
    plan_notices(session, planned, booking_id, row.decide_by)
