"""What can happen to a conversation, in the past tense. Each comes through the same door: engine.step()."""

from dataclasses import dataclass

from conversations.booking import BookingView, ProposalView
from conversations.understanding import Understood


@dataclass(frozen=True, slots=True)
class Said:
    """The person texted; quick texts that share one turn are one, a line each. `about` is the booking of the message
    that they quoted, or whose button they pressed."""

    text: str
    about: int | None = None
    media: int = 0
    """How many pictures, voice notes or files came with it."""
    carrier_answered: bool = False
    """The provider has answered an opt-out or help word itself, and says so."""
    suggested: Understood | None = None
    """What an interpreter proposes that the text may mean, where we did not understand it."""


@dataclass(frozen=True, slots=True)
class WentQuiet:
    """The person has said no more for as long as we wait for them."""


@dataclass(frozen=True, slots=True)
class Approved:
    booking: BookingView
    note: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    booking: BookingView
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TimeProposed:
    booking: BookingView
    proposal: ProposalView


@dataclass(frozen=True, slots=True)
class AnotherTimeAsked:
    booking: BookingView
    words: str


@dataclass(frozen=True, slots=True)
class RequestExpired:
    """Nobody answered the request in time (or the client did not answer a proposal): its time is free again."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class Booked:
    """The booking that this conversation asked for exists: pending, or confirmed where no approval is needed."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class WishChanged:
    booking: BookingView


@dataclass(frozen=True, slots=True)
class ProposalAccepted:
    booking: BookingView


@dataclass(frozen=True, slots=True)
class ProposalRefused:
    booking: BookingView
    proposal: ProposalView


Event = (
    Said
    | WentQuiet
    | Booked
    | WishChanged
    | ProposalAccepted
    | ProposalRefused
    | Approved
    | Declined
    | TimeProposed
    | AnotherTimeAsked
    | RequestExpired
)
