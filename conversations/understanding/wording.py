"""Matching lists of phrases against the words of a text, longest first."""

import re
from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding.normalise import KEPT
from conversations.understanding.phrases import Words

_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


@lru_cache(maxsize=KEPT)
def plain(word: str) -> str:
    """A word without the letters that were held down: "yesss" → "yes"."""
    return _STRETCHED.sub(r"\1", word)


@lru_cache(maxsize=1024)
def _reach(phrases: frozenset[Words]) -> dict[str, int]:
    """How many words the longest phrase has that opens with a word."""
    reach: dict[str, int] = {}
    for phrase in phrases:
        reach[phrase[0]] = max(len(phrase), reach.get(phrase[0], 0))
    return reach


def may_hold(words: Sequence[str], phrases: frozenset[Words]) -> bool:
    """Whether one of the words opens a phrase: where none does, no phrase stands anywhere among them."""
    return not _reach(phrases).keys().isdisjoint(words)


def holds(words: Sequence[str], phrases: frozenset[Words]) -> bool:
    """Whether a phrase stands anywhere among the words."""
    return bool(places(words, phrases))


def places(words: Sequence[str], phrases: frozenset[Words]) -> list[int]:
    """Where among the words a phrase begins."""
    opening = _reach(phrases)
    if opening.keys().isdisjoint(words):
        return []
    return [place for place, word in enumerate(words) if word in opening and begins(words[place:], phrases)]


def begins(words: Sequence[str], phrases: frozenset[Words], *, longest: int = 6) -> int:
    """How many words the longest phrase that opens `words` has; 0 when none does."""
    if not words or not (reach := _reach(phrases).get(words[0])):
        return 0
    for size in range(min(longest, reach, len(words)), 0, -1):
        if tuple(words[:size]) in phrases:
            return size
    return 0


def without(words: Sequence[str], phrases: frozenset[Words]) -> list[str]:
    """The words that no phrase covers."""
    if not may_hold(words, phrases):
        return list(words)
    opening = _reach(phrases)
    left: list[str] = []
    place = 0
    while place < len(words):
        size = begins(words[place : place + 6], phrases) if words[place] in opening else 0
        if not size:
            left.append(words[place])
        place += size or 1
    return left


def consists_of(words: Sequence[str], phrases: frozenset[Words]) -> bool:
    """Whether the words are phrases of that list and nothing else."""
    place = 0
    while place < len(words) and (size := begins(words[place : place + 6], phrases)):
        place += size
    return 0 < place == len(words)


def matches(words: Sequence[str], phrase: Words, *, gap: int = 3) -> bool:
    """Whether `words` opens with `phrase`, in which "*" stands for up to `gap` words."""
    if "*" not in phrase:
        return tuple(words[: len(phrase)]) == phrase
    place = 0
    for at, wanted in enumerate(phrase):
        if wanted == "*":
            window = list(words[place : place + gap + 1])
            follows = phrase[at + 1] if at + 1 < len(phrase) else ""
            if follows not in window:
                return False
            place += window.index(follows)
        elif place < len(words) and words[place] == wanted:
            place += 1
        else:
            return False
    return True
