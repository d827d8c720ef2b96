"""What a step may know. Asked for lazily: a greeting costs no calendar query. In tests these are plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from conversations.booking import BookingView, ProposalView
from conversations.business import ANY, Agreement, Business, Service, Staff
from conversations.classes import ClassView, Place
from conversations.desk import BlockView, ForOthers, LastCommand
from conversations.engagements.views import ActivityView, EngagementView
from conversations.layout import Capabilities
from conversations.money import Money
from conversations.payments import BookingMoney, PackView
from conversations.rules.availability import Calendar
from conversations.rules.policies import Terms
from conversations.series import SeriesView
from conversations.values import made_often


@made_often
@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the other end of this conversation."""

    address: str
    name: str = ""
    is_new: bool = False
    """They have never texted here before."""
    is_coordinator: bool = False
    opted_out: bool = False
    is_with_operator: bool = False
    """Somebody of the business has taken the conversation over: we are silent."""
    is_blocked: bool = False
    """What they write is spam."""


class Facts(Protocol):
    """A read-only view of the world at `now` (aware, in the business's zone)."""

    @property
    def now(self) -> datetime: ...

    @property
    def business(self) -> Business: ...

    @property
    def person(self) -> Person: ...

    @property
    def language(self) -> str: ...

    @property
    def language_is_known(self) -> bool:
        """Whether this person's own language is known, by their choice or their words."""

    def knows_us(self) -> bool:
        """Whether they have heard from us here before, or we from them."""

    def in_language(self, code: str) -> "Facts":
        """The same facts, for a person who speaks this language."""

    @property
    def channel(self) -> Capabilities: ...

    def services(self) -> Sequence[Service]:
        """What can be booked, in the order it is listed."""

    def staff(self) -> Sequence[Staff]: ...

    def calendars(
        self, service: Service, first: date, last: date, changing: int | tuple[int, ...] | None = None
    ) -> Sequence[Calendar]:
        """The calendars of those who give this service, over these days. What this conversation holds itself, and the
        time of the booking `changing`, or of each of them, count as free."""

    def classes(self, service_id: int, first: datetime, last: datetime) -> Sequence[ClassView]:
        """The class sessions of a service that start in [first, last), soonest first. Seats this conversation holds
        count as free."""

    def class_session(self, class_id: int) -> ClassView | None: ...

    def my_places(self) -> Sequence[Place]:
        """Where this client waits, what was offered last first."""

    def place(self, place_id: int) -> Place | None:
        """A place in a waiting list that this person may speak about, whatever became of it."""

    def waiting(self, class_id: int | None = None) -> Sequence[Place]:
        """Everybody who waits for what this coordinator answers for, and why they are not asked: each line in its
        order, what is soonest first. Of one class, where it is named."""

    def whose_turn(self, staff_ids: Sequence[int]) -> int:
        """Which of these staff was given a booking longest ago; of those who never were, the first."""

    def booking(self, booking_id: int) -> BookingView | None:
        """A booking this person may speak about: a coordinator any, a client their own."""

    def series(self, series_id: int) -> SeriesView | None:
        """A series this person may speak about: a coordinator any they answer for, a client their own."""

    def requests(self) -> Sequence[BookingView]:
        """What this coordinator may answer: pending bookings, oldest first, then those that clients wish to move."""

    def my_bookings(self) -> Sequence[BookingView]:
        """This client's own bookings that stand and lie ahead, soonest first."""

    def terms(self, found: BookingView) -> Terms:
        """The terms that hold for a booking."""

    def terms_for(self, staff_id: int, service_id: int) -> Terms:
        """The terms of a staff member's service."""

    def my_packs(self) -> Sequence[PackView]:
        """The sessions that this client has paid ahead."""

    def my_credit(self) -> Sequence[Money]:
        """What is kept for this client, in each currency."""

    def money_of(self, found: BookingView) -> BookingMoney: ...

    def to_be_paid_by(self, found: BookingView) -> datetime | None:
        """By when a client would have to pay for this booking if it were approved now; None where they would not."""

    def bookings_now(self) -> Sequence[BookingView]:
        """This client's own bookings that stand and are not over, and begin within hours, soonest first."""

    def booking_after(self, found: BookingView) -> BookingView | None:
        """The next booking of the same staff member that stands, whoever's it is."""

    def has_accepted(self, agreement: Agreement) -> bool:
        """Whether this client has agreed to this very version of it."""

    def usual(self) -> BookingView | None:
        """What this client had last, or asked for last: the newest booking of theirs that stands, or was kept."""

    def proposal(self, booking_id: int) -> ProposalView | None:
        """The open proposal for a booking."""

    def my_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        """Those for whom this coordinator answers, or stands in, whatever the service, or where this one is wished of
        them."""

    def my_own_staff(self, service_id: int = ANY) -> Sequence[Staff]:
        """Those of my_staff() whom a command that names nobody means: whom this coordinator only stands in for where
        they answer for nobody else."""

    def bookings_between(self, start: datetime, end: datetime) -> Sequence[BookingView]:
        """Bookings that touch [start, end) and were not called off, as far as this coordinator answers for them,
        soonest first; those that were missed as well."""

    def for_others_between(self, start: datetime, end: datetime) -> Sequence[ForOthers]:
        """Bookings that stand, touch [start, end) and have not begun, and that others answer for first."""

    def blocks_between(self, start: datetime, end: datetime) -> Sequence[BlockView]:
        """The time taken out by hand that touches [start, end), of those for whom this coordinator answers."""

    def last_command(self) -> LastCommand | None:
        """What this coordinator commanded last that changed something."""

    def engagement(self, engagement_id: int) -> EngagementView | None:
        """One that this coordinator answers for, whatever became of it."""

    def engagements(self) -> Sequence[EngagementView]:
        """Those under way that this coordinator answers for, or this client's own, the soonest event first."""

    def activity(self, engagement_id: int) -> Sequence[ActivityView]:
        """What was done about it, newest first."""

    def openings_failed(self) -> Sequence[int]:
        """The bookings whose engagement could not be opened."""
