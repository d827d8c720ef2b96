"""Which side of a named day is meant: "after friday", "by the 5th", "monday onwards"."""

from collections.abc import Sequence
from enum import Enum, auto

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.scan import Found, gap_before


class Bound(Enum):
    """NONE: the day itself. AFTER and BEFORE leave it out, FROM and UNTIL take it in. WEEK: the week it lies in."""

    NONE = auto()
    FROM = auto()
    AFTER = auto()
    UNTIL = auto()
    BEFORE = auto()
    WEEK = auto()


_SKIPPED = THE | {Kind.ON, Kind.AT, Kind.ABOUT, Kind.ARTICLE, Kind.DAY}
_JOINING = frozenset({Kind.OR, Kind.AND})
_TWO_ENDED = frozenset({"days_month", "month_days", "days_of_month"})
"""The rules of wordings that name both ends ("from july 13-15")."""
_OPPOSITE = {Bound.AFTER: Bound.UNTIL, Bound.FROM: Bound.BEFORE, Bound.UNTIL: Bound.AFTER, Bound.BEFORE: Bound.FROM}


def bound_of(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> Bound:
    """What leads the day at that place of `found`, or what follows it."""
    since = found[place - 1].end if place else 0
    before = [lexeme for lexeme in lexemes[since : found[place].start] if lexeme.kind not in _SKIPPED]
    if before and before[-1].kind is Kind.FROM and found[place].rule in _TWO_ENDED:
        return Bound.NONE
    if before and (led := _led(before[-1])) is not Bound.NONE:
        refused = len(before) > 1 and before[-2].kind is Kind.NOT
        return _OPPOSITE.get(led, led) if refused else led
    after = lexemes[found[place].end : found[place].end + 2]
    if len(after) == 2 and after[0].kind in _JOINING and not _goes_on(found, place):
        return {Kind.AFTER: Bound.FROM, Kind.BEFORE: Bound.UNTIL}.get(after[1].kind, Bound.NONE)
    for lexeme in lexemes[found[place].end :]:
        if lexeme.kind is Kind.ONWARDS:
            return Bound.FROM
        if lexeme.kind is Kind.OR_BEFORE:
            if _is_of_its_hour(found, place, lexemes):
                return Bound.NONE
            return Bound.BEFORE if lexeme.value else Bound.UNTIL
        if lexeme.kind is Kind.HENCE:
            return Bound.AFTER
        if lexeme.kind not in SOFT:
            break
    return Bound.NONE


def _is_of_its_hour(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "By 5 on thursday at the latest": the hour is the latest, not the day."""
    hour = found[place - 1].said if place else None
    return hour is not None and hour.before is not None and gap_before(found, place, lexemes) <= _SKIPPED


def _goes_on(found: Sequence[Found], place: int) -> bool:
    """ "Friday or after 3" is no open end."""
    return place + 1 < len(found) and found[place + 1].start <= found[place].end + 2


def _led(lexeme: Lexeme) -> Bound:
    match lexeme.kind:
        case Kind.AFTER:
            return Bound.FROM if lexeme.value else Bound.AFTER
        case Kind.BEFORE:
            return Bound.UNTIL if lexeme.value else Bound.BEFORE
        case Kind.IN if lexeme.value:
            return Bound.UNTIL
        case Kind.OR_BEFORE if not lexeme.value:
            return Bound.UNTIL
        case Kind.FROM:
            return Bound.FROM
        case Kind.WEEK_OF:
            return Bound.WEEK
        case _:
            return Bound.NONE
