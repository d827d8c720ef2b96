"""Days that are told of a person or a thing: of a birth ("née le 3 mai"), of an end ("card expires 08/27")."""

from collections.abc import Sequence

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import DATED
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.vocabulary import Vocabulary

_BETWEEN = THE | SOFT | {
    Kind.ON, Kind.AT, Kind.THIS, Kind.ABOUT, Kind.IN, Kind.FOR, Kind.TO, Kind.DAY_MARK, Kind.PEOPLE,
}  # fmt: skip
_SIGNS = frozenset({Kind.MARK, Kind.COMMA, Kind.COLON, Kind.DASH, Kind.HASH})
_CLAUSES_END = frozenset({Kind.MARK, Kind.COMMA})
_FARTHEST = 3
_BEFORE_ITS_HOUR = THE | {Kind.ON, Kind.AT}


def without_birthdates(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary) -> list[Found]:
    """The same without the days, each with its hour, of a birth or an end: "DOB 04/12/1988", "5 march 1990 ko janm
    hua", "born on friday at 3"; of a birthday only one that is over ("bday 04/12/1988")."""
    days = [place for place, item in enumerate(found) if item.day is not None]
    if not days:
        return list(found)
    dated = [at for at, lexeme in enumerate(lexemes) if lexeme.value == DATED and lexeme.kind is Kind.BUSY]
    told = {place for at in dated for place in _its_day(at, days, found, lexemes)}
    if over := [place for place in days if _is_over(found[place])]:
        names = known.single("words", "birthdays")
        birthdays = [at for at, lexeme in enumerate(lexemes) if lexeme.text in names]
        told |= {place for at in birthdays for place in _its_day(at, over, found, lexemes)}
    if not told:
        return list(found)
    return [item._replace(day=None, said=EMPTY) if place in told else item for place, item in enumerate(found)]


def _its_day(at: int, among: Sequence[int], found: Sequence[Found], lexemes: Sequence[Lexeme]) -> set[int]:
    """The day that the word at that place is said of, with its hour: behind it, or else before it."""
    after = next((place for place in among if found[place].start > at), None)
    if after is not None and _is_its_date(lexemes[at + 1 : found[after].start], found[after]):
        return {after, *_its_hour(found, after, lexemes)}
    before = next((place for place in reversed(among) if found[place].end <= at), None)
    if before is not None and {each.kind for each in lexemes[found[before].end : at]} <= _BETWEEN:
        return {before}
    return set()


def _its_hour(found: Sequence[Found], day: int, lexemes: Sequence[Lexeme]) -> set[int]:
    """The place of the hour right behind a day."""
    hour = day + 1
    is_its = hour < len(found) and found[hour].day is None and gap_before(found, hour, lexemes) <= _BEFORE_ITS_HOUR
    return {hour} if is_its else set()


def _is_over(item: Found) -> bool:
    return item.day is not None and item.day.reason == PAST


def _is_its_date(between: Sequence[Lexeme], item: Found) -> bool:
    """Behind a few small words ("expiry of my card 08/27"); what is over by itself, anywhere in the clause ("née à
    Paris le 3 mai 1990")."""
    words = between[1:] if between and between[0].kind in _SIGNS else between
    if _is_over(item):
        return all(lexeme.kind not in _CLAUSES_END for lexeme in words)
    kinds = [lexeme.kind for lexeme in words]
    of_what = {at + 1 for at, kind in enumerate(kinds) if kind is Kind.ON}
    return len(words) <= _FARTHEST and all(kind in _BETWEEN or at in of_what for at, kind in enumerate(kinds))
