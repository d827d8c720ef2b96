"""The business as the mind sees it: its services, its people and when they work."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

from conversations.rules.quiet_hours import QuietHours

ANY = 0
"""Stands for "any staff" or "any service" in a policy (a NULL is never equal to another NULL)."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of an ISO 4217 currency."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked. `minutes` is its length; `staff_ids` are those who give it, in the order they are listed."""

    id: int
    name: str
    minutes: int
    price: Money
    aliases: tuple[str, ...] = ()
    staff_ids: tuple[int, ...] = ()
    session_type: str = "individual"
    place: str = ""


def visit(service_ids: Sequence[int], services: Sequence[Service]) -> Service | None:
    """These of the services, behind each other as one, for those who give them all: lengths and prices added, the first
    one's number. None where one is not among them, nobody gives them all, or their prices have no sum."""
    found = [service for wanted in service_ids for service in services if service.id == wanted]
    if not found or len(found) != len(service_ids):
        return None
    first, *others = found
    staff_ids = tuple(i for i in first.staff_ids if all(i in other.staff_ids for other in others))
    if not staff_ids or any(other.price.currency != first.price.currency for other in others):
        return None
    return replace(
        first,
        name=" + ".join(service.name for service in found),
        minutes=sum(service.minutes for service in found),
        price=Money(sum(service.price.amount for service in found), first.price.currency),
        aliases=(),
        staff_ids=staff_ids,
    )


@dataclass(frozen=True, slots=True)
class Shift:
    """Open hours on one weekday (Monday is 0), local wall time, `opens` before `closes`."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Staff:
    """The person who delivers. Their shifts are wall time in `zone`."""

    id: int
    name: str
    zone: ZoneInfo
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Business:
    """Name, IANA zone, ISO 3166 region (decides day-first or month-first; may be empty) and default language."""

    name: str
    zone: ZoneInfo
    region: str = ""
    language: str = "en"
    phone: str = ""
    address: str = ""
    answers: tuple[tuple[str, str], ...] = field(default=())
    nudge_after: timedelta | None = timedelta(minutes=30)
    """How long a client who began a booking may be silent before they are reminded; None: for ever."""
    put_by_after: timedelta = timedelta(days=1)
    """How long after that, before what they began is put by."""
    quiet_hours: QuietHours | None = None
    """When we start no conversation of our own accord; in the business's zone."""
