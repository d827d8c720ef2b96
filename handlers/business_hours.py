"""Hours as business.toml writes them: "Mon-Fri 09:00-18:00" every week, "2026-12-24 09:00-13:00" or "2026-12-25 closed"
on a date."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, time, timedelta

from conversations.rules.cells import CELL_MINUTES

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DAYS = 366
Hours = tuple[time, time]
_TIMES = r"(\d{2}:\d{2})-(\d{2}:\d{2})"
_WEEKLY = re.compile(rf"^([a-z]{{3}})(?:-([a-z]{{3}}))? +{_TIMES}$")
_DATED = re.compile(rf"^(\d{{4}}-\d\d-\d\d)(?: *(?:\.\.|to) *(\d{{4}}-\d\d-\d\d))? +(?:(closed)|{_TIMES})$")


def shifts(line: str) -> list[tuple[int, time, time]]:
    """ "Mon-Fri 09:00-18:00" → (weekday, opens, closes) each; 00:00 as the end is midnight. Raises ValueError."""
    found = _WEEKLY.match(line.strip().lower())
    if found is None or not {found.group(1), found.group(2) or "mon"} <= set(DAYS):
        raise ValueError(f'"{line}": wanted hours such as "Mon-Fri 09:00-18:00" or "Sat 10:00-14:00"')
    first = DAYS.index(found.group(1))
    last = DAYS.index(found.group(2)) if found.group(2) else first
    opens, closes = _hours(line, found.group(3), found.group(4))
    return [((first + n) % 7, opens, closes) for n in range((last - first) % 7 + 1)]


def dated(line: str) -> list[tuple[date, Hours | None]]:
    """ "2026-12-24 09:00-13:00" → the date and its hours; "2026-12-25..2026-12-31 closed" → each date and None.

    Raises ValueError."""
    found = _DATED.match(line.strip().lower())
    if found is None:
        raise ValueError(
            f'"{line}": wanted "2026-12-24 09:00-13:00", "2026-12-25 closed" or "2026-12-25..2026-12-31 closed"'
        )
    try:
        first = date.fromisoformat(found.group(1))
        last = date.fromisoformat(found.group(2) or found.group(1))
    except ValueError:
        raise ValueError(f'"{line}": there is no such date') from None
    if not timedelta(0) <= last - first < timedelta(days=MOST_DAYS):
        raise ValueError(f'"{line}": it ends before it begins, or lasts over a year')
    hours = None if found.group(3) else _hours(line, found.group(4), found.group(5))
    return [(first + timedelta(days=n), hours) for n in range((last - first).days + 1)]


def written_shifts(shifts: Iterable[tuple[int, time, time]]) -> list[str]:
    """(weekday, opens, closes) each → "Mon-Fri 09:00-18:00": neighbouring days with equal hours together, in the order
    of the week; a run across Sunday night is one line too."""
    days: dict[Hours, Counter[int]] = {}
    for weekday, opens, closes in shifts:
        days.setdefault((opens, closes), Counter())[weekday] += 1
    lines: list[tuple[int, time, str]] = []
    for (opens, closes), count in days.items():
        while count:  # more than one round only where the very same hours were written twice
            for first, last in _runs(set(count)):
                name = DAYS[first].title() + (f"-{DAYS[last].title()}" if last != first else "")
                lines.append((first, opens, f"{name} {opens:%H:%M}-{closes:%H:%M}"))
            count -= Counter(set(count))
    return [line for _, _, line in sorted(lines)]


def written_dates(dates: Iterable[tuple[date, Hours | None]]) -> list[str]:
    """What dated() would read again: dates behind each other with equal hours together."""
    lines: list[tuple[date, date, Hours | None]] = []
    for day, hours in sorted(dates, key=lambda one: (one[1] or (), one[0])):
        if lines and lines[-1][1] == day - timedelta(days=1) and lines[-1][2] == hours:
            lines[-1] = (lines[-1][0], day, hours)
        else:
            lines.append((day, day, hours))
    return [_written(*line) for line in sorted(lines, key=lambda line: (line[0], line[2] or ()))]


def _written(first: date, last: date, hours: Hours | None) -> str:
    days = f"{first}" if first == last else f"{first}..{last}"
    return f"{days} closed" if hours is None else f"{days} {hours[0]:%H:%M}-{hours[1]:%H:%M}"


def _hours(line: str, opens: str, closes: str) -> Hours:
    try:
        found = time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError:
        raise ValueError(f'"{line}": there is no such time of day') from None
    if any(at.minute % CELL_MINUTES for at in found):
        raise ValueError(f'"{line}": hours come in steps of {CELL_MINUTES} minutes')
    if found[1] != time(0) and found[1] <= found[0]:
        raise ValueError(f'"{line}": it closes before it opens; hours across midnight are two lines')
    return found


def _runs(days: set[int]) -> list[tuple[int, int]]:
    """{0, 1, 2, 5} → (0, 2), (5, 5)."""
    if len(days) == len(DAYS):
        return [(0, len(DAYS) - 1)]
    firsts = [day for day in sorted(days) if (day - 1) % len(DAYS) not in days]
    return [(first, _last(first, days)) for first in firsts]


def _last(first: int, days: set[int]) -> int:
    while (first + 1) % len(DAYS) in days:
        first = (first + 1) % len(DAYS)
    return first
