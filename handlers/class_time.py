"""The time of a class: its moment, its teacher's cells and one of each thing it needs, or what stands in the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from conversations.business import Service, Staff
from conversations.rules.availability import WallTime, wall_time
from handlers.owners_named import owners_named
from handlers.profile import Profile
from handlers.time_owned import own_time
from models.claims import Holder, LostRace, Scarce
from models.owners import owners_between


class ClassRefused(Exception):
    """A class cannot be as it is wanted. The words say why, to whoever wants it."""


def class_moment(scheduled_start: datetime, zone: ZoneInfo) -> datetime:
    """The moment (UTC) of a wall time; the first where the clocks go back over it. Raises ClassRefused where they go
    forward over it."""
    day, at = scheduled_start.date(), scheduled_start.time()
    if wall_time(day, at, zone) is WallTime.GAP:
        raise ClassRefused(f"there is no {at:%H:%M} on {day} in {zone.key}, for the clocks go forward")
    return scheduled_start.replace(tzinfo=zone, fold=0).astimezone(UTC)


def teacher(profile: Profile, staff_id: int) -> Staff:
    """Raises ClassRefused where they no longer work here."""
    found = next((staff for staff in profile.staff if staff.id == staff_id), None)
    if found is None:
        raise ClassRefused("its teacher no longer works here")
    return found


def course(profile: Profile, service_id: int, minutes: int) -> Service:
    """The service, as long as this class of it. Raises ClassRefused where it is no longer given in classes."""
    found = next((service for service in profile.services if service.id == service_id and service.is_class), None)
    if found is None:
        raise ClassRefused("its service is no longer given in classes")
    return replace(found, minutes=minutes)


def check_class_time(
    session: Session, profile: Profile, service: Service, staff: Staff, start: datetime, now: datetime
) -> None:
    """See that the teacher is free, buffers included, and one thing of each kind that the class needs.

    Raises ClassRefused, which names what stands in the way."""
    terms = profile.terms(staff.id, service.id)
    first, end = start - terms.before, start + timedelta(minutes=service.minutes) + terms.after
    if taken := owners_between(session, Scarce.STAFF, (staff.id,), first, end, now):
        raise ClassRefused(f"{staff.name} is taken then: {owners_named(session, taken, staff.zone)}")
    for kind in service.resource_kinds:
        things = profile.resources.get(kind, ())
        taken = owners_between(session, Scarce.RESOURCE, things, first, end, now)
        if not set(things) - {row.scarce_id for row in taken}:
            raise ClassRefused(f"no {kind} is free then: {owners_named(session, taken, staff.zone) or 'there is none'}")


def own_class_time(
    session: Session, profile: Profile, service: Service, staff: Staff, start: datetime, class_id: int, now: datetime
) -> None:
    """Own that time. Raises ClassRefused where somebody has taken it since it was checked."""
    try:
        with session.begin_nested():
            own_time(session, profile, service, staff.id, start, Holder.CLASS, class_id, now)
    except LostRace:
        raise ClassRefused(f"somebody has just taken the time of {staff.name}") from None
