"""The client's own name, where they say it in so many words."""

import unicodedata
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary

_LONGEST = 4
_ENDS = ",.!?;:()،؛؟"
_INSIDE = frozenset("-'.·")
UNTIMED = frozenset({
    Kind.OTHER, Kind.SOFT, Kind.GREETING, Kind.COMMA, Kind.MARK, Kind.AND, Kind.NOISE, Kind.ME, Kind.THE, Kind.FROM,
    Kind.ARTICLE, Kind.PEOPLE,
})  # fmt: skip
"""Kinds of words that tell nothing of a day or an hour by themselves."""


class Named(NamedTuple):
    """The name, and the text without the words that said it."""

    name: str
    rest: str


def read_name(text: str, known: Vocabulary, service_words: Collection[str]) -> Named:
    """From a tidy text. "My name is …" takes what follows; "it's …" only capitalised words that mean nothing else."""
    if _openers(known).isdisjoint(words_of(fold(text))):
        return Named("", text)
    raw = text.split(" ")
    folded = [fold(word).strip(",.!?;()،؛؟") for word in raw]
    openers = {listed: _first_words(known, listed) for listed in ("leads", "careful")}
    for place, word in enumerate(folded):
        for listed, first in openers.items():
            size = _lead(folded, place, known, listed) if word.startswith(first) else 0
            name = _name(raw[place + size :], folded[place + size :], known) if size else []
            behind = folded[place + size + len(name) :]
            if name and (listed == "leads" or _is_safe(name, behind, known, service_words)):
                rest = [*raw[:place], "¤", *raw[place + size + len(name) :]]
                return Named(_spelling(name), " ".join(rest))
    return Named("", text)


@lru_cache(maxsize=32)
def _openers(known: Vocabulary) -> frozenset[str]:
    """The words a lead can begin with: most texts hold none."""
    return frozenset((*_first_words(known, "leads"), *_first_words(known, "careful")))


@lru_cache(maxsize=64)
def _first_words(known: Vocabulary, listed: str) -> tuple[str, ...]:
    return tuple({lead[0] for lead in known.phrase_set("names", listed)})


def _lead(folded: Sequence[str], place: int, known: Vocabulary, listed: str) -> int:
    """How many raw words the longest lead that begins at `place` takes."""
    leads = known.phrase_set("names", listed)
    for size in range(min(4, len(folded) - place), 0, -1):
        said = words_of(" ".join(folded[place : place + size]), marks=True)
        if said in leads:
            return size
    return 0


def _name(raw: Sequence[str], folded: Sequence[str], known: Vocabulary) -> list[str]:
    stops = known.single("names", "stops")
    name: list[str] = []
    for word, plain in zip(raw[:_LONGEST], folded[:_LONGEST], strict=True):
        bare = word.strip(_ENDS)
        if plain in stops or not bare or not is_name_like(bare):
            break
        if name and plain in known.phrases and not word[0].isupper():
            break
        name.append(bare)
        if word[-1] in _ENDS and not (len(bare) == 1 and word[-1] == "."):
            break
    return name


def is_name_like(word: str) -> bool:
    """Letters of any script, hyphens and apostrophes."""
    letters = [character for character in word if character not in _INSIDE]
    return bool(letters) and all(unicodedata.category(character)[0] in "LM" for character in letters)


def is_first_name(word: str, known: Vocabulary) -> bool:
    """Whether a bare word with a capital is a first name that is short for a day as well ("Tom")."""
    return word.istitle() and fold(word) in known.single("names", "like_days")


def _is_safe(name: Sequence[str], behind: Sequence[str], known: Vocabulary, service_words: Collection[str]) -> bool:
    if is_first_name(name[0], known) and not (behind and _is_timed(behind[0], known)):
        name = name[1:]
    return all(word[0].isupper() for word in name) and means_nothing_else(name, known, service_words)


def _is_timed(word: str, known: Vocabulary) -> bool:
    meaning = known.phrases.get(word)
    return word[:1].isdecimal() or (meaning is not None and meaning.kind not in UNTIMED)


def means_nothing_else(name: Sequence[str], known: Vocabulary, taken: Collection[str]) -> bool:
    """Whether no word of it is a word of dates, of small talk, or one that is `taken`."""
    meaningful = (
        known.single("answers", "yes") | known.single("answers", "yes_alone") | known.single("services", "noise")
    )
    return all(
        len(word) > 1
        and fold(word) not in known.phrases
        and fold(word) not in meaningful
        and fold(word) not in taken
        and known.repaired(fold(word)) is None
        for word in name
    )


def _spelling(name: Sequence[str]) -> str:
    said = " ".join(name)
    return said.title() if said.islower() else said
