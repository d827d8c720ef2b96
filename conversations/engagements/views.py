"""An engagement as people read it and commands change it."""

from dataclasses import dataclass
from datetime import date, datetime

from conversations.engagements.kinds import Kind
from conversations.engagements.states import EngagementStatus
from conversations.money import Money


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """`due` None: its day waits for the event's. `title` is in the business's language."""

    id: int
    key: str
    title: str
    due: date | None
    is_late: bool
    completed: bool
    completed_at: datetime | None
    tells_client: bool


@dataclass(frozen=True, slots=True)
class BudgetLineView:
    """`planned` None: the budget is not known."""

    key: str
    title: str
    percent: int
    planned: Money | None
    spent: Money


@dataclass(frozen=True, slots=True)
class EngagementView:
    """`kind` is in its variant. `client` is who texts of it, `phone` their number, "" where not known."""

    id: int
    version: int
    kind: Kind
    status: EngagementStatus
    name: str
    client: str
    phone: str
    email: str
    event_date: date | None
    venue: str
    guests: int | None
    budget: Money | None
    currency: str
    requests: str
    progress: int
    booking_id: int | None
    milestones: tuple[MilestoneView, ...]
    lines: tuple[BudgetLineView, ...]

    @property
    def ref(self) -> str:
        """ "W4", as a coordinator names it."""
        return f"{self.kind.letter}{self.id}"


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One line of the activity log; `data` as it was kept."""

    at: datetime
    who: str
    action: str
    data: dict[str, object]
