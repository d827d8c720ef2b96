"""The moon: when it is new or full, and the Islamic calendar that counts by it."""

import math
from datetime import date, timedelta

_MONTH = 29.530588861
_NEW_MOON = 2451550.09766
"""The new moon of 6 January 2000, as a Julian day."""
_ORDINAL = 1721424.5
"""The Julian day that date.toordinal counts from."""
_MUHARRAM = 231
"""The new moon, counted from that one, before 1 Muharram 1440."""
_MECCA_EVENING = 0.375
"""Days from the sunset in Mecca, about 15:00 in Greenwich, to midnight."""
BEIJING, DELHI, DELHI_EVENING = 1 / 3, 0.23, -0.52
"""Days by which midnight there, or the sunset before it, lies ahead of Greenwich's midnight."""


def phase_after(since: date, phase: float, shift: float) -> date:
    """The day, as counted at a place, of the first new (0) or full (0.5) moon on or after `since`."""
    lunations = (since.toordinal() + _ORDINAL - _NEW_MOON) / _MONTH - phase
    for count in range(math.floor(lunations) - 1, math.floor(lunations) + 4):
        day = date.fromordinal(math.floor(_instant(count + phase) - _ORDINAL + shift))
        if day >= since:
            return day
    raise AssertionError(since)


def _instant(count: float) -> float:
    """After Meeus, Astronomical Algorithms, chapter 49: its largest terms, right to some minutes."""
    centuries = count / 1236.85
    instant = _NEW_MOON + _MONTH * count + 0.00015437 * centuries**2
    sun = math.radians(2.5534 + 29.1053567 * count)
    moon = math.radians(201.5643 + 385.81693528 * count)
    latitude = math.radians(160.7108 + 390.67050284 * count)
    if count % 1:
        more = -0.40614 * math.sin(moon) + 0.17302 * math.sin(sun) + 0.01614 * math.sin(2 * moon)
        return instant + more + 0.01043 * math.sin(2 * latitude) + 0.00734 * math.sin(moon - sun)
    more = -0.40720 * math.sin(moon) + 0.17241 * math.sin(sun) + 0.01608 * math.sin(2 * moon)
    return instant + more + 0.01039 * math.sin(2 * latitude) + 0.00739 * math.sin(moon - sun)


def islamic(year: int, month: int, day: int) -> tuple[date, ...]:
    """The days of a year that are that day of the Islamic calendar: none, one or two."""
    first = math.floor((date(year, 1, 1).toordinal() + _ORDINAL - _NEW_MOON) / _MONTH) - 1
    days = (
        _begins(count) + timedelta(days=day - 1)
        for count in range(first, first + 16)
        if (count - _MUHARRAM) % 12 == month - 1
    )
    return tuple(found for found in days if found.year == year)


def _begins(count: int) -> date:
    """The day after the evening in Mecca that follows the new moon (the rule of Umm al-Qura, near enough)."""
    return date.fromordinal(math.floor(_instant(count) - _ORDINAL + _MECCA_EVENING) + 1)
