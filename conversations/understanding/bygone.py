"""What is told of days that are gone: "llamé el lunes", "lundi j'ai appelé", "i came yesterday"."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import EITHER_WAY, FOR_HOUR, HAD
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY

_FARTHEST = 3
_AFTER_THE_VERB = THE | {Kind.ON, Kind.AT, Kind.ME, Kind.OTHER, Kind.THIS}
_BEFORE_THE_VERB = frozenset({Kind.SOFT, Kind.ME, Kind.OTHER})
_OPENING = THE | {Kind.ON, Kind.GREETING, Kind.MARK, Kind.COMMA, Kind.THIS}
_BESIDE = THE | {Kind.ON, Kind.AT, Kind.COMMA, Kind.ABOUT}
_NAMED_BY_NUMBER = frozenset({"day_of_month", "number_of_month", "days_of_month"})


def told_of_the_past(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> list[Found]:
    """What was found, without the days, and their hours, that a verb in the past tells of: they are no wish. What is
    past by its own words is so wherever the verb stands ("yesterday i called"), another day only beside it."""
    if not any(lexeme.kind is Kind.DID for lexeme in lexemes):
        return list(found)
    told: list[Found] = []
    gone = False
    for place, item in enumerate(found):
        if item.day is not None:
            gone = _is_told(found, place, lexemes)
        elif gone:
            gone = gap_before(found, place, lexemes) <= _BESIDE
        told.append(replace(item, day=None, said=EMPTY) if gone else item)
    return told


def _is_told(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    item = found[place]
    if item.day is None:
        return False
    if item.day.reason == PAST or (item.rule == "relative" and lexemes[item.start].until == EITHER_WAY):
        return True
    if _was_lately(found, place, lexemes):
        return True
    return _is_open(item) and (_follows_a_verb(found, place, lexemes) or _opens_before_a_verb(item, lexemes))


def _was_lately(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "Reservé para el 5 de marzo", said on the 10th: nobody tells of an appointment a year ahead."""
    item = found[place]
    if item.day is None or item.day.gone is None:
        return False
    since = found[place - 1].end if place else 0
    return any(lexeme.kind is Kind.DID for lexeme in lexemes[max(since, item.start - _FARTHEST - 1) : item.start])


def _is_open(item: Found) -> bool:
    """A day that may be the last such one as well as the next: a weekday, or a number alone."""
    return item.day is not None and (item.day.weekday is not None or item.rule in _NAMED_BY_NUMBER)


def _follows_a_verb(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    since = found[place - 1].end if place else 0
    for back, lexeme in enumerate(reversed(lexemes[since : found[place].start])):
        if lexeme.kind is Kind.DID:
            return lexeme.value != HAD
        if back >= _FARTHEST or lexeme.kind not in _AFTER_THE_VERB or _is_for_a_day(lexeme):
            return False
    return False


def _is_for_a_day(lexeme: Lexeme) -> bool:
    """ "Para el", "pra", which name a day to come; "el" may name one that is gone."""
    return (lexeme.kind is Kind.DAY_LEAD and " " in lexeme.text) or (
        lexeme.kind is Kind.AT and lexeme.until == FOR_HOUR
    )


def _opens_before_a_verb(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    if any(lexeme.kind not in _OPENING for lexeme in lexemes[: item.start]):
        return False
    for lexeme in lexemes[item.end : item.end + _FARTHEST]:
        if lexeme.kind is Kind.DID:
            return lexeme.value != HAD
        if lexeme.kind not in _BEFORE_THE_VERB:
            return False
    return False
