"""What a text tells of days and hours without a wish for them: an exam on Friday, the end of work, what a booking is
moved away from, a wedding next year, a date of birth."""

from collections.abc import Sequence

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import DATED, LEAVES
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import holds

_BETWEEN = THE | SOFT | {Kind.ON, Kind.AT, Kind.THIS, Kind.ABOUT}
_BESIDE_ITS_DATE = _BETWEEN | {Kind.IN, Kind.FOR, Kind.DAY_MARK, Kind.PEOPLE}
_SIGNS = frozenset({Kind.MARK, Kind.COMMA, Kind.COLON, Kind.DASH, Kind.HASH})
_CLAUSES_END = frozenset({Kind.MARK, Kind.COMMA})
_FARTHEST = 3
_LEADS_A_TARGET = THE | {Kind.ON, Kind.AT}
_TOLD = frozenset({Kind.OTHER, Kind.THING, Kind.LABEL, Kind.STREET})
_HOUR_MARKS = frozenset({Kind.HOUR_MARK, Kind.OCLOCK, Kind.COLON})
_LONGEST_SESSION = 4
"""Hours."""
_YEARS = frozenset({"year", "years", "leading_year"})


def taken(found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme]) -> frozenset[int]:
    """The places of days that are taken, each with its hour, where another day is named: "i have an exam on friday so
    saturday"."""
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
    """The same without the hour at which somebody is free, where another is named, without a year beside a day, and
    without the day of a birth or an end."""
    timed = {place for place, item in enumerate(found) if item.said is not None and not item.said.is_empty}
    freed = _told(timed, found, lexemes, LEAVES)
    dated = {place for place, item in enumerate(found) if item.day is not None}
    years = {place for place in dated if found[place].rule in _YEARS and _is_told_of(found, place, lexemes)}
    dropped = (freed if freed != timed else set()) | (years if years != dated else set())
    dropped |= _belonging(found, lexemes)
    return [item._replace(day=None, said=EMPTY) if place in dropped else item for place, item in enumerate(found)]


def _belonging(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> set[int]:
    """The days, each with its hour, that are those of a birth or an end: "DOB 04/12/1988", "5 march 1990 ko janm hua",
    "born on friday at 3"."""
    told: set[int] = set()
    for at, lexeme in enumerate(lexemes):
        if lexeme.kind is not Kind.BUSY or lexeme.value != DATED:
            continue
        after = next((place for place, item in enumerate(found) if item.day is not None and item.start > at), None)
        before = next((place for place, item in enumerate(found) if item.day is not None and item.end == at), None)
        if after is not None and _is_its_date(lexemes[at + 1 : found[after].start], found[after]):
            told.add(after)
            if after + 1 < len(found) and gap_before(found, after + 1, lexemes) <= _LEADS_A_TARGET:
                told.add(after + 1)
        elif before is not None:
            told.add(before)
    return told


def _is_its_date(between: Sequence[Lexeme], item: Found) -> bool:
    """Behind a few small words; what is over by itself, anywhere in the clause ("née à Paris le 3 mai 1990")."""
    words = between[1:] if between and between[0].kind in _SIGNS else between
    if item.day is not None and item.day.reason == PAST:
        return all(lexeme.kind not in _CLAUSES_END for lexeme in words)
    return len(words) <= _FARTHEST and all(lexeme.kind in _BESIDE_ITS_DATE for lexeme in words)


def without_lengths(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary) -> list[Found]:
    """The same without the hours that are a length: "how long does it take, 1h or 1h30", where no day is named."""
    lengths = {place for place, item in enumerate(found) if _may_be_length(item, lexemes)}
    if not lengths or any(item.day is not None for item in found):
        return list(found)
    said = [word for lexeme in lexemes for word in words_of(lexeme.text)]
    if not holds(said, known.phrase_set("words", "lasts")):
        return list(found)
    return [item._replace(said=EMPTY) if place in lengths else item for place, item in enumerate(found)]


def _may_be_length(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """Few hours, with the mark that both a clock and a length have ("1h30")."""
    words = lexemes[item.start : item.end]
    is_short = words[0].kind in (Kind.NUMBER, Kind.ONE) and words[0].value <= _LONGEST_SESSION
    return item.said is not None and is_short and any(each.kind in _HOUR_MARKS for each in words)


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
