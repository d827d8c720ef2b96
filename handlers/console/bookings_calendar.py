"""Bookings laid out as a calendar, in quarter hours: columns of people or of days, in each lanes of what overlaps,
with what is not free beside them and the hours in which nobody works."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from conversations.booking import BookingStatus
from conversations.rules.opening import Stretch
from handlers.console.bookings_shown import Line
from handlers.console.calendar_beside import Aside, Beside

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
class AsideBlock:
    """Time that is not free though nothing is booked in it, laid out as a booking is."""

    aside: Aside
    row: int
    rows: int
    lane: int


@dataclass(frozen=True, slots=True)
class Column:
    """A staff member's day, or a day of all: what stands above it, what is dropped into it, and its blocks by start.
    `closed`: row and rows of each stretch in which nobody works."""

    title: str
    day: date
    staff: str
    """Who has what is dropped here; "" where they keep it."""
    lanes: int
    blocks: tuple[Block, ...]
    is_today: bool = False
    asides: tuple[AsideBlock, ...] = ()
    closed: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Columns, and the hours that are drawn beside them."""

    columns: tuple[Column, ...]
    hours: range


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A column before it is laid out."""

    title: str
    day: date
    staff: str
    lines: Sequence[Line]
    beside: Beside


def by_staff(
    lines: Sequence[Line], day: date, people: Sequence[tuple[int, str]], zone: ZoneInfo, beside: Beside | None = None
) -> Calendar:
    """One day, a column for each of these people and for whoever else has something on it."""
    names = dict(people) | {line.staff_id: line.staff for line in lines}
    wanted = [
        _Wanted(
            name, day, name, [line for line in lines if line.staff_id == staff_id], (beside or Beside()).of(staff_id)
        )
        for staff_id, name in names.items()
    ]  # fmt: skip
    return _calendar(wanted, zone, None, is_closed=beside is not None)


def by_day(
    lines: Sequence[Line], days: Sequence[date], zone: ZoneInfo, today: date, beside: Beside | None = None
) -> Calendar:
    """A column for each day."""
    wanted = [_Wanted(f"{day:%a} {day.day} {day:%b}", day, "", lines, beside or Beside()) for day in days]
    return _calendar(wanted, zone, today, is_closed=beside is not None)


def _calendar(wanted: Sequence[_Wanted], zone: ZoneInfo, today: date | None, *, is_closed: bool) -> Calendar:
    placed = [_placed(one.lines, one.day, zone) for one in wanted]
    works = [_rows_of(one.beside.hours, one.day, zone) for one in wanted]
    drawn = [(first, last) for one in placed for _, first, last, _ in one] + [span for one in works for span in one]
    opens = min([OPENS * ROWS_AN_HOUR, *(first for first, _ in drawn)]) // ROWS_AN_HOUR
    closes = -(-max([CLOSES * ROWS_AN_HOUR, *(last for _, last in drawn)]) // ROWS_AN_HOUR)
    first_row, end_row = opens * ROWS_AN_HOUR, closes * ROWS_AN_HOUR
    columns = []
    for one, lines, open_rows in zip(wanted, placed, works, strict=True):
        asides = _asides(one.beside.asides, one.day, zone, first_row, end_row)
        blocks, beside = _in_lanes([*lines, *asides], first_row)
        lanes = max([1, *(block.lane for block in blocks), *(block.lane for block in beside)])
        closed = _closed(open_rows, first_row, end_row) if is_closed else ()
        columns.append(Column(one.title, one.day, one.staff, lanes, blocks, one.day == today, beside, closed))
    return Calendar(tuple(columns), range(opens, closes))


def _rows(start: datetime, end: datetime, day: date, zone: ZoneInfo) -> tuple[int, int] | None:
    """The first row of what touches this day, and the row behind its last, from midnight on."""
    start, end = start.astimezone(zone), end.astimezone(zone)
    if start.date() > day or end <= datetime.combine(day, time(0), zone):
        return None
    first = _row(start) if start.date() == day else 0
    last = -(-_minutes(end) // ROW_MINUTES) if end.date() == day else 24 * ROWS_AN_HOUR
    return first, max(last, first + 1)


def _rows_of(hours: Iterable[Stretch], day: date, zone: ZoneInfo) -> list[tuple[int, int]]:
    return sorted(rows for start, end in hours if (rows := _rows(start, end, day, zone)) is not None)


def _closed(open_rows: Iterable[tuple[int, int]], first_row: int, end_row: int) -> tuple[tuple[int, int], ...]:
    """What lies between the open stretches, which are in order."""
    closed, at = [], first_row
    for first, last in (*open_rows, (end_row, end_row)):
        if first > at:
            closed.append((at - first_row + 1, first - at))
        at = max(at, last)
    return tuple(closed)


def _asides(
    asides: Iterable[Aside], day: date, zone: ZoneInfo, first_row: int, end_row: int
) -> Iterator[tuple[Aside, int, int, int]]:
    """What of them is on this day, within the hours that are drawn."""
    for aside in asides:
        rows = _rows(aside.start, aside.end, day, zone)
        if rows is not None and rows[0] < end_row and rows[1] > first_row:
            yield aside, max(rows[0], first_row), min(rows[1], end_row), 1


def _placed(lines: Iterable[Line], day: date, zone: ZoneInfo) -> list[tuple[Line, int, int, int]]:
    """What touches this day, with its first row and the row behind its last, from midnight on; a class once, with how
    many have booked it."""
    found: dict[object, tuple[Line, int, int, int]] = {}
    for line in lines:
        rows = _rows(line.start, line.end, day, zone)
        if rows is None:
            continue
        which = line.id if line.class_id is None else f"C{line.class_id}"
        if which in found:
            known, *where, count = found[which]
            found[which] = (known, where[0], where[1], count + 1)
            continue
        found[which] = (line, *rows, 1)
    return list(found.values())


def _in_lanes(
    placed: Iterable[tuple[Line | Aside, int, int, int]], first_row: int
) -> tuple[tuple[Block, ...], tuple[AsideBlock, ...]]:
    """Each in the first lane that is free at its start, a booking before what is not one."""
    free_from: list[int] = []
    blocks, asides = [], []
    for what, first, last, count in sorted(placed, key=_in_order):
        lane = next((i for i, free in enumerate(free_from) if free <= first), len(free_from))
        if lane == len(free_from) and lane < MOST_LANES:
            free_from.append(last)
        lane = min(lane, MOST_LANES - 1)
        free_from[lane] = max(free_from[lane], last)
        row, rows = first - first_row + 1, last - first
        if isinstance(what, Aside):
            asides.append(AsideBlock(what, row, rows, lane + 1))
        else:
            is_movable = what.status in MOVABLE and what.class_id is None
            blocks.append(Block(what, row, rows, lane + 1, count, is_movable))
    return tuple(blocks), tuple(asides)


def _in_order(one: tuple[Line | Aside, int, int, int]) -> tuple[int, bool, int]:
    what, first, *_ = one
    return (first, True, 0) if isinstance(what, Aside) else (first, False, what.id)


def _row(at: datetime) -> int:
    return _minutes(at) // ROW_MINUTES


def _minutes(at: datetime) -> int:
    return at.hour * 60 + at.minute


def week_of(day: date) -> tuple[date, ...]:
    """The days of its week, from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=i) for i in range(7))
