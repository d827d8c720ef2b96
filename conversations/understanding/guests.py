"""Who a booking is for, where that is not who texts: "for my daughter Amina"."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from conversations.understanding.names import is_name_like, means_nothing_else
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_ENDS = ",.!?;:()،؛؟।"
_NEAR = 4
"""Words from "for" to the relation ("for my two little daughters")."""
_LONGEST_NAME = 2


class Guest(NamedTuple):
    """ "Amina (daughter)", "daughter" or "Amina", in the client's own words, or ""; and the text without the name."""

    called: str
    rest: str


class _Words(NamedTuple):
    """The words as typed, and folded."""

    raw: Sequence[str]
    folded: Sequence[str]


def read_guest(text: str, known: Vocabulary, taken: Collection[str]) -> Guest:
    """From a tidy text. `taken` are folded words that are no guest's name: those of services and staff."""
    if not _may_name_one(text, known):
        return Guest("", text)
    raw = text.split(" ")
    words = _Words(raw, [fold(word).strip(_ENDS) for word in raw])
    for place in range(len(raw)):
        relation = _relation(words, place, known)
        if relation and relation not in taken:
            guest = _related(words, place, relation, known, taken)
        else:
            guest = _named(words, place, known, taken)
        if guest is not None:
            return guest
    return Guest("", text)


def _may_name_one(text: str, known: Vocabulary) -> bool:
    """Whether a relation is named, or "for" and something capitalised: most texts have neither."""
    said = words_of(fold(text))
    relations, attached = known.single("guests", "relations"), known.single("guests", "attached")
    if not relations.isdisjoint(said) or any(word.startswith(lead) for word in said for lead in attached):
        return True
    capitalised = any(word[0].isupper() for word in text.split(" ")[1:])
    return capitalised and not known.single("guests", "for").isdisjoint(said)


def _named(words: _Words, place: int, known: Vocabulary, taken: Collection[str]) -> Guest | None:
    """ "… for Amina": a name right behind "for"."""
    if _size(words, place, "for", known) != 1 or not words.raw[place].islower():
        return None
    name = _name(words, place + 1, known, taken, uncased=False)
    return Guest(" ".join(name), _without(words.raw, place + 1, name)) if name else None


def _related(words: _Words, place: int, relation: str, known: Vocabulary, taken: Collection[str]) -> Guest | None:
    """The guest where the relation at `place` is who it is for: "for" stands before it, is written onto it, or stands
    behind it and its name."""
    start = place + 1
    while words.raw[start - 1][-1] not in _ENDS and (size := _size(words, start, "called", known)):
        start += size
    name = [] if words.raw[start - 1][-1] in _ENDS else _name(words, start, known, taken, uncased=True)
    if not name and _size(words, start + 1, "after", known):
        name = [words.raw[start]]
    is_led = relation != words.folded[place] or _is_led(words, place, known)
    end = start + len(name)
    if not (is_led or _size(words, end, "after", known)):
        return None
    if end < len(words.raw) and words.folded[end] in known.single("guests", "and_me"):
        return None  # "for my wife and me"
    called = words.raw[place].strip(_ENDS)[-len(relation) :]
    return Guest(f"{' '.join(name)} ({called})" if name else called, _without(words.raw, start, name))


def _relation(words: _Words, place: int, known: Vocabulary) -> str:
    """The relation that a word names, without a "for" that is written onto it; "" for any other word."""
    word, relations = words.folded[place], known.single("guests", "relations")
    if word in relations:
        return word
    attached = known.single("guests", "attached")
    return next(
        (word[len(lead) :] for lead in attached if word.startswith(lead) and word[len(lead) :] in relations), ""
    )


def _is_led(words: _Words, place: int, known: Vocabulary) -> bool:
    """Whether "for" stands before the relation, with nothing but whose it is between."""
    for start in range(place - 1, max(place - _NEAR, 0) - 1, -1):
        if size := _size(words, start, "for", known):
            between = words.folded[start + size : place]
            return all(word in known.single("guests", "my") for word in between)
    return False


def _size(words: _Words, place: int, listed: str, known: Vocabulary) -> int:
    """How many words the phrase of that list has that stands at `place`; 0 where none does."""
    return begins(words.folded[place : place + 4], known.phrase_set("guests", listed))


def _name(words: _Words, start: int, known: Vocabulary, taken: Collection[str], *, uncased: bool) -> list[str]:
    """At most two capitalised words that mean nothing else; or, with `uncased`, one in a script without capitals."""
    name: list[str] = []
    for word in words.raw[start : start + _LONGEST_NAME]:
        bare = word.strip(_ENDS)
        is_cased = bare[:1].upper() != bare[:1].lower()
        fits = bare[:1].isupper() if is_cased else uncased and not name
        if not fits or not is_name_like(bare) or not means_nothing_else([bare], known, taken):
            break
        name.append(bare)
        if word[-1] in _ENDS:
            break
    return name


def _without(raw: Sequence[str], start: int, name: Sequence[str]) -> str:
    if not name:
        return " ".join(raw)
    end = start + len(name)
    mark = raw[end - 1][-1] if raw[end - 1][-1] in _ENDS else ""
    return " ".join([*raw[:start], TAKEN_OUT + mark, *raw[end:]])
