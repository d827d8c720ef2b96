"""Whether a text that did not arrive may still be sent: what it says must still be so."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from conversations.booking import BookingStatus
from conversations.values import made_often


class Obsolete(StrEnum):
    """Why a text is not sent again."""

    NOT_LOST = "not_lost"
    """It is on its way, or has arrived."""
    RESENT = "resent"
    """Another has taken its place already."""
    OPTED_OUT = "opted_out"
    CHANGED = "changed"
    """Its booking has been decided otherwise, or moved, since it was written."""
    DEADLINE_OVER = "deadline_over"
    """It asks for an answer that would come too late."""
    PAST = "past"
    """It was for before the visit, which has begun."""
    WENT_ON = "went_on"
    """It answered a text in a conversation that has gone on without it."""


@made_often
@dataclass(frozen=True, slots=True)
class BookingNow:
    """How a booking stands. Times are aware."""

    status: BookingStatus
    start: datetime
    proposed: datetime | None
    decide_by: datetime | None

    @property
    def told(self) -> str:
        """Its state as one short text: two that are equal say the same of the booking."""
        times = [self.start] if self.proposed is None else [self.start, self.proposed]
        return " ".join([self.status, *(time.astimezone(UTC).isoformat(timespec="minutes") for time in times)])


@dataclass(frozen=True, slots=True)
class Lost:
    """A text that did not arrive. `told` is what it says of its booking; `went_on`: turns have followed its own."""

    written_at: datetime
    told: str
    booking: BookingNow | None
    is_opted_out: bool
    went_on: bool


def why_obsolete(lost: Lost, now: datetime) -> Obsolete | None:
    """Why the text says what is no longer so, or may not be said; None where it may go."""
    if lost.is_opted_out:
        return Obsolete.OPTED_OUT
    booking = lost.booking
    if booking is None:
        return Obsolete.WENT_ON if lost.went_on else None
    if booking.told != lost.told:
        return Obsolete.CHANGED
    if lost.written_at < booking.start <= now:
        return Obsolete.PAST
    if booking.status is BookingStatus.PENDING and booking.decide_by is not None and booking.decide_by <= now:
        return Obsolete.DEADLINE_OVER
    return None
