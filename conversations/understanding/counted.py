"""What is counted from another day: "3 days after friday", "two weeks from the 15th of march", "the day before 5/3"."""

from collections.abc import Sequence
from datetime import timedelta

from conversations.understanding import dates, figures, weekdays
from conversations.understanding.dates import FURTHEST, PAST, UNITS, Day, Today, count_of, has, on_in_units, values
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme

_JOINING = (Kind.AFTER, Kind.BEFORE, Kind.FROM)


def counted_from(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    cut = next(at for at, lexeme in enumerate(lexemes) if lexeme.kind in _JOINING)
    unit = next(lexeme for lexeme in lexemes if lexeme.kind in UNITS)
    count = count_of(lexemes[:cut]) * max(1, unit.value)
    anchor = _anchor([lexeme for lexeme in lexemes[cut + 1 :] if lexeme.kind not in THE], today)
    if anchor is None or count > FURTHEST:
        return None
    if anchor.reason:
        return Day(reason=anchor.reason)
    on = -count if lexemes[cut].kind is Kind.BEFORE else count
    found = tuple(on_in_units(day, unit, on, today.region) for day in anchor.dates)
    ahead = tuple(day for day in found if day >= today.date)
    return Day(ahead) if ahead else Day(reason=PAST)


def _anchor(lexemes: Sequence[Lexeme], today: Today) -> Day | None:
    """The day that is counted from, which may be gone ("3 days after yesterday")."""
    if relative := values(lexemes, Kind.RELATIVE_DAY):
        return Day((today.date + timedelta(days=relative[0]),))
    if has(lexemes, Kind.WEEKDAY):
        return (weekdays.next_weekday if has(lexemes, Kind.NEXT) else weekdays.this_weekday)(lexemes, today)
    if has(lexemes, Kind.MONTH):
        return dates.day_month(lexemes, today)
    return (dates.day_of_month if has(lexemes, Kind.ORDINAL) else figures.written)(lexemes, today)
