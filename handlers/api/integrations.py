"""How far the engagement of a booking is, as other software follows it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from conversations.engagements.states import EngagementStatus, RecordStatus, WorkState
from conversations.money import Money
from handlers.engagement_views import engagement_views
from handlers.profile import Profile
from models.engagement_records import engagement_by_id, record_by_id
from models.engagement_work import works_of


class State(StrEnum):
    NONE = "none"
    """The service opens no engagement."""
    PENDING = "pending"
    """It is opened soon, or tried again."""
    DONE = "done"
    FAILED = "failed"
    """It was given up; somebody of the business is shown it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The coordinator's record of the client. `budget_range`: as it was told."""

    id: int
    name: str
    email: str
    phone: str
    status: RecordStatus
    budget_range: str
    notes: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The engagement, as a couple's coordinator sees it."""

    id: int
    ref: str
    kind: str
    couple_name: str
    event_date: date | None
    venue: str
    guest_count: int | None
    budget: Money | None
    status: EngagementStatus
    progress: int


@dataclass(frozen=True, slots=True)
class Integration:
    state: State
    client: Record | None = None
    wedding: Opened | None = None


def integration_of(session: Session, booking_id: int, profile: Profile) -> Integration:
    work = next(iter(works_of(session, [booking_id])), None)
    if work is None:
        return Integration(State.NONE)
    if work.engagement_id is None:
        return Integration(State.FAILED if work.state is WorkState.FAILED else State.PENDING)
    row = engagement_by_id(session, work.engagement_id)
    view = next(iter(engagement_views(session, [row], profile)), None) if row is not None else None
    if row is None or view is None:
        return Integration(State.DONE)
    kept = record_by_id(session, row.record_id)
    record = (
        Record(kept.id, kept.name, kept.email, kept.phone or "", kept.status, kept.budget, kept.notes)
        if kept is not None else None
    )  # fmt: skip
    opened = Opened(
        view.id, view.ref, view.kind.key, view.name, view.event_date, view.venue or "TBD", view.guests, view.budget,
        view.status, view.progress,
    )  # fmt: skip
    return Integration(State.DONE, record, opened)
