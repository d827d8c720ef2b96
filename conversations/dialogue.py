"""The state of one person's conversation: what is known, what was asked, what was offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any, NamedTuple

from conversations.engagements.kinds import Brief
from conversations.series import Mode, Rhythm
from conversations.values import replace


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
    AGREEMENT = "agreement"
    """Whether the client agrees to what a service wants agreed to before it is booked."""
    INTAKE = "intake"
    """A question of the intake."""
    BRIEF = "brief"
    """A question about the engagement that the booking opens."""
    CHANGE = "change"
    """What to change, after a NO to the summary."""
    PICK_UP = "pick_up"
    """Whether to go on with what was put by."""
    PROPOSAL = "proposal"
    """YES, NO or another time to a time that the coordinator proposed."""
    WORDS = "words"
    """An answer in words, or another time, to what the coordinator wrote about a request."""
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
    HOW_OFTEN = "how_often"
    """At what rhythm a series goes on."""
    HOW_MANY = "how_many"
    """How many visits a series has, or until when it goes on."""
    LEAVE = "leave"
    """Which of several waiting lists they leave."""
    MODE = "mode"
    """What becomes of a series of which some occurrences cannot be had."""
    SERIES = "series"
    """YES to a whole series."""
    CANCEL_LATER = "cancel_later"
    """YES to give up the visit of a series that was asked about, and all later ones."""
    CANCEL_LATER_FOR_FEE = "cancel_later_for_fee"
    """The same, where that costs a fee now."""


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
    """The waiting list of a class, or for a time."""
    PLACE = "place"
    """A place in a waiting list."""
    LANGUAGE = "language"
    COMMAND = "command"
    """A coordinator's whole command."""
    RHYTHM = "rhythm"
    """How often a series goes on."""
    MODE = "mode"
    BOOKING = "booking"
    """A client's wish about one booking of theirs."""
    AGREEMENT = "agreement"
    INTAKE = "intake"
    """One choice of a question of the intake."""
    BRIEF = "brief"
    """An answer to a question about an engagement."""


class Option(NamedTuple):
    """One offered choice. `key` is what the person types ("2", "B"); `value` is a menu word, a service's or a class's
    id, how many seats, an ISO date, an ISO time, for a moment both with a T between them, a whole command, a wish with
    the booking's number and the words that it was said in ("move 12 to friday"), the number of a place in a waiting
    list, for waiting a class's id, a date or a moment, or a series ("S3") whose left-out dates are wanted, and for an
    agreement its service's id and version, and behind them the place in a waiting list whose offer it is about."""

    key: str
    subject: Subject
    value: str
    label: str


@dataclass(frozen=True)
class Dialogue:
    """One person's conversation. Frozen: a step returns a changed copy. Without slots: of its many parts one holds only
    what was said of it, the class has how the others begin, and a copy is quickly made."""

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
    party: str = ""
    """Their words for these people."""
    rhythm: Rhythm | None = None
    """A series is wanted, whose first occurrence is on `day` at `at`."""
    mode: Mode | None = None
    """What becomes of its occurrences that cannot be had, where some cannot."""
    shown: tuple[str, ...] = ()
    """The starts of the series that YES is asked for, as ISO moments in UTC."""
    adds_to: int | None = None
    """The series of which this is to be one more visit."""
    changing: bool = False
    """The slots are a new time for the booking `booking_id`, not a new booking."""
    later: bool = False
    """That booking is a visit of a series, and all later ones are to be changed with it."""
    name: str = ""
    """The client's name, when they said it in this conversation."""
    attendee: str = ""
    """Who the booking is for, where that is not the client."""
    note: str = ""
    """What the client wants the business to know of it."""
    intake: tuple[str, ...] = ()
    """The questions of the intake that are answered or skipped; what was answered is kept elsewhere, sealed."""
    intake_asked: str = ""
    brief: Brief = ()
    """What was told of the engagement that the booking opens."""
    brief_asked: str = ""
    """The detail that is asked for."""
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
    offer_id: int | None = None
    """The place in a waiting list to which something was offered, where nothing else has been asked since: a YES or NO
    answers that, and what was asked before stays open."""

    listing: str = ""
    """The coordinator's command whose list did not fit one text. `listed`: how many lines of it were told."""
    listed: int = 0

    @classmethod
    def of(cls, parts: Mapping[str, Any]) -> "Dialogue":
        """The one with these parts, all others as they begin."""
        dialogue = object.__new__(cls)
        dialogue.__dict__.update(parts)
        return dialogue

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
        return Dialogue.of({"name": self.name, "booking_id": self.booking_id, "settled": self.settled})

    def without_misses(self) -> "Dialogue":
        """The same, now that a text was understood."""
        return replace(self, misses=0) if self.misses else self

    def asking(self, awaiting: Awaiting, options: tuple[Option, ...] = (), about: int | None = None) -> "Dialogue":
        """The same, having asked this, offered these, of that booking where it is of one."""
        return replace(self, awaiting=awaiting, options=options, asked_about=about, offer_id=None)
