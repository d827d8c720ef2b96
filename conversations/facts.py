"""What a step may know. Asked for lazily: a greeting costs no calendar query. In tests these are plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from conversations.booking import BookingView, ProposalView
from conversations.business import Business, Service, Staff
from conversations.layout import Capabilities
from conversations.rules.availability import Calendar


@dataclass(frozen=True, slots=True)
class Person:
    """Who is at the other end of this conversation."""

    address: str
    name: str = ""
    is_new: bool = False
    """They have never texted here before."""
    is_coordinator: bool = False
    opted_out: bool = False


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

    def in_language(self, code: str) -> "Facts":
        """The same facts, for a person who speaks this language."""

    @property
    def channel(self) -> Capabilities: ...

    def services(self) -> Sequence[Service]:
        """What can be booked, in the order it is listed."""

    def staff(self) -> Sequence[Staff]: ...

    def calendars(self, service: Service, first: date, last: date, changing: int | None = None) -> Sequence[Calendar]:
        """The calendars of those who give this service, over these days. What this conversation holds itself, and the
        time of the booking `changing`, count as free."""

    def booking(self, booking_id: int) -> BookingView | None:
        """A booking this person may speak about: a coordinator any, a client their own."""

    def requests(self) -> Sequence[BookingView]:
        """Pending bookings that this coordinator may answer, oldest first."""

    def my_bookings(self) -> Sequence[BookingView]:
        """This client's own bookings that stand and lie ahead, soonest first."""

    def usual(self) -> BookingView | None:
        """What this client had last, or asked for last: the newest booking of theirs that stands, or was kept."""

    def proposal(self, booking_id: int) -> ProposalView | None:
        """The open proposal for a booking."""
