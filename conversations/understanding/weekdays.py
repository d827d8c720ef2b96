"""What each wording with a weekday says: this, next, of a week, in some weeks, with a number."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import (
    FURTHEST,
    WEEKDAY_CONFLICT,
    Day,
    Today,
    certain,
    count_of,
    has,
    values,
    weeks_ahead,
    year_of,
)
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_NOON = 12
_WEEKS = 4


_LAST_HOUR = 23


def weekday_of_week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = values(lexemes, Kind.WEEKDAY)
    return certain(days.week_day(today.date, weekday, weeks_ahead(lexemes)), today)


def weeks_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    weeks = values(lexemes, Kind.WEEK)
    on = timedelta(days=min(FURTHEST, count_of(lexemes)) * (7 * weeks[0] if weeks else 1))
    if weekdays := values(lexemes, Kind.WEEKDAY):
        return Day((days.ahead(today.date, weekdays[0]) + on,))
    return certain(today.date + timedelta(days=values(lexemes, Kind.RELATIVE_DAY)[0]) + on, today)


def weekday_in_weeks(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,), (weeks,) = values(lexemes, Kind.WEEKDAY), values(lexemes, Kind.WEEK)
    count = weeks * count_of(lexemes)
    readings = {days.ahead(today.date, weekday) + timedelta(days=7 * count), days.week_day(today.date, weekday, count)}
    return Day(tuple(sorted(readings)))


def after_next(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    coming = days.ahead(today.date, values(lexemes, Kind.WEEKDAY)[0])
    return Day(tuple(coming + timedelta(days=more) for more in (7, 14)))


def week_after(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Monday the week after" (after this one, or after the next?) and "monday the week after next"."""
    (weekday,) = values(lexemes, Kind.WEEKDAY)
    weeks = (2,) if lexemes[-1].kind is Kind.NEXT else (1, 2)
    return Day(tuple(days.week_day(today.date, weekday, more) for more in weeks))


def next_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = values(lexemes, Kind.WEEKDAY)
    following = days.week_day(today.date, weekday, 1)
    if weekday > today.date.weekday():
        return Day((days.ahead(today.date, weekday), following))
    return Day((following,))


def this_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The wednesday that comes" is not today; nor surely tomorrow, which has a word of its own."""
    (weekday,) = values(lexemes, Kind.WEEKDAY)
    coming = days.ahead(today.date, weekday)
    if not has(lexemes, Kind.COMING):
        return Day((coming,))
    following = coming + timedelta(days=7)
    tomorrow = today.date + timedelta(days=1)
    return Day({today.date: (following,), tomorrow: (coming, following)}.get(coming, (coming,)))


def weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """A bare weekday, said on that weekday, may be today or in a week."""
    coming = days.ahead(today.date, lexemes[0].value)
    readings = (coming,) if coming != today.date else (coming, coming + timedelta(days=7))
    return Day(readings, weekday=lexemes[0].value)


def nth_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The first monday of april", "the last friday of next month"."""
    (weekday,) = values(lexemes, Kind.WEEKDAY)
    named, place = values(lexemes, Kind.MONTH), values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    month = named[0] if named else days.months_on(today.date.replace(day=1), _months_ahead(lexemes)).month
    first = date(year_of(lexemes, today) or today.date.year + (month < today.date.month), month, 1)
    if place:
        day = days.ahead(first, weekday) + timedelta(days=7 * (place[0] - 1))
    else:
        day = days.ahead(days.months_on(first, 1) - timedelta(days=7), weekday)
    return certain(day if day.month == month else None, today)


def nth_weekday_open(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "2nd saturday": of this month, or of the next where that is gone. "3rd friday" where a Friday is the 3rd may be
    that day as well; "13th friday" is no more than a date and its weekday."""
    (weekday,), (which,) = values(lexemes, Kind.WEEKDAY), values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    if not 1 <= which <= _WEEKS:
        return None
    for month in (today.date.replace(day=1), days.months_on(today.date.replace(day=1), 1)):
        day = days.ahead(month, weekday) + timedelta(days=7 * (which - 1))
        if day.month == month.month and day >= today.date:
            break
    dated = days.next_monthly(today.date, which)
    return Day(tuple(sorted({day, dated})) if dated and dated.weekday() == weekday else (day,))


def weekdays_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "3 fridays from now"."""
    tomorrow = today.date + timedelta(days=1)
    return Day((days.ahead(tomorrow, values(lexemes, Kind.WEEKDAY)[0]) + timedelta(days=7 * (count_of(lexemes) - 1)),))


def _months_ahead(lexemes: Sequence[Lexeme]) -> int:
    return 1 if has(lexemes, Kind.NEXT, Kind.COMING) else 0


def weekday_date(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "viernes 20 a las 10": where an hour follows, the number beside a weekday is its date."""
    found = days.next_monthly(today.date, lexemes[-1].value)
    if not lexemes[-1].digits or found is None:
        return None
    fits = found.weekday() == values(lexemes, Kind.WEEKDAY)[0]
    return certain(found, today) if fits else Day((found,), reason=WEEKDAY_CONFLICT)


def weekday_date_said(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "sat 14 10am", where Saturday is the 14th; "sat 10 30pm" is an hour and its minutes."""
    found = weekday_date(lexemes, today)
    return found if found and not found.reason else None


def weekday_number(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "friday 13", where Friday is the 13th, or "friday 27", which is no hour; else the number is an hour."""
    named = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.WEEKDAY)
    weekday, day = named.value, lexemes[-1].value
    counts_half_days = today.region.upper() in days.MONTH_FIRST
    if lexemes[-1].digits and (named.until or (counts_half_days and day > _NOON)):
        return _dated(weekday, day, today)
    if lexemes[-1].digits == 0 or (days.ahead(today.date, weekday).day != day and not 24 < day <= 31):
        return None
    found = days.next_monthly(today.date, day)
    if found and found.weekday() != weekday:
        return Day((found, days.ahead(today.date, weekday)), reason=WEEKDAY_CONFLICT)
    return certain(found, today)


def _dated(weekday: int, day: int, today: Today) -> Day:
    """Where "viernes 20" is a date first: that one. "viernes 5", where the 5th is a Sunday, may be the coming Friday at
    5 or the next one that is a 5th; a higher number is no hour, and contradicts its weekday."""
    coming, found = days.ahead(today.date, weekday), days.next_monthly(today.date, day)
    if found is None:
        return Day((coming,), weekday=weekday) if day <= _LAST_HOUR else Day((coming,), reason=WEEKDAY_CONFLICT)
    if found.weekday() != weekday and day > _NOON:
        return Day((found, coming), reason=WEEKDAY_CONFLICT)
    if found.weekday() != weekday:
        agreeing = days.next_such(today.date, day, weekday)
        return Day((coming, agreeing)) if agreeing else Day((coming,), weekday=weekday)
    near = found - coming < timedelta(days=14) or day > _NOON
    return certain(found, today) if near else Day((coming, found))
