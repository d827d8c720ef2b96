"""Which service, and which member of staff, a text names."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import fuzz

from conversations.business import Service, Staff
from conversations.understanding.called import called_by
from conversations.understanding.normalise import KEPT, fold
from conversations.understanding.tokens import words_of

MARGIN = 5.0
"""Points of a hundred: services closer than this fit alike, and the client is asked."""
_SPELLED = 80.0
_SHORTEST = 3
"""Letters of a word that may be another one misspelt."""
_EXACT = 100.0
_BEGINNING = 95.0
_ENDING = 95.0


class Fitting(NamedTuple):
    ids: tuple[int, ...] = ()
    words: str = ""


class _Names(NamedTuple):
    """What services are called, ready to be compared with what is said: the names of each as words, all of these names,
    and every word of them, two of one name also as one word."""

    of_each: tuple[tuple[tuple[str, ...], ...], ...]
    all: frozenset[tuple[str, ...]]
    words: frozenset[str]


class _Fit(NamedTuple):
    """How well a name fits; `covered` counts its words when all of them were said."""

    score: float = 0.0
    covered: int = 0


def read_services(
    words: Sequence[str],
    services: Sequence[Service],
    is_idle: Callable[[str], bool],
    joining: frozenset[str] = frozenset(),
    minutes: AbstractSet[int] = frozenset(),
) -> Fitting:
    """The services that fit, best first, and the words that say so.

    Idle words tell nothing by themselves, `joining` ones ("and") nothing at all.
    `minutes` are the lengths that were said: they decide between services that fit alike."""
    if not services or not (words or minutes):
        return Fitting()
    names = _names(called_by(services), joining)
    said = _words_that_tell(words, names, is_idle)
    if not said and not minutes:
        return Fitting()
    called = dict(zip([service.id for service in services], names.of_each, strict=True))
    best = {each: max((_fit(said, name) for name in many), default=_Fit()) for each, many in called.items()}
    top = max((fit.score for fit in best.values()), default=0.0)
    found = [service for service in services if top and best[service.id].score > top - MARGIN]
    fullest = max((best[service.id].covered for service in found), default=0)
    if fullest > 1:
        found = [service for service in found if best[service.id].covered == fullest]
    unheard = [word for word in said if not is_idle(word) and not any(_holds(called[each.id], word) for each in found)]
    found += [service for service in services if any(_holds(called[service.id], word) for word in unheard)]
    if minutes and len(found) != 1:
        found = [service for service in found or services if service.minutes in minutes] or found
    ids = tuple(service.id for service in sorted(found, key=lambda service: -best[service.id].score))
    return Fitting(ids, " ".join(said) if ids else "")


def _holds(names: Sequence[tuple[str, ...]], word: str) -> bool:
    return any(_spelled(word, other) for name in names for other in (*name, "".join(name)))


@lru_cache(maxsize=64)
def _names(called: tuple[tuple[str, tuple[str, ...]], ...], joining: frozenset[str]) -> _Names:
    """Of services by their names and other names. Those of one business are asked for with every text."""
    of_each = tuple(
        tuple(spelled for each in (name, *others) if (spelled := _words(each, joining))) for name, others in called
    )
    names = frozenset(name for many in of_each for name in many)
    words = {word for name in names for word in name} | {"".join(name) for name in names if len(name) == 2}
    return _Names(of_each, names, frozenset(words))


def _words(name: str, joining: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in words_of(fold(name)) if word not in joining)


def _words_that_tell(words: Sequence[str], names: _Names, is_idle: Callable[[str], bool]) -> tuple[str, ...]:
    """The words that some name holds, two typed apart ("hair cut") as one where a name holds that."""
    if tuple(words) in names.all:
        return tuple(words)
    of_names = names.words
    told: list[str] = []
    place = 0
    while place < len(words):
        pair = words[place : place + 2]
        if len(pair) == 2 and "".join(pair) in of_names and of_names.isdisjoint(pair):
            told.append("".join(pair))
            place += 2
            continue
        if pair[0] in of_names or _may_be_meant(pair[0], of_names, is_idle):
            told.append(pair[0])
        place += 1
    is_told = any(not is_idle(word) and not word.isdecimal() for word in told)
    return tuple(dict.fromkeys(told)) if is_told else ()


def _may_be_meant(word: str, of_names: frozenset[str], is_idle: Callable[[str], bool]) -> bool:
    """Whether it is one of these words misspelt or shortened."""
    if len(word) < _SHORTEST or word.isdecimal() or is_idle(word):
        return False
    return any(_spelled(word, other) for other in of_names)


def _fit(said: Sequence[str], name: tuple[str, ...]) -> _Fit:
    """How much of what was said this name holds, and ten points more when the whole name was said."""
    if not said:
        return _Fit()
    wanted = (*name, "".join(name)) if len(name) == 2 else name
    score = sum(max(_spelled(word, other) for other in wanted) for word in said) / len(said)
    whole = "".join(name) in said or (score > 0 and all(_is_said(other, said) for other in name))
    return _Fit(0.9 * score + (10 if whole and score else 0), len(name) if whole else 0)


def _is_said(wanted: str, said: Sequence[str]) -> bool:
    """In full or misspelt; a shortened word may be short for another name as well."""
    return any(word == wanted or (_spelled(word, wanted) and not _is_shortened(word, wanted)) for word in said)


def _is_shortened(said: str, wanted: str) -> bool:
    return len(said) < len(wanted) and (wanted.startswith(said) or wanted.endswith(said))


@lru_cache(maxsize=KEPT)
def _spelled(said: str, wanted: str) -> float:
    """How well one word is the other: equal, shortened (mani, hair), the end of a compound (cut), or misspelt."""
    if said == wanted:
        return _EXACT
    if len(said) < _SHORTEST or len(wanted) < _SHORTEST or said.isdecimal() or wanted.isdecimal():
        return 0.0
    if len(said) >= 4 and wanted.startswith(said):
        return _BEGINNING
    if len(wanted) > len(said) and wanted.endswith(said):
        return _ENDING
    if min(len(said), len(wanted)) < 4:
        return 0.0
    return fuzz.ratio(said, wanted, score_cutoff=_SPELLED)


def read_staff(words: Sequence[str], staff: Sequence[Staff], led_by: AbstractSet[str]) -> int | None:
    """The one member of staff whose name the text holds: whole, or after "with" a first name, misspelt perhaps."""
    if not staff:
        return None
    led = [word for before, word in pairwise(words) if before in led_by]
    names = _names_of_people(tuple([member.name for member in staff]))
    if not led and names.first.isdisjoint(words):
        return None
    scored: dict[int, float] = {}
    for member, name in zip(staff, names.of_each, strict=True):
        if not name or not (led or name[0] in words):
            continue
        whole = any(tuple(words[place : place + len(name)]) == name for place in range(len(words)))
        scored[member.id] = 101.0 if whole and len(name) > 1 else _named(name[0], words, led)
    top = max(scored.values(), default=0.0)
    best = [member for member, score in scored.items() if score == top and top]
    return best[0] if len(best) == 1 else None


class _People(NamedTuple):
    """The names of people as words, and the first words of them all."""

    of_each: tuple[tuple[str, ...], ...]
    first: frozenset[str]


@lru_cache(maxsize=64)
def _names_of_people(called: tuple[str, ...]) -> _People:
    of_each = tuple(words_of(fold(name)) for name in called)
    return _People(of_each, frozenset(name[0] for name in of_each if name))


def _named(name: str, words: Sequence[str], led: Sequence[str]) -> float:
    """How well a first name fits one of the words, or one of those `led` by a "with"."""
    if name in words:
        return _EXACT
    return max((fuzz.ratio(word, name, score_cutoff=_SPELLED) for word in led if len(name) > 3), default=0.0)
