"""The state of one person's conversation: what is known, what was asked, what was offered."""

from dataclasses import dataclass, replace
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
    CHANGE = "change"
    """What to change, after a NO to the summary."""
    PICK_UP = "pick_up"
    """Whether to go on with what was put by."""
    PROPOSAL = "proposal"
    """YES, NO or another time to a time that the coordinator proposed."""
    CANCEL = "cancel"
    """YES to give up the booking that was asked about."""
    CANCEL_FOR_FEE = "cancel_for_fee"
    """The same, where that costs a fee now."""
    WHICH_BOOKING = "which_booking"
    """Which of several bookings a client's wish was meant for."""
    REMINDER = "reminder"
    """Whether the client will come, or needs another time."""
    REQUEST = "request"
    """Which of several requests a coordinator's bare word was meant for."""
    CLASS = "class"
    """Which of several classes."""
    FULL = "full"
    """What instead of a class that has too few seats left: its waiting list, or another."""
    SURE = "sure"
    """YES to what a coordinator's command would do."""


class Quiet(StrEnum):
    """What has been done about a client who began a booking and said no more."""

    NO = "no"
    NUDGED = "nudged"
    PUT_BY = "put_by"
    """What they began is kept, and offered again when they write."""


class Subject(StrEnum):
    """What picking an option decides."""

    MENU = "menu"
    SERVICE = "service"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    """A date and a time together."""
    CLASS = "class"
    SEATS = "seats"
    WAIT = "wait"
    """The waiting list of a class."""
    LANGUAGE = "language"
    COMMAND = "command"
    """A coordinator's whole command."""
    BOOKING = "booking"
    """A client's wish about one booking of theirs."""


@dataclass(frozen=True, slots=True)
class Option:
    """One offered choice. `key` is what the person types ("2", "B"); `value` is a menu word, a service's or a class's
    id, how many seats, an ISO date, an ISO time, for a moment both with a T between them, a whole command, or a wish
    with the booking's number and the words that it was said in ("move 12 to friday")."""

    key: str
    subject: Subject
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One person's conversation. Frozen: a step returns a changed copy."""

    awaiting: Awaiting = Awaiting.NOTHING
    service_id: int | None = None
    more_service_ids: tuple[int, ...] = ()
    """Had in the same visit, behind `service_id`."""
    staff_id: int | None = None
    """Whom the client asked for; None where anybody will do."""
    offered_staff_id: int | None = None
    """With whom the time is held while YES is asked."""
    day: date | None = None
    at: time | None = None
    """Wall time in the zone of the staff member, on `day`."""
    earliest: time | None = None
    latest: time | None = None
    """Bounds on the time, where one was said without an hour ("after 4", "in the morning")."""
    class_id: int | None = None
    """The class session that is wanted; `day` and `at` are then its own."""
    seats: int | None = None
    """For how many people, where they said."""
    changing: bool = False
    """The slots are a new time for the booking `booking_id`, not a new booking."""
    name: str = ""
    """The client's name, when they said it in this conversation."""
    attendee: str = ""
    """Who the booking is for, where that is not the client."""
    note: str = ""
    """What the client wants the business to know of it."""
    next_wish: str = ""
    """The words of a second booking, to be made when this one is."""
    quiet: Quiet = Quiet.NO
    options: tuple[Option, ...] = ()
    misses: int = 0
    """How many texts in a row were not understood."""
    booking_id: int | None = None
    """The booking this conversation made last, or the one under discussion."""
    settled: bool = False
    """That booking is approved, and paid where payment is due."""
    asked_about: int | None = None
    """The booking that the open question is about, where it is about one."""

    listing: str = ""
    """The coordinator's command whose list did not fit one text. `listed`: how many lines of it were told."""
    listed: int = 0

    @property
    def service_ids(self) -> tuple[int, ...]:
        """Every service of the visit."""
        return () if self.service_id is None else (self.service_id, *self.more_service_ids)

    @property
    def state(self) -> State:
        """What is known, in the words operators see."""
        if self.service_id is not None:
            if self.day is None:
                return State.SERVICE_SELECTED
            return State.DATE_SELECTED if self.at is None else State.TIME_SELECTED
        if self.booking_id is not None:
            return State.COMPLETED if self.settled else State.CONFIRMED
        return State.INITIAL

    def without_slots(self) -> "Dialogue":
        """Nothing asked and nothing known of a new booking; the booking made last is still known."""
        return Dialogue(name=self.name, booking_id=self.booking_id, settled=self.settled)

    def asking(self, awaiting: Awaiting, options: tuple[Option, ...] = (), about: int | None = None) -> "Dialogue":
        """The same, having asked this, offered these, of that booking where it is of one."""
        return replace(self, awaiting=awaiting, options=options, asked_about=about)
