"""From the wordings of dates in a text to one reading: joined, ruled out, or asked about."""

from collections.abc import Sequence

from conversations.understanding.dates import WEEKDAY_CONFLICT, Day, days_between
from conversations.understanding.kinds import Kind
from conversations.understanding.lexemes import Lexeme, as_written
from conversations.understanding.meaning import Certainty, DateReading
from conversations.understanding.scan import Found, gap_before

_BESIDE = frozenset({Kind.COMMA, Kind.THE, Kind.ON, Kind.DASH, Kind.MARK})
_OPEN_ENDED = frozenset({Kind.AFTER, Kind.BEFORE, Kind.FROM})
_THROUGH = frozenset({Kind.TO, Kind.DASH, Kind.BEFORE})


def read_day(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], *, last_wins: bool) -> DateReading:
    """`out` are the places that do not count. `last_wins`: of "from friday to monday", Monday is meant (a move)."""
    kept: list[Found] = []
    days: list[Day] = []
    through = False
    for place, item in enumerate(found):
        if item.day is None or place in out or _is_open_ended(found, place, lexemes):
            continue
        gap = {lexeme.kind for lexeme in lexemes[kept[-1].end : item.start]} if kept else set()
        joined = _joined(days[-1], item.day) if kept and gap <= _BESIDE else None
        through = through or (bool(kept) and bool(gap & _THROUGH) and joined is None)
        if joined is not None:
            days[-1] = joined
        else:
            days.append(item.day)
        kept.append(item)
    words = " ".join(_words(item, lexemes) for item in kept)
    return _reading(days[-1:] if last_wins and through else days, words, through=through)


def _is_open_ended(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "after friday", "by the 5th": no day is named; but "from friday to sunday" names several."""
    begins = found[place - 1].end if place else 0
    before = [lexeme.kind for lexeme in lexemes[begins : found[place].start] if lexeme.kind not in (Kind.THE, Kind.ON)]
    if not before or before[-1] not in _OPEN_ENDED:
        return False
    if place and before[-1] is Kind.BEFORE and len(before) == 1:
        return found[place - 1].day is None
    follows = gap_before(found, place + 1, lexemes) if place + 1 < len(found) and found[place + 1].day else set()
    return not (before[-1] is Kind.FROM and follows & _THROUGH)


def _joined(first: Day, second: Day) -> Day | None:
    """A weekday and a date side by side are one day, or a contradiction. None: they are two days."""
    if (first.weekday is None) == (second.weekday is None):
        return first if first.dates == second.dates and first.dates else None
    weekday, exact = (first, second) if second.weekday is None else (second, first)
    if exact.reason or not exact.dates:
        return exact
    fitting = tuple(day for day in exact.dates if day.weekday() == weekday.weekday)
    return Day(fitting) if fitting else Day(exact.dates, reason=WEEKDAY_CONFLICT)


def _reading(days: Sequence[Day], words: str, *, through: bool) -> DateReading:
    possible = sorted({date for day in days if not day.reason for date in day.dates})
    if through and len(possible) > 1:
        possible = list(days_between(possible[0], possible[-1]))
    if possible:
        certainty = Certainty.CERTAIN if len(possible) == 1 else Certainty.AMBIGUOUS
        return DateReading(certainty, tuple(possible), words=words)
    if days:
        return DateReading(Certainty.IMPOSSIBLE, days[0].dates, days[0].reason, words)
    return DateReading()


def _words(item: Found, lexemes: Sequence[Lexeme]) -> str:
    return as_written(lexemes[item.start : item.end])
