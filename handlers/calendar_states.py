"""How each calendar that is kept in step stands, as operators read it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.calendar_leased import BEHIND
from models.busy_times import busy_count
from models.calendar_events import lacking
from models.calendars import all_calendars
from models.feeds import staff_names

MANY = 1000


@dataclass(frozen=True, slots=True)
class CalendarState:
    """`waiting` bookings are still to be written there. `synced_at` is when it last worked; moments are aware."""

    key: str
    staff: str
    kind: str
    reads: bool
    writes: bool
    synced_at: datetime | None
    due_at: datetime | None
    busy: int
    waiting: int
    failures: int
    error: str
    broken_events: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not self.failures and not self.broken_events


def calendar_states(session: Session, now: datetime) -> list[CalendarState]:
    names = staff_names(session)
    return [
        CalendarState(
            key=row.name_key, staff=names.get(row.staff_id, ""), kind=row.kind.value,
            reads=row.reads, writes=row.writes,
            synced_at=row.synced_at, due_at=row.due_at, busy=busy_count(session, row.id),
            waiting=len(lacking(session, row.id, now - BEHIND, MANY)) if row.writes else 0,
            failures=row.failures, error=row.error, broken_events=tuple(row.broken_events),
        )
        for row in all_calendars(session)
    ]  # fmt: skip
