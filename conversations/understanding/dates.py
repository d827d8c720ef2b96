"""What each wording of a single day says, from the words that its rule in date_rules.py has found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import ABOUT, WITHIN, WORKING
from conversations.values import made_often

NO_SUCH_DATE = "no_such_date"
PAST = "past"
WEEKDAY_CONFLICT = "weekday_conflict"


@made_often
@dataclass(frozen=True, slots=True)
class Today:
    """What a date is read from: the day it is said on, and the region, which decides 5/3."""

    date: date
    region: str


@made_often
@dataclass(frozen=True, slots=True)
class Day:
    """What one wording says: the dates it can mean, or why none. `weekday` when it names nothing but a weekday; `later`
    are the days of that number in the months after; `gone` the last such day, where it is not long gone; of a `stretch`
    every date is meant; of a `yearly` day no year was said."""

    dates: tuple[date, ...] = ()
    reason: str = ""
    weekday: int | None = None
    later: tuple[date, ...] = ()
    gone: date | None = None
    stretch: bool = False
    yearly: bool = False


DateRule = Callable[[Sequence[Lexeme], Today], Day | None]

DAY_KINDS = (Kind.NUMBER, Kind.ORDINAL, Kind.ORDINAL_WORD)
_COUNTS = (Kind.NUMBER, Kind.LONG)
FURTHEST = 120
_A_YEAR = 366
"""Days within which a day without its year lies: a 29 February may be farther."""
LONG_GONE = 183
"""Days since a date from which its next one is the nearer."""
LAST_HALF_DAY_HOUR = 12
_LONGEST_MONTH = 31
UNITS = (Kind.DAY, Kind.WEEK, Kind.MONTHS_UNIT, Kind.YEARS_UNIT)
_THINGS = 4
"""The first, second or third is rather a thing than a day, where no more is said."""


def values(lexemes: Sequence[Lexeme], *kinds: Kind) -> list[int]:
    return [lexeme.value for lexeme in lexemes if lexeme.kind in kinds]


def has(lexemes: Sequence[Lexeme], *kinds: Kind) -> bool:
    return any(lexeme.kind in kinds for lexeme in lexemes)


def count_of(lexemes: Sequence[Lexeme]) -> int:
    return next((lexeme.value for lexeme in lexemes if lexeme.kind in _COUNTS), 1)


def marked_day(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The 17th inst", "the 5th prox"."""
    month = days.months_on(today.date.replace(day=1), lexemes[-1].value)
    return certain(days.make(month.year, month.month, values(lexemes, *DAY_KINDS)[0]), today)


def certain(day: date | None, today: Today) -> Day:
    """That day, or the reason why it cannot be."""
    if day is None:
        return Day(reason=NO_SUCH_DATE)
    return Day((day,), reason=PAST if day < today.date else "")


def day_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = values(lexemes, *DAY_KINDS)
    (month,) = values(lexemes, Kind.MONTH)
    in_figures = any(lexeme.digits for lexeme in lexemes if lexeme.kind in DAY_KINDS)
    if (has(lexemes, Kind.SLASH) and not in_figures) or _ends_a_sentence(lexemes):
        return None
    year = year_of(lexemes, today)
    if year:
        return certain(days.make(year, month, day), today)
    return yearly(month, day, today)


def yearly(month: int, day: int, today: Today) -> Day:
    """The next such day, and the last one where it is not long gone."""
    made = certain(days.next_yearly(today.date, month, day), today)
    if made.dates and (made.dates[0] - today.date).days > _A_YEAR:
        return Day(reason=NO_SUCH_DATE)
    gone = days.last_yearly(today.date, month, day)
    is_lately = gone is not None and (today.date - gone).days < LONG_GONE
    return replace(made, gone=gone if is_lately else None, yearly=True)


def _ends_a_sentence(lexemes: Sequence[Lexeme]) -> bool:
    """Whether a mark parts the day from its month: not in "16. nov", the dot of an ordinal."""
    marks = (at for at, lexeme in enumerate(lexemes) if lexeme.kind is Kind.MONTH and lexemes[at - 1].kind is Kind.MARK)
    at = next(marks, 0)
    return at > 1 and not (lexemes[at - 1].text == "." and lexemes[at - 2].end == lexemes[at - 1].start)


def day_of_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = values(lexemes, *DAY_KINDS)
    found = days.next_monthly(today.date, day)
    if lexemes[-1].kind is Kind.ORDINAL_WORD and len(lexemes) == 2 and lexemes[0].kind is Kind.THE and day < _THINGS:
        return None
    if found is None:
        return Day(reason=NO_SUCH_DATE)
    after = days.next_monthly(found + timedelta(days=1), day)
    return Day((found,), later=(after,) if after else ())


