"""For how many people: "table for 6", "2 adults and 2 kids", "me + 2 kids"."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from conversations.understanding.kinds import Kind, letters
from conversations.understanding.lexeme import Lexeme, as_written

_COUNT = "(?:number|one|article|long)"
_WITH_ME = re.compile(letters(f"me (?:and|soft) soft{{0,2}} (?:{_COUNT} soft{{0,2}} people|people)"))
_GROUP = re.compile(letters("group (?:about|the)* (?:number|one|long)"))
_PEOPLE = re.compile(letters(f"{_COUNT} soft{{0,2}} people (?:(?:and|comma)? {_COUNT} people)*"))
_COUNTS = frozenset({Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.ARTICLE})


class Seated(NamedTuple):
    """The number, or None where none was said; and the words it was read from."""

    seats: int | None
    words: str = ""


def read_seats(lexemes: Sequence[Lexeme], text: str) -> Seated:
    """`text` holds a letter for each lexeme."""
    if Kind.PEOPLE not in text and Kind.GROUP not in text:
        return Seated(None)
    with_me = _WITH_ME.search(text)
    found = with_me or _GROUP.search(text) or _PEOPLE.search(text)
    if found is None:
        return Seated(None)
    said = lexemes[found.start() : found.end()]
    count = 1 + (_counted(said) or 1) if with_me else _counted(said)
    return Seated(count, as_written(said)) if count else Seated(None)


def _counted(lexemes: Sequence[Lexeme]) -> int:
    return sum(lexeme.value or 1 for lexeme in lexemes if lexeme.kind in _COUNTS)
