"""The Hebrew calendar, as far as its feasts need it: the day a year begins on, and how far a feast lies from it."""

from datetime import date, timedelta

_EPOCH = -1373427
"""Its first day, as date.toordinal counts, less the one that `_elapsed` counts from."""
_CIVIL = 3760
"""Years it is ahead of ours, from autumn to autumn."""


def new_year(year: int) -> date:
    """The first of Tishri of a Hebrew year (after Dershowitz and Reingold, Calendrical Calculations)."""
    before, this, after = (_elapsed(each) for each in (year - 1, year, year + 1))
    delay = 2 if after - this == 356 else int(this - before == 382)
    return date.fromordinal(_EPOCH + this + delay)


def _elapsed(year: int) -> int:
    """Days from the epoch to the new moon of that year's Tishri, put off where a feast may not fall."""
    months = (235 * year - 234) // 19
    parts = 12084 + 13753 * months
    days = 29 * months + parts // 25920
    return days + (3 * (days + 1) % 7 < 3)


def in_autumn(year: int, plus: int) -> tuple[date, ...]:
    """So many days after the new year that begins in that year of ours."""
    return (new_year(year + _CIVIL + 1) + timedelta(days=plus),)


def in_spring(year: int, plus: int) -> tuple[date, ...]:
    """So many days after Passover; it lies 163 days before the new year that follows."""
    return (new_year(year + _CIVIL + 1) + timedelta(days=plus - 163),)


def in_winter(year: int, plus: int) -> tuple[date, ...]:
    """So many days after the 25th of Kislev, which the length of the year moves by a day."""
    begins = new_year(year + _CIVIL + 1)
    length = (new_year(year + _CIVIL + 2) - begins).days
    return (begins + timedelta(days=83 + (length % 10 == 5) + plus),)
