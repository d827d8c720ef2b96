"""What can happen to a conversation, in the past tense. Each comes through the same door: engine.step()."""

from dataclasses import dataclass
from datetime import date, datetime, time

from conversations.booking import BookingStatus, BookingView, ProposalView
from conversations.classes import ClassView, Place
from conversations.engagements.kinds import Brief
from conversations.money import Money
from conversations.payments import PackView, PaymentMethod, Receipt
from conversations.series import Mode, Rhythm, SeriesView
from conversations.understanding import Understood
from conversations.values import made_often


@made_often
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
    place_id: int | None = None
    """The place in a waiting list to which the message that they quoted offers something."""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Somebody of the business, by this name, talks with the person from now on."""

    name: str


@dataclass(frozen=True, slots=True)
class HandedBack:
    """They have done so, and we go on."""


@dataclass(frozen=True, slots=True)
class OperatorWrote:
    """Somebody of the business has written to the person, in their own words."""

    text: str


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
    of_whole_day: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A booking that stood is called off, by the client or by the business; its time is free again."""

    booking: BookingView
    reason: str = ""
    by_client: bool = False
    returned: Money | None = None
    """What was paid for it and goes back."""


@dataclass(frozen=True, slots=True)
class Moved:
    """The business gave a booking another time. `before`: when it was until then."""

    booking: BookingView
    before: datetime


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link of a client's video session is another one, or there is none any more."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class BookedFor:
    """The business has made a booking for this client, who came in or called."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class BookedByHand:
    """A booking that this coordinator has made for a client."""

    made: BookingView


@dataclass(frozen=True, slots=True)
class DayCleared:
    """The business has called off these bookings of one client at once."""

    bookings: tuple[BookingView, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a client was told of these bookings of theirs holds no longer: they are as they were before."""

    bookings: tuple[BookingView, ...]


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
    """Nobody answered the request in time (or the client did not answer a proposal): its time is free again.
    `proposal`: the coordinator's, where one was open."""

    booking: BookingView
    proposal: ProposalView | None = None


@dataclass(frozen=True, slots=True)
class TakesLonger:
    """The coordinator has not answered the request for most of the time they have; somebody else was asked too."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class DayBegins:
    """The hour has come at which this coordinator wants to read what lies ahead today."""


@dataclass(frozen=True, slots=True)
class DayEnds:
    """The hour has come at which they want to read what became of it."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The booking that this conversation asked for exists: pending, or confirmed where no approval is needed."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class SeriesBooked:
    """The series that this conversation asked for exists: pending, or confirmed where no approval is needed."""

    series: SeriesView


@dataclass(frozen=True, slots=True)
class SeriesDecided:
    """What became of these occurrences (their numbers) of a series, all at once."""

    series: SeriesView
    numbers: tuple[int, ...]
    status: BookingStatus
    words: str = ""
    by_client: bool = False
    returned: Money | None = None
    """What goes back of what was paid for them."""


@dataclass(frozen=True, slots=True)
class SeriesMoved:
    """These occurrences (their numbers) of a series have new times."""

    series: SeriesView
    numbers: tuple[int, ...]
    by_client: bool = False


@dataclass(frozen=True, slots=True)
class SeriesTakesLonger:
    """As TakesLonger, of a whole series."""

    series: SeriesView


@dataclass(frozen=True, slots=True)
class SeatsAdded:
    """The client has more seats in a class now: so many more than before."""

    booking: BookingView
    seats: int


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


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """The client wishes another time for a booking that stands; both times are held."""

    booking: BookingView
    proposal: ProposalView


@dataclass(frozen=True, slots=True)
class MovedByClient:
    """The client has moved a booking by themselves, from `before`."""

    booking: BookingView
    before: datetime


@dataclass(frozen=True, slots=True)
class MoveAccepted:
    booking: BookingView
    before: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class MoveRefused:
    booking: BookingView
    proposal: ProposalView
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MoveLapsed:
    """Nobody answered in time: the booking keeps its own time."""

    booking: BookingView
    proposal: ProposalView


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """A visit is near. `asks`: whether the client is asked if they will come."""

    booking: BookingView
    asks: bool


@dataclass(frozen=True, slots=True)
class ThanksDue:
    """A visit is over: thanks, and an invitation to come again."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class MissedDue:
    """A visit did not take place, because the client was not there."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class ClassCancelled:
    """The business has called off a class in which this client had so many seats, by `booking`; None where they only
    waited for them."""

    found: ClassView
    booking: BookingView | None
    seats: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClassMoved:
    """The business gave a class another time, as it is in `found`. `before`: when it was until then. As above."""

    found: ClassView
    booking: BookingView | None
    before: datetime


@dataclass(frozen=True, slots=True)
class WaitlistJoined:
    """The client waits. `is_new`: they did not before."""

    place: Place
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class OfferMade:
    """What the client waits for has come free, and is theirs if they say so in time."""

    place: Place


@dataclass(frozen=True, slots=True)
class OfferTaken:
    """The client said YES to what was offered: it is booked, or was by an earlier YES. `seats`: how many came to a
    booking that they had in the class before."""

    booking: BookingView
    is_new: bool = True
    seats: int = 0


@dataclass(frozen=True, slots=True)
class OfferGone:
    """The client said YES, but somebody else has it by now."""

    place: Place


@dataclass(frozen=True, slots=True)
class OffersUnanswered:
    """The client has let one offer too many pass in silence: they wait no longer."""

    place: Place


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The client has asked for it on the booking's page, and said that they are sure."""

    booking_id: int


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """The client has picked another time on the booking's page."""

    booking_id: int
    staff_id: int
    start: datetime


