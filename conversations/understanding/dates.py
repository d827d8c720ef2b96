"""What each wording of a date says, from the words that its rule in date_rules.py has found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.kinds import Kind
from conversations.understanding.lexemes import Lexeme

NO_SUCH_DATE = "no_such_date"
PAST = "past"
WEEKDAY_CONFLICT = "weekday_conflict"


@dataclass(frozen=True, slots=True)
class Today:
    """What a date is read from: the day it is said on, and the region, which decides 5/3."""

    date: date
    region: str


@dataclass(frozen=True, slots=True)
class Day:
    """What one wording says: the dates it can mean, or why none. `weekday` when it names nothing but a weekday."""

    dates: tuple[date, ...] = ()
    reason: str = ""
    weekday: int | None = None


DateRule = Callable[[Sequence[Lexeme], Today], Day | None]

_JOINING = (Kind.OR, Kind.AND, Kind.SLASH)
_DAY_KINDS = (Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD)


def _all(lexemes: Sequence[Lexeme], *kinds: Kind) -> list[int]:
    return [lexeme.value for lexeme in lexemes if lexeme.kind in kinds]


def _count(lexemes: Sequence[Lexeme]) -> int:
    return next((lexeme.value for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.LONG)), 1)


def _certain(day: date | None, today: Today) -> Day:
    if day is None:
        return Day(reason=NO_SUCH_DATE)
    return Day((day,), reason=PAST if day < today.date else "")


def iso(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    year, month, day = _all(lexemes, Kind.YEAR, Kind.NUMBER)
    return _certain(days.make(year, month, day), today)


def written(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if lexemes[1].text == "." and len(lexemes) == 3 and lexemes[0].value < 24 and lexemes[2].value < 60:
        return None
    first, second, *rest = _all(lexemes, Kind.NUMBER, Kind.YEAR)
    year = (rest[0] if rest[0] > 99 else 2000 + rest[0]) if rest else None
    found = days.written(first, second, year, today.date, today.region)
    if found is None or (lexemes[1].text == "-" and len(lexemes) == 3 and first <= 24 and second <= 24):
        return None
    if not found:
        return Day(reason=NO_SUCH_DATE)
    return Day(found) if len(found) > 1 else _certain(found[0], today)


def day_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    (month,) = _all(lexemes, Kind.MONTH)
    year = _all(lexemes, Kind.YEAR)
    made = days.make(year[0], month, day) if year else days.next_yearly(today.date, month, day)
    return _certain(made, today)


def days_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (month,) = _all(lexemes, Kind.MONTH)
    ends = [days.next_yearly(today.date, month, day) for day in _all(lexemes, *_DAY_KINDS)]
    first, last = ends
    if first is None or last is None:
        return Day(reason=NO_SUCH_DATE)
    if lexemes[0].kind is not Kind.BETWEEN and any(lexeme.kind in _JOINING for lexeme in lexemes):
        return Day(tuple(sorted({first, last})))
    return Day(days_between(first, last))


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, three weeks at most; only `first` when they are out of order."""
    return tuple(first + timedelta(days=more) for more in range(max(0, min((last - first).days, 20)) + 1))


def day_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    return _certain(days.next_monthly(today.date, day), today)


def day_of_a_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    first = today.date.replace(day=1)
    later = any(lexeme.kind is Kind.NEXT for lexeme in lexemes)
    month = days.months_on(first, 1) if later else first
    return _certain(days.make(month.year, month.month, day), today)


def weekday_of_week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = _all(lexemes, Kind.WEEKDAY)
    weeks = 1 if any(lexeme.kind is Kind.NEXT for lexeme in lexemes) else 0
    return _certain(days.week_day(today.date, weekday, weeks), today)


def weeks_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weeks,) = _all(lexemes, Kind.WEEK)
    on = timedelta(days=7 * weeks * _count(lexemes))
    if weekdays := _all(lexemes, Kind.WEEKDAY):
        return Day((days.ahead(today.date, weekdays[0]) + on,))
    return Day((today.date + timedelta(days=_all(lexemes, Kind.RELATIVE_DAY)[0]) + on,))


