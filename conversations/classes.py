"""A class session, and a place in the line for one, as the mind sees them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.business import Money


class ClassStatus(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class WaitlistStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    """It was offered a place twice, and nobody answered."""
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ClassView:
    """One class session. Times are aware, in its own zone. `free` is how many seats can be had now: those that are
    neither booked, nor held for somebody who is being asked."""

    id: int
    version: int
    service_id: int
    name: str
    """Its title, or that of its course."""
    staff_id: int
    staff: str
    start: datetime
    end: datetime
    capacity: int
    free: int
    price: Money
    status: ClassStatus = ClassStatus.SCHEDULED
    place: str = ""

    @property
    def minutes(self) -> int:
        return round((self.end - self.start).total_seconds() / 60)
