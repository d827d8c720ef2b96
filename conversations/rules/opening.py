"""When a staff member works: weekly hours, what replaces them on a date, and public holidays."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from conversations.business import Staff
from conversations.rules.holidays import holiday

Stretch = tuple[datetime, datetime]
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One date of one staff member: wall times that are open, and the holiday that closes it where one does."""

    hours: tuple[tuple[time, time], ...] = ()
    holiday: str = ""


def day_of(staff: Staff, day: date) -> Day:
    """An override of the date beats a holiday, which beats the weekly hours."""
    hours = ((shift.opens, shift.closes) for shift in staff.shifts if shift.weekday == day.weekday())
    return _exception(staff, day) or Day(tuple(hours))


def open_stretches(staff: Staff, first: date, last: date) -> Iterable[Stretch]:
    """The open stretches that begin on these days of theirs (both included), in UTC. 00:00 as the end is midnight."""
    weekly: dict[int, list[tuple[time, time]]] = {}
    for shift in staff.shifts:
        weekly.setdefault(shift.weekday, []).append((shift.opens, shift.closes))
    day = first
    while day <= last:
        exception = _exception(staff, day)
        for opens, closes in exception.hours if exception else weekly.get(day.weekday(), ()):
            last_day = day + ONE_DAY if closes == time(0) else day
            yield _utc(day, opens, staff.zone), _utc(last_day, closes, staff.zone)
        day += ONE_DAY


def hours_of(staff: Staff, first: date, last: date) -> Hashable:
    """What is equal for all who work at the same hours on these days (both included)."""
    own = tuple([(day, hours) for day, hours in staff.dates.items() if first <= day <= last])
    return staff.zone, staff.shifts, staff.holidays, own


def is_open(staff: Staff, start: datetime, end: datetime) -> bool:
    """Whether they work from `start` to `end` (aware) without a break; hours that meet, at midnight too, are one."""
    day = start.astimezone(staff.zone).date()
    at, until = start.astimezone(UTC), end.astimezone(UTC)
    if any(opens <= at and until <= closes for opens, closes in open_stretches(staff, day, day)):
        return True  # as most are
    for opens, closes in sorted(open_stretches(staff, day - ONE_DAY, end.astimezone(staff.zone).date())):
        if opens <= at < closes:
            at = closes
    return at >= until


def _exception(staff: Staff, day: date) -> Day | None:
    """What takes the place of the weekly hours."""
    if day in staff.dates:
        return Day(staff.dates[day])
    if staff.holidays and (name := holiday(staff.holidays, day)):
        return Day((), name)
    return None


@lru_cache(maxsize=4096)
def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Kept, for many people open and close at the same hours, and all day long they are asked about the same weeks."""
    return datetime.combine(day, at, zone).astimezone(UTC)
