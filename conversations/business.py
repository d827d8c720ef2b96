"""The business as the mind sees it: its services, its people and when they work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from conversations.intake import Question, said_in
from conversations.money import Money as Money
from conversations.payments import PaymentMethod
from conversations.rules.quiet_hours import QuietHours
from conversations.session_types import Name, SessionType, of_type, together

ANY = 0
"""Stands for "any staff" or "any service" in a policy (a NULL is never equal to another NULL)."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a client agrees to before a service is booked, by language. Another text has another version."""

    service_id: int
    version: str
    texts: Mapping[str, str] = field(hash=False)

    def text(self, *languages: str) -> str:
        return said_in(self.texts, *languages)


@dataclass(frozen=True, slots=True)
class Service:
    """What can be booked. `minutes` is its length; `staff_ids` are those who give it, in the order they are listed."""

    id: int
    name: str
    minutes: int
    price: Money
    aliases: tuple[str, ...] = ()
    staff_ids: tuple[int, ...] = ()
    session_type: SessionType = SessionType.INDIVIDUAL
    place: str = ""
    resource_kinds: tuple[str, ...] = ()
    """What it needs one of, each for its whole time ("room")."""
    is_class: bool = False
    """It is had in class sessions, seat by seat, at the times they are scheduled for."""
    is_video: bool = False
    """It is held over video."""
    agreements: tuple[Agreement, ...] = ()
    """What is agreed to before it is booked; several where it is a visit of several services."""
    intake: tuple[Question, ...] = ()
    """What a client is asked beforehand."""
    variant_of: int | None = None
    """The service of which this is another session type."""
    has_types: bool = False
    """It is one of several session types of a service, so that its own is named."""
    other_prices: tuple[Money, ...] = ()
    """What it costs in other currencies."""
    own_price: Money | None = None
    """Its price where it is quoted in another currency than its own."""
    engagement: str = ""
    """What a booking of it opens ("wedding", "wedding:beach"); "" for nothing."""
    visited: Name = ""
    """The names of all that is had in one visit with it."""

    @property
    def main_id(self) -> int:
        """The service that this is a session type of, or itself."""
        return self.variant_of or self.id

    @property
    def called(self) -> Name:
        """What people read it as."""
        return self.visited or (of_type(self.name, self.session_type) if self.has_types else self.name)


def visit(service_ids: Sequence[int], services: Sequence[Service]) -> Service | None:
    """These of the services, behind each other as one, for those who give them all: lengths and prices added, the first
    one's number. They are quoted in their own currency where not all have the client's. None where one is not among
    them, nobody gives them all, their prices have no sum, or one of several is a class."""
    if len(service_ids) == 1:
        for service in services:
            if service.id == service_ids[0]:
                return service if service.staff_ids else None
        return None
    found = [service for wanted in service_ids for service in services if service.id == wanted]
    if not found or len(found) != len(service_ids):
        return None
    first, *others = found
    if any(service.is_class for service in found):
        return None
    staff_ids = tuple(i for i in first.staff_ids if all(i in other.staff_ids for other in others))
    price = _sum([service.price for service in found]) or _sum([each.own_price or each.price for each in found])
    if not staff_ids or price is None:
        return None
    return replace(
        first,
        name=" + ".join(service.name for service in found),
        visited=together(*(service.called for service in found)),
        minutes=sum(service.minutes for service in found),
        price=price,
        other_prices=(),
        own_price=None,
        aliases=(),
        staff_ids=staff_ids,
        resource_kinds=tuple(dict.fromkeys(kind for service in found for kind in service.resource_kinds)),
        is_video=any(service.is_video for service in found),
        agreements=tuple(dict.fromkeys(agreement for service in found for agreement in service.agreements)),
        intake=tuple(dict.fromkeys(question for service in found for question in service.intake)),
        engagement=next((service.engagement for service in found if service.engagement), ""),
    )


def _sum(prices: Sequence[Money]) -> Money | None:
    """None where they are in several currencies."""
    currencies = {price.currency for price in prices}
    return Money(sum(price.amount for price in prices), currencies.pop()) if len(currencies) == 1 else None


@dataclass(frozen=True, slots=True)
class Shift:
    """Open hours on one weekday (Monday is 0), local wall time, `opens` before `closes`."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Staff:
    """The person who delivers. Their shifts are wall time in `zone`; on a date of `dates` what it says replaces them,
    and nothing stands for a closed day. `holidays` is the country whose public holidays they keep, "" for none."""

    id: int
    name: str
    zone: ZoneInfo
    shifts: tuple[Shift, ...] = ()
    dates: Mapping[date, tuple[tuple[time, time], ...]] = field(default_factory=dict, hash=False)
    holidays: str = ""


@dataclass(frozen=True, slots=True)
class FrequentAnswer:
    """What the business says, in one language, to a question `about` something, where a text has one of these words."""

    about: str
    language: str
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Business:
    """Name, IANA zone, ISO 3166 region (decides day-first or month-first; may be empty) and default language."""

    name: str
    zone: ZoneInfo
    region: str = ""
    language: str = "en"
    phone: str = ""
    address: str = ""
    answers: tuple[FrequentAnswer, ...] = ()
    nudge_after: timedelta | None = timedelta(minutes=30)
    """How long a client who began a booking may be silent before they are reminded; None: for ever."""
    put_by_after: timedelta = timedelta(days=1)
    """How long after that, before what they began is put by."""
    quiet_hours: QuietHours | None = None
    """When we start no conversation of our own accord; in the business's zone."""
    review_link: str = ""
    """Where a client may say how a visit was."""
    pays_by: tuple[PaymentMethod, ...] = ()
    """The providers that are set up."""
    payment_instructions: str = ""
    """How to pay by transfer."""
    pay_pages: str = ""
    """Where clients pay by card ("https://example.com/pay/"); "" where nowhere."""
    agreement_pages: str = ""
    """Where the agreements can be read ("https://example.com/agreement/"); "" where nowhere."""
    intake_pages: str = ""
    """Where an intake is answered ("https://example.com/intake/"); "" where nowhere."""
    currency: str = "USD"
    """Of what is said without one."""
    pages: str = ""
    """Where the clients' pages of their bookings are, as they reach it ("https://example.com/b/"); "" where nowhere."""
