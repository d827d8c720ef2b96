"""Bookings of somebody's own time, and appointments, of another system. A living one owns its time as any booking does,
but without buffers: what stood there stands here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType
from conversations.rules.cells import cells as cells_of
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.importing.bookings_read import (
    KEPT,
    WHO,
    Said,
    Span,
    attendee,
    is_asked,
    meeting_of,
    number_of,
    said_of,
    span_of,
)
from handlers.importing.columns import Cells
from handlers.importing.people import Found, Person, keep_in_mind, people_found, rooms_of
from handlers.importing.rows import BadValue, Became, ImportKind, InTheWay, Outcome, SourceRow
from handlers.importing.seen import Fresh, remember, sift
from handlers.importing.setup import ImportSetup, KnownService, KnownStaff
from handlers.owners_named import owners_named
from models.claims import Holder, LostRace, Scarce, claim_one
from models.in_bulk import OwnTime, add_bookings, cells_owned, own_times, plan_notices
from models.owners import owners_between


@dataclass(frozen=True, slots=True)
class Visit:
    """One booking, as a row tells of it."""

    service: KnownService
    staff: KnownStaff
    span: Span
    said: Said

    @property
    def is_living(self) -> bool:
        return self.said.status in LIVE

    def is_ahead(self, now: datetime) -> bool:
        """Whether its client may still have to be told something."""
        return self.is_living and self.span.end > now


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
    ahead = [people[visit.said.person] for _, visit in free if visit.is_ahead(now)]
    rooms = rooms_of(session, ahead, circumstances)
    ids = _add(session, free, people, rooms, setup, circumstances)
    made = list(zip(ids, (visit for _, visit in free), strict=True))
    own_times(
        session,
        Holder.BOOKING,
        [
            OwnTime(visit.staff.id, visit.span.start, visit.span.end, number)
            for number, visit in made
            if visit.is_living
        ],
    )
    _see_to_what_lies_ahead(session, [(number, visit) for number, visit in made if visit.is_ahead(now)], setup, now)
    remember(session, kind, "bookings", [(one, number) for (one, _), number in zip(free, ids, strict=True)], seen.met)
    return seen.outcomes + [one.became(Became.IMPORTED, number) for (one, _), number in zip(free, ids, strict=True)]


def read_visit(cells: Cells, setup: ImportSetup, now: datetime) -> Visit:
    service = setup.service_of(cells, is_class=False)
    staff = setup.staff_of(cells, service)
    span = span_of(cells, setup, staff, service, is_asked=is_asked(cells))
    visit = Visit(service, staff, span, said_of(cells, setup, service, span, now))
    if visit.is_ahead(now) and not (staff.is_active and service.is_active):
        left = staff.name if not staff.is_active else service.name
        raise BadValue(f"it lies ahead, but {left} has left business.toml")
    return visit


def _beside_each_other(
    session: Session, visits: Sequence[tuple[Fresh, Visit]], now: datetime
) -> tuple[list[tuple[Fresh, Visit]], list[Outcome]]:
    """The visits whose time is nobody's, the first of those that overlap; and who is in the way of the others."""
    windows = [cells_of(visit.span.start, visit.span.end) for _, visit in visits]
    wanted: dict[int, set[int]] = {}
    for (_, visit), window in zip(visits, windows, strict=True):
        if visit.is_living:
            wanted.setdefault(visit.staff.id, set()).update(window)
    owned = {staff_id: cells_owned(session, staff_id, mine, now) for staff_id, mine in wanted.items()}
    free: list[tuple[Fresh, Visit]] = []
    in_the_way = []
    for (one, visit), window in zip(visits, windows, strict=True):
        if visit.is_living:
            mine = owned[visit.staff.id]
            if not mine.isdisjoint(window):
                in_the_way.append(one.became(Became.CONFLICT, None, _why(session, visit, free, now)))
                continue
            mine.update(window)
        free.append((one, visit))
    return free, in_the_way


def _why(session: Session, visit: Visit, before: Sequence[tuple[Fresh, Visit]], now: datetime) -> str:
    """Of rows that come at once the one before it; else who has the time."""
    mine = cells_of(visit.span.start, visit.span.end)
    for one, other in before:
        if other.is_living and other.staff.id == visit.staff.id:
            theirs = cells_of(other.span.start, other.span.end)
            if mine.start < theirs.stop and theirs.start < mine.stop:
                return f"{visit.staff.name} is taken then by line {one.row.line}"
    owners = owners_between(session, Scarce.STAFF, (visit.staff.id,), visit.span.start, visit.span.end, now)
    return f"{visit.staff.name} is taken then: {owners_named(session, owners, visit.span.zone)}"


def _add(
    session: Session,
    visits: Sequence[tuple[Fresh, Visit]],
    people: dict[Person, Found],
    rooms: dict[int, int],
    setup: ImportSetup,
    circumstances: Circumstances,
) -> list[int]:
    now = circumstances.now
    rows: list[dict[str, Any]] = []
    for one, visit in visits:
        said, span, client = visit.said, visit.span, people[visit.said.person]
        waits, is_ahead = said.status is BookingStatus.PENDING, visit.is_ahead(now)
        rows.append(
            {
                **said.values, **meeting_of(one.cells),
                "booking_type": BookingType.ONE_ON_ONE, "status": said.status, "service_id": visit.service.id,
                "staff_id": visit.staff.id, "client_id": client.id,
                "conversation_id": rooms.get(client.id) if is_ahead else None,
                "attendee": attendee(one.cells, said.person, client), "class_session_id": None,
                "preferred_datetime": said.preferred, "start_at": span.start, "end_at": span.end,
                "confirmed_datetime": span.start if said.status in KEPT else None, "timezone": span.zone.key,
                "requires_approval": waits, "intake_answers": {},
                "decide_by": deadline(setup.profile, visit.staff.id, visit.service.id, span.start, now)
                if waits else None,
                "page_token": circumstances.new_token() if is_ahead else None,
            }
        )  # fmt: skip
    why = [f"{one.legacy_id} of another system" for one, _ in visits]
    return add_bookings(session, WHO, why, now, rows)


def _see_to_what_lies_ahead(
    session: Session, ahead: Sequence[tuple[int, Visit]], setup: ImportSetup, now: datetime
) -> None:
    """Each has one of what its service needs; its client will be reminded, and who must answer too."""
    for number, visit in ahead:
        if kind := visit.service.resource_kind:
            own_thing(session, setup, kind, visit.span, Holder.BOOKING, number, now)
        if visit.said.status is BookingStatus.PENDING:
            plan_reminders_of_request(session, number, setup.profile, now)
    plan_notices(session, [number for number, visit in ahead if visit.said.status is BookingStatus.CONFIRMED], now)


def own_thing(
    session: Session, setup: ImportSetup, kind: str, span: Span, holder: Holder, holder_id: int, now: datetime
) -> None:
    """One of these things, for the whole time. Raises InTheWay where none is free."""
    try:
        claim_one(session, setup.profile.resources.get(kind, ()), span.start, span.end, holder, holder_id, now)
    except LostRace:
        raise InTheWay(f"no {kind} is free then") from None
