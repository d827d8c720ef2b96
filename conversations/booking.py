"""A booking, a proposal and a client as the mind sees them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.business import Money
from conversations.payments import PaymentView
from conversations.session_types import Name
from conversations.values import made_often


class BookingStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    """Approved, and waiting for payment."""
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


class BookingType(StrEnum):
    ONE_ON_ONE = "one_on_one"
    GROUP_SESSION = "group_session"


class ProposalStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    REPLACED = "replaced"
    """Another proposal, a decision or the client's own wish took its place."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a video session is held. `provider` is its name ("Zoom"), where that is known."""

    link: str
    provider: str = ""
    passcode: str = ""


@made_often
@dataclass(frozen=True, slots=True)
class BookingView:
    """One booking with the names a person needs to read it. Times are aware, in the booking's own zone."""

    id: int
    status: BookingStatus
    version: int
    service_ids: tuple[int, ...]
    """More than one where several were booked as one visit."""
    service: Name
    minutes: int
    staff_id: int
    staff: str
    client_id: int
    client: str
    """Their name, or their number or address where no name is known."""
    client_named: bool
    phone: str
    conversation_id: int
    preferred: datetime
    start: datetime
    end: datetime
    price: Money
    confirmed: datetime | None = None
    note: str = ""
    attendee: str = ""
    """Who it is for, where that is not the client."""
    place: str = ""
    decided_by: str = ""
    """The name or number of the coordinator who decided, or called it off; "" where none did."""
    decided_at: datetime | None = None
    decline_reason: str = ""
    proposed: datetime | None = None
    """The start of the open proposal, where there is one."""
    email: str = ""
    cancel_reason: str = ""
    staff_note: str = ""
    opted_out: bool = False
    """The client takes no texts where they booked."""
    proposed_by_client: bool = False
    """That proposal is the client's own wish."""
    is_promised: bool = False
    """The client has said that they will come."""
    page: str = ""
    """The address of the client's page of it; "" where pages have none."""
    series_id: int | None = None
    """The series it is an occurrence of, and `series_number` which one."""
    series_number: int = 0
    class_id: int | None = None
    """The class session it has seats in; None where it is somebody's own time."""
    seats: int = 1
    is_video: bool = False
    meeting: Meeting | None = None
    """Where it is held over video; None where it is not, or no link is known yet."""
    agreement_version: str = ""
    """What its client agreed to, and when."""
    agreed_at: datetime | None = None
    questions: int = 0
    """How many its intake has, and how many of them are answered."""
    answered: int = 0
    intake_page: str = ""
    """Where the others are answered; "" where nowhere, or there are none."""
    call_started: datetime | None = None
    call_ended: datetime | None = None
    call_minutes: int | None = None
    payment: PaymentView | None = None
    """What it waits to be paid, where it does."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A time that is held beside the booking's own, until the client answers or `expires_at` comes."""

    id: int
    booking_id: int
    start: datetime
    expires_at: datetime
    words: str = ""
