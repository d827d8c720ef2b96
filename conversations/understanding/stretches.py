"""What each wording of several days says: weeks, weekends, months and their parts, from one day to another."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import (
    DAY_KINDS,
    NO_SUCH_DATE,
    PAST,
    Day,
    Today,
    certain,
    has,
    values,
    weeks_ahead,
)
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_JOINING = (Kind.OR, Kind.AND, Kind.SLASH)
_LONGEST = 62
_FRIDAY_AND_SATURDAY = frozenset({"BH", "DZ", "EG", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"})
"""Regions where these are the weekend (Unicode CLDR, weekData)."""


def between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, two months at most; only `first` when they are out of order."""
    return tuple(first + timedelta(days=more) for more in range(max(0, min((last - first).days, _LONGEST)) + 1))


def _stretch(first: date, last: date, today: Today) -> Day:
    """What is left of it from today on."""
    if last < today.date:
        return Day(reason=PAST)
    return Day(between(max(first, today.date), last), stretch=True)


def days_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (month,) = values(lexemes, Kind.MONTH)
    year = values(lexemes, Kind.YEAR)
    made = [
        days.make(year[0], month, day) if year else days.next_yearly(today.date, month, day)
        for day in values(lexemes, *DAY_KINDS)
    ]
    return _ends(made, lexemes, today)


def days_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    first, last = (days.next_monthly(today.date, day) for day in values(lexemes, *DAY_KINDS))
    return _ends([first, last], lexemes, today)


def _ends(made: Sequence[date | None], lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    first, last = made
    if first is None or last is None:
        return Day(reason=NO_SUCH_DATE)
    if lexemes[0].kind is not Kind.BETWEEN and has(lexemes, *_JOINING):
        kept = tuple(sorted({day for day in (first, last) if day >= today.date}))
        return Day(kept) if kept else Day(reason=PAST)
    return _stretch(first, last, today) if first < last else certain(first, today)


def after_next(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if has(lexemes, Kind.WEEKEND):
        saturday, sunday = _weekend(today, 0)
        return Day(tuple(day + timedelta(days=more) for more in (7, 14) for day in (saturday, sunday)))
    return _stretch(days.week_day(today.date, 0, 2), days.week_day(today.date, 6, 2), today)


def week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    weeks = weeks_ahead(lexemes)
    return _stretch(days.week_day(today.date, 0, weeks), days.week_day(today.date, 6, weeks), today)


def _weekend(today: Today, weeks: int) -> tuple[date, date]:
    first = 4 if today.region.upper() in _FRIDAY_AND_SATURDAY else 5
    start = days.week_day(today.date, first, 0)
    if start + timedelta(days=1) < today.date:
        start += timedelta(days=7)
    start += timedelta(days=7 * weeks)
    return start, start + timedelta(days=1)


def weekend(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Next weekend" may be the coming one or the one after it: each of the four days."""
    coming = _weekend(today, 0)
    if has(lexemes, Kind.NEXT):
        return Day(tuple(sorted({day for day in (*coming, *_weekend(today, 1)) if day >= today.date})))
    return _stretch(*coming, today)


def _month(lexemes: Sequence[Lexeme], today: Today) -> tuple[date, date]:
    first = today.date.replace(day=1)
    if named := values(lexemes, Kind.MONTH):
        years = 0 if named[0] >= first.month else 1
        first = date(first.year + years, named[0], 1)
    elif has(lexemes, Kind.NEXT, Kind.COMING):
        first = days.months_on(first, 1)
    return first, days.months_on(first, 1) - timedelta(days=1)


def week_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """Seven days each: the first week is the 1st to the 7th; the last ends the month."""
    first, last = _month(lexemes, today)
    if has(lexemes, Kind.LAST):
        return _stretch(last - timedelta(days=6), last, today)
    (which,) = values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    begins = first + timedelta(days=7 * (which - 1))
    return _stretch(begins, min(last, begins + timedelta(days=6)), today) if 0 < which <= 4 else None


def month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return _stretch(*_month(lexemes, today), today)


def leading(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """The beginning, the middle or the end of a week (Mon-Wed, Tue-Thu, Thu-Sun) or a month (ten days each)."""
    kind = lexemes[0].kind
    if has(lexemes, Kind.MONTH, Kind.MONTHS_UNIT):
        first, last = _month(lexemes, today)
        cuts = {Kind.EARLY: (first, first.replace(day=10)), Kind.MID: (first.replace(day=11), first.replace(day=20))}
        return _stretch(*cuts.get(kind, (first.replace(day=21), last)), today)
    weeks = weeks_ahead(lexemes)
    begins, ends = {Kind.EARLY: (0, 2), Kind.MID: (1, 3)}.get(kind, (3, 6))
    return _stretch(days.week_day(today.date, begins, weeks), days.week_day(today.date, ends, weeks), today)
