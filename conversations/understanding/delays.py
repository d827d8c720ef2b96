"""By how much somebody says that they will be late: "10 min late", "running half an hour behind"."""

from collections.abc import Sequence

from conversations.understanding.kinds import Kind
from conversations.understanding.lexeme import Lexeme

_LONGEST = 240
_A_NUMBER = (Kind.NUMBER, Kind.LONG)
_PER_UNIT = {Kind.MINUTES: 1, Kind.HOURS: 60}


def read_delay(lexemes: Sequence[Lexeme]) -> int | None:
    """Minutes; None where the text does not say, or says more than hours."""
    said = _with_unit(lexemes)
    if said is None:
        said = next((lexeme.value for lexeme in lexemes if lexeme.kind in _A_NUMBER), None)
    return said if said is not None and 0 < said <= _LONGEST else None


def _with_unit(lexemes: Sequence[Lexeme]) -> int | None:
    for place, lexeme in enumerate(lexemes):
        unit = _PER_UNIT.get(lexeme.kind)
        if unit is None:
            continue
        before = lexemes[max(0, place - 3) : place]
        after = lexemes[place + 1 : place + 2]
        if numbers := [each.value for each in before if each.kind in _A_NUMBER]:
            return numbers[-1] * unit
        if unit == 60 and any(each.kind is Kind.HALF for each in (*before, *after)):
            return 30
        if unit == 60 and any(each.kind is Kind.QUARTER for each in before):
            return 15
        if lexeme.value:
            return lexeme.value * unit
        if unit == 60:
            return 60
    return None
