"""How many people a text tells."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from conversations.understanding.said_amounts import Amount, Link, Said, ends

MOST_PEOPLE = 20_000


@dataclass(frozen=True, slots=True)
class HeadCount:
    """From the fewest people to the most; both the same where one number was said."""

    low: int
    high: int

    @property
    def count(self) -> int:
        """How many to plan for: the most."""
        return self.high


def read_head_count(text: str, language: str) -> HeadCount | None:
    """How many people a text tells: "150-200", "around 80 adults and 20 kids", "no more than 60", which is from one on.
    None where it tells no number, or none from 1 to 20,000."""
    said = Said(text, language)
    if not any(amount.is_written for amount in said.amounts) and said.has("unsure"):
        return None
    groups = _groups(said)
    counted = [group for group in groups if group.counts_people] or groups
    if len(counted) != 1:
        return None
    low, high = (sum(each) for each in zip(*counted[0].parts, strict=True))
    if low == high and said.has("under", but="at_least"):
        low = min(1, high)
    is_sane = low >= 1 and high <= MOST_PEOPLE and low == int(low) and high == int(high)
    return HeadCount(int(low), int(high)) if is_sane else None


class _Group(NamedTuple):
    """Numbers that stand together: the parts of a sum, each from its fewest to its most."""

    parts: tuple[tuple[Decimal, Decimal], ...]
    counts_people: bool
    last: Amount

    def joined(self, amount: Amount, *, adds: bool) -> "_Group":
        """With one more number: a part of its own, or the other end of the last part."""
        if adds:
            parts = (*self.parts, (amount.value, amount.value))
        else:
            first, last = ends(self.last, amount)
            low, high = self.parts[-1]
            seen = (first, last) if low == high else (low, high, last)
            parts = (*self.parts[:-1], (min(seen), max(seen)))
        return _Group(parts, self.counts_people or amount.counts_people, amount)


def _groups(said: Said) -> list[_Group]:
    groups: list[_Group] = []
    for amount in said.amounts:
        if amount.currency:
            continue
        links = said.links(groups[-1].last, amount) if groups else frozenset()
        if links:
            groups[-1] = groups[-1].joined(amount, adds=_adds_to(groups[-1], amount, links, said))
        else:
            groups.append(_Group(((amount.value, amount.value),), amount.counts_people, amount))
    return groups


def _adds_to(group: _Group, amount: Amount, links: Collection[Link], said: Said) -> bool:
    """Whether a number is added ("80 adults and 20 kids"), and not the other end ("between 80 and 100 adults")."""
    low, high = group.parts[-1]
    if Link.SUM not in links or (said.has_between and low == high):
        return False
    return group.counts_people or amount.counts_people or Link.RANGE not in links
