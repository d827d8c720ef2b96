"""Which starts are free, and why the others are not: arithmetic on hours, busy cells and terms."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from conversations.business import Staff
from conversations.rules.cells import CELL_MINUTES, CELL_SECONDS, CellSet, cells
from conversations.rules.opening import ONE_DAY, day_of, hours_of, is_open, open_stretches
from conversations.rules.policies import MINUTE, Terms


class Refusal(StrEnum):
    """Why a start cannot be had."""

    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    HOLIDAY = "holiday"
    DAY_CAP = "day_cap"
    """They have as many bookings that day as they take in a day. WEEK_CAP: in a week."""
    WEEK_CAP = "week_cap"
    TAKEN = "taken"
    BLOCKED = "blocked"
    """Taken out by hand."""
    ELSEWHERE = "elsewhere"
    """Another calendar of theirs says they are busy."""
    NO_RESOURCE = "no_resource"
    """Every room, chair or the like that it needs is taken."""
    HELD = "held"
    """Somebody is being asked for their YES to it just now: it may come free."""


class WallTime(StrEnum):
    """What a wall time is on a day when the clock changes."""

    PLAIN = "plain"
    GAP = "gap"
    """The clock jumps over it: it does not exist."""
    OVERLAP = "overlap"
    """It comes twice."""


BUSY = (Refusal.TAKEN, Refusal.BLOCKED, Refusal.ELSEWHERE, Refusal.HELD)
"""Why cells are busy, by what is named first."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """One staff member's time for one service: when they work, which cells are busy and why (buffers included), the
    terms, the busy cells of each resource of every kind that it needs, and how many bookings they have on a day."""

    staff: Staff
    terms: Terms
    busy: Mapping[Refusal, CellSet] = field(default_factory=dict)
    resources: Sequence[Sequence[CellSet]] = ()
    booked: Mapping[date, int] = field(default_factory=dict)


class Slot(NamedTuple):
    """A start that can be had."""

    start: datetime


def wall_time(day: date, at: time, zone: ZoneInfo) -> WallTime:
    """Whether this wall time exists once, twice or not at all in the zone."""
    first = datetime.combine(day, at.replace(fold=0), zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return WallTime.PLAIN
    there = first.astimezone(UTC).astimezone(zone)
    return WallTime.OVERLAP if there.replace(tzinfo=None) == first.replace(tzinfo=None) else WallTime.GAP


def occupied(stretches: Iterable[tuple[datetime, datetime]]) -> CellSet:
    """The cells that aware stretches touch."""
    touched = [cells(start, end) for start, end in stretches]
    base = min((one.start for one in touched), default=0)
    return CellSet.of(base, ((one.start, one.stop) for one in touched))


def why_not(calendar: Calendar, minutes: int, start: datetime, now: datetime) -> Refusal | None:
    """Why this staff member cannot start then, or None when they can. `start` and `now` are aware."""
    if reason := _why_not_now(calendar, start, now):
        return reason
    staff, begins, day = calendar.staff, start.astimezone(UTC), start.astimezone(calendar.staff.zone).date()
    if not is_open(staff, begins, begins + minutes * MINUTE):
        return Refusal.HOLIDAY if day_of(staff, day).holiday else Refusal.CLOSED
    return over_cap(calendar, day) or why_busy(calendar, minutes, start)


def _why_not_now(calendar: Calendar, start: datetime, now: datetime) -> Refusal | None:
    """Whether it is too late for that start, or too early, whatever the hours."""
    zone, terms, begins, asked = calendar.staff.zone, calendar.terms, start.astimezone(UTC), now.astimezone(UTC)
    if begins <= asked:
        return Refusal.PAST
    if begins < asked + terms.notice_minutes * MINUTE:
        return Refusal.TOO_SOON
    horizon = asked.astimezone(zone).date() + terms.horizon_days * ONE_DAY
    return Refusal.TOO_FAR if begins.astimezone(zone).date() > horizon else None


def why_busy(calendar: Calendar, minutes: int, start: datetime) -> Refusal | None:
    """What stands in the time from `start`, buffers included, whatever the hours and the notice."""
    begins = start.astimezone(UTC)  # adding to a local time would add wall time
    wanted = cells(begins - calendar.terms.before, begins + minutes * MINUTE + calendar.terms.after)
    for why in BUSY:
        if why in calendar.busy and calendar.busy[why].touches(wanted):
            return why
    short = any(all(one.touches(wanted) for one in kind) for kind in calendar.resources)
    return Refusal.NO_RESOURCE if short else None


def free_slots(calendars: Sequence[Calendar], minutes: int, first: date, last: date, now: datetime) -> list[Slot]:
    """Every start on the grid, on these days of theirs (both included), for which somebody is free; earliest first."""
    if not calendars or last < first:
        return []
    base = _up(datetime.combine(first - ONE_DAY, time(0), UTC))
    found, grids = CellSet(base), _Grids(minutes, base, is_single=len(calendars) == 1)
    for calendar in calendars:
        found |= _free(calendar, minutes, first, last, now, grids)
    zone = calendars[0].staff.zone
    return [_slot(cell, zone) for cell in found]


@lru_cache(maxsize=2048)
def _slot(cell: int, zone: ZoneInfo) -> Slot:
    """Kept, for all day long people are offered the same times of the same days."""
    return Slot(datetime.fromtimestamp(cell * CELL_SECONDS, zone))


def day_refusals(calendars: Sequence[Calendar], minutes: int, day: date, now: datetime) -> frozenset[Refusal]:
    """Why the starts of one day cannot be had; empty where nobody works long enough."""
    found = set()
    for calendar in calendars:
        if day_of(calendar.staff, day).holiday:
            found.add(Refusal.HOLIDAY)
        capped = over_cap(calendar, day)
        step, length = calendar.terms.grid_minutes * MINUTE, minutes * MINUTE
        for opens, closes in open_stretches(calendar.staff, day, day):
            start = opens
            while start + length <= closes:
                if reason := _why_not_now(calendar, start, now) or capped or why_busy(calendar, minutes, start):
                    found.add(reason)
                start += step
    return frozenset(found)


def _free(calendar: Calendar, minutes: int, first: date, last: date, now: datetime, grids: "_Grids") -> CellSet:
    """The cells at which this staff member can start."""
    staff, terms, base = calendar.staff, calendar.terms, grids.base
    soonest = now.astimezone(UTC) + terms.notice_minutes * MINUTE
    first = max(first, soonest.astimezone(staff.zone).date())
    last = min(last, now.astimezone(staff.zone).date() + terms.horizon_days * ONE_DAY)
    free = grids.of(staff, terms.grid_minutes, first, last) - CellSet.of(base, [(base, _up(soonest))])
    if terms.daily_cap is not None or terms.weekly_cap is not None:
        full = [day for day in _days(first, last) if over_cap(calendar, day)]
        free -= CellSet.of(base, (_cells_of_day(day, staff.zone) for day in full))
    for busy in calendar.busy.values():
        free -= _too_near(busy, terms, minutes, base)
    for kind in calendar.resources:
        with_one = CellSet(base)
        for busy in kind:
            with_one |= free - _too_near(busy, terms, minutes, base)
        free = with_one
    return free


class _Grids:
    """The cells on the grid from which people work long enough, made once for all who work at the same hours."""

    def __init__(self, minutes: int, base: int, *, is_single: bool) -> None:
        self.base = base
        self._minutes = minutes
        self._is_single = is_single
        self._made: dict[Hashable, CellSet] = {}

    def of(self, staff: Staff, grid_minutes: int, first: date, last: date) -> CellSet:
        if self._is_single:
            return _grid(staff, grid_minutes, self._minutes, first, last, self.base)
        asked = hours_of(staff, first, last + ONE_DAY), grid_minutes, first, last
        if asked not in self._made:
            self._made[asked] = _grid(staff, grid_minutes, self._minutes, first, last, self.base)
        return self._made[asked]


def _grid(staff: Staff, grid_minutes: int, minutes: int, first: date, last: date, base: int) -> CellSet:
    """Counted in elapsed time, so that the grid holds on a day with a clock change."""
    step, opened, grid = grid_minutes // CELL_MINUTES, [], 0
    for opens, closes in open_stretches(staff, first, last + ONE_DAY):
        start, stop = _up(opens), int(closes.timestamp() // CELL_SECONDS)
        if stop > start:
            opened.append((start, stop))
            if opens.astimezone(staff.zone).date() <= last:
                count = -(-(stop - start) // step)
                grid |= ((1 << step * count) - 1) // ((1 << step) - 1) << (start - base)
    return CellSet.of(base, opened).runs(_ceil(minutes)) & CellSet(base, grid)


def _too_near(busy: CellSet, terms: Terms, minutes: int, base: int) -> CellSet:
    """The cells from which the time wanted, buffers included, would touch what is busy: a busy cell keeps off whoever
    would start up to `behind` - 1 cells before it, or `before` cells after it."""
    before, behind = _ceil(terms.buffer_before), _ceil(minutes + terms.buffer_after)
    bits, have, want = busy.since(base).bits, 1, before + behind
    while have < want:
        step = min(have, want - have)
        bits |= bits << step
        have += step
    return CellSet(base, bits >> behind - 1)


def over_cap(calendar: Calendar, day: date) -> Refusal | None:
    """Whether a day of theirs, or its week, has as many bookings as they take."""
    terms, booked = calendar.terms, calendar.booked
    if terms.daily_cap is not None and booked.get(day, 0) >= terms.daily_cap:
        return Refusal.DAY_CAP
    if terms.weekly_cap is not None:
        monday = day - timedelta(days=day.weekday())
        if sum(booked.get(monday + timedelta(days=n), 0) for n in range(7)) >= terms.weekly_cap:
            return Refusal.WEEK_CAP
    return None


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _cells_of_day(day: date, zone: ZoneInfo) -> tuple[int, int]:
    midnights = (datetime.combine(one, time(0), zone) for one in (day, day + ONE_DAY))
    first, end = (_up(midnight) for midnight in midnights)
    return first, end


def _up(at: datetime) -> int:
    """The first cell that begins at or after this moment."""
    return int(-(-at.timestamp() // CELL_SECONDS))


def _ceil(minutes: int) -> int:
    return -(-minutes // CELL_MINUTES)
