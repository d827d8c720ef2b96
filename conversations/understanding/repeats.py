"""How often, where a text wants more than one booking: "every monday", "weekly"."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.kinds import Kind
from conversations.understanding.meaning import Recurrence, Unit
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.phrases import Meaning, Words
from conversations.understanding.tokens import Token
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, holds

_WHOLE: Mapping[str, Recurrence] = {
    "daily": Recurrence(1, Unit.DAY),
    "weekly": Recurrence(1, Unit.WEEK),
    "fortnightly": Recurrence(2, Unit.WEEK),
    "monthly": Recurrence(1, Unit.MONTH),
    "again_and_again": Recurrence(0, Unit.WEEK),
}
_UNITS = {
    Kind.WEEKDAY: Unit.WEEK,
    Kind.WEEK: Unit.WEEK,
    Kind.MONTHS_UNIT: Unit.MONTH,
    Kind.DAY: Unit.DAY,
    Kind.DAY_LEAD: Unit.DAY,
}
_MOST = 12
"""More of a unit than a year's worth of months is no rhythm."""
_LONGEST_WORD = 4


class Repeated(NamedTuple):
    """How often, or None; and the text without the words that said it, but with the weekday that they named. `cut` is
    where they stood, `place` the first of their tokens."""

    recurrence: Recurrence | None
    rest: str
    cut: tuple[int, int] = (0, 0)
    place: int = 0


class _Rhythm(NamedTuple):
    """How often; the words that say it are those before `end`, those before `out` are no part of a day or time."""

    every: int
    unit: Unit
    end: int
    out: int


def read_recurrence(text: str, pieces: Sequence[Token], known: Vocabulary) -> Repeated:
    """The first one that a folded text names; `pieces` are its tokens. "I'm free every day" names none."""
    words = [piece.text for piece in pieces]
    openings = _openings(known)
    if openings.isdisjoint(words) or is_free(words, known):
        return Repeated(None, text)
    for place, word in enumerate(words):
        rhythm = _read(words[place:], known) if word in openings else None
        if rhythm is not None:
            start, end = pieces[place].start, pieces[place + rhythm.end - 1].end
            taken = pieces[place + rhythm.out - 1].end if rhythm.out else start
            said = Recurrence(rhythm.every, rhythm.unit, text[start:end])
            rest = f"{text[:start]}{TAKEN_OUT}{text[taken:]}" if rhythm.out else text
            return Repeated(said, rest, (start, taken), place)
        size = begins(words[place + 1 :], known.phrase_set("repeats", "one_in_two"))
        if size and _weekday(words, place, known):
            start, end = pieces[place + 1].start, pieces[place + size].end
            said = Recurrence(2, Unit.WEEK, text[pieces[place].start : end])
            return Repeated(said, f"{text[:start]}{TAKEN_OUT}{text[end:]}", (start, end), place)
    return Repeated(None, text)


@lru_cache(maxsize=32)
def rhythm_phrases(known: Vocabulary) -> frozenset[Words]:
    """What says how often begins with one of these."""
    return frozenset().union(*(known.phrase_set("repeats", name) for name in (*_WHOLE, "every", "one_in_two")))


@lru_cache(maxsize=32)
def _openings(known: Vocabulary) -> frozenset[str]:
    return frozenset(phrase[0] for phrase in rhythm_phrases(known))


def is_free(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether they say when they are free, and not what they wish."""
    return holds(words, known.phrase_set("repeats", "free"))


def _read(words: Sequence[str], known: Vocabulary) -> _Rhythm | None:
    """What the words open with."""
    for name, whole in _WHOLE.items():
        if size := begins(words, known.phrase_set("repeats", name)):
            return _Rhythm(whole.every, whole.unit, size + _weekday(words, size, known), size)
    place = begins(words, known.phrase_set("repeats", "every"))
    if not place:
        return None
    if size := begins(words[place:], known.phrase_set("repeats", "other")):
        return _unit(words, place + size, 2, known)
    count = count_at(words, place, known)
    return (_unit(words, place + 1, count, known) if count else None) or _unit(words, place, 1, known)


def _unit(words: Sequence[str], place: int, every: int, known: Vocabulary) -> _Rhythm | None:
    """The rhythm whose unit stands at `place`."""
    meaning, size = _meaning(words, place, known)
    unit = _UNITS.get(meaning.kind) if meaning is not None else None
    if unit is Unit.DAY and (weekday := _weekday(words, place + size, known)):
        place, size, unit = place + size, weekday, Unit.WEEK  # "every day monday", as Arabic says it
    elif weekday := _weekday(words, place, known):
        size, unit = weekday, Unit.WEEK
    if unit is None or meaning is None or not 1 <= every <= _MOST:
        return None
    if weekday:
        is_led = words[place] in known.led_weekdays.get(words[place - 1], {})
        return _Rhythm(every, unit, place + size, 0 if is_led else place)
    if meaning.kind is Kind.WEEK:
        every *= meaning.value
    behind = words[place] in known.single("repeats", "counted_behind") and count_at(words, place + size, known)
    end = place + size + (1 if behind else 0)
    return _Rhythm(every * (behind or 1), unit, end, end)


def _meaning(words: Sequence[str], place: int, known: Vocabulary) -> tuple[Meaning | None, int]:
    """What stands at `place`, and how many words it takes: a digit within a word ("jom3a") cuts it."""
    for size in range(min(_LONGEST_WORD, len(words) - place), 1, -1):
        glued = "".join(words[place : place + size])
        if glued.isalnum() and not glued.isalpha() and (meaning := known.phrases.get(glued)):
            return meaning, size
    return (known.phrases.get(words[place]) if place < len(words) else None), 1


def weekday_at(words: Sequence[str], place: int, known: Vocabulary) -> tuple[int, int] | None:
    """The weekday at `place`, and how many words it takes."""
    meaning, size = _meaning(words, place, known)
    if meaning is not None and meaning.kind is Kind.WEEKDAY:
        return meaning.value, size
    led = known.led_weekdays.get(words[place - 1], {}) if 0 < place < len(words) else {}
    return (led[words[place]], 1) if led and words[place] in led else None


def _weekday(words: Sequence[str], place: int, known: Vocabulary) -> int:
    """How many words the weekday at `place` takes, by its own word or by one that is a weekday behind "every"; 0 for
    anything else."""
    meaning, size = _meaning(words, place, known)
    if meaning is not None and meaning.kind is Kind.WEEKDAY:
        return size
    is_led = 0 < place < len(words) and any(words[place] in led for led in known.led_weekdays.values())
    return 1 if is_led else 0


def count_at(words: Sequence[str], place: int, known: Vocabulary) -> int:
    """The number at `place`; 0 where there is none of use."""
    if place < len(words) and words[place].isdecimal():
        return int(words[place]) if len(words[place]) <= 2 else 0
    meaning = known.phrases.get(words[place]) if place < len(words) else None
    return meaning.value if meaning is not None and meaning.kind is Kind.NUMBER else 0
