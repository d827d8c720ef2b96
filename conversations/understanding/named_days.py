"""What each wording with a named day says: "christmas", "next easter", "thanksgiving 2027", "3 days after diwali"."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import (
    FURTHEST,
    PAST,
    UNITS,
    Day,
    Today,
    certain,
    count_of,
    has,
    on_in_units,
    values,
    year_of,
)
from conversations.understanding.feasts import Holiday, fixed
from conversations.understanding.holidays import holiday, on_or_after
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import HOLIDAY, MAYBE_HOLIDAY
from conversations.understanding.stretches import stretch

_MONDAY, _SATURDAY = 0, 5


def _holiday(named: Lexeme, today: Today) -> Holiday:
    if named.until in (HOLIDAY, MAYBE_HOLIDAY):
        return holiday(named.value, today.region)
    return fixed(*divmod(named.value, 100))


def coming(named: Lexeme, today: Today, year: int | None = None) -> date | None:
    """Its next day, or the one in that year."""
    found = _holiday(named, today)
    if year is None:
        return on_or_after(found, today.date)
    return next(iter(found.begins(year)), None)


def named_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    named = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.NAMED_DAY)
    year = year_of(lexemes, today)
    day = coming(named, today, year)
    if day is None or (has(lexemes, Kind.LAST) and year is None):
        return Day(reason=PAST)
    if has(lexemes, Kind.WEEKEND):
        return _weekend(day, today)
    if has(lexemes, Kind.WEEK):
        return stretch(days.week_day(day, 0, 0), days.week_day(day, 6, 0), today)
    lasts = _holiday(named, today).days
    if lasts > 1:
        return stretch(day, day + timedelta(days=lasts - 1), today)
    if named.until == MAYBE_HOLIDAY and year is None and len(lexemes) == 1:
        return Day(tuple(sorted({day, days.ahead(today.date, day.weekday())})))
    return certain(day, today)


def _weekend(day: date, today: Today) -> Day:
    """The weekend beside it: the holiday itself belongs to it when it is a Friday or a Monday."""
    saturday = days.week_day(day, _SATURDAY, -1 if day.weekday() == _MONDAY else 0)
    return stretch(
        min(saturday, day) if day.weekday() == _SATURDAY - 1 else saturday,
        max(saturday + timedelta(days=1), day if day.weekday() == _MONDAY else saturday),
        today,
    )


def from_named_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "3 days after easter", "two weeks before christmas", "the second friday after diwali"."""
    named = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.NAMED_DAY)
    day = coming(named, today, year_of(lexemes, today))
    if day is None:
        return None
    if weekdays := values(lexemes, Kind.WEEKDAY):
        which = (*values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD), 1)[0]
        first = days.ahead(day + timedelta(days=1), weekdays[0])
        return certain(first + timedelta(days=7 * (which - 1)), today)
    unit = next(lexeme for lexeme in lexemes if lexeme.kind in UNITS)
    count = min(FURTHEST, count_of(lexemes) * max(1, unit.value))
    return certain(on_in_units(day, unit, -count if has(lexemes, Kind.BEFORE) else count), today)
