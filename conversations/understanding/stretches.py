"""What each wording of several days says: weeks, weekends, months and their parts, from one day to another."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import (
    DAY_KINDS,
    FURTHEST,
    NO_SUCH_DATE,
    PAST,
    Day,
    Today,
    certain,
    count_of,
    has,
    on_in_units,
    values,
    weeks_ahead,
    year_of,
)
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import ABOUT, BOOKED, LATER, THROUGH, WORKING

_JOINING = (Kind.OR, Kind.AND, Kind.SLASH)
_LONGEST = 1100
_FORTNIGHT = 2
_SECOND_HALF, _LAST_THIRD = 16, 21
_ENDS = 1
"""`value` of a LATE that means the end."""


def between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, three years at most; only `first` when they are out of order."""
    return tuple(first + timedelta(days=more) for more in range(max(0, min((last - first).days, _LONGEST)) + 1))


def stretch(first: date, last: date, today: Today) -> Day:
    """What is left of it from today on."""
    if last < today.date:
        return Day(reason=PAST)
    return Day(between(max(first, today.date), last), stretch=True)


def days_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    until = next((lexeme.value for lexeme in lexemes[2:] if lexeme.kind is Kind.BEFORE), THROUGH)
    first, last = (lexeme for lexeme in lexemes if lexeme.kind in DAY_KINDS)
    if until != THROUGH and lexemes[0].kind is Kind.MONTH and last.kind is Kind.NUMBER:
        return None
    (month,) = values(lexemes, Kind.MONTH)
    year = year_of(lexemes, today)
    made = [
        days.make(year, month, day) if year else days.next_yearly(today.date, month, day)
        for day in (first.value, last.value)
    ]
    if lexemes[0].kind is Kind.MONTH and last.value < first.value and not has(lexemes, *_JOINING):
        made[1] = days.next_monthly(made[0], last.value) if made[0] else None
    return _ends(made, lexemes, today)


def days_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    begins, ends = values(lexemes, *DAY_KINDS)
    first = days.next_monthly(today.date, begins)
    if has(lexemes, *_JOINING) and lexemes[0].kind is not Kind.BETWEEN:
        return _ends([first, days.next_monthly(today.date, ends)], lexemes, today)
    return _ends([first, days.next_monthly(first, ends) if first else None], lexemes, today)


def days_of_a_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "From the 4th to the 22nd of next month"."""
    month, _ = month_ends(lexemes, today)
    made = [days.make(month.year, month.month, day) for day in values(lexemes, *DAY_KINDS)]
    return _ends(made, lexemes, today)


def _ends(made: Sequence[date | None], lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    first, last = made
    if first is None or last is None:
        return Day(reason=NO_SUCH_DATE)
    if not has(lexemes, Kind.BETWEEN) and has(lexemes, *_JOINING):
        kept = tuple(sorted({day for day in (first, last) if day >= today.date}))
        return Day(kept) if kept else Day(reason=PAST)
    return stretch(first, last, today) if first < last else certain(first, today)


def week_after_next(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if has(lexemes, Kind.MONTHS_UNIT):
        first = days.months_on(today.date.replace(day=1), 2)
        return stretch(first, days.months_on(first, 1) - timedelta(days=1), today)
    return stretch(days.week_day(today.date, 0, 2), days.week_day(today.date, 6, 2), today)


def week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    weeks = weeks_ahead(lexemes)
    long = max(1, *values(lexemes, Kind.WEEK), 1)
    if any(lexeme.kind is Kind.WEEK and lexeme.until == WORKING for lexeme in lexemes):
        return stretch(*days.working_week(today.date, weeks, today.region), today)
    return stretch(days.week_day(today.date, 0, weeks), days.week_day(today.date, 7 * long - 1, weeks), today)


def last_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return certain(month_ends(lexemes, today)[1], today)


def within(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Dans les 15 jours": from today until then."""
    unit = lexemes[-1]
    days_of_it = {Kind.WEEK: 7, Kind.MONTHS_UNIT: 30}.get(unit.kind, 1)
    counted = has(lexemes, Kind.NUMBER, Kind.ONE, Kind.ARTICLE, Kind.LONG) or unit.until == ABOUT
    count = count_of(lexemes) * max(1, unit.value) * days_of_it
    if not counted or count > FURTHEST:
        return None
    return stretch(today.date, today.date + timedelta(days=count), today)


