"""The grammar of dates: what each wording says, as rules over kinds of words."""

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

_COUNT = "(?:number|one|article|long)"
_DAY_KINDS = (Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD)
_DAY = "(?:number|ordinal|ordinal_word)"
_NOT_A_CLOCK = "(?!meridiem|oclock|colon|dot|hour_mark|hours|minutes|people|ish)"
_GLUE = "(?:slash|dash|dot)"


def _all(lexemes: Sequence[Lexeme], *kinds: Kind) -> list[int]:
    return [lexeme.value for lexeme in lexemes if lexeme.kind in kinds]


def _count(lexemes: Sequence[Lexeme]) -> int:
    return next((lexeme.value for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.LONG)), 1)


def _certain(day: date | None, today: Today) -> Day:
    if day is None:
        return Day(reason=NO_SUCH_DATE)
    return Day((day,), reason=PAST if day < today.date else "")


def _iso(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    year, month, day = _all(lexemes, Kind.YEAR, Kind.NUMBER)
    return _certain(days.make(year, month, day), today)


def _written(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
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


def _day_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    (month,) = _all(lexemes, Kind.MONTH)
    year = _all(lexemes, Kind.YEAR)
    made = days.make(year[0], month, day) if year else days.next_yearly(today.date, month, day)
    return _certain(made, today)


def _days_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (month,) = _all(lexemes, Kind.MONTH)
    ends = [days.next_yearly(today.date, month, day) for day in _all(lexemes, *_DAY_KINDS)]
    first, last = ends
    if first is None or last is None:
        return Day(reason=NO_SUCH_DATE)
    if any(lexeme.kind in (Kind.OR, Kind.AND, Kind.SLASH) for lexeme in lexemes):
        return Day(tuple(sorted({first, last})))
    return Day(days_between(first, last))


def days_between(first: date, last: date) -> tuple[date, ...]:
    """Every day from `first` to `last`, three weeks at most; only `first` when they are out of order."""
    return tuple(first + timedelta(days=more) for more in range(max(0, min((last - first).days, 20)) + 1))


def _day_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    return _certain(days.next_monthly(today.date, day), today)


def _day_of_a_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = _all(lexemes, *_DAY_KINDS)
    first = today.date.replace(day=1)
    later = any(lexeme.kind is Kind.NEXT for lexeme in lexemes)
    month = days.months_on(first, 1) if later else first
    return _certain(days.make(month.year, month.month, day), today)


def _weekday_of_week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = _all(lexemes, Kind.WEEKDAY)
    weeks = 1 if any(lexeme.kind is Kind.NEXT for lexeme in lexemes) else 0
    return _certain(days.week_day(today.date, weekday, weeks), today)


def _weeks_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weeks,) = _all(lexemes, Kind.WEEK)
    on = timedelta(days=7 * weeks * _count(lexemes))
    if weekdays := _all(lexemes, Kind.WEEKDAY):
        return Day((days.ahead(today.date, weekdays[0]) + on,))
    return Day((today.date + timedelta(days=_all(lexemes, Kind.RELATIVE_DAY)[0]) + on,))


def _weekday_in_weeks(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,), (weeks,) = _all(lexemes, Kind.WEEKDAY), _all(lexemes, Kind.WEEK)
    count = weeks * _count(lexemes)
    readings = {days.ahead(today.date, weekday) + timedelta(days=7 * count), days.week_day(today.date, weekday, count)}
    return Day(tuple(sorted(readings)))


def _after_next(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if weekdays := _all(lexemes, Kind.WEEKDAY):
        coming = days.ahead(today.date, weekdays[0])
        return Day(tuple(coming + timedelta(days=more) for more in (7, 14)))
    return Day(tuple(days.week_day(today.date, weekday, 2) for weekday in range(7)))


def _in_units(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    count = _count(lexemes)
    if any(lexeme.kind is Kind.AGO for lexeme in lexemes):
        return Day(reason=PAST)
    if any(lexeme.kind is Kind.MONTHS_UNIT for lexeme in lexemes):
        return Day((days.months_on(today.date, count),)) if count <= 120 else None
    weeks = _all(lexemes, Kind.WEEK)
    return Day((today.date + timedelta(days=count * (7 * weeks[0] if weeks else 1)),))


def _next_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (weekday,) = _all(lexemes, Kind.WEEKDAY)
    following = days.week_day(today.date, weekday, 1)
    if weekday > today.date.weekday():
        return Day((days.ahead(today.date, weekday), following))
    return Day((following,))


def _this_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return Day((days.ahead(today.date, lexemes[-1].value),))


def _past(_lexemes: Sequence[Lexeme], _today: Today) -> Day | None:
    return Day(reason=PAST)


def _week(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    if lexemes[0].kind is Kind.NEXT:
        return Day(tuple(days.week_day(today.date, weekday, 1) for weekday in range(7)))
    return Day(days_between(today.date, days.week_day(today.date, 6, 0)))


def _weekend(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    both = [days.week_day(today.date, weekday, 0) for weekday in (5, 6)]
    if lexemes[0].kind is Kind.NEXT:
        both += [day + timedelta(days=7) for day in both]
    coming = tuple(day for day in both if day >= today.date)
    return Day(coming)


def _relative(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return _certain(today.date + timedelta(days=lexemes[0].value), today)


def _today(_lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return Day((today.date,))


def _weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """A bare weekday, said on that weekday, may be today or in a week."""
    coming = days.ahead(today.date, lexemes[0].value)
    readings = (coming,) if coming != today.date else (coming, coming + timedelta(days=7))
    return Day(readings, weekday=lexemes[0].value)


def _weekday_number(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "friday 13", where Friday is the 13th, or "friday 27", which is no hour: a day of the month; else it is an hour."""
    weekday, day = lexemes[0].value, lexemes[-1].value
    if days.ahead(today.date, weekday).day != day and not 24 < day <= 31:
        return None
    found = days.next_monthly(today.date, day)
    if found and found.weekday() != weekday:
        return Day((found,), reason=WEEKDAY_CONFLICT)
    return _certain(found, today)


RULES: dict[str, tuple[str, DateRule]] = {
    "iso": (f"year {_GLUE} number {_GLUE} number", _iso),
    "written_year": (f"number {_GLUE} number {_GLUE} (?:year|number)", _written),
    "days_month": (
        f"{_DAY} (?:dash|to|or|and|slash|before) the? {_DAY} (?:on|the)? month | month {_DAY} (?:dash|or|and|slash) {_DAY}"
        f" {_NOT_A_CLOCK}",
        _days_month,
    ),
    "day_month": (f"{_DAY} dash? (?:on|the)? month (?:(?:dash|comma|on)? year {_NOT_A_CLOCK})?", _day_month),
    "month_day": (f"month dash? the? {_DAY} {_NOT_A_CLOCK} (?:comma? year {_NOT_A_CLOCK})?", _day_month),
    "day_of_a_month": (f"the? {_DAY} (?:on|the)? (?:next|this) months_unit", _day_of_a_month),
    "written": (f"number {_GLUE} number {_NOT_A_CLOCK} (?!slash)", _written),
    "weekday_of_week": (
        "(?:next|this) week on? weekday | weekday (?:on|the)? (?:next|this) week",
        _weekday_of_week,
    ),
    "after_next": ("the? (?:weekday|week) after next", _after_next),
    "weekday_in_weeks": (f"weekday in {_COUNT} week", _weekday_in_weeks),
    "weeks_on": (
        f"{_COUNT} week (?:on|from)? (?:weekday|relative_day) | week on weekday | (?:weekday|relative_day) week",
        _weeks_on,
    ),
    "in_units": (
        f"in {_COUNT} (?:day|week|months_unit) hence? | {_COUNT} (?:day|week|months_unit) (?:hence|ago)",
        _in_units,
    ),
    "last": ("last (?:weekday|week|weekend|months_unit)", _past),
    "next_weekday": ("next weekday", _next_weekday),
    "this_weekday": ("this weekday", _this_weekday),
    "weekend": ("(?:next|this)? weekend", _weekend),
    "week": ("(?:next|this) week", _week),
    "weekday_number": (f"weekday number (?!slash|dash|to|past|before|and|or|month|number) {_NOT_A_CLOCK}", _weekday_number),
    "weekday": ("weekday", _weekday),
    "relative": ("relative_day", _relative),
    "this_part": ("this (?=part)", _today),
    "tonight": ("tonight", _today),
    "day_of_month": (
        f"the? ordinal (?!other|one|street|people|noise) {_NOT_A_CLOCK} | on the ordinal_word (?!other|one) | on the number (?!other|one|dash) {_NOT_A_CLOCK}",
        _day_of_month,
    ),
}  # fmt: skip
"""In order of preference where several begin at the same word."""
