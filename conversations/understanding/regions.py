"""What English words mean in some regions and not in others."""

from collections.abc import Callable, Sequence

from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_BY_IS_AT = frozenset({"CM", "GH", "GM", "LR", "NG", "SL"})
"""West Africa, where "by 4" is at four."""
_LATER_IS_TODAY = frozenset({"BN", "HK", "ID", "MY", "PH", "SG"})
"""Where "later" is later today."""
_THE_NIGHT_IS_TONIGHT = frozenset({"GB", "IE"})
_TILL_IS_TO = frozenset({"CA", "US"})
"""Where "ten till four" is ten to four."""
_UNTIL, _BY = 1, 2
"""The `value` of "till" and of "by" among the words for before."""


def as_said_in(region: str, lexemes: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    """The words as they are meant in that region."""
    region = region.upper()
    if region in _BY_IS_AT:
        return _each(lexemes, _by)
    if region in _TILL_IS_TO:
        return _each(lexemes, _till)
    if region in _LATER_IS_TODAY:
        return _each(lexemes, _later)
    return _each(lexemes, _the_night) if region in _THE_NIGHT_IS_TONIGHT else tuple(lexemes)


def _each(lexemes: Sequence[Lexeme], said: Callable[[Lexeme, Kind, Kind], Lexeme]) -> tuple[Lexeme, ...]:
    """Each word as `said` reads it between the kinds of its neighbours."""
    kinds = [Kind.MARK, *(lexeme.kind for lexeme in lexemes), Kind.MARK]
    return tuple(map(said, lexemes, kinds, kinds[2:]))


def _by(lexeme: Lexeme, _before: Kind, after: Kind) -> Lexeme:
    is_at = lexeme.kind is Kind.BEFORE and lexeme.value == _BY and after in (Kind.NUMBER, Kind.NAMED, Kind.LONG)
    return lexeme._replace(kind=Kind.AT, value=0) if is_at else lexeme


def _till(lexeme: Lexeme, before: Kind, after: Kind) -> Lexeme:
    is_to = lexeme.kind is Kind.BEFORE and lexeme.value == _UNTIL and before is after is Kind.NUMBER
    return lexeme._replace(kind=Kind.TO, value=1) if is_to else lexeme


def _later(lexeme: Lexeme, _before: Kind, after: Kind) -> Lexeme:
    """ "Later 5pm can", but "later this week"."""
    is_today = (
        lexeme.kind is Kind.LATE and lexeme.text == "later" and after in (Kind.AT, Kind.NUMBER, Kind.PART, Kind.ABOUT)
    )
    return lexeme._replace(kind=Kind.RELATIVE_DAY, value=0) if is_today else lexeme


def _the_night(lexeme: Lexeme, before: Kind, after: Kind) -> Lexeme:
    """ "The night at 8", but "the night before", "the night of the 5th"."""
    is_tonight = lexeme.kind is Kind.PART and lexeme.text == "night" and before is Kind.THE
    if not is_tonight or after not in (Kind.AT, Kind.ABOUT, Kind.NUMBER, Kind.MARK, Kind.SOFT):
        return lexeme
    return lexeme._replace(kind=Kind.TONIGHT, value=0, until=0)