def next_few(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The next 3 days" begin tomorrow, "the next 3 weeks" on Monday, "the next 3 months" with the next one."""
    unit = next(lexeme for lexeme in lexemes if lexeme.kind in (Kind.DAY, Kind.WEEK, Kind.MONTHS_UNIT, Kind.YEARS_UNIT))
    count = count_of(lexemes) * max(1, unit.value)
    if not 1 < count <= FURTHEST:
        return None
    if unit.kind is Kind.YEARS_UNIT:
        return stretch(date(today.date.year + 1, 1, 1), date(today.date.year + count, 12, 31), today)
    if unit.kind is Kind.MONTHS_UNIT:
        first = days.months_on(today.date.replace(day=1), 1)
        return stretch(first, days.months_on(first, count) - timedelta(days=1), today)
    if unit.kind is Kind.WEEK:
        first = days.week_day(today.date, 0, 1)
        return stretch(first, first + timedelta(days=7 * count - 1), today)
    first = on_in_units(today.date, unit, 1, today.region)
    return stretch(first, on_in_units(today.date, unit, count, today.region), today)


def month_ends(lexemes: Sequence[Lexeme], today: Today) -> tuple[date, date]:
    first = today.date.replace(day=1)
    if named := values(lexemes, Kind.MONTH):
        year = year_of(lexemes, today) or first.year + (named[0] < first.month)
        first = date(year, named[0], 1)
    elif has(lexemes, Kind.NEXT, Kind.COMING):
        first = days.months_on(first, 1)
    return first, days.months_on(first, 1) - timedelta(days=1)


def week_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """Seven days each: the first week is the 1st to the 7th; the last ends the month. A fortnight is one half of it."""
    first, last = month_ends(lexemes, today)
    if has(lexemes, Kind.LAST):
        return stretch(last - timedelta(days=6), last, today)
    (which,) = values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    if any(lexeme.kind is Kind.WEEK and lexeme.value == _FORTNIGHT for lexeme in lexemes):
        half = first.replace(day=15)
        return {1: stretch(first, half, today), 2: stretch(half + timedelta(days=1), last, today)}.get(which)
    begins = first + timedelta(days=7 * (which - 1))
    return stretch(begins, min(last, begins + timedelta(days=6)), today) if 0 < which <= 4 else None


def month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return stretch(*month_ends(lexemes, today), today)


def month_booked(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Book me for august"; else a month alone may be anything."""
    return month(lexemes, today) if any(each.until == BOOKED for each in lexemes if each.kind is Kind.MONTH) else None


def months(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "From august to october": to the end of the last one."""
    first, last = values(lexemes, Kind.MONTH)
    begins, _ = month_ends(
        [lexeme for lexeme in lexemes if lexeme.kind is not Kind.MONTH or lexeme.value == first], today
    )
    ends = days.months_on(begins, (last - first) % 12 + 1) - timedelta(days=1)
    return stretch(begins, ends, today)


def _end_begins(late: Lexeme, today: Today) -> int:
    """The end of the week begins on Friday, or on Thursday where Friday is free; what is late in it, on Thursday."""
    return 4 if late.value == _ENDS and today.region.upper() not in days.FRIDAY_AND_SATURDAY else 3


def leading(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """The beginning, the middle or the end of a week (Mon-Wed, Tue-Thu, Thu or Fri-Sun) or a month (ten days each)."""
    kind = lexemes[0].kind
    if has(lexemes, Kind.MONTH, Kind.MONTHS_UNIT):
        first, last = month_ends(lexemes, today)
        cuts = {Kind.EARLY: (first, first.replace(day=10)), Kind.MID: (first.replace(day=11), first.replace(day=20))}
        late = first.replace(day=_SECOND_HALF if lexemes[0].value == LATER else _LAST_THIRD)
        return stretch(*cuts.get(kind, (late, last)), today)
    weeks = weeks_ahead(lexemes)
    begins, ends = {Kind.EARLY: (0, 2), Kind.MID: (1, 3)}.get(kind, (_end_begins(lexemes[0], today), 6))
    return stretch(days.week_day(today.date, begins, weeks), days.week_day(today.date, ends, weeks), today)
