"""One word or phrase of a text, with its kind: what the grammar of dates and times is written over."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.understanding.kinds import Kind


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word or phrase. `value` as its kind says; `digits` is how many were typed, 0 for a word."""

    kind: Kind
    text: str
    start: int
    end: int
    value: int = 0
    until: int = 0
    digits: int = 0


def as_written(lexemes: Sequence[Lexeme]) -> str:
    """The words as they stood in the folded text: glued where they were glued ("15:30"), else a space between."""
    written = ""
    for lexeme, before in zip(lexemes, (None, *lexemes), strict=False):
        written += (" " if before is not None and lexeme.start > before.end else "") + lexeme.text
    return written


def letters_of(lexemes: Sequence[Lexeme]) -> str:
    """One letter a lexeme, for matching patterns."""
    return "".join([lexeme.kind for lexeme in lexemes])
