"""The state of one person's conversation: what is known, what was asked, what was offered."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum


class State(StrEnum):
    """What is KNOWN. `date_selected` means service and date are known, and time is asked."""

    INITIAL = "initial"
    SERVICE_SELECTED = "service_selected"
    DATE_SELECTED = "date_selected"
    TIME_SELECTED = "time_selected"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"


class Awaiting(StrEnum):
    """What was last asked, so that a short answer is understood against it."""

    NOTHING = "nothing"
    MENU = "menu"
    SERVICE = "service"
    DATE = "date"
    DATE_READING = "date_reading"
    """Which of several readings of a date was meant."""
    TIME = "time"
    TIME_READING = "time_reading"
    CONFIRMATION = "confirmation"
    PROPOSAL = "proposal"
    """YES, NO or another time to a time that the coordinator proposed."""
    NEW_TIME = "new_time"
    """The coordinator asked for another time, in words."""


class Subject(StrEnum):
    """What picking an option decides."""

    MENU = "menu"
    SERVICE = "service"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    """A date and a time together."""


@dataclass(frozen=True, slots=True)
class Option:
    """One offered choice. `key` is what the person types ("2", "B"); `value` is a menu word, a service's id, an ISO date,
    an ISO time or, for a moment, both with a T between them."""

    key: str
    subject: Subject
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One person's conversation. Frozen: a step returns a changed copy."""

    awaiting: Awaiting = Awaiting.NOTHING
    service_id: int | None = None
    staff_id: int | None = None
    day: date | None = None
    at: time | None = None
    """Wall time in the zone of the staff member, on `day`."""
    name: str = ""
    """The client's name, when they said it in this conversation."""
    options: tuple[Option, ...] = ()
    misses: int = 0
    """How many texts in a row were not understood."""
    booking_id: int | None = None
    """The booking this conversation made last, or the one under discussion."""
    settled: bool = False
    """That booking is approved, and paid where payment is due."""
    with_person: bool = False
    """A person has taken over: the bot is silent."""

    @property
    def state(self) -> State:
        """What is known, in the words operators see."""
        if self.service_id is not None and self.day is not None and self.at is not None:
            return State.TIME_SELECTED
        if self.service_id is not None and self.day is not None:
            return State.DATE_SELECTED
        if self.service_id is not None:
            return State.SERVICE_SELECTED
        if self.booking_id is not None:
            return State.COMPLETED if self.settled else State.CONFIRMED
        return State.INITIAL
