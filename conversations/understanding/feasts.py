"""How the day of a holiday is found in a year: by its date, its weekday, the church or the moon."""

import calendar
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from dateutil.easter import EASTER_ORTHODOX, easter

from conversations.understanding import moon
from conversations.understanding.days import ahead, make

_FRIDAY, _SUNDAY = 4, 6


class Holiday(NamedTuple):
    """The days it begins on in a year, and how many days it lasts."""

    begins: Callable[[int], tuple[date, ...]]
    days: int = 1


def fixed(month: int, day: int) -> Holiday:
    return Holiday(lambda year: tuple(found for found in (make(year, month, day),) if found))


def nth(month: int, which: int, weekday: int, *, plus: int = 0) -> Holiday:
    """The first, second … weekday of a month, or the last one, and so many days after it."""

    def begins(year: int) -> tuple[date, ...]:
        day = ahead(date(year, month, 1), weekday) + timedelta(days=7 * (which - 1))
        return (day - timedelta(days=0 if day.month == month else 7) + timedelta(days=plus),)

    return Holiday(begins)


def after_easter(plus: int) -> Holiday:
    return Holiday(lambda year: (easter(year) + timedelta(days=plus),))


def after_orthodox_easter(plus: int, days: int = 1) -> Holiday:
    return Holiday(lambda year: (easter(year, EASTER_ORTHODOX) + timedelta(days=plus),), days)


def by_moon(month: int, day: int, days: int = 1) -> Holiday:
    """By the calendar that is calculated; the moon that is seen may lie a day off it."""
    return Holiday(lambda year: moon.islamic(year, month, day), days)


def after_moon(month: int, from_day: int, phase: float, shift: float, plus: int = 0) -> Holiday:
    """So many days after the new (0) or full (0.5) moon that comes on or after a date."""
    return Holiday(lambda year: (moon.phase_after(date(year, month, from_day), phase, shift) + timedelta(days=plus),))


def kings_day(year: int) -> tuple[date, ...]:
    """The Dutch one: 27 April, on a Sunday the day before."""
    day = date(year, 4, 27)
    return (day - timedelta(days=day.weekday() == _SUNDAY),)


def pongal(year: int) -> tuple[date, ...]:
    """The sun enters Capricorn, in India: 14 January, in every third and fourth year the day after."""
    return (date(year, 1, 15 if year % 4 in (0, 3) else 14),)


def with_its_eve(begins: Callable[[int, int], tuple[date, ...]], days: int, *, plus: int = 0) -> Holiday:
    """A feast of some days, with the evening before, on which it begins."""
    return Holiday(lambda year: begins(year, plus - 1), days + 1)


def days_after(begins: Callable[[int], tuple[date, ...]], plus: int) -> Holiday:
    return Holiday(lambda year: tuple(day + timedelta(days=plus) for day in begins(year)))


def rabindra_jayanti(year: int) -> tuple[date, ...]:
    """The 25th of Boishakh, which leap years bring a day nearer."""
    return (date(year, 5, 8 if calendar.isleap(year) else 9),)


def parsi_new_year(year: int) -> tuple[date, ...]:
    """Every 365 days, without a leap year."""
    return (date(2018, 8, 17) + timedelta(days=365 * (year - 2018)),)


def last_friday_of_ramadan(year: int) -> tuple[date, ...]:
    return tuple(ahead(eid - timedelta(days=7), _FRIDAY) for eid in moon.islamic(year, 10, 1))


def boss_day(year: int) -> tuple[date, ...]:
    """16 October, or the working day that is nearest."""
    day = date(year, 10, 16)
    return (day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0)),)
