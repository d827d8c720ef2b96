"""How often, where a text wants more than one booking: "every monday", "weekly"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.kinds import Kind
from conversations.understanding.meaning import Recurrence, Unit
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_WHOLE: Mapping[str, Recurrence] = {
    "daily": Recurrence(1, Unit.DAY),
    "weekly": Recurrence(1, Unit.WEEK),
    "fortnightly": Recurrence(2, Unit.WEEK),
    "monthly": Recurrence(1, Unit.MONTH),
}
_UNITS = {Kind.WEEKDAY: Unit.WEEK, Kind.WEEK: Unit.WEEK, Kind.MONTHS_UNIT: Unit.MONTH, Kind.DAY: Unit.DAY}
_MOST = 12
"""More of a unit than a year's worth of months is no rhythm."""


class Repeated(NamedTuple):
    """How often, or None; and the text without the words that said it, but with the weekday that they named."""

    recurrence: Recurrence | None
    rest: str


def read_recurrence(text: str, pieces: Sequence[Token], known: Vocabulary) -> Repeated:
    """The first one that a folded text names; `pieces` are its tokens."""
    words = [piece.text for piece in pieces]
    if _openings(known).isdisjoint(words):
        return Repeated(None, text)
    for place in range(len(words)):
        recurrence, size = _read(words[place:], known)
        if recurrence is not None:
            start, end = pieces[place].start, pieces[place + size - 1].end
            said = replace(recurrence, words=_whole(text, pieces, place + size, start, end, known))
            return Repeated(said, f"{text[:start]}{TAKEN_OUT}{text[end:]}")
    return Repeated(None, text)


def _whole(text: str, pieces: Sequence[Token], after: int, start: int, end: int, known: Vocabulary) -> str:
    """The words with the weekday behind them, where one is."""
    meaning = known.phrases.get(pieces[after].text) if after < len(pieces) else None
    return text[start : pieces[after].end if meaning is not None and meaning.kind is Kind.WEEKDAY else end]


@lru_cache(maxsize=32)
def _openings(known: Vocabulary) -> frozenset[str]:
    return frozenset(phrase[0] for name in (*_WHOLE, "every") for phrase in known.phrase_set("repeats", name))


def _read(words: Sequence[str], known: Vocabulary) -> tuple[Recurrence | None, int]:
    """What the words open with, and how many of them say it."""
    for name, recurrence in _WHOLE.items():
        if size := begins(words, known.phrase_set("repeats", name)):
            return recurrence, size
    place = begins(words, known.phrase_set("repeats", "every"))
    if not place:
        return None, 0
    every = 1
    if size := begins(words[place:], known.phrase_set("repeats", "other")):
        every, place = 2, place + size
    elif (count := _count(words[place], known) if place < len(words) else 0) and place + 1 < len(words):
        every, place = count, place + 1
    meaning = known.phrases.get(words[place]) if place < len(words) else None
    unit = _UNITS.get(meaning.kind) if meaning is not None else None
    if meaning is None or unit is None or not 1 <= every <= _MOST:
        return None, 0
    if meaning.kind is Kind.WEEK:
        every *= meaning.value
    return Recurrence(every, unit), place if meaning.kind is Kind.WEEKDAY else place + 1


def _count(word: str, known: Vocabulary) -> int:
    if word.isdecimal():
        return int(word) if len(word) <= 2 else 0
    meaning = known.phrases.get(word)
    return meaning.value if meaning is not None and meaning.kind is Kind.NUMBER else 0
