"""What a step wants done. One closed union; handlers/apply_effects.py does each, in one `match`."""

from dataclasses import dataclass
from datetime import datetime

from conversations.booking import BookingStatus
from conversations.engagements.effects import EngagementEffect
from conversations.engagements.kinds import Brief
from conversations.money import Money
from conversations.replies import Reply
from conversations.series import Mode, Rhythm


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold a time while the client is asked for their YES, instead of what this conversation held before."""

    service_ids: tuple[int, ...]
    staff_id: int
    start: datetime
    changing: int | None = None
    """The booking whose own time may be overlapped, where this is a new time for it."""


@dataclass(frozen=True, slots=True)
class LetGo:
    """Let the time go that this conversation holds."""


@dataclass(frozen=True, slots=True)
class Book:
    """Make a booking, and ask the coordinator where the policy wants that."""

    service_ids: tuple[int, ...]
    """More than one are had behind each other, as one visit."""
    staff_id: int
    start: datetime
    note: str = ""
    attendee: str = ""
    series_id: int | None = None
    """The client's series of which it is one more visit."""
    brief: Brief = ()
    """What they told of the engagement that it opens."""


@dataclass(frozen=True, slots=True)
class AcceptAgreement:
    """The client agrees to this version of a service's agreement."""

    service_id: int
    version: str


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Seal the client's answer to a question of the intake, by its name, until the booking is made; None: skipped."""

    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One of a series: when it is wanted (wall time), the moment that is booked for it, and why that is another one, or
    none."""

    number: int
    at: datetime
    start: datetime | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class BookSeries:
    """Book every occurrence that has a start, or none of them; ask the coordinator once where the policy wants that.
    `first`: wall time, as the pattern begins."""

    service_ids: tuple[int, ...]
    staff_id: int
    rhythm: Rhythm
    first: datetime
    mode: Mode
    occurrences: tuple[Occurrence, ...]
    note: str = ""
    attendee: str = ""
    brief: Brief = ()


@dataclass(frozen=True, slots=True)
class DecideSeries:
    """Confirm, decline or cancel these bookings of a series (number and version of each): all of them, or none."""

    series_id: int
    bookings: tuple[tuple[int, int], ...]
    status: BookingStatus
    words: str = ""
    by_client: bool = False


@dataclass(frozen=True, slots=True)
class MoveSeries:
    """Give these bookings of a series (number, version and new start of each) their new times: all of them, or none."""

    series_id: int
    bookings: tuple[tuple[int, int, datetime], ...]
    by_client: bool = False


@dataclass(frozen=True, slots=True)
class HoldSeats:
    """Hold seats of a class while the client is asked for their YES, instead of what this conversation held before."""

    class_id: int
    seats: int


@dataclass(frozen=True, slots=True)
class BookSeats:
    """Book seats of a class, and ask the coordinator where the policy wants that. Who has a booking in it already has
    these seats beside those."""

    class_id: int
    seats: int
    note: str = ""
    attendee: str = ""
    brief: Brief = ()


@dataclass(frozen=True, slots=True)
class JoinWaitlist:
    """Wait for so many seats of a class. Who waits for it already keeps their place."""

    class_id: int
    seats: int


@dataclass(frozen=True, slots=True)
class WaitForTime:
    """Wait for a service at a time that is full, with this staff member or ANY: at one start, or on a day. `wanted` is
    local: "2026-03-12" or "2026-03-12T15:00". The visit would lie in [start, end). `is_told`: nothing more is to be
    said of it."""

    service_id: int
    staff_id: int
    wanted: str
    start: datetime
    end: datetime
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class LeaveWaitlist:
    """Give up these places; what is offered to one goes to the next."""

    place_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Book what was offered to this place; also too late, where it is still free."""

    place_id: int


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """Let what was offered pass to the next; the place is kept."""

    place_id: int


@dataclass(frozen=True, slots=True)
class OfferByHand:
    """Offer what is free to this place, whoever stands before it."""

    place_id: int


@dataclass(frozen=True, slots=True)
class ChangeClass:
    """Give a booking the same seats in another class, instead of those it has."""

    booking_id: int
    version: int
    class_id: int
    by_client: bool = False
    """The client wishes it; else the business does, and they are told."""


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """The client wishes another time for a pending booking: it holds that one now; the coordinator is asked anew."""

    booking_id: int
    staff_id: int
    start: datetime


@dataclass(frozen=True, slots=True)
class Reschedule:
    """The client wishes another time for a booking that stands: held beside its own until the coordinator answers, or
    taken at once where the policy asks nobody."""

    booking_id: int
    staff_id: int
    start: datetime


@dataclass(frozen=True, slots=True)
class AcceptMove:
    """The coordinator lets a booking move to the time that its client wishes."""

    proposal_id: int
    booking_id: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefuseMove:
    """The coordinator does not: it keeps its own time."""

    proposal_id: int
    booking_id: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PromiseToCome:
    """The client has said that they will come to the start in force."""

    booking_id: int


@dataclass(frozen=True, slots=True)
class Approve:
    booking_id: int
    version: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decline:
    booking_id: int
    version: int
    reason: str = ""
    of_whole_day: bool = False
    """The reason speaks of the day: no other hour of it is offered."""


@dataclass(frozen=True, slots=True)
class Propose:
    """Hold another time beside the booking's own, and offer it to the client."""

    booking_id: int
    version: int
    start: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class AskAnotherTime:
    """Pass the coordinator's words on, and ask the client for another time."""

    booking_id: int
    version: int
    words: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Call off a booking that stands; its time is free at once."""

    booking_id: int
    version: int
    reason: str = ""
    by_client: bool = False
    """The client wishes it; else the business does."""


@dataclass(frozen=True, slots=True)
class Move:
    """Give a booking that stands another time, without asking the client; they are told."""

    booking_id: int
    version: int
    start: datetime
    staff_id: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Say what became of a visit: under way, over, or missed. `note`: of the session. `is_proven`: by the picture or
    file that came last."""

    booking_id: int
    version: int
    status: BookingStatus
    attendance: str = ""
    note: str = ""
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class StartCall:
    """A session's call begins now, and the session with it where that is not under way yet."""

    booking_id: int
    version: int
    attendance: str = ""


