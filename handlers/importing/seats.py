"""Bookings of seats in the classes of another system. A living one owns its seats as any booking does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType
from conversations.classes import ClassStatus
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.importing.bookings_read import KEPT, WHO, Said, Span, attendee, number_of, said_of
from handlers.importing.columns import Cells
from handlers.importing.people import Found, Person, keep_in_mind, people_found, rooms_of
from handlers.importing.rows import BadValue, Became, ImportKind, InTheWay, Outcome, SourceRow
from handlers.importing.seen import Fresh, Sifted, remember, sift
from handlers.importing.sessions import MOST_SEATS, Ask, Classes, ask_of
from handlers.importing.setup import ImportSetup, KnownService
from handlers.importing.values import whole_number
from models.bookings import bookings
from models.in_bulk import add_bookings, free_seats, own_seats, plan_notices

KIND = ImportKind.BOOKINGS


@dataclass(frozen=True, slots=True)
class Places:
    """Seats in one class, as a row tells of them."""

    row: Row[Any]
    said: Said
    seats: int

    @property
    def is_living(self) -> bool:
        return self.said.status in LIVE


def import_seats(
    session: Session, rows: Sequence[SourceRow], setup: ImportSetup, circumstances: Circumstances
) -> list[Outcome]:
    """Raises InTheWay where no room is free for a class, IntegrityError where somebody was faster."""
    now = circumstances.now
    seen = sift(session, KIND, rows, number_of)
    asks = list(seen.each(lambda cells: ask_of(cells, setup)))
    classes = Classes(session, setup, now)
    classes.find(ask for _, ask in asks)
    by_id = {service.id: service for service in setup.services.values()}
    read = list(_read(asks, classes, by_id, setup, seen, circumstances))
    people = people_found(session, [places.said.person for _, places in read], now)
    taken, seats = _seated(session, read, people, classes, seen, circumstances)
    keep_in_mind(session, {places.said.person: people[places.said.person] for _, places in taken})
    ahead = [people[places.said.person] for _, places in taken if places.is_living and places.row.end_at > now]
    ids = _add(session, taken, people, rooms_of(session, ahead, circumstances), setup, circumstances)
    owned = [
        (places.row, number, numbers)
        for (_, places), number, numbers in zip(taken, ids, seats, strict=True)
        if places.is_living
    ]
    own_seats(session, owned)
    lies_ahead = [(number, places) for (_, places), number in zip(taken, ids, strict=True) if places.row.start_at > now]
    for number, places in lies_ahead:
        if places.said.status is BookingStatus.PENDING:
            plan_reminders_of_request(session, number, setup.profile, now)
    confirmed = [number for number, places in lies_ahead if places.said.status is BookingStatus.CONFIRMED]
    plan_notices(session, confirmed, now)
    made = [(one, number) for (one, _), number in zip(taken, ids, strict=True)]
    remember(session, KIND, "bookings", made, seen.met)
    return seen.outcomes + [one.became(Became.IMPORTED, number) for one, number in made]


def _read(
    asks: Sequence[tuple[Fresh, Ask]],
    classes: Classes,
    services: dict[int, KnownService],
    setup: ImportSetup,
    seen: Sifted,
    circumstances: Circumstances,
) -> Sequence[tuple[Fresh, Places]]:
    found = []
    for one, ask in asks:
        try:
            row = classes.row_of(ask)
            found.append((one, _places(one.cells, row, services[row.service_id], setup, circumstances)))
        except BadValue as wrong:
            seen.outcomes.append(one.became(Became.REFUSED, None, str(wrong)))
        except InTheWay as wrong:
            seen.outcomes.append(one.became(Became.CONFLICT, None, str(wrong)))
    return found


def _places(
    cells: Cells, row: Row[Any], service: KnownService, setup: ImportSetup, circumstances: Circumstances
) -> Places:
    span = Span(row.start_at, row.end_at, ZoneInfo(row.timezone))
    said = said_of(cells, setup, service, span, circumstances.now)
    written = cells.text("seats", 20)
    seats = whole_number(written, "seats", 1, MOST_SEATS) if written else 1
    if said.status in LIVE and row.status is ClassStatus.CANCELLED:
        raise InTheWay(f"class {row.id} is cancelled, but the booking is {said.status.value}")
    return Places(row, said, seats)


def _seated(
    session: Session,
    read: Sequence[tuple[Fresh, Places]],
    people: dict[Person, Found],
    classes: Classes,
    seen: Sifted,
    circumstances: Circumstances,
) -> tuple[list[tuple[Fresh, Places]], list[list[int]]]:
    """Those for whom there are seats, first come first served, with the numbers of their seats; and why not others."""
    free = free_seats(session, classes.rows.values(), circumstances.now)
    inside = _inside(session, classes)
    taken: list[tuple[Fresh, Places]] = []
    seats: list[list[int]] = []
    for one, places in read:
        mine: list[int] = []
        if places.is_living:
            left, who = free[places.row.id], (people[places.said.person].id, places.row.id)
            if who in inside:
                reason = f"this client is in class {places.row.id} already: {inside[who]}"
                seen.outcomes.append(one.became(Became.CONFLICT, None, reason))
                continue
            if len(left) < places.seats:
                wanted = f", and {places.seats} are wanted" if places.seats > 1 else ""
                reason = f"class {places.row.id} has {len(left)} of {places.row.capacity} seats left{wanted}"
                seen.outcomes.append(one.became(Became.CONFLICT, None, reason))
                continue
            mine, free[places.row.id] = left[: places.seats], left[places.seats :]
            inside[who] = f"line {one.row.line}"
        taken.append((one, places))
        seats.append(mine)
    return taken, seats


def _inside(session: Session, classes: Classes) -> dict[tuple[int, int], str]:
    """Who has a living booking in these classes: client and class, and which booking that is."""
    c = bookings.c
    statement = select(c.id, c.client_id, c.live_class_id).where(
        c.class_session_id.in_(classes.rows), c.live_class_id.is_not(None)
    )
    return {(row.client_id, row.live_class_id): f"booking #{row.id}" for row in session.execute(statement)}


def _add(
    session: Session,
    taken: Sequence[tuple[Fresh, Places]],
    people: dict[Person, Found],
    rooms: dict[int, int],
    setup: ImportSetup,
    circumstances: Circumstances,
) -> list[int]:
    now = circumstances.now
    rows: list[dict[str, Any]] = []
    for one, places in taken:
        said, row, client = places.said, places.row, people[places.said.person]
        waits, is_ahead = said.status is BookingStatus.PENDING, places.is_living and row.end_at > now
        named = bool(one.cells.text("amount", 40))
        by = deadline(setup.profile, row.staff_id, row.service_id, row.start_at, now) if waits else None
        rows.append(
            {
                **said.values, "price": said.values["price"] if named else said.values["price"] * places.seats,
                "meeting_provider": row.meeting_provider, "meeting_link": row.meeting_link,
                "meeting_passcode": row.meeting_passcode,
                "booking_type": BookingType.GROUP_SESSION, "status": said.status, "service_id": row.service_id,
                "staff_id": row.staff_id, "client_id": client.id,
                "conversation_id": rooms.get(client.id) if is_ahead else None,
                "attendee": attendee(one.cells, said.person, client), "class_session_id": row.id,
                "seats_reserved": places.seats, "preferred_datetime": row.start_at, "start_at": row.start_at,
                "end_at": row.end_at, "confirmed_datetime": row.start_at if said.status in KEPT else None,
                "timezone": row.timezone, "requires_approval": waits, "intake_answers": {},
                "decide_by": by, "page_token": circumstances.new_token() if is_ahead else None,
            }
        )  # fmt: skip
    return add_bookings(session, WHO, [f"{one.legacy_id} of another system" for one, _ in taken], now, rows)
