"""Pages of lists that are read whole: the business itself is small, and kept in memory."""

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from bot.api.values import Item, Page, PageAsked, cursor, number_behind


class Numbered(Protocol):
    @property
    def id(self) -> int: ...


One = TypeVar("One", bound=Numbered)


def by_number(every: Iterable[One], asked: PageAsked, write: Callable[[One], Item]) -> Page[Item]:
    """A page of these, in order of their numbers."""
    behind = asked.behind(number_behind) or 0
    found = sorted((one for one in every if one.id > behind), key=lambda one: one.id)[: asked.limit + 1]
    shown = found[: asked.limit]
    return Page(items=[write(one) for one in shown], next=cursor(shown[-1].id) if len(found) > asked.limit else None)
