"""A pattern of repeated days and one wall time → its occurrences, in the local time of the place."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count as numbers
from zoneinfo import ZoneInfo

from conversations.rules.availability import WallTime, wall_time
from conversations.series import Frequency

FEWEST, MOST = 2, 52
LARGEST_INTERVAL = 12
_A_WEEK = 7


class Unfit(StrEnum):
    """What is wrong with a pattern."""

    LENGTH = "length"
    """It needs a number of times or a last day, and not both."""
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    ENDS_BEFORE = "ends_before"
    """Its last day lies before its first."""
    DAYS = "days"
    """Weekdays that do not exist, or that a daily or monthly rhythm has no use for."""
    INTERVAL = "interval"


class UnfitPattern(ValueError):
    """`reason` says what is wrong; the text is for who reads a log or an API's answer."""

    def __init__(self, reason: Unfit, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Missing(StrEnum):
    """Why a pattern has no start where its rhythm wants one."""

    NO_SUCH_DAY = "no_such_day"
    """The month has no such day."""
    GAP = "gap"
    """The clock jumps over that hour."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every `interval` days, weeks or months from `start` (wall time without a zone), on `days_of_week` (Monday is 0)
    where it is weekly; so many times (`count`), or until a day, itself included. A start on no listed day moves to the
    next listed one."""

    frequency: Frequency
    start: datetime
    interval: int = 1
    days_of_week: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None

    @property
    def first(self) -> datetime:
        """The start, on a listed day."""
        if not self.days_of_week:
            return self.start
        ahead = min((weekday - self.start.weekday()) % _A_WEEK for weekday in self.days_of_week)
        return self.start + timedelta(days=ahead)


def after(first: datetime, count: int, unit: Frequency) -> datetime:
    """So many days, weeks or months on; of a month without the day, its last one."""
    match unit:
        case Frequency.DAILY:
            return first + timedelta(days=count)
        case Frequency.WEEKLY:
            return first + timedelta(days=count * _A_WEEK)
        case Frequency.MONTHLY:
            return _months_on(first, count)[0]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of them, counted from 1. `at` is wall time; where its month has no such day, that of the month's last one."""

    number: int
    at: datetime
    missing: Missing | None = None


def occurrences(pattern: Pattern, zone: ZoneInfo) -> tuple[Occurrence, ...]:
    """All of them, in order. A count counts those that are missing as well.

    Raises UnfitPattern where the pattern does not fit, or has fewer than two or more than 52."""
    _check(pattern)
    found: list[Occurrence] = []
    for each in endless(pattern, zone):
        if len(found) == pattern.count or (pattern.until is not None and each.at.date() > pattern.until):
            break
        if len(found) == MOST:
            raise UnfitPattern(Unfit.TOO_MANY, f"a series has at most {MOST} occurrences")
        found.append(each)
    if len(found) < FEWEST:
        raise UnfitPattern(Unfit.TOO_FEW, f"a series has at least {FEWEST} occurrences")
    return tuple(found)


def endless(pattern: Pattern, zone: ZoneInfo) -> Iterator[Occurrence]:
    """Its occurrences, whatever its end."""
    for number, (at, exists) in enumerate(_starts(pattern), start=1):
        found = Occurrence(number, at)
        if not exists:
            yield replace(found, missing=Missing.NO_SUCH_DAY)
        elif wall_time(at.date(), at.time(), zone) is WallTime.GAP:
            yield replace(found, missing=Missing.GAP)
        else:
            yield found


def _check(pattern: Pattern) -> None:
    if not 1 <= pattern.interval <= LARGEST_INTERVAL:
        raise UnfitPattern(Unfit.INTERVAL, f"the interval is from 1 to {LARGEST_INTERVAL}")
    days = pattern.days_of_week
    if any(not 0 <= day < _A_WEEK for day in days) or (days and pattern.frequency is not Frequency.WEEKLY):
        raise UnfitPattern(Unfit.DAYS, "days of the week are 0 to 6, and for a weekly series alone")
    if (pattern.count is None) is (pattern.until is None):
        raise UnfitPattern(Unfit.LENGTH, "a series has either a count or a last day")
    if pattern.count is not None and pattern.count < FEWEST:
        raise UnfitPattern(Unfit.TOO_FEW, f"a series has at least {FEWEST} occurrences")
    if pattern.count is not None and pattern.count > MOST:
        raise UnfitPattern(Unfit.TOO_MANY, f"a series has at most {MOST} occurrences")
    if pattern.until is not None and pattern.until < pattern.first.date():
        raise UnfitPattern(Unfit.ENDS_BEFORE, "the last day lies before the first")


def _starts(pattern: Pattern) -> Iterator[tuple[datetime, bool]]:
    """Each wall time that the rhythm wants, and whether there is such a day."""
    first = pattern.first
    match pattern.frequency:
        case Frequency.DAILY:
            for step in numbers():
                yield first + timedelta(days=step * pattern.interval), True
        case Frequency.WEEKLY:
            monday = first - timedelta(days=first.weekday())
            listed = sorted(set(pattern.days_of_week or (first.weekday(),)))
            for step in numbers():
                for weekday in listed:
                    at = monday + timedelta(days=step * pattern.interval * _A_WEEK + weekday)
                    if at >= first:
                        yield at, True
        case Frequency.MONTHLY:
            for step in numbers():
                yield _months_on(first, step * pattern.interval)


def _months_on(first: datetime, months: int) -> tuple[datetime, bool]:
    """The same day so many months on, and whether there is one: else the last of its month."""
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    last = monthrange(year, month)[1]
    return first.replace(year=year, month=month, day=min(first.day, last)), first.day <= last
