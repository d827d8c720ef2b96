"""What services and people are called, ready to be found in texts: those of one business are looked for in each."""

from collections.abc import Iterable
from functools import lru_cache

from conversations.business import Service, Staff
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

_KEPT = 64
"""Lists of names: of the businesses and the clients with services of their own that text by turns."""


def names_of(services: Iterable[Service]) -> tuple[str, ...]:
    """All their names, other names too."""
    return tuple([name for service in services for name in (service.name, *service.aliases)])


def words_naming(services: Iterable[Service]) -> frozenset[str]:
    """The folded words of all their names, other names too."""
    return _words(names_of(services))


def words_naming_people(staff: Iterable[Staff]) -> frozenset[str]:
    return _words(tuple([member.name for member in staff]))


def full_names(services: Iterable[Service], staff: Iterable[Staff]) -> tuple[str, ...]:
    """Folded: the names of services that are several words, and of everybody."""
    several = [name for name in names_of(services) if " " in name]
    return _folded((*several, *(member.name for member in staff)))


@lru_cache(maxsize=_KEPT)
def _words(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for name in names for word in words_of(fold(name)))


@lru_cache(maxsize=_KEPT)
def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(said for name in names if (said := fold(name)))