def for_the_number(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "For the 27", "the 15 at 3pm"; "for the 4" may be people."""
    day = lexemes[-1]
    return day_of_month([day], today) if LAST_HALF_DAY_HOUR < day.value <= _LONGEST_MONTH else None


def number_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Sa 15": where "on" leads a day of the month, a number that is no usual hour."""
    on, day = lexemes
    is_day = on.value and day.digits and LAST_HALF_DAY_HOUR < day.value <= _LONGEST_MONTH
    return day_of_month([day], today) if is_day else None


def day_of_a_month(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    (day,) = values(lexemes, *DAY_KINDS)
    first = today.date.replace(day=1)
    month = days.months_on(first, 1) if has(lexemes, Kind.NEXT, Kind.COMING) else first
    return certain(days.make(month.year, month.month, day), today)


def year_of(lexemes: Sequence[Lexeme], today: Today) -> int | None:
    """The year that is said: in figures, or as this, the next or the last one."""
    if said := values(lexemes, Kind.YEAR):
        return said[-1]
    for place, lexeme in enumerate(lexemes):
        if lexeme.kind is Kind.YEARS_UNIT:
            beside = lexemes[max(0, place - 1) : place + 2]
            return today.date.year + has(beside, Kind.NEXT, Kind.COMING) - has(beside, Kind.LAST)
    return None


def on_in_units(day: date, unit: Lexeme, count: int, region: str = "") -> date:
    """The day that lies so many days, weeks, months or years after `day`."""
    if unit.until == WORKING and unit.kind is Kind.DAY:
        return days.working_on(day, count, region)
    if unit.kind in (Kind.MONTHS_UNIT, Kind.YEARS_UNIT):
        return days.months_on(day, count * (12 if unit.kind is Kind.YEARS_UNIT else 1))
    return day + timedelta(days=count * (7 if unit.kind is Kind.WEEK else 1))


def weeks_ahead(lexemes: Sequence[Lexeme]) -> int:
    """How many weeks from this one "next week" is."""
    if told := values(lexemes, Kind.WEEK_AHEAD):
        return told[0]
    return 1 if has(lexemes, Kind.NEXT, Kind.COMING) else 0


def _named(lexeme: Lexeme, today: Today) -> date:
    if lexeme.kind is Kind.WEEKDAY:
        return days.ahead(today.date, lexeme.value)
    return today.date + timedelta(days=lexeme.value)


def or_the_day_after(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    day = _named(lexemes[0], today)
    return Day((day, day + timedelta(days=1))) if day >= today.date else None


def day_after_tomorrow(_lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Day after at 5", "pasado a las 6": the one after tomorrow, where no day is named beside it."""
    return Day((today.date + timedelta(days=2),))


def day_after(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return certain(_named(lexemes[-1], today) + timedelta(days=1), today)


def in_units(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    counted = has(lexemes, *_COUNTS, Kind.ONE, Kind.ARTICLE)
    unit = next(lexeme for lexeme in lexemes if lexeme.kind in UNITS)
    if has(lexemes, Kind.AGO):
        return Day(reason=PAST)
    if not counted and unit.kind is Kind.DAY and not unit.value:
        return None
    count = count_of(lexemes) * max(1, unit.value)
    if count > FURTHEST:
        return None
    day = on_in_units(today.date, unit, count, today.region)
    if lexemes[0].kind is Kind.IN and lexemes[0].value == WITHIN:
        return Day(
            tuple(today.date + timedelta(days=more) for more in range((day - today.date).days + 1)), stretch=True
        )
    return Day((day, day + timedelta(days=1)) if unit.kind is Kind.WEEK and unit.until == ABOUT else (day,))


def eve(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "ليلة الجمعة": to many the night that leads to Friday, to others Friday's own."""
    day = days.ahead(today.date, lexemes[-1].value)
    return Day(tuple(each for each in (day - timedelta(days=1), day) if each >= today.date))


def before_now(lexemes: Sequence[Lexeme], _today: Today) -> Day | None:
    """ "قبل 3 ايام", "before 3 days": ago; but "until 3 days" is not."""
    return None if lexemes[0].value else Day(reason=PAST)


def past(_lexemes: Sequence[Lexeme], _today: Today) -> Day | None:
    return Day(reason=PAST)


def relative(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return certain(today.date + timedelta(days=lexemes[0].value), today)


def this_day(_lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    return Day((today.date,))
