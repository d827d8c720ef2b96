"""What a text tells of days and hours without a wish for them: an exam on Friday, the end of work, what a booking is
moved away from, a wedding next year."""

from collections.abc import Sequence

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import LEAVES
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY

_BETWEEN = THE | SOFT | {Kind.ON, Kind.AT, Kind.THIS, Kind.ABOUT}
_LEADS_A_TARGET = THE | {Kind.ON, Kind.AT}
_TOLD = frozenset({Kind.OTHER, Kind.THING, Kind.LABEL, Kind.STREET})
_YEARS = frozenset({"year", "years", "leading_year"})


def taken(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme]) -> frozenset[int]:
    """The places of days that are taken, each with its hour, where another day is named: "i have an exam on friday so
    saturday"."""
    if Kind.BUSY not in [lexeme.kind for lexeme in lexemes]:
        return frozenset()
    named = {place for place, item in enumerate(found) if item.day is not None and place not in out}
    busy = _told(named, found, lexemes, 0)
    if not busy or busy == named:
        return frozenset()
    hours = {
        beside
        for place in busy
        for beside in (place - 1, place + 1)
        if 0 <= beside < len(found)
        and found[beside].day is None
        and gap_before(found, max(place, beside), lexemes) <= {Kind.ON}
    }
    return frozenset(busy | hours)


def without_excuses(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> list[Found]:
    """The same without the hour at which somebody is free, where another is named, and without a year beside a day."""
    dropped: set[int] = set()
    if Kind.BUSY in [lexeme.kind for lexeme in lexemes]:
        timed = {place for place, item in enumerate(found) if item.said is not None and not item.said.is_empty}
        freed = _told(timed, found, lexemes, LEAVES)
        dropped |= freed if freed != timed else set()
    if not _YEARS.isdisjoint([item.rule for item in found]):
        dated = {place for place, item in enumerate(found) if item.day is not None}
        years = {place for place in dated if found[place].rule in _YEARS and _is_told_of(found, place, lexemes)}
        dropped |= years if years != dated else set()
    if not dropped:
        return list(found)
    return [item._replace(day=None, said=EMPTY) if place in dropped else item for place, item in enumerate(found)]


def _is_told_of(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "Getting married next year, monday at 4": apart from any day, and right after what is told."""
    apart = place + 1 == len(found) or bool(gap_before(found, place + 1, lexemes))
    start = found[place].start
    return apart and start > (found[place - 1].end if place else 0) and lexemes[start - 1].kind in _TOLD


def moved_to(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> list[Found]:
    """Of "move my tuesday 2pm to wednesday 2pm" what follows the "to": a day takes the place of days, and with its hour
    of hours as well."""
    target = next((place for place, item in enumerate(found) if item.day is not None and _is_led(item, lexemes)), 0)
    timed = any(item.said is not None and not item.said.is_empty for item in found[target:])
    return [item for place, item in enumerate(found) if place >= target or not (item.day is not None or timed)]


def _is_led(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    before = [lexeme.kind for lexeme in lexemes[: item.start] if lexeme.kind not in _LEADS_A_TARGET]
    return before[-1:] == [Kind.TO]


def _told(among: set[int], found: Sequence[Found], lexemes: Sequence[Lexeme], value: int) -> set[int]:
    """Those of the wordings that a BUSY is said of: the one right after it, or else right before it."""
    told: set[int] = set()
    for at, lexeme in enumerate(lexemes):
        if lexeme.kind is not Kind.BUSY or lexeme.value != value:
            continue
        after = next((place for place in sorted(among) if found[place].start > at), None)
        before = next((place for place in sorted(among, reverse=True) if found[place].end <= at), None)
        if after is not None and _is_beside(at + 1, found[after].start, found, lexemes):
            told.add(after)
        elif before is not None and _is_beside(found[before].end, at, found, lexemes):
            told.add(before)
    return told


def _is_beside(start: int, end: int, found: Sequence[Found], lexemes: Sequence[Lexeme]) -> bool:
    """Whether only small words and other wordings stand between."""
    read = {place for item in found for place in range(item.start, item.end)}
    return all(place in read or lexemes[place].kind in _BETWEEN for place in range(start, end))
