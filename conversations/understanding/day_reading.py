"""From the wordings of dates in a text to one reading: joined, stretched, ruled out, or asked about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from conversations.understanding.bounds import Bound, bound_of
from conversations.understanding.dates import NO_SUCH_DATE, PAST, WEEKDAY_CONFLICT, Day
from conversations.understanding.days import ahead, last_yearly
from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme, as_written
from conversations.understanding.meaning import Certainty, DateReading
from conversations.understanding.scan import Found
from conversations.understanding.stretches import between

FEW = 7
"""The days of a stretch that are named one by one."""
_DAY = timedelta(days=1)
_YEAR = 366
_BESIDE = frozenset({Kind.COMMA, Kind.ON, Kind.DASH, Kind.MARK, Kind.SOFT}) | THE
_WITHIN_A_WEEK = frozenset({Kind.ON, Kind.SOFT, Kind.FOR}) | THE
_BEGINNING = ({Kind.FROM}, {Kind.BETWEEN})
_MOVED = frozenset({Kind.FOR, Kind.ON}) | THE | SOFT
"""Between the day that is left and the day that is moved to ("da sexta para segunda")."""
_UP_TO = frozenset({Bound.UNTIL, Bound.BEFORE})
""" "Hasta abril no puedo" says nothing against April."""
_THROUGH = frozenset({Kind.TO, Kind.DASH, Kind.BEFORE})


class _Named(NamedTuple):
    """One day or stretch that was named, and which side of it is meant."""

    day: Day
    bound: Bound
    words: tuple[str, ...]


def read_day(
    found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], today: date, *, last_wins: bool
) -> DateReading:
    """`out` are the places that do not count. `last_wins`: of "from friday to monday", Monday is meant (a move)."""
    named = _named(found, out, lexemes, last_wins=last_wins)
    if len(named) > 1 and not any(lexeme.kind is Kind.OR for lexeme in lexemes):
        named = _narrowed(named)
    refused = [
        item.day
        for place, item in enumerate(found)
        if place in out and item.day is not None and bound_of(found, place, lexemes) not in _UP_TO
    ]
    return _reading(named, refused, today)


def _named(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], *, last_wins: bool) -> list[_Named]:
    named: list[_Named] = []
    last = -1
    for place, item in enumerate(found):
        if item.day is None or place in out or place <= last:
            continue
        day, until = _with_its_date(found, place, lexemes)
        bound = bound_of(found, place, lexemes)
        if bound is Bound.NONE and until > place:
            bound = bound_of(found, until, lexemes)
        if last_wins and bound is Bound.UNTIL:
            bound = Bound.NONE
        here = _Named(day, bound, (as_written(lexemes[item.start : found[until].end]),))
        gap = {lexeme.kind for lexeme in lexemes[found[last].end : item.start]} if named else set()
        beside = bool(named) and (
            _are_beside(named[-1].day, here.day, gap) or _is_its_week(named[-1], here, found[last : place + 1], lexemes)
        )
        both = joined(named[-1].day, here.day) if beside else None
        if both is not None:
            named[-1] = named[-1]._replace(day=both, words=named[-1].words + here.words)
        elif named and (_runs_through(gap, found[last], lexemes) or (last_wins and gap and gap <= _MOVED)):
            run = here.day if last_wins else _run(named[-1].day, here.day)
            named[-1] = _Named(run, Bound.NONE, named[-1].words + here.words)
        else:
            named.append(here)
        last = until
    return named


def _are_beside(before: Day, day: Day, gap: set[Kind]) -> bool:
    """Whether nothing but small words stands between; "i came last week, do you have thursday" names two days. In
    "next week from monday to friday" the weekdays are those of the stretch."""
    is_told = before.reason == PAST and not before.dates
    if gap in _BEGINNING and day.weekday is not None:
        return before.stretch or is_told
    return gap <= _BESIDE and not (is_told and Kind.SOFT in gap)


def _is_its_week(before: _Named, here: _Named, said: Sequence[Found], lexemes: Sequence[Lexeme]) -> bool:
    """ "Thursday at 3 next week": `said` is the weekday, the times after it, and the week or month that it lies in."""
    if before.day.weekday is None or not here.day.stretch or {before.bound, here.bound} != {Bound.NONE}:
        return False
    between = {lexeme.kind for one, other in pairwise(said) for lexeme in lexemes[one.end : other.start]}
    return len(said) > 2 and between <= _WITHIN_A_WEEK


def _with_its_date(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> tuple[Day, int]:
    """ "Until wednesday, the 22nd": a weekday as the date that stands beside it, before anything runs up to it; and the
    place in `found` that it ends at."""
    day, following = found[place].day or Day(), found[place + 1] if place + 1 < len(found) else None
    if day.weekday is None or following is None or following.day is None or following.day.stretch:
        return day, place
    gap = {lexeme.kind for lexeme in lexemes[found[place].end : following.start]}
    both = joined(day, following.day) if gap <= _BESIDE else None
    return (day, place) if both is None else (both, place + 1)


def _runs_through(gap: set[Kind], before: Found, lexemes: Sequence[Lexeme]) -> bool:
    if (gap & _THROUGH and not gap - _THROUGH - _BESIDE) or gap == {Kind.AT}:
        return True
    led = {lexeme.kind for lexeme in lexemes[max(0, before.start - 2) : before.start]}
    return Kind.AND in gap and Kind.BETWEEN in led


def _run(first: Day, last: Day) -> Day:
    """From one day to another: a weekday is the next one after the day it starts from."""
    if not (first.dates and last.dates) or first.reason or last.reason:
        return first if first.reason or not first.dates else last
    start, end = first.dates[0], last.dates[-1]
    if last.weekday is not None:
        end = start + timedelta(days=(last.weekday - start.weekday()) % 7)
    elif first.yearly:
        start = _in_the_year_of(end, first)
    return Day(between(start, end), stretch=True) if start < end else Day((start, *last.dates[:1]))


def _in_the_year_of(end: date, first: Day) -> date:
    """ "From 26 june to 28 june 2027" begins in that year; "from 2 july to 10 july", said on the 5th, has begun."""
    start = first.dates[0]
    if (end - start).days > _YEAR:
        return last_yearly(end, start.month, start.day) or start
    return first.gone if first.gone is not None and first.gone < end < start else start


def joined(first: Day, second: Day) -> Day | None:
    """A weekday and a date side by side are one day, or a contradiction. None: they are two days."""
    if (first.weekday is None) == (second.weekday is None):
        both = tuple(day for day in first.dates if day in second.dates)
        return Day(both) if both and not (first.reason or second.reason) else None
    weekday, exact = (first, second) if second.weekday is None else (second, first)
    if exact.reason or not exact.dates:
        return exact
    fitting = tuple(day for day in exact.dates if day.weekday() == weekday.weekday)
    if fitting:
        return Day(fitting)
    if exact.gone is not None and exact.gone.weekday() == weekday.weekday:
        return Day(reason=PAST)
    if exact.stretch:
        return None
    later = tuple(day for day in exact.later if day.weekday() == weekday.weekday)
    if later:
        return Day((*exact.dates, *later))
    near = _nearest(exact.dates[0], weekday.weekday or 0, weekday.dates[0])
    return Day((*exact.dates, near), reason=WEEKDAY_CONFLICT)


def _nearest(day: date, weekday: int, since: date) -> date:
    """The day of that weekday that is nearest to `day`, and not before `since`."""
    near = day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)
    return max(near, since)


def _reading(named: Sequence[_Named], refused: Sequence[Day], today: date) -> DateReading:
    words = " ".join(word for each in named for word in each.words)
    off = {day for each in refused for day in each.dates}
    weekdays = {each.weekday for each in refused if each.weekday is not None}
    ends = [_ends(each) for each in named if each.day.dates and not each.day.reason and _is_open(each)]
    if ends:
        stretched = _stretched(ends, off, weekdays, today)
        return replace(stretched, words=words)
    possible = sorted({day for each in named if not each.day.reason for day in each.day.dates} - off)
    excluded = tuple(sorted(off))
    if possible:
        certainty = Certainty.CERTAIN if len(possible) == 1 else Certainty.AMBIGUOUS
        return DateReading(certainty, tuple(possible), words=words, excluded=excluded)
    if named:
        reason = named[0].day.reason or NO_SUCH_DATE
        return DateReading(Certainty.IMPOSSIBLE, named[0].day.dates, reason, words, excluded=excluded)
    return DateReading(excluded=excluded)


def _narrowed(named: list[_Named]) -> list[_Named]:
    """ "Before the weekend, could it be thursday", "thursdays at 7, from next week": of a day and the stretch that it
    lies in, the day."""
    opened = [each for each in named if _is_open(each) and each.day.dates and not each.day.reason]
    single = [each for each in named if not _is_open(each) and each.day.dates and not each.day.reason]
    if len(opened) != 1 or len(single) != 1 or len(named) != 2:
        return named
    first, last = _ends(opened[0])
    dates = single[0].day.dates
    if single[0].day.weekday is not None and opened[0].bound is Bound.FROM and first is not None:
        dates = (ahead(max(first, dates[0]), single[0].day.weekday),)
    inside = tuple(day for day in dates if (first is None or first <= day) and (last is None or day <= last))
    return [single[0]._replace(day=Day(inside))] if inside else named


def _is_open(named: _Named) -> bool:
    return named.day.stretch or named.bound is not Bound.NONE


def _ends(named: _Named) -> tuple[date | None, date | None]:
    first, last = named.day.dates[0], named.day.dates[-1]
    return {
        Bound.NONE: (first, last),
        Bound.FROM: (first, None),
        Bound.AFTER: (last + _DAY, None),
        Bound.UNTIL: (None, last),
        Bound.BEFORE: (None, first - _DAY),
        Bound.WEEK: (first - timedelta(days=first.weekday()), first + timedelta(days=6 - first.weekday())),
    }[named.bound]


def _stretched(
    ends: Sequence[tuple[date | None, date | None]], off: set[date], weekdays: set[int], today: date
) -> DateReading:
    earliest = [first for first, _ in ends if first is not None]
    latest = [last for _, last in ends if last is not None]
    first = max(min(earliest), today) if earliest else None
    last = max(latest) if latest else None
    if last is not None and last < (first or today):
        return DateReading(Certainty.IMPOSSIBLE, reason=PAST)
    days = between(first or today, last or (first or today) + (FEW - 1) * _DAY)
    kept = tuple(day for day in days if day not in off and day.weekday() not in weekdays)
    excluded = tuple(sorted({day for day in days if day not in kept} or off))
    if len(kept) < 2:
        certainty = Certainty.CERTAIN if kept else Certainty.NOTHING
        return DateReading(certainty, kept, excluded=excluded)
    return DateReading(Certainty.AMBIGUOUS, kept[:FEW], earliest=first, latest=last, excluded=excluded)
