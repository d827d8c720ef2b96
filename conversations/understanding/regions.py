"""What English words mean in some regions and not in others."""

from collections.abc import Sequence
from dataclasses import replace

from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_BY_IS_AT = frozenset({"CM", "GH", "GM", "LR", "NG", "SL"})
"""West Africa, where "by 4" is at four."""
_BY = 2
"""The `value` of "by" among the words for before."""


def as_said_in(region: str, lexemes: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    """The words as they are meant in that region."""
    if region.upper() not in _BY_IS_AT:
        return tuple(lexemes)
    following = (*(lexeme.kind for lexeme in lexemes[1:]), Kind.MARK)
    return tuple(
        replace(lexeme, kind=Kind.AT, value=0)
        if lexeme.kind is Kind.BEFORE and lexeme.value == _BY and after in (Kind.NUMBER, Kind.NAMED, Kind.LONG)
        else lexeme
        for lexeme, after in zip(lexemes, following, strict=False)
    )
