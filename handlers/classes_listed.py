"""The class sessions that lie ahead, with what an operator wants to know of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.claims import seats_held
from models.class_sessions import classes_between
from models.waitlist import waiting_for

AHEAD = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class ListedClass:
    """`start` is in its own zone; `held` are the seats that are offered or held for who is being asked."""

    id: int
    start: datetime
    name: str
    staff: str
    capacity: int
    booked: int
    held: int
    waiting: int


def next_classes(session: Session, now: datetime, limit: int) -> list[ListedClass]:
    """Soonest first."""
    rows = classes_between(session, now, now + AHEAD)[:limit]
    ids = [row.id for row in rows]
    owned, waiting = seats_held(session, ids, now), waiting_for(session, ids)
    return [
        ListedClass(
            row.id, row.start_at.astimezone(ZoneInfo(row.timezone)), row.title or row.service_name, row.staff_name,
            row.capacity, row.seats_taken, owned.get(row.id, 0) - row.seats_taken, waiting.get(row.id, 0),
        )
        for row in rows
    ]  # fmt: skip