def weekday_in_weeks(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,), (weeks,) = _all(lexemes, Kind.WEEKDAY), _all(lexemes, Kind.WEEK)
    count = weeks * _count(lexemes)
    readings = {days.ahead(today.date, weekday) + timedelta(days=7 * count), days.week_day(today.date, weekday, count)}
    return Day(tuple(sorted(readings)))


def after_next(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if weekdays := _all(lexemes, Kind.WEEKDAY):
        coming = days.ahead(today.date, weekdays[0])
        return Day(tuple(coming + timedelta(days=more) for more in (7, 14)))
    return Day(tuple(days.week_day(today.date, weekday, 2) for weekday in range(7)))


def week_after(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Monday the week after" (after this one, or after the next?) and "monday the week after next"."""
    (weekday,) = _all(lexemes, Kind.WEEKDAY)
    weeks = (2,) if lexemes[-1].kind is Kind.NEXT else (1, 2)
    return Day(tuple(days.week_day(today.date, weekday, more) for more in weeks))


def or_the_day_after(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    first = lexemes[0]
    is_weekday = first.kind is Kind.WEEKDAY
    day = days.ahead(today.date, first.value) if is_weekday else today.date + timedelta(days=first.value)
    return Day((day, day + timedelta(days=1))) if day >= today.date else None


def named_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    month, day = divmod(lexemes[0].value, 100)
    return _certain(days.next_yearly(today.date, month, day), today)


def in_units(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    count = _count(lexemes)
    if any(lexeme.kind is Kind.AGO for lexeme in lexemes):
        return Day(reason=PAST)
    if any(lexeme.kind is Kind.MONTHS_UNIT for lexeme in lexemes):
        return Day((days.months_on(today.date, count),)) if count <= 120 else None
    weeks = _all(lexemes, Kind.WEEK)
    return Day((today.date + timedelta(days=count * (7 * weeks[0] if weeks else 1)),))


def next_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = _all(lexemes, Kind.WEEKDAY)
    following = days.week_day(today.date, weekday, 1)
    if weekday > today.date.weekday():
        return Day((days.ahead(today.date, weekday), following))
    return Day((following,))


def this_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return Day((days.ahead(today.date, lexemes[-1].value),))


def past(_lexemes: Sequence[Lexeme], _today: Today) -> Day | None:
    return Day(reason=PAST)


def week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if lexemes[0].kind is Kind.NEXT:
        return Day(tuple(days.week_day(today.date, weekday, 1) for weekday in range(7)))
    return Day(days_between(today.date, days.week_day(today.date, 6, 0)))


def weekend(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    both = [days.week_day(today.date, weekday, 0) for weekday in (5, 6)]
    if lexemes[0].kind is Kind.NEXT:
        both += [day + timedelta(days=7) for day in both]
    coming = tuple(day for day in both if day >= today.date)
    return Day(coming)


def relative(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return _certain(today.date + timedelta(days=lexemes[0].value), today)


def this_day(_lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return Day((today.date,))


def weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """A bare weekday, said on that weekday, may be today or in a week."""
    coming = days.ahead(today.date, lexemes[0].value)
    readings = (coming,) if coming != today.date else (coming, coming + timedelta(days=7))
    return Day(readings, weekday=lexemes[0].value)


def weekday_number(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "friday 13", where Friday is the 13th, or "friday 27", which is no hour; else the number is an hour."""
    weekday, day = lexemes[0].value, lexemes[-1].value
    if days.ahead(today.date, weekday).day != day and not 24 < day <= 31:
        return None
    found = days.next_monthly(today.date, day)
    if found and found.weekday() != weekday:
        return Day((found,), reason=WEEKDAY_CONFLICT)
    return _certain(found, today)