@dataclass(frozen=True, slots=True)
class VisitAsked:
    """The client has asked for a whole visit in one, by a program, and is sure. `staff_id` None: with anybody.
    `agreed`: the versions of agreements that they say yes to."""

    service_ids: tuple[int, ...]
    staff_id: int | None
    start: datetime
    note: str = ""
    attendee: str = ""
    agreed: tuple[str, ...] = ()
    brief: Brief = ()
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SeatsAsked:
    """As VisitAsked, for seats in a class."""

    class_id: int
    seats: int
    note: str = ""
    attendee: str = ""
    agreed: tuple[str, ...] = ()
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SeriesAsked:
    """As VisitAsked, for a whole series: from `first` on, wall time of the business, in this rhythm. `shown`: the
    starts (UTC) that they said yes to; None for whatever the mode makes of it."""

    service_ids: tuple[int, ...]
    staff_id: int | None
    first: datetime
    rhythm: Rhythm
    mode: Mode
    note: str = ""
    attendee: str = ""
    agreed: tuple[str, ...] = ()
    shown: tuple[datetime, ...] | None = None
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class LaterCancelAsked:
    """The client has called off, by a program, a visit of a series and all later ones, and is sure."""

    booking_id: int


@dataclass(frozen=True, slots=True)
class WaitAsked:
    """The client wishes, by a program, to wait: for so many seats of a class, or else for a service on a day, or at one
    start of it (wall time of the business). `staff_id` None: with anybody."""

    class_id: int | None = None
    seats: int = 1
    service_id: int = 0
    staff_id: int | None = None
    day: date | None = None
    at: time | None = None


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """The client gives up a place in a waiting line, by a program."""

    place_id: int


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The client has said, by a program, whether they take what is offered to a place. `agreed` as of VisitAsked."""

    place_id: int
    is_yes: bool
    agreed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofSent:
    """The client has shown by a program that they paid for a booking: by a `reference`, or by the `link` of a picture
    or file. `amount`: what it speaks of, where it does."""

    booking_id: int
    reference: str = ""
    link: str = ""
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class PromptAsked:
    """The client has asked by a program to pay for a booking on their phone: at `phone`, by default at their own."""

    booking_id: int
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """Money has come for a booking, as it now stands. `left`: what it still wants."""

    booking: BookingView
    receipt: Receipt
    left: Money
    is_revived: bool = False
    """It came late, and the time was still free."""
    is_twice: bool = False
    """It had been paid already. `goes_back`: and so this goes back by itself."""
    goes_back: bool = False
    series: SeriesView | None = None
    """The series whose visits are paid in one."""
    confirmed: tuple[int, ...] = ()
    """The bookings that are confirmed by it."""


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """The client has shown that they paid. `is_used`: by a reference that was shown before, which proves nothing."""

    booking: BookingView
    proof: str
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceUsed:
    """The coordinator has named a reference by which something was paid before: nothing was done."""

    booking: BookingView
    reference: str


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The business gives so much back of what was paid for a booking."""

    booking: BookingView
    amount: Money


@dataclass(frozen=True, slots=True)
class PackSold:
    """The client has paid sessions ahead."""

    pack: PackView


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """An attempt to pay came to nothing, and why, by the provider's own code, or in the words of who looked at it."""

    booking: BookingView
    method: PaymentMethod
    code: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class CardHeld:
    """What a request asks for is held on its client's card, until somebody has decided."""

    booking: BookingView
    amount: Money


@dataclass(frozen=True, slots=True)
class CardLetGo:
    """What was held on a client's card is theirs again, and was never taken."""

    booking: BookingView
    amount: Money


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """A booking waits to be paid, and its deadline is near."""

    booking: BookingView


@dataclass(frozen=True, slots=True)
class PaymentLapsed:
    """It was not paid in time, nor what was paid in one with it: so many `visits`, whose time is free again."""

    booking: BookingView
    visits: int = 1


Event = (
    Said
    | TakenOver
    | HandedBack
    | OperatorWrote
    | WentQuiet
    | Booked
    | SeriesBooked
    | SeriesDecided
    | SeriesMoved
    | SeriesTakesLonger
    | SeatsAdded
    | WishChanged
    | ProposalAccepted
    | ProposalRefused
    | Approved
    | Declined
    | Cancelled
    | Moved
    | LinkChanged
    | BookedFor
    | BookedByHand
    | DayCleared
    | TakenBack
    | TimeProposed
    | AnotherTimeAsked
    | RequestExpired
    | TakesLonger
    | DayBegins
    | DayEnds
    | MoveAsked
    | MovedByClient
    | MoveAccepted
    | MoveRefused
    | MoveLapsed
    | ReminderDue
    | ThanksDue
    | MissedDue
    | ClassCancelled
    | ClassMoved
    | WaitlistJoined
    | OfferMade
    | OfferTaken
    | OfferGone
    | OffersUnanswered
    | CancelAsked
    | TimeAsked
    | VisitAsked
    | SeatsAsked
    | SeriesAsked
    | LaterCancelAsked
    | WaitAsked
    | LeaveAsked
    | OfferAnswered
    | ProofSent
    | PromptAsked
    | Paid
    | PaymentShown
    | PackSold
    | ReferenceUsed
    | GivenBack
    | PaymentFailed
    | CardHeld
    | CardLetGo
    | PaymentDue
    | PaymentLapsed
)
