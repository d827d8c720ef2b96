"""Places in waiting lines, as the mind and the rules see them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.business import ANY
from conversations.classes import Place, WaitlistStatus
from conversations.rules.waitlist import Waiter
from handlers.profile import Profile
from models.class_sessions import class_by_id
from models.waitlist import entries_for_time, entries_of_class


def place_view(session: Session, row: Row[Any], profile: Profile) -> Place:
    """One place, and its number in the line; 0 for who waits no longer."""
    ids = [each.id for each in line_of(session, row)]
    return replace(_unnumbered(session, row, profile), number=ids.index(row.id) + 1 if row.id in ids else 0)


def places_of_class(session: Session, line: Sequence[Row[Any]], profile: Profile) -> list[Place]:
    """A class's whole line."""
    return [replace(_unnumbered(session, row, profile), number=number) for number, row in enumerate(line, start=1)]


def line_of(session: Session, row: Row[Any]) -> list[Row[Any]]:
    """Everybody who waits for what this entry does, in order: for the class, or for a time that overlaps, with the same
    person."""
    if row.class_session_id:
        return entries_of_class(session, row.class_session_id)
    found = entries_for_time(session, row.wanted_from, row.wanted_until)
    return [each for each in found if wants_the_same(each, row)]


def wants_the_same(one: Row[Any], other: Row[Any]) -> bool:
    """Whether two who wait for a time may be given the same person's."""
    return ANY in (one.staff_id, other.staff_id) or bool(one.staff_id == other.staff_id)


def waiter(row: Row[Any], unbooked: int) -> Waiter:
    """One of a class's line, as the rules see them."""
    return Waiter(
        row.id, row.seats, row.priority, row.created_at, min(row.passed, unbooked),
        is_asked=row.status is WaitlistStatus.OFFERED, is_reachable=is_reachable(row),
    )  # fmt: skip


def is_reachable(row: Row[Any]) -> bool:
    return row.conversation_id is not None and row.opted_out_at is None


def _unnumbered(session: Session, row: Row[Any], profile: Profile) -> Place:
    return _of_class(session, row) if row.class_session_id else _of_time(row, profile)


def _of_class(session: Session, row: Row[Any]) -> Place:
    found = class_by_id(session, row.class_session_id)
    assert found is not None
    zone = ZoneInfo(found.timezone)
    return Place(
        id=row.id, status=WaitlistStatus(row.status), service_id=row.service_id,
        service=found.title or found.service_name, when=found.start_at.astimezone(zone), seats=row.seats, number=0,
        client=_client(row), class_id=found.id, staff=found.staff_name, answer_by=_answer_by(row, zone),
        is_held=row.offer_seats > 0,
    )  # fmt: skip


def _of_time(row: Row[Any], profile: Profile) -> Place:
    zone, is_day = profile.business.zone, "T" not in row.wanted
    start = row.wanted_from.astimezone(zone)
    if is_day:
        start = datetime.combine(date.fromisoformat(row.wanted), time(0), zone)
    offered = row.offer_start_at
    staff_id = row.offer_staff_id if offered is not None else row.staff_id
    return Place(
        id=row.id, status=WaitlistStatus(row.status), service_id=row.service_id,
        service=profile.names_of_services[row.service_id], when=start, seats=row.seats, number=0, client=_client(row),
        is_day=is_day, staff=next((staff.name for staff in profile.staff if staff.id == staff_id), ""),
        offered=offered.astimezone(zone) if offered is not None else None, answer_by=_answer_by(row, zone),
        is_held=row.offer_seats > 0,
    )  # fmt: skip


def _answer_by(row: Row[Any], zone: ZoneInfo) -> datetime | None:
    is_offered = row.status is WaitlistStatus.OFFERED and row.offer_expires_at is not None
    return row.offer_expires_at.astimezone(zone) if is_offered else None


def _client(row: Row[Any]) -> str:
    return str(row.client_name or row.client_phone or row.client_address or "")
