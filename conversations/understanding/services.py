"""Which service, and which member of staff, a text names."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rapidfuzz import fuzz

from conversations.business import Service, Staff
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

MARGIN = 5.0
"""Points of a hundred: services closer than this fit alike, and the client is asked."""
_SPELLED = 80.0
_EXACT = 100.0
_BEGINNING = 95.0
_ENDING = 90.0


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    covered: int
    """Words of the name that were said, when all of them were."""


def read_services(
    words: Sequence[str], services: Sequence[Service], idle: AbstractSet[str], minutes: AbstractSet[int] = frozenset()
) -> tuple[int, ...]:
    """The services that fit, best first. `idle` words say nothing of a service unless its name holds them next to another
    word that does. `minutes` are the lengths that were said, which decide between services that fit alike."""
    names = {service.id: [words_of(fold(name)) for name in (service.name, *service.aliases)] for service in services}
    said = _words_that_tell(words, [name for many in names.values() for name in many], idle)
    best: dict[int, _Fit] = {}
    if said:
        for service in services:
            fits = [_fit(said, name, idle) for name in names[service.id] if name]
            best[service.id] = max(fits, key=lambda fit: (fit.score, fit.covered), default=_Fit(0, 0))
    top = max((fit.score for fit in best.values()), default=0.0)
    found = [service for service in services if top and best[service.id].score > top - MARGIN]
    fullest = max((best[service.id].covered for service in found), default=0)
    if fullest > 1:
        found = [service for service in found if best[service.id].covered == fullest]
    if minutes and len(found) != 1:
        found = [service for service in found or services if service.minutes in minutes] or found
    return tuple(service.id for service in sorted(found, key=lambda service: -(best[service.id].score if best else 0)))


def _words_that_tell(words: Sequence[str], names: Sequence[Sequence[str]], idle: AbstractSet[str]) -> list[str]:
    """The words that some name holds, two that are typed apart ("hair cut") as one where a name holds that."""
    name_words = {word for name in names for word in name} | {"".join(name) for name in names if len(name) == 2}
    told: list[str] = []
    place = 0
    while place < len(words):
        pair = "".join(words[place : place + 2])
        if place + 1 < len(words) and pair in name_words and not {words[place], words[place + 1]} & name_words:
            told.append(pair)
            place += 2
            continue
        word = words[place]
        if word in name_words or (word not in idle and any(_spelled(word, other) for other in name_words)):
            told.append(word)
        place += 1
    return told if any(word not in idle and not word.isdecimal() for word in told) else []


def _fit(said: Sequence[str], name: Sequence[str], idle: AbstractSet[str]) -> _Fit:
    """How much of what was said this name holds, with ten points for a name that was said in full."""
    counted = [word for word in dict.fromkeys(said) if word not in idle or word in name] or list(said)
    joined = [*name, "".join(name)] if len(name) == 2 else list(name)
    scores = [max(_spelled(word, other) for other in joined) for word in counted]
    asked = [word for word in name if word not in idle] or list(name)
    whole = any(word == joined[-1] for word in said) and len(name) == 2
    covers = whole or all(max(_spelled(word, other) for word in counted) >= _BEGINNING - 15 for other in asked)
    exact = whole or all(other in counted for other in asked) or (covers and sum(scores) / len(scores) < _EXACT)
    score = sum(scores) / len(scores)
    full = covers and exact
    return _Fit(0.9 * score + (10 if full else 0) if score > 0 else 0, len(asked) if full else 0)


def _spelled(said: str, wanted: str) -> float:
    """How well one word is the other: equal, shortened (mani, hair), the end of a compound (cut), or misspelt."""
    if said == wanted:
        return _EXACT
    if len(said) < 3 or len(wanted) < 3 or said.isdecimal() or wanted.isdecimal():
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
    scored: dict[int, float] = {}
    for member in staff:
        name = words_of(fold(member.name))
        if not name:
            continue
        first = [_named(word, words[place - 1] if place else "", name[0], led_by) for place, word in enumerate(words)]
        whole = any(tuple(words[place : place + len(name)]) == name for place in range(len(words)))
        scored[member.id] = 101.0 if whole and len(name) > 1 else max(first, default=0.0)
    top = max(scored.values(), default=0.0)
    best = [member for member, score in scored.items() if score == top and top]
    return best[0] if len(best) == 1 else None


def _named(word: str, before: str, name: str, led_by: AbstractSet[str]) -> float:
    if word == name:
        return _EXACT
    return fuzz.ratio(word, name, score_cutoff=_SPELLED) if before in led_by and len(name) > 3 else 0.0
