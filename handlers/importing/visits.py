"""Bookings of somebody's own time, and appointments, of another system. A living one owns its time as any booking does,
but without buffers: what stood there stands here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from conversations.booking import BookingType
from conversations.rules.cells import cells as cells_of
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.importing.bookings_added import New, add_all, plan_what_is_said
from handlers.importing.bookings_read import Said, Span, is_asked, meeting_of, number_of, said_of, span_of
from handlers.importing.columns import Cells
from handlers.importing.people import keep_in_mind, people_found
from handlers.importing.rows import BadValue, Became, ImportKind, InTheWay, Outcome, SourceRow
from handlers.importing.seen import Fresh, remember, sift
from handlers.importing.setup import ImportSetup, KnownService, KnownStaff
from handlers.owners_named import owners_named
from models.claims import Holder, LostRace, Scarce, claim_one
from models.in_bulk import OwnTime, cells_owned, own_times
from models.owners import owners_between


@dataclass(frozen=True, slots=True)
class Visit:
    """One booking, as a row tells of it. `window` are the cells of its time. `is_ahead`: its client may still have to
    be told something."""

    service: KnownService
    staff: KnownStaff
    span: Span
    said: Said
    window: range
    is_living: bool
    is_ahead: bool


def import_visits(
    session: Session, kind: ImportKind, rows: Sequence[SourceRow], setup: ImportSetup, circumstances: Circumstances
) -> list[Outcome]:
    """Raises InTheWay where no room is free, IntegrityError where somebody was faster."""
    now = circumstances.now
    seen = sift(session, kind, rows, number_of)
    free, in_the_way = _beside_each_other(session, list(seen.each(lambda cells: read_visit(cells, setup, now))), now)
    seen.outcomes += in_the_way
    people = people_found(session, [visit.said.person for _, visit in free], now)
    keep_in_mind(session, people)
    new = [_new(one, visit) for one, visit in free]
    made = list(zip(add_all(session, new, people, setup, circumstances), new, free, strict=True))
    own_times(
        session,
        Holder.BOOKING,
        [
            OwnTime(visit.staff.id, visit.span.start, visit.span.end, visit.window, number)
            for number, _, (_, visit) in made
            if visit.is_living
        ],
    )
    for number, _, (_, visit) in made:
        if visit.is_ahead and visit.service.resource_kind:
            own_thing(session, setup, visit.service.resource_kind, visit.span, Holder.BOOKING, number, now)
    plan_what_is_said(session, [(number, each) for number, each, _ in made if each.is_ahead], setup, circumstances)
    taken = [(one, number) for number, _, (one, _) in made]
    remember(session, kind, "bookings", taken, seen.met)
    return seen.outcomes + [one.became(Became.IMPORTED, number) for one, number in taken]


def read_visit(cells: Cells, setup: ImportSetup, now: datetime) -> Visit:
    service = setup.service_of(cells, is_class=False)
    staff = setup.staff_of(cells, service)
    span = span_of(cells, setup, staff, service, is_asked=is_asked(cells))
    said = said_of(cells, setup, service, span, now)
    is_living = said.status in LIVE
    visit = Visit(service, staff, span, said, cells_of(span.start, span.end), is_living, is_living and span.end > now)
    if visit.is_ahead and not (staff.is_active and service.is_active):
        left = staff.name if not staff.is_active else service.name
        raise BadValue(f"it lies ahead, but {left} has left business.toml")
    return visit


def _beside_each_other(
    session: Session, visits: Sequence[tuple[Fresh, Visit]], now: datetime
) -> tuple[list[tuple[Fresh, Visit]], list[Outcome]]:
    """The visits whose time is nobody's, the first of those that overlap; and who is in the way of the others."""
    wanted: dict[int, set[int]] = {}
    for _, visit in visits:
        if visit.is_living:
            wanted.setdefault(visit.staff.id, set()).update(visit.window)
    owned = {staff_id: cells_owned(session, staff_id, mine, now) for staff_id, mine in wanted.items()}
    free: list[tuple[Fresh, Visit]] = []
    in_the_way = []
    for one, visit in visits:
        if visit.is_living:
            mine = owned[visit.staff.id]
            if not mine.isdisjoint(visit.window):
                in_the_way.append(one.became(Became.CONFLICT, None, _why(session, visit, free, now)))
                continue
            mine.update(visit.window)
        free.append((one, visit))
    return free, in_the_way


def _why(session: Session, visit: Visit, before: Sequence[tuple[Fresh, Visit]], now: datetime) -> str:
    """Of rows that come at once the one before it; else who has the time."""
    mine = visit.window
    for one, other in before:
        is_beside = mine.start >= other.window.stop or other.window.start >= mine.stop
        if other.is_living and other.staff.id == visit.staff.id and not is_beside:
            return f"{visit.staff.name} is taken then by line {one.row.line}"
    owners = owners_between(session, Scarce.STAFF, (visit.staff.id,), visit.span.start, visit.span.end, now)
    return f"{visit.staff.name} is taken then: {owners_named(session, owners, visit.span.zone)}"


def _new(one: Fresh, visit: Visit) -> New:
    own = {**meeting_of(one.cells), "booking_type": BookingType.ONE_ON_ONE, "class_session_id": None}
    return New(one, visit.said, visit.span, visit.service.id, visit.staff.id, visit.is_ahead, own)


def own_thing(
    session: Session, setup: ImportSetup, kind: str, span: Span, holder: Holder, holder_id: int, now: datetime
) -> None:
    """One of these things, for the whole time. Raises InTheWay where none is free."""
    try:
        claim_one(session, setup.profile.resources.get(kind, ()), span.start, span.end, holder, holder_id, now)
    except LostRace:
        raise InTheWay(f"no {kind} is free then") from None
