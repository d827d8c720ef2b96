"""What a coordinator's day holds beside bookings: time taken out, what others answer for, and what was
commanded last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from conversations.booking import BookingView

UNDO_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BlockView:
    """Time taken out of one staff member's calendar, in the business's zone."""

    id: int
    staff_id: int
    start: datetime
    end: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ForOthers:
    """A booking that another coordinator answers for first: with whom it is, and who answers."""

    booking_id: int
    staff_id: int
    staff: str
    coordinator: str


class DeedKind(StrEnum):
    """What one command did to one thing."""

    CHANGED = "changed"
    """A booking is otherwise than before."""
    MADE = "made"
    """A booking was made."""
    PROPOSED = "proposed"
    """Another time is held and offered to a client."""
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a command did, as far as taking it back goes. `is_as_left`: nothing has changed it since. `needs`:
    the start and the staff member whose time it would need again."""

    kind: DeedKind
    is_as_left: bool
    booking: BookingView | None = None
    block: BlockView | None = None
    needs: tuple[datetime, int] | None = None
    tells: bool = False
    """The client has been told of it, and reads a correction."""
    was_pending: bool = False
    """Taken back, it waits for an answer again."""
    instead: BookingView | None = None
    """What its client has by now in place of what they would get back, or at that time."""
    class_id: int | None = None
    """The class whose seats it would need; None where it is somebody's time."""


@dataclass(frozen=True, slots=True)
class LastCommand:
    """What this coordinator commanded last. `deeds`: in the order in which they are taken back."""

    id: int
    words: str
    at: datetime
    is_undone: bool
    deeds: tuple[Deed, ...]
