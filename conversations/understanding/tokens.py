"""A folded text cut into numbers, words and single signs."""

import re
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.normalise import KEPT

_LETTER = "(?:[^\\W\\d_]|[\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963])"
"""Hindi vowel signs are marks, not letters, and belong to their word."""
_READ_AT_ONCE = 64
_TOKEN = re.compile(rf"[0-9]+|{_LETTER}+|\S")


class Token(NamedTuple):
    """One piece of a text; `text[start:end]` is it."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


@lru_cache(maxsize=_READ_AT_ONCE)
def tokens(text: str) -> tuple[Token, ...]:
    """Every token of a folded text, in order. Several readers of one text ask for them."""
    return tuple([Token(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)])


def first_word(text: str, start: int = 0) -> str:
    """The first word or number of a folded text from that place on; "" where there is none."""
    for found in _TOKEN.finditer(text, start):
        if found[0][0].isalnum():
            return found[0]
    return ""


@lru_cache(maxsize=KEPT)
def words_of(text: str, *, marks: bool = False) -> tuple[str, ...]:
    """The words and numbers of a folded text; its signs too with `marks`."""
    return tuple(token.text for token in tokens(text) if marks or token.is_word)
