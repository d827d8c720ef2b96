"""What is also told by email: of which events, to whom, with which bookings for their calendars."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from conversations.booking import BookingStatus, BookingView
from conversations.events import (
    Approved,
    Booked,
    BookedFor,
    Cancelled,
    ClassCancelled,
    ClassMoved,
    DayCleared,
    Declined,
    Event,
    GivenBack,
    MoveAccepted,
    Moved,
    MovedByClient,
    OfferTaken,
    Paid,
    PaymentDue,
    PaymentLapsed,
    ProposalAccepted,
    ReminderDue,
    RequestExpired,
    SeatsAdded,
    SeriesBooked,
    SeriesDecided,
    SeriesMoved,
    TakenBack,
    WishChanged,
)
from conversations.replies import Reply
from conversations.series import SeriesView

LONGEST = 140
"""Characters of an address that is written to."""
_ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,5}[A-Za-z][A-Za-z0-9-]{0,60}[A-Za-z0-9]"
)
_ONLY_BY_TEXT = frozenset({"declined_alternatives", "day_cleared_first"})
"""What leads to options, which are answered where they are offered."""
_ENDED = {
    BookingStatus.DECLINED: "declined",
    BookingStatus.EXPIRED: "declined",
    BookingStatus.CANCELLED: "cancelled",
}


class News(StrEnum):
    """What an email is about; its subject is the sentence `mail_…`."""

    REQUESTED = "requested"
    TO_PAY = "to_pay"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    RECEIPT = "receipt"
    REFUND = "refund"


_FOR_CALENDARS = frozenset({News.CONFIRMED, News.CHANGED, News.CANCELLED, News.RECEIPT})


@dataclass(frozen=True, slots=True)
class Mailing:
    """What the client is told of these bookings, and what their staff and coordinators are; None for nothing."""

    bookings: tuple[BookingView, ...]
    client: News | None
    team: News | None
    series_id: int | None = None

    @property
    def in_client_calendar(self) -> tuple[BookingView, ...]:
        """Those that the client's calendar shall show, or shall no longer show: what was never confirmed is in none."""
        if self.client not in _FOR_CALENDARS:
            return ()
        return tuple(
            found
            for found in self.bookings
            if found.status is BookingStatus.CONFIRMED or found.confirmed is not None or self.client is News.CHANGED
        )


def is_address(text: str) -> bool:
    """Whether this is an email address that can be written to as it stands."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def sentences(replies: Sequence[Reply]) -> tuple[Reply, ...]:
    """Those of a turn that are also said by email."""
    return tuple(reply for reply in replies if reply.key not in _ONLY_BY_TEXT)


def mailing_of(event: Event) -> Mailing | None:
    """What is told by email of this event; None where nothing is. Who wants no more texts is not reminded by email
    either."""
    match event:
        case OfferTaken(is_new=False):
            return None
        case Booked() | WishChanged() | ProposalAccepted() | SeatsAdded() | OfferTaken() | BookedFor():
            news = _standing((event.booking,))
            return Mailing((event.booking,), news, news)
        case Approved(booking=found):
            news = _standing((found,))
            return Mailing((found,), news, news if news is News.CONFIRMED else None)
        case Moved() | MovedByClient() | MoveAccepted():
            return Mailing((event.booking,), News.CHANGED, News.CHANGED)
        case Cancelled():
            return Mailing((event.booking,), News.CANCELLED, News.CANCELLED)
        case Declined() | RequestExpired() | PaymentLapsed():
            return Mailing((event.booking,), News.DECLINED, News.DECLINED)
        case DayCleared(bookings=found_all):
            return Mailing(found_all, News.CANCELLED, News.CANCELLED)
        case TakenBack(bookings=found_all):
            return Mailing(found_all, News.CHANGED, News.CHANGED)
        case ClassCancelled() if event.booking is not None:
            return Mailing((event.booking,), News.CANCELLED, News.CANCELLED)
        case ClassMoved() if event.booking is not None:
            return Mailing((event.booking,), News.CHANGED, News.CHANGED)
        case SeriesBooked(series=series):
            news = _standing(series.bookings)
            return Mailing(series.bookings, news, news, series.id)
        case SeriesDecided(series=series, numbers=numbers, status=status):
            concerned = _numbered(series, numbers)
            ended = _ENDED.get(status)
            news = News(ended) if ended is not None else _standing(concerned)
            return Mailing(concerned, news, news, series.id)
        case SeriesMoved(series=series, numbers=numbers):
            return Mailing(_numbered(series, numbers), News.CHANGED, News.CHANGED, series.id)
        case ReminderDue() | PaymentDue():
            return None if event.booking.opted_out else Mailing((event.booking,), News.REMINDER, None)
        case Paid(booking=found):
            confirms = found.status is BookingStatus.CONFIRMED and not (event.is_twice or event.left.amount)
            if confirms and event.series is not None:
                mine = tuple(each for each in event.series.bookings if each.id in event.confirmed)
                return Mailing(mine, News.RECEIPT, News.CONFIRMED, event.series.id)
            return Mailing((found,), News.RECEIPT, News.CONFIRMED if confirms else None)
        case GivenBack():
            return Mailing((event.booking,), News.REFUND, None)
        case _:
            return None


def _standing(bookings: Sequence[BookingView]) -> News:
    """What is to be told of bookings that stand."""
    if any(found.payment is not None and not found.payment.is_hold for found in bookings):
        return News.TO_PAY
    return News.REQUESTED if any(found.status is BookingStatus.PENDING for found in bookings) else News.CONFIRMED


def _numbered(series: SeriesView, numbers: Sequence[int]) -> tuple[BookingView, ...]:
    return tuple(found for found in series.bookings if series.numbered(found.id) in numbers)
