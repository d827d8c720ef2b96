"""A recurring wish, and its occurrences, as the mind sees them."""

from enum import StrEnum


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
