"""A client's page of one booking, by what opens it: what it shows, and what may be done from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.business import Business, Money
from conversations.flows import cancelling, visits
from conversations.flows.standing import Stance, asks_to_move, is_open, stance
from conversations.languages import known
from conversations.rules.availability import Slot, free_slots
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.views import booking_view
from models.bookings import booking_by_token
from models.conversations import conversation_by_id


@dataclass(frozen=True, slots=True)
class Page:
    """`stance`: what it takes to cancel, None where nothing can be done from here. `asks`: whether another time is for
    the coordinator to approve. `now` is aware, in the business's zone."""

    found: BookingView
    business: Business
    language: str
    now: datetime
    stance: Stance | None
    asks: bool
    fee: Money
    may_move: bool

    @property
    def wish(self) -> datetime | None:
        """Another time that the client has asked for and nobody has answered."""
        return self.found.proposed if self.found.proposed_by_client else None


def page_of(session: Session, token: str, circumstances: Circumstances) -> Page | None:
    """None where the token opens no page."""
    opened = _facts(session, token, circumstances)
    if opened is None:
        return None
    found, facts = opened
    profile = circumstances.profiles.current(session)
    now = circumstances.now.astimezone(profile.business.zone)
    if facts is None:
        free = Money(0, found.price.currency)
        return Page(found, profile.business, known(profile.business.language), now, None, False, free, False)
    return Page(
        found, profile.business, facts.language, now,
        stance=stance(found, facts) if is_open(found, facts) else None,
        asks=found.status is not BookingStatus.PENDING and asks_to_move(found, facts),
        fee=cancelling.fee(found, facts),
        may_move=is_open(found, facts) and found.class_id is None and _is_given(found, facts),
    )  # fmt: skip


def free_times(
    session: Session, token: str, first: date, last: date, circumstances: Circumstances
) -> Mapping[date, tuple[Slot, ...]]:
    """The free starts for this booking with its own staff member, by day; days without any are left out."""
    found, facts = _facts(session, token, circumstances) or (None, None)
    service = visits.offered(found.service_ids, facts) if found is not None and facts is not None else None
    if found is None or facts is None or service is None:
        return {}
    calendars = [each for each in facts.calendars(service, first, last, found.id) if each.staff.id == found.staff_id]
    days: dict[date, tuple[Slot, ...]] = {}
    for slot in free_slots(calendars, found.minutes, first, last, facts.now):
        here = slot.start.astimezone(facts.business.zone)
        if here not in (found.start, found.proposed) and first <= here.date() <= last:
            days[here.date()] = (*days.get(here.date(), ()), Slot(here))
    return days


def horizon(session: Session, token: str, circumstances: Circumstances) -> date:
    """The last day that can be booked for it."""
    found, facts = _facts(session, token, circumstances) or (None, None)
    today: date = circumstances.now.astimezone(circumstances.profiles.current(session).business.zone).date()
    if found is None or facts is None:
        return today
    return today + timedelta(days=facts.terms(found).horizon_days)


def _is_given(found: BookingView, facts: DatabaseFacts) -> bool:
    service = visits.offered(found.service_ids, facts)
    return service is not None and found.staff_id in service.staff_ids


def _facts(
    session: Session, token: str, circumstances: Circumstances
) -> tuple[BookingView, DatabaseFacts | None] | None:
    """The booking, and the facts of its client's conversation where it has one."""
    row = booking_by_token(session, token)
    if row is None:
        return None
    profile = circumstances.profiles.current(session)
    found = booking_view(row, profile)
    if row.conversation_id is None:
        return found, None
    conversation = conversation_by_id(session, row.conversation_id)
    return found, DatabaseFacts(session, conversation, circumstances, profile)
