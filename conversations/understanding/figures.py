"""What each wording of a date in figures says: "2026-03-05", "5/3", "20 02 2026", "17 mar 26"."""

from collections.abc import Sequence

from conversations.understanding import days
from conversations.understanding.dates import (
    DAY_KINDS,
    LAST_HALF_DAY_HOUR,
    NO_SUCH_DATE,
    PAST,
    Day,
    Today,
    certain,
    values,
    yearly,
)
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_CENTURY = 1900
_YEARS_AHEAD = 10
"""How far ahead a year of two digits may lie."""
_LAST_MINUTE = 59
_LAST_HOUR = 23
_YEARS_NEAR = 3


def iso(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    year, month, day = values(lexemes, Kind.YEAR, Kind.NUMBER, Kind.MONTH)
    return certain(days.make(year, month, day), today)


def written(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    is_led = lexemes[0].kind is Kind.DAY_LEAD
    lexemes = lexemes[1:] if is_led else lexemes
    if not lexemes[0].digits:
        return None
    first, second, *rest = values(lexemes, Kind.NUMBER, Kind.YEAR, Kind.LONG)
    if rest and 99 < rest[0] < _CENTURY:
        return None
    if lexemes[1].text == "." and len(lexemes) == 3 and not _is_no_clock(first, second, lexemes[2], today):
        return None
    if rest and lexemes[1].text != lexemes[3].text and lexemes[3].kind is not Kind.COMMA:
        return None
    year = _full_year(rest[0], today) if rest else None
    found = days.written(first, second, year, today.date, today.region)
    if found is None:
        return None
    is_dashed = lexemes[1].text == "-" and len(lexemes) == 3
    is_stretch = _can_be_hours(first, second, today) or (not found and first < second)
    if is_dashed and is_stretch and not _is_day(lexemes, is_led=is_led):
        return None
    if not found:
        return Day(reason=NO_SUCH_DATE)
    if len(found) > 1:
        return Day(found)
    return certain(found[0], today) if rest else yearly(found[0].month, found[0].day, today)


def dashed(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "12-9 10am": before a clock time, where the month comes first, two numbers are a date and no hours; with a
    padded month ("16-08 at 12 noon") everywhere."""
    if today.region.upper() not in days.MONTH_FIRST and not _is_padded(lexemes[2]):
        return None
    first, second = values(lexemes, Kind.NUMBER)
    found = days.written(first, second, None, today.date, today.region)
    return certain(found[0], today) if found and len(found) == 1 else None


def written_dots(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "03.08. at 15:00", as dates are written where a dot makes an ordinal; an hour follows, so it is none itself."""
    first, second, dot = lexemes[0], lexemes[2], lexemes[3]
    if dot.text != "." or dot.start != second.end:
        return None
    found = days.written(first.value, second.value, None, today.date, today.region)
    return certain(found[0], today) if found and len(found) == 1 else None


def beside_weekday(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Fri 7.6": a date where it is a Friday; else a clock, and "fri 7.15" in any case."""
    first, second = values(lexemes, Kind.NUMBER)
    if lexemes[-1].digits == 2 and not second % 5:
        return None
    found = days.written(first, second, None, today.date, today.region) or ()
    agreeing = tuple(day for day in found if [day.weekday()] == values(lexemes, Kind.WEEKDAY))
    return Day(agreeing) if agreeing else None


def _is_padded(lexeme: Lexeme) -> bool:
    """ "08": a month, or an hour of the morning."""
    return lexeme.digits == 2 and lexeme.text.startswith("0")


def _is_day(lexemes: Sequence[Lexeme], *, is_led: bool) -> bool:
    """ "16-08", "el 05-04": a day and its month, not from four in the afternoon to eight in the morning."""
    return _is_padded(lexemes[2]) and (is_led or lexemes[0].value > LAST_HALF_DAY_HOUR)


def _can_be_hours(first: int, second: int, today: Today) -> bool:
    """ "9-17" from nine to seventeen; where 12 hours are counted and the month comes first, "2-15" is a day."""
    if today.region.upper() in days.MONTH_FIRST and first <= LAST_HALF_DAY_HOUR < second:
        return False
    return first <= 24 and second <= 24


def _is_no_clock(first: int, second: int, last: Lexeme, today: Today) -> bool:
    """ "25.04"; where 12 hours are counted and the month comes first, also "4.22", for a clock has a colon there."""
    if today.region.upper() in days.MONTH_FIRST and last.digits == 2 and second % 5 and second > LAST_HALF_DAY_HOUR:
        return True
    is_clock = first <= _LAST_HOUR and second <= _LAST_MINUTE and not 0 < second <= LAST_HALF_DAY_HOUR
    return first > LAST_HALF_DAY_HOUR and last.digits == 2 and not is_clock


def _full_year(year: int, today: Today) -> int:
    """The year of "26"; "74" is one of the last century."""
    if year > 99:
        return year
    return 2000 + year if 2000 + year <= today.date.year + _YEARS_AHEAD else _CENTURY + year


def spaced(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "20 02 2026", "le 20 02": a date with spaces, where the numbers can be no hour and its minutes."""
    first, second, *rest = (lexeme for lexeme in lexemes if lexeme.kind in (Kind.NUMBER, Kind.YEAR))
    led, padded = first is not lexemes[0], second.text.startswith("0") and second.digits == 2
    is_year = bool(rest) and rest[0].digits >= 2
    if not first.digits or not second.digits or (rest and not is_year):
        return None
    if not (is_year and rest[0].digits == 4) and not (led and (padded or is_year)) and first.value < 24:
        return None
    if not rest and not padded:
        return None
    year = _full_year(rest[0].value, today) if rest else None
    found = days.written(first.value, second.value, year, today.date, today.region)
    return certain(found[0], today) if found and len(found) == 1 else None


def of_a_gone_year(lexemes: Sequence[Lexeme], _today: Today) -> Day | None:
    """ "5 march 1985", "5 march 85": a year of the last century that can be no time of day."""
    year = lexemes[-1]
    gone = year.digits == 2 or (year.digits == 4 and year.value // 100 == _CENTURY // 100)
    return Day(reason=PAST) if gone and year.value % 100 > _LAST_MINUTE else None


def day_month_short_year(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "17 mar 26": a year of two figures that is no hour and not far."""
    year = lexemes[-1]
    far = 2000 + year.value - today.date.year
    if year.digits != 2 or year.value <= _LAST_HOUR or not 0 <= far <= _YEARS_NEAR:
        return None
    (month,), day = values(lexemes, Kind.MONTH), values(lexemes, *DAY_KINDS)[0]
    return certain(days.make(2000 + year.value, month, day), today)
