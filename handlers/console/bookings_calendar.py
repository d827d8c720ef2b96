"""Bookings laid out as a calendar, in quarter hours: columns of people or of days, in each lanes of what overlaps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conversations.booking import BookingStatus
from handlers.console.bookings_shown import Line

ROW_MINUTES = 15
ROWS_AN_HOUR = 60 // ROW_MINUTES
MOST_LANES = 8
"""What overlaps more than that lies in the last lane."""
OPENS, CLOSES = 8, 18
"""Hours that are drawn at least."""
MOVABLE = (BookingStatus.APPROVED, BookingStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Block:
    """One booking, or all of one class, in its column: `row` counts quarter hours from the first hour drawn, from 1."""

    line: Line
    row: int
    rows: int
    lane: int
    bookings: int
    is_movable: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A staff member's day, or a day of all: what stands above it, what is dropped into it, and its blocks by start."""

    title: str
    day: date
    staff: str
    """Who has what is dropped here; "" where they keep it."""
    lanes: int
    blocks: tuple[Block, ...]
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Columns, and the hours that are drawn beside them."""

    columns: tuple[Column, ...]
    hours: range


def by_staff(lines: Sequence[Line], day: date, people: Sequence[tuple[int, str]], zone: ZoneInfo) -> Calendar:
    """One day, a column for each of these people and for whoever else has something on it."""
    names = dict(people) | {line.staff_id: line.staff for line in lines}
    wanted = [
        (name, day, name, [line for line in lines if line.staff_id == staff_id]) for staff_id, name in names.items()
    ]
    return _calendar(wanted, zone, None)


def by_day(lines: Sequence[Line], days: Sequence[date], zone: ZoneInfo, today: date) -> Calendar:
    """A column for each day."""
    wanted = [(f"{day:%a} {day.day} {day:%b}", day, "", list(lines)) for day in days]
    return _calendar(wanted, zone, today)


def _calendar(wanted: Iterable[tuple[str, date, str, list[Line]]], zone: ZoneInfo, today: date | None) -> Calendar:
    placed = [(title, day, staff, _placed(lines, day, zone)) for title, day, staff, lines in wanted]
    starts = [first for *_, blocks in placed for _, first, _, _ in blocks]
    ends = [last for *_, blocks in placed for _, _, last, _ in blocks]
    opens = min([OPENS * ROWS_AN_HOUR, *starts]) // ROWS_AN_HOUR
    closes = -(-max([CLOSES * ROWS_AN_HOUR, *ends]) // ROWS_AN_HOUR)
    columns = []
    for title, day, staff, blocks in placed:
        laid = _in_lanes(blocks, opens * ROWS_AN_HOUR)
        lanes = max((block.lane for block in laid), default=1)
        columns.append(Column(title, day, staff, lanes, laid, day == today))
    return Calendar(tuple(columns), range(opens, closes))


def _placed(lines: Iterable[Line], day: date, zone: ZoneInfo) -> list[tuple[Line, int, int, int]]:
    """What touches this day, with its first row and the row behind its last, from midnight on; a class once, with how
    many have booked it."""
    found: dict[object, tuple[Line, int, int, int]] = {}
    for line in lines:
        start, end = line.start.astimezone(zone), line.end.astimezone(zone)
        if start.date() > day or end <= datetime.combine(day, time(0), zone):
            continue
        which = line.id if line.class_id is None else f"C{line.class_id}"
        if which in found:
            known, *where, count = found[which]
            found[which] = (known, where[0], where[1], count + 1)
            continue
        first = _row(start) if start.date() == day else 0
        last = -(-_minutes(end) // ROW_MINUTES) if end.date() == day else 24 * ROWS_AN_HOUR
        found[which] = (line, first, max(last, first + 1), 1)
    return list(found.values())


def _in_lanes(placed: Iterable[tuple[Line, int, int, int]], first_row: int) -> tuple[Block, ...]:
    """Each in the first lane that is free at its start."""
    free_from: list[int] = []
    blocks = []
    for line, first, last, count in sorted(placed, key=lambda one: (one[1], one[0].id)):
        lane = next((i for i, free in enumerate(free_from) if free <= first), len(free_from))
        if lane == len(free_from) and lane < MOST_LANES:
            free_from.append(last)
        lane = min(lane, MOST_LANES - 1)
        free_from[lane] = max(free_from[lane], last)
        is_movable = line.status in MOVABLE and line.class_id is None
        block = Block(line, first - first_row + 1, last - first, lane + 1, count, is_movable)
        blocks.append(block)
    return tuple(blocks)


def _row(at: datetime) -> int:
    return _minutes(at) // ROW_MINUTES


def _minutes(at: datetime) -> int:
    return at.hour * 60 + at.minute


def week_of(day: date) -> tuple[date, ...]:
    """The days of its week, from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=i) for i in range(7))
