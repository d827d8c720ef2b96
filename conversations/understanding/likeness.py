"""Texts that are alike, together: by the words that tell something, in whichever order and however misspelt."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from conversations.understanding.normalise import fold, tidy
from conversations.understanding.tokens import words_of

Gist = tuple[str, ...]
FIGURE = "#"
"""Stands for every number."""
LIKE = 85.0
"""Points of a hundred from which two texts are alike."""
MOST_COMPARED = 400
"""Of so many different texts, the most frequent ones, each may gather others around it: all later cost is bounded."""
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Alike:
    """Where in the list the texts of a group stand, and the words that at least half of them hold, without figures."""

    places: tuple[int, ...]
    words: Gist


def gist(text: str, is_idle: Callable[[str], bool]) -> Gist:
    """The first words of a text that tell something, each once; all of its words, or its signs, where none does."""
    folded = fold(text)
    words = [FIGURE if word.isdecimal() else word for word in words_of(folded)] or list(words_of(folded, marks=True))
    telling = [word for word in words if word != FIGURE and not is_idle(word)]
    kept = [word for word in words if word == FIGURE or not is_idle(word)] if telling else words
    return tuple(dict.fromkeys(kept))[:_MOST_WORDS]


def grouped(gists: Sequence[Gist]) -> list[Alike]:
    """The texts of these gists in groups, the largest first. The same texts make the same groups in any order."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(gists):
        places[_key(one)].append(place)
    groups: list[list[str]] = []
    leaders: list[str] = []
    for key in sorted(places, key=lambda key: (-len(places[key]), key)):
        found = process.extractOne(key, leaders, scorer=fuzz.token_set_ratio, score_cutoff=LIKE) if leaders else None
        if found is not None:
            groups[found[2]].append(key)
        else:
            groups.append([key])
            leaders += [key] if len(leaders) < MOST_COMPARED else []
    made = [_alike([place for key in keys for place in places[key]], gists) for keys in groups]
    return sorted(made, key=lambda one: -len(one.places))


def as_typed(words: Iterable[str], texts: Iterable[str]) -> str:
    """These folded words, as one of the texts spells them."""
    typed: dict[str, str] = {}
    for text in texts:
        for word in words_of(tidy(text)):
            typed.setdefault(fold(word), word.lower())
    return " ".join(typed.get(word, word) for word in words)


def _key(one: Gist) -> str:
    return " ".join(sorted(one))


def _alike(places: list[int], gists: Sequence[Gist]) -> Alike:
    """Its words stand as in the most frequent of its texts."""
    often = Counter(gists[place] for place in places)
    held = Counter(word for place in places for word in gists[place] if word != FIGURE)
    pattern = min(often, key=lambda one: (-often[one], one))
    order = [*pattern, *sorted(held)]
    common = [word for word in dict.fromkeys(order) if 2 * held[word] >= len(places)]
    return Alike(tuple(sorted(places)), tuple(common or [word for word in pattern if word != FIGURE]))
