"""Whether a phrase of a list stands right before or right behind a place in a text."""

from conversations.understanding.phrases import Words
from conversations.understanding.tokens import words_of

_LONGEST = 3
"""Words of a phrase."""
_NEAR = 48
"""Characters that hold so many words."""


def led(text: str, start: int, phrases: frozenset[Words]) -> bool:
    """Whether one of the phrases stands right before that place."""
    if not phrases:
        return False
    before = text[max(0, start - _NEAR) : start].rstrip()
    if not before or not before[-1].isalnum():
        return False
    said = words_of(before, marks=True)
    return any(said[-size:] in phrases for size in range(1, min(_LONGEST, len(said)) + 1))


def followed(text: str, end: int, phrases: frozenset[Words]) -> bool:
    """Whether one of the phrases stands right after that place."""
    if not phrases:
        return False
    said = words_of(text[end : end + _NEAR], marks=True)
    return any(said[:size] in phrases for size in range(1, min(_LONGEST, len(said)) + 1))
