"""What each wording of a longer stretch says: quarters, seasons, years, the next three weeks, the rest of the month."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import (
    DAY_KINDS,
    FURTHEST,
    LONG_GONE,
    NO_SUCH_DATE,
    PAST,
    UNITS,
    Day,
    Today,
    has,
    on_in_units,
    values,
    year_of,
)
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import LATER
from conversations.understanding.stretches import month_ends, stretch

_DAY = timedelta(days=1)
_SATURDAY = 5
_MINUTES = 60
_MOST_WEEKS_ON = 12
"""In some languages "in week 3" is in three weeks."""
END_OF_YEAR = 2
"""`value` of a PERIOD_END; 1 is the end of the month."""
_SOUTHERN = frozenset({"AR", "AU", "BO", "BR", "BW", "CL", "LS", "MZ", "NA", "NZ", "PY", "SZ", "UY", "ZA", "ZM", "ZW"})


def _months(year: int, month: int, count: int, today: Today) -> Day:
    first = date(year, month, 1)
    return stretch(first, days.months_on(first, count) - _DAY, today)


def year(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    said = year_of(lexemes, today)
    return None if said is None else _months(said, 1, 12, today)


def years(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "2027 to 2029"; "2000 to 2030" is rather the evening."""
    first, last = (lexeme.value for lexeme in lexemes if lexeme.kind is Kind.YEAR)
    if first >= last or (_is_clock(first) and _is_clock(last)):
        return None
    return stretch(date(first, 1, 1), date(last, 12, 31), today)


def year_bound(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "After 2027"; "after 2030" is a time."""
    said = lexemes[0].value
    return None if _is_clock(said) else _months(said, 1, 12, today)


def _is_clock(year: int) -> bool:
    return year % 5 == 0 and year % 100 < _MINUTES


def leading_year(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """The beginning, the middle or the end of a year: its first three months, the next but one four, its last four."""
    said = year_of(lexemes, today) or today.date.year
    late = (7, 6) if lexemes[0].value == LATER else (9, 4)
    month, count = {Kind.EARLY: (1, 3), Kind.MID: (5, 4)}.get(lexemes[0].kind, late)
    return _months(said, month, count, today)


def period_end(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "EOM": from the 21st; "EOY": the last four months."""
    first = today.date.replace(day=1)
    if lexemes[-1].value == END_OF_YEAR:
        return _months(first.year, 9, 4, today)
    return stretch(first.replace(day=21), days.months_on(first, 1) - _DAY, today)


def quarter(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    said = year_of(lexemes, today)
    which = values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    if part := next((lexeme for lexeme in lexemes if lexeme.kind is Kind.YEAR_PART), None):
        year = said or today.date.year + (part.until < today.date.month)
        return _months(year, part.value, part.until - part.value + 1, today)
    if not which:
        first = date(today.date.year, (today.date.month - 1) // 3 * 3 + 1, 1)
        first = days.months_on(first, 3 if has(lexemes, Kind.NEXT, Kind.COMING) else 0)
        return _months(first.year, first.month, 3, today)
    if not 1 <= which[0] <= 4:
        return None
    begins = which[0] * 3 - 2
    if said is None:
        said = today.date.year + (begins + 2 < today.date.month)
    return _months(said, begins, 3, today)


def season(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """The one that is or comes next; of a year where one was said. South of the equator half a year later."""
    named = next(lexeme for lexeme in lexemes if lexeme.kind is Kind.SEASON)
    said = year_of(lexemes, today)
    for year in (said,) if said else (today.date.year - 1, today.date.year, today.date.year + 1):
        (month, day), (until_month, until_day) = divmod(named.value, 100), divmod(named.until, 100)
        if today.region.upper() in _SOUTHERN:
            month, until_month = (month + 5) % 12 + 1, (until_month + 5) % 12 + 1
        first, last = date(year, month, day), date(year + (until_month < month), until_month, until_day)
        is_next = first > today.date or not has(lexemes, Kind.NEXT)
        if said or (last >= today.date and is_next):
            return stretch(first, last, today)
    return None


def rest(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    match lexemes[-1].kind:
        case Kind.WEEK:
            last = days.week_day(today.date, 6, 0)
        case Kind.MONTHS_UNIT:
            last = days.months_on(today.date.replace(day=1), 1) - _DAY
        case _:
            last = date(today.date.year, 12, 31)
    return stretch(today.date, last, today)


def month_of_year(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "October 2026", "10/2026", "2026-10", "the 10th month of 2026"."""
    said = year_of(lexemes, today)
    month = values(lexemes, Kind.MONTH, Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD)[0]
    return _months(said, month, 1, today) if said and 1 <= month <= 12 else None


def week_of_year(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The second week of 2027", "week 31": of this year, or of the next where that is long gone."""
    said = year_of(lexemes, today)
    year = today.date.year if said is None else said
    weeks = date(year, 12, 28).isocalendar().week
    (which,) = values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD, Kind.NUMBER) or (weeks,)
    is_length = lexemes[0].kind is Kind.IN and said is None and which <= _MOST_WEEKS_ON
    if is_length or not 1 <= which <= weeks:
        return None
    first = date.fromisocalendar(year, which, 1)
    if said is None and (today.date - first).days > LONG_GONE:
        first = date.fromisocalendar(year + 1, min(which, 52), 1)
    return stretch(first, first + 6 * _DAY, today)


def edge_units(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The first two weeks of june", "the last 3 days of the month", "the last 2 months of the year"."""
    at = next(at for at, lexeme in enumerate(lexemes) if lexeme.kind in UNITS)
    unit, whole, (*which, count) = lexemes[at], lexemes[at + 1 :], values(lexemes[:at], *DAY_KINDS)
    if which[:1] not in ([], [1]) or not 0 < count <= FURTHEST:
        return None
    if has(whole, Kind.YEAR, Kind.YEARS_UNIT) and not has(whole, Kind.MONTH):
        year = year_of(whole, today) or today.date.year
        first, last = date(year, 1, 1), date(year, 12, 31)
    else:
        first, last = month_ends(whole, today)
    if which:
        return stretch(first, min(last, on_in_units(first, unit, count * max(1, unit.value)) - _DAY), today)
    return stretch(max(first, on_in_units(last + _DAY, unit, -count * max(1, unit.value))), last, today)


def nth_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The third day of october", "the last day of the month"."""
    named, which = values(lexemes, Kind.MONTH), values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
    if named:
        said = year_of(lexemes, today) or today.date.year + (named[0] < today.date.month)
        first = date(said, named[0], 1)
    else:
        first = days.months_on(today.date.replace(day=1), 1 if has(lexemes, Kind.NEXT, Kind.COMING) else 0)
    day = first + (which[0] - 1) * _DAY if which else days.months_on(first, 1) - _DAY
    if day.month != first.month:
        return Day(reason=NO_SUCH_DATE)
    return Day((day,), reason=PAST if day < today.date else "")
