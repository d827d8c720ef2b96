"""What becomes of each occurrence of a series: every one is checked like a single booking, each beside the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from conversations.rules.availability import Calendar, Refusal, Slot, WallTime, free_slots, wall_time, why_busy, why_not
from conversations.rules.cells import cells
from conversations.rules.choosing import nearest
from conversations.rules.series import MOST, Missing, Occurrence, Pattern, endless, occurrences
from conversations.series import Mode

AROUND = timedelta(days=3)
"""How far from where the series wants it another time still takes the place of one that cannot be had."""
_IN_VAIN = (Refusal.PAST, Refusal.TOO_FAR)
"""Where no other time nearby would help."""


@dataclass(frozen=True, slots=True)
class Item:
    """One occurrence: its wall time, and the moment that is to be booked for it (aware); or why it has none."""

    number: int
    at: datetime
    start: datetime | None = None
    why: Refusal | Missing | None = None

    @property
    def is_elsewhen(self) -> bool:
        """Another time takes its place."""
        return self.start is not None and self.start.replace(tzinfo=None) != self.at


@dataclass(frozen=True, slots=True)
class Plan:
    """Every occurrence of a series with one staff member."""

    calendar: Calendar
    minutes: int
    pattern: Pattern
    zone: ZoneInfo
    items: tuple[Item, ...]

    @property
    def booked(self) -> tuple[datetime, ...]:
        """The starts that can be had, in order."""
        return tuple(sorted(item.start for item in self.items if item.start is not None))

    @property
    def left_out(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.start is None)


def span(pattern: Pattern, zone: ZoneInfo) -> tuple[date, date]:
    """The days over which calendars are needed for a pattern, with room for what takes the place of an occurrence or
    follows at the end. Raises UnfitPattern."""
    found = occurrences(pattern, zone)
    further = list(islice(endless(pattern, zone), 2 * len(found)))
    return (found[0].at - AROUND).date(), (further[-1].at + AROUND).date()


def plan(calendar: Calendar, pattern: Pattern, minutes: int, zone: ZoneInfo, now: datetime) -> Plan:
    """Each occurrence at the time that the pattern wants, where that can be had. Raises UnfitPattern."""
    found = occurrences(pattern, zone)
    return Plan(calendar, minutes, pattern, zone, _checked(calendar, found, (), minutes, zone, now))


def in_mode(made: Plan, mode: Mode, now: datetime) -> Plan:
    """The same, with what the mode does about those that cannot be had."""
    match mode:
        case Mode.REPLACE:
            return _replaced(made, now)
        case Mode.EXTEND:
            return _extended(made, now)
        case Mode.SKIP | Mode.ALL_OR_NOTHING:
            return made


def can_move(
    calendar: Calendar, starts: Sequence[datetime], minutes: int, zone: ZoneInfo, now: datetime, *, notice: bool
) -> list[bool]:
    """Whether each of these can be had, beside those before it; without `notice`, whatever the hours and the notice."""
    taken: list[datetime] = []
    found = []
    for start in starts:
        exists = wall_time(start.date(), start.time(), zone) is not WallTime.GAP
        why = why_not(_with(calendar, taken), minutes, start, now) if notice else why_busy(calendar, minutes, start)
        fits = exists and start > now and why is None and _is_clear(calendar, minutes, start, taken)
        found.append(fits)
        taken += [start] if fits else []
    return found


def _checked(
    calendar: Calendar,
    found: Iterable[Occurrence],
    kept: Sequence[datetime],
    minutes: int,
    zone: ZoneInfo,
    now: datetime,
) -> tuple[Item, ...]:
    """Each is checked with those before it, and those `kept`, as if they were booked."""
    items, taken = [], list(kept)
    for each in found:
        start = each.at.replace(tzinfo=zone)
        why = each.missing or why_not(_with(calendar, taken), minutes, start, now)
        if why is None and not _is_clear(calendar, minutes, start, taken):
            why = Refusal.TAKEN
        if why is None:
            taken.append(start)
        items.append(Item(each.number, each.at, start if why is None else None, why))
    return tuple(items)


def _replaced(made: Plan, now: datetime) -> Plan:
    """The nearest time within a few days for each that cannot be had, where there is one."""
    reach = [item for item in made.left_out if item.why not in _IN_VAIN]
    if not reach:
        return made
    first, last = (reach[0].at - AROUND).date(), (reach[-1].at + AROUND).date()
    slots = free_slots([made.calendar], made.minutes, first, last, now)
    taken, items = list(made.booked), []
    for item in made.items:
        if item in reach and (slot := _nearest(made, slots, item, taken, now)) is not None:
            taken.append(slot.start)
            item = replace(item, start=slot.start.astimezone(made.zone))
        items.append(item)
    return replace(made, items=tuple(items))


def _nearest(made: Plan, slots: Sequence[Slot], item: Item, taken: Sequence[datetime], now: datetime) -> Slot | None:
    wanted = item.at.replace(tzinfo=made.zone)
    with_those = _with(made.calendar, taken)
    fitting = (
        slot
        for slot in slots
        if abs(slot.start - wanted) <= AROUND
        and _is_clear(made.calendar, made.minutes, slot.start, taken)
        and why_not(with_those, made.minutes, slot.start, now) is None
    )
    return next(iter(nearest(fitting, wanted, 1)), None)


def _extended(made: Plan, now: datetime) -> Plan:
    """As many more at the end as cannot be had before, as far as the business books ahead."""
    wanted, items = len(made.left_out), list(made.items)
    kept = list(made.booked)
    for each in islice(endless(made.pattern, made.zone), len(items), len(items) + MOST):
        if not wanted:
            break
        (item,) = _checked(made.calendar, (each,), kept, made.minutes, made.zone, now)
        if item.why is Refusal.TOO_FAR:
            break
        items.append(item)
        if item.start is not None:
            wanted -= 1
            kept.append(item.start)
    while len(items) > len(made.items) and items[-1].start is None:
        items.pop()
    return replace(made, items=tuple(items))


def _with(calendar: Calendar, taken: Sequence[datetime]) -> Calendar:
    """The calendar of somebody who has these bookings as well, as far as they take only so many in a day or week."""
    if calendar.terms.daily_cap is None and calendar.terms.weekly_cap is None:
        return calendar
    booked = dict(calendar.booked)
    for start in taken:
        day = start.astimezone(calendar.staff.zone).date()
        booked[day] = booked.get(day, 0) + 1
    return replace(calendar, booked=booked)


def _is_clear(calendar: Calendar, minutes: int, start: datetime, taken: Iterable[datetime]) -> bool:
    """Whether a start touches none of these, buffers included."""
    wanted = _cells(calendar, minutes, start)
    others = (_cells(calendar, minutes, other) for other in taken)
    return all(other.stop <= wanted.start or wanted.stop <= other.start for other in others)


def _cells(calendar: Calendar, minutes: int, start: datetime) -> range:
    begins, terms = start.astimezone(UTC), calendar.terms
    return cells(begins - terms.before, begins + timedelta(minutes=minutes) + terms.after)
