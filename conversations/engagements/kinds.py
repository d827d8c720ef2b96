"""A kind of engagement as values: what is asked for it, its milestones, and how its budget is split."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from conversations.intake import said_in

Words = Mapping[str, str]
"""By language."""


class Detail(StrEnum):
    """What an engagement keeps, each read in its own way."""

    NAME = "name"
    """Whose it is: "Ana & Ben"."""
    EVENT_DATE = "event_date"
    VENUE = "venue"
    GUESTS = "guests"
    BUDGET = "budget"
    EMAIL = "email"
    REQUESTS = "requests"


Brief = tuple[tuple[Detail, str], ...]
"""What was answered, each in its own spelling: an ISO date, a count, "5000000-10000000 USD" (minor units), words; ""
for what was skipped."""


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a client is asked for. `called` are the words by which they speak of it ("the venue")."""

    detail: Detail
    texts: Words = field(hash=False)
    called: Mapping[str, Sequence[str]] = field(hash=False)
    is_required: bool = False

    def text(self, *languages: str) -> str:
        return said_in(self.texts, *languages)


@dataclass(frozen=True, slots=True)
class Milestone:
    """`days` before the event; after it where they are negative. `tells_client`: they are reminded of it too."""

    key: str
    days: int
    titles: Words = field(hash=False)
    descriptions: Words = field(hash=False)
    tells_client: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the budget, in percent."""

    key: str
    percent: int
    titles: Words = field(hash=False)


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind's own way of it ("beach"): milestones that are added to the kind's, or replace those of that key; and
    its shares, where it has any of its own."""

    key: str
    names: Words = field(hash=False)
    milestones: tuple[Milestone, ...] = ()
    shares: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`letter` stands before the number of an engagement ("W4"); `events` is what its day is called."""

    key: str
    letter: str
    names: Words = field(hash=False)
    events: Words = field(hash=False)
    questions: tuple[Question, ...]
    milestones: tuple[Milestone, ...]
    shares: tuple[Share, ...] = ()
    categories: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()

    def name(self, *languages: str) -> str:
        return said_in(self.names, *languages)

    def event(self, *languages: str) -> str:
        return said_in(self.events, *languages)

    def milestone(self, key: str) -> Milestone | None:
        return next((one for one in self.milestones if one.key == key), None)

    def as_variant(self, key: str) -> "Kind":
        """The kind with what the variant has of its own; itself where there is none of that key."""
        variant = next((one for one in self.variants if one.key == key), None)
        if variant is None:
            return self
        own = {one.key: one for one in variant.milestones}
        merged = [own.pop(one.key, one) for one in self.milestones] + list(own.values())
        return replace(
            self, names=variant.names, milestones=tuple(merged), shares=variant.shares or self.shares
        )  # fmt: skip


def split(budget: int, shares: Sequence[Share]) -> list[int]:
    """The budget in minor units by shares, to the last unit: what rounding leaves goes to the first."""
    parts = [budget * share.percent // 100 for share in shares]
    if parts:
        parts[0] += budget - sum(parts)
    return parts
