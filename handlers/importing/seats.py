"""Bookings of seats in the classes of another system. A living one owns its seats as any booking does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from conversations.booking import BookingType
from conversations.classes import ClassStatus
from conversations.rules.transitions import LIVE
from handlers.circumstances import Circumstances
from handlers.importing.bookings_added import New, add_all, plan_what_is_said
from handlers.importing.bookings_read import Said, Span, number_of, said_of
from handlers.importing.columns import Cells
from handlers.importing.people import Found, Person, keep_in_mind, people_found
from handlers.importing.rows import BadValue, Became, ImportKind, InTheWay, Outcome, SourceRow
from handlers.importing.seen import Fresh, Sifted, remember, sift
from handlers.importing.sessions import MOST_SEATS, Ask, Classes, ask_of
from handlers.importing.setup import ImportSetup, KnownService
from handlers.importing.values import whole_number
from models.bookings import bookings
from models.in_bulk import free_seats, own_seats

KIND = ImportKind.BOOKINGS


@dataclass(frozen=True, slots=True)
class Places:
    """Seats in one class, as a row tells of them."""

    row: Row[Any]
    span: Span
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
    new = [_new(one, places, now) for one, places in taken]
    made = list(zip(add_all(session, new, people, setup, circumstances), new, taken, strict=True))
    owned = [
        (places.row, number, numbers)
        for (number, _, (_, places)), numbers in zip(made, seats, strict=True)
        if places.is_living
    ]
    own_seats(session, owned)
    lies_ahead = [(number, each) for number, each, _ in made if each.span.start > now]
    plan_what_is_said(session, lies_ahead, setup, circumstances)
    done = [(one, number) for number, _, (one, _) in made]
    remember(session, KIND, "bookings", done, seen.met)
    return seen.outcomes + [one.became(Became.IMPORTED, number) for one, number in done]


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
    return Places(row, span, said, seats)


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


def _new(one: Fresh, places: Places, now: datetime) -> New:
    row, span, price = places.row, places.span, places.said.values["price"]
    own = {
        "price": price if one.cells.text("amount", 40) else price * places.seats,
        "meeting_provider": row.meeting_provider, "meeting_link": row.meeting_link,
        "meeting_passcode": row.meeting_passcode, "booking_type": BookingType.GROUP_SESSION,
        "class_session_id": row.id, "seats_reserved": places.seats, "preferred_datetime": span.start,
    }  # fmt: skip
    return New(one, places.said, span, row.service_id, row.staff_id, places.is_living and span.end > now, own)
