"""A class session, and a place in the line for one, as the mind sees them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.business import Money
from conversations.rules.waitlist import Why
from conversations.session_types import Name


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


@dataclass(frozen=True, slots=True)
class Place:
    """One person's place in one line: for seats of a class, for one start, or for any start of a day. Times are aware,
    in the zone of the class or of the business."""

    id: int
    status: WaitlistStatus
    service_id: int
    service: Name
    """The class's title, or its course; the service that is waited for."""
    when: datetime
    """The start of the class, or the one that is wanted; of a day, where any of its starts will do, its beginning."""
    seats: int
    number: int
    """Counted from 1, in the order of the line."""
    client: str
    class_id: int | None = None
    is_day: bool = False
    staff: str = ""
    """With whom: the teacher, who is wanted, or with whom it is offered; "" where anybody will do."""
    offered: datetime | None = None
    """The start that is offered, or was last."""
    answer_by: datetime | None = None
    """Until when the offer stands that has been made."""
    is_held: bool = False
    """What is offered is held for them; else whoever answers first has it."""
    why: Why | None = None
    """Why they are asked, or are not, where that is asked about."""

    @property
    def is_offered(self) -> bool:
        return self.status is WaitlistStatus.OFFERED
