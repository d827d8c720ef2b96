"""Rows → calendars: one query for the people's time, and one for the things' where a service needs any."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from conversations.business import Service, Staff
from conversations.rules.availability import Calendar, Refusal
from conversations.rules.cells import CELL_SECONDS, CellSet, cells
from conversations.rules.policies import Terms
from handlers.profile import Profile
from models.claims import Holder, Scarce, busy

WHY = {
    Holder.BOOKING.value: Refusal.TAKEN,
    Holder.PROPOSAL.value: Refusal.TAKEN,
    Holder.CONVERSATION.value: Refusal.HELD,
    Holder.OFFER.value: Refusal.HELD,
    Holder.BLOCK.value: Refusal.BLOCKED,
    Holder.CLASS.value: Refusal.TAKEN,
    Holder.CALENDAR.value: Refusal.ELSEWHERE,
}
Busy = tuple[int, str, int, int]
"""As models.claims.busy() gives them: whose, why, from which cell to before which."""
COUNTED = {Holder.BOOKING.value, Holder.CONVERSATION.value, Holder.OFFER.value}
"""What counts as a booking of a day: one that is made, or offered, or whose client is being asked for their YES."""


def gather_calendars(
    session: Session,
    profile: Profile,
    service: Service,
    first: date,
    last: date,
    now: datetime,
    but_not: tuple[tuple[Holder, int], ...] = (),
) -> list[Calendar]:
    """The calendars of those who give this service, over these days; what the holders `but_not` own is free."""
    staff_ids = service.staff_ids or tuple(staff.id for staff in profile.staff)
    people = [(staff, profile.terms(staff.id, service.id)) for staff in profile.staff if staff.id in staff_ids]
    if not people:
        return []
    window = _window(first, last, whole_weeks=any(terms.weekly_cap is not None for _, terms in people))
    rows = _by_number(busy(session, Scarce.STAFF, [staff.id for staff, _ in people], window, now, but_not))
    kinds = [profile.resources.get(kind, ()) for kind in service.resource_kinds]
    used = [number for kind in kinds for number in kind]
    things = _by_number(busy(session, Scarce.RESOURCE, used, window, now, but_not)) if used else {}
    resources = [[_cells(things.get(number, ()), window) for number in kind] for kind in kinds]
    return [_calendar(staff, terms, rows.get(staff.id, ()), window, resources) for staff, terms in people]


def _window(first: date, last: date, *, whole_weeks: bool) -> range:
    """The cells of these days in every zone there is."""
    if whole_weeks:
        first, last = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    start = datetime.combine(first - timedelta(days=1), time(0), UTC)
    return cells(start, datetime.combine(last + timedelta(days=2), time(0), UTC))


def _by_number(rows: Iterable[Busy]) -> dict[int, list[Busy]]:
    found: dict[int, list[Busy]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def _calendar(
    staff: Staff, terms: Terms, rows: Sequence[Busy], window: range, resources: Sequence[Sequence[CellSet]]
) -> Calendar:
    by_why: dict[Refusal, list[tuple[int, int]]] = {}
    for _, holder, first, end in rows:
        by_why.setdefault(WHY[holder], []).append((first, end))
    capped = terms.daily_cap is not None or terms.weekly_cap is not None
    booked = Counter(_day(row, staff) for row in rows if row[1] in COUNTED) if capped else {}
    taken = {why: CellSet.of(window.start, stretches) for why, stretches in by_why.items()}
    return Calendar(staff, terms, taken, resources, booked)


def _cells(rows: Iterable[Busy], window: range) -> CellSet:
    return CellSet.of(window.start, ((first, end) for _, _, first, end in rows))


def _day(row: Busy, staff: Staff) -> date:
    """The day of theirs on which a stretch's middle lies: buffers may reach over midnight."""
    _, _, first, end = row
    return datetime.fromtimestamp((first + end) / 2 * CELL_SECONDS, staff.zone).date()
