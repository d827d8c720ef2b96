"""A person's time, with one of everything that the service needs: owned whole, or not at all."""

from collections.abc import Sequence
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
from models.claims import Holder, LostRace, Scarce, claim, claim_for_good, claim_one, let_go, stretches_of


def service_of(row: Row[Any], profile: Profile) -> Service:
    """What a booking's row is for, as long as it was booked, whatever became of the service since."""
    minutes = round((row.end_at - row.start_at).total_seconds() / 60)
    services = quoted(profile.services, row.client_phone or "")
    found = visit((row.service_id, *row.more_service_ids), services)
    if found is None:
        return Service(row.service_id, row.service_name, minutes, Money(row.price, row.currency))
    return replace(found, minutes=minutes)


def keep_within_caps(
    session: Session,
    profile: Profile,
    service: Service,
    staff_id: int,
    start: datetime,
    now: datetime,
    own: tuple[Holder, int],
) -> None:
    """Let nobody book this staff member at the same moment, and see that their day and week are not full yet; what is
    held for this very booking does not count.

    Raises LostRace where one is."""
    terms = profile.terms(staff_id, service.id)
    if terms.daily_cap is None and terms.weekly_cap is None:
        return
    lock_staff(session, staff_id)
    staff = next(one for one in profile.staff if one.id == staff_id)
    day = start.astimezone(staff.zone).date()
    theirs = replace(service, staff_ids=(staff_id,), resource_kinds=())
    if any(over_cap(calendar, day) for calendar in gather_calendars(session, profile, theirs, day, day, now, (own,))):
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
    first, end = _stretch(profile, service, staff_id, start)
    claim(session, staff_id, first, end, holder, holder_id, now, live_until, beside)
    for kind in service.resource_kinds:
        claim_one(session, profile.resources.get(kind, ()), first, end, holder, holder_id, now, live_until, beside)


def own_what_was_held(
    session: Session,
    profile: Profile,
    service: Service,
    staff_id: int,
    start: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
) -> Sequence[Row[Any]]:
    """Own the time of this service for good, and nothing else: what was held for a while where that is just it, else as
    own_time(). What is owned now."""
    owned = stretches_of(session, holder, holder_id)
    if _is_just_it(owned, profile, service, staff_id, start, now) and claim_for_good(session, owned, now):
        return owned
    if owned:
        let_go(session, holder, holder_id)
    own_time(session, profile, service, staff_id, start, holder, holder_id, now)
    return stretches_of(session, holder, holder_id)


def _is_just_it(
    owned: Sequence[Row[Any]], profile: Profile, service: Service, staff_id: int, start: datetime, now: datetime
) -> bool:
    """Whether that is the time of this service, with one thing of each kind that it needs, and does not run out yet."""
    wanted = _stretch(profile, service, staff_id, start)
    if any((row.start_at, row.end_at) != wanted or row.live_until is None or row.live_until <= now for row in owned):
        return False
    if [row.scarce_id for row in owned if row.scarce is Scarce.STAFF] != [staff_id]:
        return False
    things = [row.scarce_id for row in owned if row.scarce is Scarce.RESOURCE]
    kinds = [profile.resources.get(kind, ()) for kind in service.resource_kinds]
    is_each = all(any(thing in kind for thing in things) for kind in kinds)
    return is_each and len(owned) == 1 + len(things) == 1 + len({*service.resource_kinds})


def _stretch(profile: Profile, service: Service, staff_id: int, start: datetime) -> tuple[datetime, datetime]:
    """From when to when this service takes a person's time, buffers included."""
    terms, begins = profile.terms(staff_id, service.id), start.astimezone(UTC)
    return begins - terms.before, begins + timedelta(minutes=service.minutes) + terms.after
