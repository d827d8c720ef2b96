"""An engagement as people read it and commands change it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from conversations.engagements.kinds import Kind
from conversations.engagements.states import EngagementStatus
from conversations.money import Money


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """`due` None: its day waits for the event's. `title` is in the business's language. `is_planned_late`: its day had
    passed when it was planned; `is_overdue` is what counts later on."""

    id: int
    key: str
    title: str
    due: date | None
    is_planned_late: bool
    completed: bool
    completed_at: datetime | None
    tells_client: bool

    def is_overdue(self, today: date) -> bool:
        """It is open, and its day has passed."""
        is_over = self.due is not None and self.due < today
        return not self.completed and (self.is_planned_late or is_over)


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

    def next_milestone(self, without: Collection[int] = ()) -> MilestoneView | None:
        """The open one that is due first, but for those of these numbers."""
        left = [one for one in self.milestones if not one.completed and one.id not in without]
        return min(left, key=lambda one: one.due or date.max, default=None)


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One line of the activity log; `data` as it was kept."""

    at: datetime
    who: str
    action: str
    data: dict[str, object]
