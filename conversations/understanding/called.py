"""What services and people are called, ready to be found in texts: those of one business are looked for in each."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from conversations.business import Service, Staff
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

_KEPT = 64
"""Lists of names: of the businesses and the clients with services of their own that text by turns."""


Called = tuple[tuple[str, tuple[str, ...]], ...]
"""Of each service its name and its other names."""


def called_by(services: Iterable[Service]) -> Called:
    return tuple([(service.name, service.aliases) for service in services])


def names_of(services: Iterable[Service]) -> tuple[str, ...]:
    """All their names, other names too."""
    return tuple([name for service in services for name in (service.name, *service.aliases)])


def words_naming(services: Iterable[Service]) -> frozenset[str]:
    """The folded words of all their names, other names too."""
    return _words(names_of(services))


def words_naming_people(staff: Iterable[Staff]) -> frozenset[str]:
    return _words(tuple([member.name for member in staff]))


class FullNames(NamedTuple):
    """Folded names that may stand whole in a text, and the words that they begin with."""

    names: tuple[str, ...]
    openings: frozenset[str]


def full_names(services: Iterable[Service], staff: Iterable[Staff]) -> FullNames:
    """The names of services that are several words, and of everybody."""
    return _folded(called_by(services), tuple([member.name for member in staff]))


@lru_cache(maxsize=_KEPT)
def _words(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in words_of(fold(name)))


@lru_cache(maxsize=_KEPT)
def _folded(services: Called, people: tuple[str, ...]) -> FullNames:
    several = [name for own, others in services for name in (own, *others) if " " in name]
    names = tuple(said for name in (*several, *people) if (said := fold(name)))
    return FullNames(names, frozenset(name.partition(" ")[0] for name in names))
