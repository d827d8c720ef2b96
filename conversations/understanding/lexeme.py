"""One word or phrase of a text, with its kind: what the grammar of dates and times is written over."""

from collections.abc import Sequence
from typing import NamedTuple

from conversations.understanding.kinds import Kind


class Lexeme(NamedTuple):
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
    written, end = "", lexemes[0].start if lexemes else 0
    for lexeme in lexemes:
        written += f" {lexeme.text}" if lexeme.start > end else lexeme.text
        end = lexeme.end
    return written


def letters_of(lexemes: Sequence[Lexeme]) -> str:
    """One letter a lexeme, for matching patterns."""
    return "".join([lexeme.kind for lexeme in lexemes])
