"""Bookings of another system as rows here, of somebody's own time and of seats alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.importing.bookings_read import KEPT, WHO, Said, Span, attendee
from handlers.importing.people import Found, Person, rooms_of
from handlers.importing.seen import Fresh
from handlers.importing.setup import ImportSetup
from models.in_bulk import Upcoming, add_bookings, plan_notices

_NO_ANSWERS: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class New:
    """One booking to add. `values` go into its columns as they are, instead of those of `said`. `is_ahead`: its client
    may still have to be told something."""

    one: Fresh
    said: Said
    span: Span
    service_id: int
    staff_id: int
    is_ahead: bool
    values: Mapping[str, Any]


def add_all(
    session: Session,
    new: Sequence[New],
    people: Mapping[Person, Found],
    setup: ImportSetup,
    circumstances: Circumstances,
) -> list[int]:
    """Their numbers, in their order. Those that lie ahead have a conversation and a page."""
    now = circumstances.now
    rooms = rooms_of(session, [people[each.said.person] for each in new if each.is_ahead], circumstances)
    rows: list[dict[str, Any]] = []
    for each in new:
        said, span, client = each.said, each.span, people[each.said.person]
        waits = said.status is BookingStatus.PENDING
        rows.append(
            {
                "preferred_datetime": said.preferred, **said.values, **each.values,
                "status": said.status, "service_id": each.service_id, "staff_id": each.staff_id, "client_id": client.id,
                "conversation_id": rooms.get(client.id) if each.is_ahead else None,
                "attendee": attendee(each.one.cells, said.person, client),
                "start_at": span.start, "end_at": span.end,
                "confirmed_datetime": span.start if said.status in KEPT else None, "timezone": span.zone.key,
                "requires_approval": waits, "intake_answers": _NO_ANSWERS,
                "decide_by": deadline(setup.profile, each.staff_id, each.service_id, span.start, now)
                if waits else None,
                "page_token": circumstances.new_token() if each.is_ahead else None,
            }
        )  # fmt: skip
    why = [f"{each.one.legacy_id} of another system" for each in new]
    return add_bookings(session, WHO, why, now, rows)


def plan_what_is_said(
    session: Session, ahead: Iterable[tuple[int, New]], setup: ImportSetup, circumstances: Circumstances
) -> None:
    """Clients of these bookings will be reminded, and who must answer a request too."""
    upcoming = []
    for number, each in ahead:
        if each.said.status is BookingStatus.PENDING:
            plan_reminders_of_request(session, number, setup.profile, circumstances.now)
        elif each.said.status is BookingStatus.CONFIRMED:
            upcoming.append(Upcoming(number, each.service_id, each.span.start, each.span.zone))
    plan_notices(session, upcoming, circumstances.now)
