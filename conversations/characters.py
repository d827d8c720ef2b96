"""Characters as people and phones count them: a letter with its accents, an emoji with its parts, is one."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

_SINGLE = re.compile(
    "[\n -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u0621-\u064a\u2010-\u2027\u2030-\u205f\u20a0-\u20bf"
    "\u2100-\u27bf\U0001f300-\U0001f3fa\U0001f400-\U0001f9ff]*"
)
"""Letters, signs and emoji that never join what stands beside them."""


def units(text: str) -> int:
    """The length of a text as phones count it, in UTF-16: an emoji is two or more."""
    return len(text.encode("utf-16-le")) // 2


def are_single(text: str) -> bool:
    """Whether each code point is surely a character by itself, as in most texts."""
    return _SINGLE.fullmatch(text) is not None


def characters(text: str, longest: int) -> Iterator[str]:
    """The characters that a reader sees (Unicode's extended grapheme clusters, UAX #29), in order. One of more than
    `longest` units, which no language writes, comes in its code points."""
    if are_single(text):
        yield from text
        return
    for character in _graphemes().findall(text):
        if 2 * len(character) <= longest or units(character) <= longest:
            yield character
        else:
            yield from character


def beginning(text: str, longest: int) -> int:
    """How much of a text fits in `longest` units, in code points, without a character cut; never nothing of it."""
    used = at = 0
    for character in characters(text, longest):
        used += units(character)
        if used > longest:
            break
        at += len(character)
    return at or 1


@cache
def _graphemes() -> Any:
    import regex  # type: ignore[import-untyped]  # heavy, and only wanted for long texts and other scripts

    return regex.compile(r"\X")
