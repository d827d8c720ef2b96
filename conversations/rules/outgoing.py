"""What other systems are told by webhooks: the kinds of events, who wants which, and when a telling is tried again."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from conversations.booking import BookingStatus
from conversations.engagements.states import Deed


class DeliveryState(StrEnum):
    """How a telling stands."""

    WAITS = "waits"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """Tried for days in vain; a person may replay it."""
    DROPPED = "dropped"
    """Its endpoint was closed meanwhile."""


WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)  # fmt: skip
"""From one try to the next, as Standard Webhooks has it: over three days in all."""
CLOSED_AFTER = timedelta(days=5)
"""An endpoint that has taken nothing for so long is told no more."""
ROTATED_FOR = timedelta(days=1)
"""So long the secret before signs too, after it was changed."""
BOOKING_EVENTS = (
    "booking.requested",
    *(f"booking.{status}" for status in BookingStatus if status is not BookingStatus.PENDING),
    "booking.moved",
)
ENGAGEMENT_EVENTS = ("engagement.created", *(f"engagement.{deed}" for deed in Deed))
PAYMENT_EVENTS = ("payment.received", "payment.refunded")
CLIENT_EVENTS = ("client.forgotten",)
EVENTS = (*BOOKING_EVENTS, *ENGAGEMENT_EVENTS, *PAYMENT_EVENTS, *CLIENT_EVENTS)
_CREATED = re.compile(r"\w+_created")


def booking_event(after: BookingStatus) -> str:
    """What it is called that a booking has this status now."""
    return "booking.requested" if after is BookingStatus.PENDING else f"booking.{after}"


def engagement_event(action: str) -> str:
    """What it is called that the activity log says this: `wedding_created` and its like are `engagement.created`."""
    is_opening = _CREATED.fullmatch(action) is not None and action != Deed.CLIENT_CREATED
    return "engagement.created" if is_opening else f"engagement.{action}"


def wants(events: Sequence[str], kind: str) -> bool:
    """Whether who wants these events wants this kind; who names none wants all."""
    return not events or any(kind == one or (one.endswith(".") and kind.startswith(one)) for one in events)


def is_event(word: str) -> bool:
    """A kind of event, or the beginning of several with its full stop ("booking.")."""
    return word in EVENTS or (word.endswith(".") and any(kind.startswith(word) for kind in EVENTS))


def next_telling(tries: int, chance: float) -> timedelta | None:
    """How long to wait after the `tries`-th try in vain, up to a tenth longer by `chance` (0 to 1); None: give up."""
    return WAITS[tries - 1] * (1 + chance / 10) if tries <= len(WAITS) else None
