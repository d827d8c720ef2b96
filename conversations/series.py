"""A recurring wish, and its occurrences, as the mind sees them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from conversations.booking import BookingStatus, BookingView


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Mode(StrEnum):
    """What becomes of a series of which some occurrences cannot be had."""

    ALL_OR_NOTHING = "all_or_nothing"
    SKIP = "skip"
    REPLACE = "replace"
    """Each has the nearest time that can be had instead."""
    EXTEND = "extend"
    """One more at the end for each."""


class ItemStatus(StrEnum):
    """What became of one occurrence."""

    BOOKED = "booked"
    SKIPPED = "skipped"
    """It could not be had, or there is no such day; the reason is kept with it."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A recurring wish, as far as it is known. `interval` 0: how often is still to be asked. It goes on for so many
    times (`count`), until a day (included), or for so many days, weeks or months from its first (`lasting`)."""

    frequency: Frequency
    interval: int = 1
    days_of_week: tuple[int, ...] = ()
    count: int | None = None
    until: date | None = None
    lasting: tuple[int, Frequency] | None = None
    words: str = ""
    """As it was said."""

    @property
    def has_end(self) -> bool:
        return self.count is not None or self.until is not None or self.lasting is not None


@dataclass(frozen=True, slots=True)
class SeriesItem:
    """One occurrence, counted from 1. `at`: when the series wants it, in its zone. `why`: what kept it from that."""

    number: int
    at: datetime
    why: str = ""
    booking: BookingView | None = None


@dataclass(frozen=True, slots=True)
class SeriesView:
    """One series with all of its occurrences, in order."""

    id: int
    rhythm: Rhythm
    items: tuple[SeriesItem, ...]

    @property
    def bookings(self) -> tuple[BookingView, ...]:
        """What was booked, soonest first."""
        found = (item.booking for item in self.items if item.booking is not None)
        return tuple(sorted(found, key=lambda booking: booking.start))

    @property
    def pending(self) -> tuple[BookingView, ...]:
        """What still waits for an answer."""
        return tuple(found for found in self.bookings if found.status is BookingStatus.PENDING)

    @property
    def left_out(self) -> tuple[SeriesItem, ...]:
        return tuple(item for item in self.items if item.booking is None)

    def numbered(self, booking_id: int) -> int:
        """Which occurrence a booking of it is."""
        return next(item.number for item in self.items if item.booking is not None and item.booking.id == booking_id)