@dataclass(frozen=True, slots=True)
class EndCall:
    """A session's call is over, and the session with it. As Mark otherwise."""

    booking_id: int
    version: int
    note: str = ""
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class SetLink:
    """Hold one booking over video, by this link."""

    booking_id: int
    version: int
    link: str
    passcode: str = ""


@dataclass(frozen=True, slots=True)
class WriteNote:
    """What the business notes of a booking, behind what it noted before. The client never reads it."""

    booking_id: int
    version: int
    note: str


@dataclass(frozen=True, slots=True)
class BookFor:
    """Make a booking for who came in or called, confirmed at once; they are told where a text reaches them."""

    phone: str
    name: str
    service_ids: tuple[int, ...]
    staff_id: int
    start: datetime


@dataclass(frozen=True, slots=True)
class BlockTime:
    """Take [start, end) out of these people's time. Bookings that stand in it stay; those in `standing` are told to
    the coordinator."""

    staff_ids: tuple[int, ...]
    start: datetime
    end: datetime
    reason: str = ""
    standing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class UnblockTime:
    """Give [start, end) of these people's time back."""

    staff_ids: tuple[int, ...]
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class ClearTime:
    """Take [start, end) out of these people's time, and call off the bookings in it (number and version of each): every
    client is told once, and offered other times."""

    staff_ids: tuple[int, ...]
    start: datetime
    end: datetime
    bookings: tuple[tuple[int, int], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back these deeds (their places) of a command."""

    command_id: int
    deeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Commanded:
    """What a coordinator commanded, to be done, and written down with what takes it back."""

    words: str
    effects: "tuple[Effect, ...]"


@dataclass(frozen=True, slots=True)
class AskOnPhone:
    """Ask the client on their phone for what a booking waits for (M-Pesa); where they are being asked, nothing.
    `phone`: another than their own."""

    booking_id: int
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SubmitProof:
    """The client shows that they have paid what a booking waits for: a picture or file that they have just sent, or
    that of a `link`, or a `reference`."""

    booking_id: int
    reference: str = ""
    amount: Money | None = None
    """What the proof speaks of, where it does."""
    link: str = ""


@dataclass(frozen=True, slots=True)
class TakePayment:
    """The business has this money for a booking: what its client has shown, or what came another way."""

    booking_id: int
    version: int
    amount: Money
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SellPack:
    """Whoever has this number has paid so many sessions of a service ahead, and this for all of them."""

    phone: str
    service_id: int
    sessions: int
    price: Money


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Give so much of what was paid for a booking back to its client."""

    booking_id: int
    version: int
    amount: Money


@dataclass(frozen=True, slots=True)
class RefundsDone:
    """This was to be given back by hand of a booking, and has been."""

    booking_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class AcceptProposal:
    proposal_id: int
    booking_id: int


@dataclass(frozen=True, slots=True)
class RefuseProposal:
    proposal_id: int
    booking_id: int


@dataclass(frozen=True, slots=True)
class TellCoordinator:
    """A text to the coordinator; about a booking where one is named, so that a reply that quotes it is understood."""

    reply: Reply
    booking_id: int | None = None
    may_wait: bool = False
    """For the end of their own quiet hours, unless the start is near."""


@dataclass(frozen=True, slots=True)
class CallPerson:
    """A person should read this conversation. `words` is what the client wants, for the coordinator to read."""

    words: str


@dataclass(frozen=True, slots=True)
class Rename:
    """The client has said their name."""

    name: str


@dataclass(frozen=True, slots=True)
class KeepEmail:
    """The client has given an address."""

    email: str


@dataclass(frozen=True, slots=True)
class AddNote:
    """What the client wants the business to know of a booking that stands, behind what they said before."""

    booking_id: int
    note: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Answer this person in another language from now on ("es")."""

    language: str


@dataclass(frozen=True, slots=True)
class OptOut:
    """Send nothing to this address any more. `words` is what they texted."""

    words: str = ""
    by_carrier: bool = False
    """The carrier has answered them itself."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """Texts may go to this address again. As in OptOut."""

    words: str = ""
    by_carrier: bool = False


Effect = (
    Hold
    | LetGo
    | Book
    | BookSeries
    | DecideSeries
    | MoveSeries
    | HoldSeats
    | BookSeats
    | ChangeClass
    | JoinWaitlist
    | WaitForTime
    | LeaveWaitlist
    | AcceptOffer
    | DeclineOffer
    | OfferByHand
    | ChangeWish
    | Reschedule
    | AcceptMove
    | RefuseMove
    | PromiseToCome
    | Approve
    | Decline
    | Propose
    | AskAnotherTime
    | Cancel
    | Move
    | AcceptAgreement
    | KeepAnswer
    | Mark
    | StartCall
    | EndCall
    | SetLink
    | WriteNote
    | BookFor
    | BlockTime
    | UnblockTime
    | ClearTime
    | Undo
    | Commanded
    | AskOnPhone
    | SubmitProof
    | TakePayment
    | SellPack
    | GiveBack
    | RefundsDone
    | AcceptProposal
    | RefuseProposal
    | TellCoordinator
    | CallPerson
    | Rename
    | KeepEmail
    | AddNote
    | Speak
    | OptOut
    | OptIn
    | EngagementEffect
)
