"""Hours that are a length rather than a time of day: "how long does it take, 1h or 1h30"."""

from collections.abc import Sequence
from itertools import pairwise

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import places

_BETWEEN = THE | SOFT | {Kind.ON, Kind.AT, Kind.THIS, Kind.ABOUT}
_COUNT = frozenset({Kind.NUMBER, Kind.ONE})
_MARKS = frozenset({Kind.HOUR_MARK, Kind.COLON, Kind.OCLOCK, Kind.AT})
_SESSIONS = range(1, 5)
"""Hours."""


def without_lengths(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary) -> list[Found]:
    """The same without the hours that are a length: "how long does it take, 1h or 1h30"; where a day is named, only
    those in the clause that asks, apart from it ("does it take 2h, then saturday")."""
    lengths = [place for place, item in enumerate(found) if _may_be_length(item, lexemes, known)]
    if not lengths:
        return list(found)
    said = [(word, at) for at, lexeme in enumerate(lexemes) for word in words_of(lexeme.text)]
    asked = [said[place][1] for place in places([word for word, _ in said], known.phrase_set("words", "lasts"))]
    if not asked:
        return list(found)
    is_dated = any(item.day is not None for item in found)
    dropped = {
        place
        for place in lengths
        if _is_asked(found[place], lexemes, asked, is_dated=is_dated)
        and not (is_dated and _is_beside_a_day(found, place, lexemes))
    }
    if not is_dated:
        dropped |= _guessed([(place, found[place]) for place in lengths], lexemes)
    return [item._replace(said=EMPTY) if place in dropped else item for place, item in enumerate(found)]


def _may_be_length(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """Few hours, with a mark that both a clock and a length have ("1h30", "umas 3 horas", "saa 3"); not "at 3h"."""
    if item.said is None or item.said.part is not None:
        return False
    words = lexemes[item.start : item.end]
    marks = [each for each in words if each.kind in _MARKS]
    if not marks or next((each.value or 1 for each in words if each.kind in _COUNT), 0) not in _SESSIONS:
        return False
    leads = [each for each in marks if each.kind is Kind.AT]
    return all(each.value for each in leads) and (bool(leads) or any(_is_mark(each, known) for each in marks))


def _is_mark(lexeme: Lexeme, known: Vocabulary) -> bool:
    """ "h", "heures", ":"; "baje" and "o'clock" are of the clock alone."""
    is_either = bool(lexeme.until) or lexeme.text in known.glued
    return lexeme.kind in (Kind.HOUR_MARK, Kind.COLON) or (lexeme.kind is Kind.OCLOCK and is_either)


def _is_asked(item: Found, lexemes: Sequence[Lexeme], asked: Sequence[int], *, is_dated: bool) -> bool:
    """Whether its length is asked for before it in its sentence, or in its clause where a day is named; or behind it,
    where no day is named and nothing leads it."""
    stops = {Kind.MARK, Kind.COMMA} if is_dated else {Kind.MARK}
    begins_at = max((at for at, lexeme in enumerate(lexemes[: item.start]) if lexeme.kind in stops), default=-1)
    if any(begins_at < at < item.start for at in asked):
        return True
    return not is_dated and lexemes[item.start].kind is not Kind.AT and any(at >= item.end for at in asked)


def _guessed(lengths: Sequence[tuple[int, Found]], lexemes: Sequence[Lexeme]) -> set[int]:
    """Those that are a sentence of nothing else: "how long? 2h or 3h?"."""
    guessed: set[int] = set()
    ends = [-1, *(at for at, lexeme in enumerate(lexemes) if lexeme.kind is Kind.MARK), len(lexemes)]
    for start, end in pairwise(ends):
        inside = [(place, item) for place, item in lengths if start < item.start and item.end <= end]
        counted = {at for _, item in inside for at in range(item.start, item.end)}
        if all(at in counted or lexemes[at].kind is Kind.OR for at in range(start + 1, end)):
            guessed.update(place for place, _ in inside)
    return guessed


def _is_beside_a_day(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    before = place > 0 and found[place - 1].day is not None and gap_before(found, place, lexemes) <= _BETWEEN
    if before or place + 1 == len(found):
        return before
    return found[place + 1].day is not None and gap_before(found, place + 1, lexemes) <= _BETWEEN
