"""A person's time, with one of everything that the service needs: owned whole, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import Money, Service, visit
from conversations.rules.availability import over_cap
from conversations.rules.prices import quoted
from handlers.gather_calendars import gather_calendars
from handlers.profile import Profile
from models.business import lock_staff
from models.claims import Holder, LostRace, claim, claim_one


def service_of(row: Row[Any], profile: Profile) -> Service:
    """What a booking's row is for, as long as it was booked, whatever became of the service since."""
    minutes = round((row.end_at - row.start_at).total_seconds() / 60)
    services = quoted(profile.services, row.client_phone or "")
    found = visit((row.service_id, *row.more_service_ids), services)
    if found is None:
        return Service(row.service_id, row.service_name, minutes, Money(row.price, row.currency))
    return replace(found, minutes=minutes)


def keep_within_caps(
    session: Session, profile: Profile, service: Service, staff_id: int, start: datetime, now: datetime
) -> None:
    """Let nobody book this staff member at the same moment, and see that their day and week are not full yet.

    Raises LostRace where one is."""
    terms = profile.terms(staff_id, service.id)
    if terms.daily_cap is None and terms.weekly_cap is None:
        return
    lock_staff(session, staff_id)
    staff = next(one for one in profile.staff if one.id == staff_id)
    day = start.astimezone(staff.zone).date()
    theirs = replace(service, staff_ids=(staff_id,), resource_kinds=())
    if any(over_cap(calendar, day) for calendar in gather_calendars(session, profile, theirs, day, day, now)):
        raise LostRace


def own_time(
    session: Session,
    profile: Profile,
    service: Service,
    staff_id: int,
    start: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None = None,
    beside: tuple[tuple[Holder, int], ...] = (),
) -> None:
    """Own the time of this service from `start`, buffers included; what those `beside` it own is left to them.

    Raises LostRace when somebody else owns any of it, or no resource of a kind is left."""
    terms, begins = profile.terms(staff_id, service.id), start.astimezone(UTC)
    first, end = begins - terms.before, begins + timedelta(minutes=service.minutes) + terms.after
    claim(session, staff_id, first, end, holder, holder_id, now, live_until, beside)
    for kind in service.resource_kinds:
        claim_one(session, profile.resources.get(kind, ()), first, end, holder, holder_id, now, live_until, beside)
