"""For how many people: "table for 6", "2 adults and 2 kids", "me + 2 kids"."""

import re
from collections.abc import Sequence

from conversations.understanding.kinds import Kind, letters
from conversations.understanding.lexeme import Lexeme

_COUNT = "(?:number|one|article|long)"
_WITH_ME = re.compile(letters(f"me (?:and|soft) soft{{0,2}} (?:{_COUNT} soft{{0,2}} people|people)"))
_GROUP = re.compile(letters("group (?:about|the)* (?:number|one|long)"))
_PEOPLE = re.compile(letters(f"{_COUNT} soft{{0,2}} people (?:(?:and|comma)? {_COUNT} people)*"))
_COUNTS = frozenset({Kind.NUMBER, Kind.ONE, Kind.LONG, Kind.ARTICLE})


def read_seats(lexemes: Sequence[Lexeme], text: str) -> int | None:
    """`text` holds a letter for each lexeme. None where no number of people was said."""
    if Kind.PEOPLE.value not in text and Kind.GROUP.value not in text:
        return None
    if found := _WITH_ME.search(text):
        return 1 + (_counted(lexemes[found.start() : found.end()]) or 1)
    found = _GROUP.search(text) or _PEOPLE.search(text)
    return _counted(lexemes[found.start() : found.end()]) or None if found else None


def _counted(lexemes: Sequence[Lexeme]) -> int:
    return sum(lexeme.value or 1 for lexeme in lexemes if lexeme.kind in _COUNTS)
