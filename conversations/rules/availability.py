"""Which starts are free, and why the others are not: arithmetic on hours, busy stretches and terms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from conversations.business import Staff
from conversations.rules.cells import cells
from conversations.rules.policies import Terms

FEW = 3
"""So many round starts are enough to offer only round ones."""


class Refusal(StrEnum):
    """Why a start cannot be had."""

    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    TAKEN = "taken"
    HELD = "held"
    """Somebody is being asked for their YES to it just now: it may come free."""


class WallTime(StrEnum):
    """What a wall time is on a day when the clock changes."""

    PLAIN = "plain"
    GAP = "gap"
    """The clock jumps over it: it does not exist."""
    OVERLAP = "overlap"
    """It comes twice."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One staff member's time: their shifts, what is busy (aware stretches, buffers included), which of that is only
    held while a client is asked for their YES, and the terms."""

    staff: Staff
    terms: Terms
    busy: tuple[tuple[datetime, datetime], ...] = ()
    held: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A start, and who is free for it."""

    start: datetime
    staff_ids: tuple[int, ...]


def wall_time(day: date, at: time, zone: ZoneInfo) -> WallTime:
    """Whether this wall time exists once, twice or not at all in the zone."""
    first = datetime.combine(day, at.replace(fold=0), zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return WallTime.PLAIN
    there = first.astimezone(UTC).astimezone(zone)
    return WallTime.OVERLAP if there.replace(tzinfo=None) == first.replace(tzinfo=None) else WallTime.GAP


def why_not(calendar: Calendar, minutes: int, start: datetime, now: datetime) -> Refusal | None:
    """Why this staff member cannot start then, or None when they can. `start` and `now` are aware."""
    zone = calendar.staff.zone
    begins, day, today = start.astimezone(UTC), start.astimezone(zone).date(), now.astimezone(zone).date()
    if begins <= now.astimezone(UTC):
        return Refusal.PAST
    if begins < now.astimezone(UTC) + timedelta(minutes=calendar.terms.notice_minutes):
        return Refusal.TOO_SOON
    if day > today + timedelta(days=calendar.terms.horizon_days):
        return Refusal.TOO_FAR
    ends = begins + timedelta(minutes=minutes)
    if not any(opens <= begins and ends <= closes for opens, closes in _hours(calendar.staff, day)):
        return Refusal.CLOSED
    touched = _touched(calendar, minutes, start)
    if not touched:
        return None
    return Refusal.HELD if all(stretch in calendar.held for stretch in touched) else Refusal.TAKEN


def is_taken(calendar: Calendar, minutes: int, start: datetime) -> bool:
    """Whether the time from `start`, buffers included, touches a busy stretch."""
    return bool(_touched(calendar, minutes, start))


def _touched(calendar: Calendar, minutes: int, start: datetime) -> list[tuple[datetime, datetime]]:
    wanted = _wanted(calendar, minutes, start)
    return [stretch for stretch in calendar.busy if _touch(wanted, _cells(*stretch))]


def free_slots(calendars: Sequence[Calendar], minutes: int, first: date, last: date, now: datetime) -> list[Slot]:
    """Every free start on the grid on these days (both included), earliest first, each with all who are free then."""
    found: dict[datetime, list[Calendar]] = {}  # by UTC: two equal hours of a night are two starts
    for calendar in calendars:
        taken = [_cells(*stretch) for stretch in calendar.busy]
        for start in _grid(calendar, minutes, first, last, now):
            wanted = _wanted(calendar, minutes, start)
            if not any(_touch(wanted, stretch) for stretch in taken):
                found.setdefault(start, []).append(calendar)
    return [
        Slot(start.astimezone(found[start][0].staff.zone), tuple(calendar.staff.id for calendar in found[start]))
        for start in sorted(found)
    ]


def day_refusals(calendars: Sequence[Calendar], minutes: int, day: date, now: datetime) -> frozenset[Refusal]:
    """Why the starts of one day cannot be had; empty where nobody works long enough."""
    found = set()
    for calendar in calendars:
        step, length = timedelta(minutes=calendar.terms.grid_minutes), timedelta(minutes=minutes)
        for opens, closes in _hours(calendar.staff, day):
            start = opens.astimezone(UTC)
            while start + length <= closes:
                found.add(why_not(calendar, minutes, start, now))
                start += step
    return frozenset(reason for reason in found if reason is not None)


def nearest(slots: Iterable[Slot], wanted: datetime, count: int = 3) -> list[Slot]:
    """The slots nearest to the wanted start, in calendar order."""
    near = sorted(slots, key=lambda slot: (abs(slot.start - wanted), slot.start))[:count]
    return sorted(near, key=lambda slot: slot.start)


def apart(slots: Iterable[Slot], refused: datetime, length: timedelta, count: int = 3) -> list[Slot]:
    """The nearest slots that overlap neither the refused time nor each other, in calendar order."""
    chosen: list[Slot] = []
    for slot in sorted(slots, key=lambda slot: (abs(slot.start - refused), slot.start)):
        if all(abs(slot.start - other) >= length for other in (refused, *(kept.start for kept in chosen))):
            chosen.append(slot)
        if len(chosen) == count:
            break
    return sorted(chosen, key=lambda slot: slot.start)


def spread(slots: Sequence[Slot], count: int) -> list[Slot]:
    """At most `count` slots to offer out of many: on full hours, else half hours, spread over the whole stretch."""
    pools = ([slot for slot in slots if slot.start.minute % step == 0] for step in (60, 30))
    pool = next((pool for pool in pools if len(pool) >= FEW), list(slots))
    if len(pool) <= count:
        return pool
    return [pool[round(i * (len(pool) - 1) / (count - 1))] for i in range(count)]


def _grid(calendar: Calendar, minutes: int, first: date, last: date, now: datetime) -> Iterable[datetime]:
    """Every start on the grid, in UTC."""
    zone, terms = calendar.staff.zone, calendar.terms
    soonest = now.astimezone(UTC) + timedelta(minutes=terms.notice_minutes)
    furthest = now.astimezone(zone).date() + timedelta(days=terms.horizon_days)
    step, length = timedelta(minutes=terms.grid_minutes), timedelta(minutes=minutes)
    day = max(first, soonest.astimezone(zone).date())
    while day <= min(last, furthest):
        for opens, closes in _hours(calendar.staff, day):
            # Counted in elapsed time, so the grid holds on a day with a clock change.
            start = opens.astimezone(UTC)
            while start + length <= closes:
                if start >= soonest:
                    yield start
                start += step
        day += timedelta(days=1)


def _hours(staff: Staff, day: date) -> list[tuple[datetime, datetime]]:
    hours = []
    for shift in staff.shifts:
        if shift.weekday == day.weekday():
            last_day = day + timedelta(days=1) if shift.closes == time(0) else day
            closes = datetime.combine(last_day, shift.closes, staff.zone)
            hours.append((datetime.combine(day, shift.opens, staff.zone), closes))
    return hours


def _wanted(calendar: Calendar, minutes: int, start: datetime) -> tuple[int, int]:
    begins = start.astimezone(UTC)  # adding to a local time would add wall time
    return _cells(begins - calendar.terms.before, begins + timedelta(minutes=minutes) + calendar.terms.after)


def _cells(start: datetime, end: datetime) -> tuple[int, int]:
    touched = cells(start, end)
    return touched.start, touched.stop


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
