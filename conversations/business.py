"""The business as the mind sees it: its services, its people and when they work."""

from dataclasses import dataclass, field
from datetime import time
from zoneinfo import ZoneInfo

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
