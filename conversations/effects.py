"""What a step wants done. One closed union; handlers/apply_effects.py does each, in one `match`."""

from dataclasses import dataclass
from datetime import datetime

from conversations.replies import Reply


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


@dataclass(frozen=True, slots=True)
class ChangeWish:
    """The client wishes another time for a pending booking: it holds that one now; the coordinator is asked anew."""

    booking_id: int
    staff_id: int
    start: datetime


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
    | ChangeWish
    | Approve
    | Decline
    | Propose
    | AskAnotherTime
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
)
