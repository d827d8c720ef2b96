"""Which of the offered options a text picks: by key, by place, by comparison or by its words."""

from collections.abc import Sequence
from datetime import time
from functools import lru_cache
from typing import NamedTuple

from conversations.dialogue import Option, Subject
from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_TIMED = (Subject.TIME, Subject.MOMENT)
_DATED = (Subject.DATE, Subject.MOMENT)
_PLACES = {"later": -1, "latest": -1, "earlier": 0, "earliest": 0}
"""Of what options are compared by, in their order."""


class Picked(NamedTuple):
    """The option that was picked; or, when a key is also another option's hour, the `times` to ask about."""

    option: Option | None = None
    times: tuple[time, ...] = ()


def pick(words: Sequence[str], signs: Sequence[str], options: Sequence[Option], known: Vocabulary) -> Picked:
    """Nothing is picked by a text that says more than the choice."""
    if not options or not words:
        return Picked()
    core, is_thing = _core(list(words), options, known)
    marked = not known.single("choices", "marks").isdisjoint((*words, *signs))
    if found := _by_key(core, options, known):
        rivals = () if marked or is_thing else _rivals(found, core[0], options)
        return Picked(times=rivals) if rivals else Picked(found)
    return Picked(
        _by_place(core, options, known, is_thing=is_thing)
        or _by_comparison(core, options, known)
        or _by_label(words, core, options, known)
    )


def _core(words: list[str], options: Sequence[Option], known: Vocabulary) -> tuple[list[str], bool]:
    """What is left without "I'll take", "the", "one", "please"; and whether "one" or "option" was said."""
    if len(words) < 2:
        return words, False
    keys = {fold(option.key) for option in options}
    leads = _leads(known)
    things, polite = known.single("choices", "things"), known.single("answers", "polite")
    is_thing = False
    while len(words) > 1 and (size := begins(words, leads)) and size < len(words) and words[0] not in keys:
        words = words[size:]
    while len(words) > 1 and (words[-1] in things or words[-1] in polite) and words[-1] not in keys:
        is_thing = is_thing or words[-1] in things
        words = words[:-1]
    return words, is_thing


@lru_cache(maxsize=32)
def _leads(known: Vocabulary) -> frozenset[Words]:
    answers = known.phrase_set("answers", "polite") | known.phrase_set("answers", "yes")
    return known.phrase_set("choices", "leads") | answers


def _number(word: str, known: Vocabulary) -> str:
    meaning = known.phrases.get(word)
    if meaning is not None and meaning.kind in (Kind.NUMBER, Kind.ONE):
        return str(meaning.value or 1)
    return word.lstrip("0") or word


def _by_key(core: Sequence[str], options: Sequence[Option], known: Vocabulary) -> Option | None:
    if len(core) != 1:
        return None
    said = (core[0], _number(core[0], known))
    return next((option for option in options if fold(option.key) in said), None)


def _rivals(option: Option, key: str, options: Sequence[Option]) -> tuple[time, ...]:
    """The times in doubt when the key is also the hour of other options, but not of its own."""
    if not (key.isdecimal() and len(key) <= 2 and option.subject in _TIMED):
        return ()
    hours = {each.key: moment for each in options if (moment := _time_of(each)) is not None}
    same = {moment for moment in hours.values() if moment.hour % 12 == int(key) % 12}
    own = hours.get(option.key)
    if own is None or not same or own in same:
        return ()
    return tuple(sorted({own, *same}))


def _time_of(option: Option) -> time | None:
    if option.subject not in _TIMED:
        return None
    try:
        return time.fromisoformat(option.value.rpartition("T")[2]).replace(tzinfo=None)
    except ValueError:
        return None


def _by_place(core: Sequence[str], options: Sequence[Option], known: Vocabulary, *, is_thing: bool) -> Option | None:
    place, is_last = 0, False
    meaning = known.phrases.get(core[0])
    if len(core) == 1 and meaning is not None and meaning.kind is Kind.ORDINAL_WORD:
        place = meaning.value
    elif len(core) == 2 and core[0].isdecimal() and core[1] in known.glued:
        is_ordinal = known.glued[core[1]].kind is Kind.SUFFIX
        dated = any(option.subject in _DATED for option in options)
        place = int(core[0]) if is_ordinal and len(core[0]) < 3 and (is_thing or not dated) else 0
    elif tuple(core) in known.phrase_set("choices", "first"):
        place = 1
    else:
        is_last = tuple(core) in known.phrase_set("choices", "last")
    if not (place or is_last):
        return None
    row = _in_a_row(options)
    place = len(row) if is_last else place
    return row[place - 1] if 0 < place <= len(row) else None


def _in_a_row(options: Sequence[Option]) -> Sequence[Option]:
    """Without those that stand below the others with a word of their own, such as the waiting list."""
    return [option for option in options if option.key.isdecimal() or len(option.key) == 1]


def _by_comparison(core: Sequence[str], options: Sequence[Option], known: Vocabulary) -> Option | None:
    said: Words = tuple(core)
    compared = [name for name in _PLACES if said in known.phrase_set("choices", name)]
    if not compared:
        return None
    options = _in_a_row(options)
    subjects = {option.subject for option in options}
    if len(subjects) != 1 or not subjects <= {*_TIMED, Subject.DATE}:
        return None
    ordered = sorted(options, key=lambda option: option.value)
    for name in compared:
        compares_two = name in ("later", "earlier")
        if len(options) == 2 or not compares_two:
            return ordered[_PLACES[name]]
    return None


def _by_label(words: Sequence[str], core: Sequence[str], options: Sequence[Option], known: Vocabulary) -> Option | None:
    labels = [(option, words_of(fold(option.label))) for option in options]
    said = (tuple(words), tuple(core))
    equal = [option for option, label in labels if label in said]
    if equal:
        return equal[0] if len(equal) == 1 else None
    if not any(_tells(word, known) for word in core):
        return None
    holding = [option for option, label in labels if option.subject is not Subject.SERVICE and set(core) <= set(label)]
    return holding[0] if len(holding) == 1 else None


def _tells(word: str, known: Vocabulary) -> bool:
    meaning = known.phrases.get(word)
    return len(word) > 2 and word.isalpha() and (meaning is None or meaning.kind is not Kind.SOFT)
