"""What each wording of a weekend says: this one, the next, the one of a date, the nth of a month."""

from collections.abc import Sequence
from datetime import date, timedelta

from conversations.understanding import days
from conversations.understanding.dates import DAY_KINDS, FURTHEST, NO_SUCH_DATE, Day, Today, count_of, has, values
from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.stretches import month_ends, stretch


def _first_of_weekend(today: Today) -> int:
    return 4 if today.region.upper() in days.FRIDAY_AND_SATURDAY else 5


def _weekend(today: Today, weeks: int) -> tuple[date, date]:
    start = days.week_day(today.date, _first_of_weekend(today), 0)
    if start + timedelta(days=1) < today.date:
        start += timedelta(days=7)
    start += timedelta(days=7 * weeks)
    return start, start + timedelta(days=1)


def weekend(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Next weekend" may be the coming one or the one after it: each of the four days."""
    coming = _weekend(today, 0)
    if has(lexemes, Kind.NEXT):
        return Day(tuple(sorted({day for day in (*coming, *_weekend(today, 1)) if day >= today.date})))
    return stretch(*coming, today)


def weekend_of(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The weekend of the 21st": the one at the end of its week."""
    (day,), named, year = values(lexemes, *DAY_KINDS), values(lexemes, Kind.MONTH), values(lexemes, Kind.YEAR)
    if not named:
        of = days.next_monthly(today.date, day)
    else:
        of = days.make(year[0], named[0], day) if year else days.next_yearly(today.date, named[0], day)
    if of is None:
        return Day(reason=NO_SUCH_DATE)
    start = days.week_day(of, _first_of_weekend(today), 0)
    return stretch(start, start + timedelta(days=1), today)


def nth_weekend(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "The first weekend of september", "the last weekend of the month"."""
    first, last = month_ends(lexemes, today)
    if has(lexemes, Kind.LAST):
        start = days.ahead(last - timedelta(days=6), _first_of_weekend(today))
    else:
        (which,) = values(lexemes, Kind.ORDINAL, Kind.ORDINAL_WORD)
        start = days.ahead(first, _first_of_weekend(today)) + timedelta(days=7 * (which - 1))
    return stretch(start, start + timedelta(days=1), today) if start.month == first.month else Day(reason=NO_SUCH_DATE)


def weekends_on(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """ "Two weekends from now": the second one to come."""
    count = count_of(lexemes)
    return stretch(*_weekend(today, count - 1), today) if 0 < count * 7 <= FURTHEST else None


def after_next(_lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    saturday, sunday = _weekend(today, 0)
    return Day(tuple(day + timedelta(days=more) for more in (7, 14) for day in (saturday, sunday)))
