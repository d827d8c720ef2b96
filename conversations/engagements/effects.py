"""What may be done to an engagement, as data. `version` is that of the engagement when it was read."""

from dataclasses import dataclass
from datetime import date

from conversations.engagements.kinds import Detail
from conversations.money import Money


@dataclass(frozen=True, slots=True)
class TickMilestones:
    """These milestones are done; not `done`: they are open again."""

    engagement_id: int
    version: int
    milestone_ids: tuple[int, ...]
    done: bool = True


@dataclass(frozen=True, slots=True)
class MoveMilestone:
    """A person gives it another day, which it keeps when the event is moved."""

    engagement_id: int
    version: int
    milestone_id: int
    due: date


@dataclass(frozen=True, slots=True)
class AddMilestone:
    engagement_id: int
    version: int
    title: str
    due: date | None


@dataclass(frozen=True, slots=True)
class SetDetail:
    """Another venue, date … in the spelling in which a brief keeps it ("2027-06-12", "120", "5000000-10000000 USD").
    Another event date moves the open milestones, another budget what is planned."""

    engagement_id: int
    version: int
    detail: Detail
    value: str


@dataclass(frozen=True, slots=True)
class Spend:
    """So much more is spent on a line of the budget."""

    engagement_id: int
    version: int
    line: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CloseEngagement:
    engagement_id: int
    version: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReopenEngagement:
    engagement_id: int
    version: int


@dataclass(frozen=True, slots=True)
class OpenByHand:
    """An engagement without a booking. `kind` as services name it; `brief` by detail, as a booking's."""

    kind: str
    brief: tuple[tuple[Detail, str], ...]
    phone: str


@dataclass(frozen=True, slots=True)
class RetryOpening:
    """What could not be made of a booking is tried again at once."""

    booking_id: int


EngagementEffect = (
    TickMilestones
    | MoveMilestone
    | AddMilestone
    | SetDetail
    | Spend
    | CloseEngagement
    | ReopenEngagement
    | OpenByHand
    | RetryOpening
)
