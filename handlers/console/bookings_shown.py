"""Bookings as operators read them: a page of the list, what waits for an answer, the columns of the board."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.business import Money
from conversations.session_types import Name
from handlers.profile import Profile
from handlers.views import called
from models.booking_listing import Place, Wanted, lines, listed, touching, waiting
from models.bookings import BY_CLIENT

PAGE = 50
REQUESTS = 30
IN_COLUMN = 30
"""Bookings that a column of the board shows."""
IN_CALENDAR = 2000
AT_ONCE = 1000
ON_BOARD = (
    BookingStatus.PENDING, BookingStatus.APPROVED, BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS,
    BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.DECLINED, BookingStatus.CANCELLED,
    BookingStatus.EXPIRED,
)  # fmt: skip
IN_TIME = (*ON_BOARD[:6],)
"""Those that a calendar shows: the others own no time."""

Read = Callable[[Callable[[Session], "tuple[Line, ...]"]], "tuple[Line, ...]"]


@dataclass(frozen=True, slots=True)
class Line:
    """One booking in a list. Times are aware, in its own zone."""

    id: int
    status: BookingStatus
    service: Name
    staff_id: int
    staff: str
    client: str
    """Their name, else their number or address."""
    phone: str
    start: datetime
    end: datetime
    price: Money
    seats: int
    attendee: str
    note: str
    staff_note: str
    why: str
    """Why it was declined or called off."""
    conversation_id: int | None
    series_id: int | None
    class_id: int | None
    created_at: datetime
    decide_by: datetime | None
    proposed: datetime | None
    """Another time that somebody waits for an answer to."""
    is_wish: bool
    """It is the client who wishes it."""
    wish_words: str
    wish_until: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the list; where the one before it ends, and where the next begins, if there are any."""

    lines: tuple[Line, ...]
    earlier: Place | None
    later: Place | None


@dataclass(frozen=True, slots=True)
class Request:
    """What waits for an answer: one booking, or several of a series that are answered as one."""

    line: Line
    since: datetime
    until: datetime | None
    """When it lapses, or is reminded of."""
    named: str
    """What a command calls it: "12", "S3"."""
    visits: int = 1


def page_of(session: Session, wanted: Wanted, behind: Place, profile: Profile | None, *, before: bool = False) -> Page:
    """The page behind this place, or the one that ends before it."""
    found = listed(session, wanted, behind, PAGE + 1, before=before)
    is_more, found = len(found) > PAGE, found[:PAGE]
    if before:
        found = found[::-1]
    shown = lines_of(session, found, profile)
    if not shown:
        is_other_way = bool(listed(session, wanted, behind, 1, before=not before))
        earlier, later = behind, Place(behind.at, behind.id - 1)
        return Page((), earlier if is_other_way and not before else None, later if is_other_way and before else None)
    first, last = _place(shown[0]), _place(shown[-1])
    if before:
        return Page(shown, first if is_more else None, last)
    return Page(shown, first if listed(session, wanted, first, 1, before=True) else None, last if is_more else None)


def export_pages(read: Read, wanted: Wanted, behind: Place, profile: Profile | None) -> Iterator[tuple[Line, ...]]:
    """Every booking behind this place, so many in one transaction that `read` opens."""
    while True:
        found = read(partial(_exported, wanted=wanted, behind=behind, limit=AT_ONCE, profile=profile))
        yield found
        if len(found) < AT_ONCE:
            return
        behind = _place(found[-1])


def _exported(session: Session, wanted: Wanted, behind: Place, limit: int, profile: Profile | None) -> tuple[Line, ...]:
    return lines_of(session, listed(session, wanted, behind, limit), profile)


def in_time(
    session: Session, start: datetime, end: datetime, wanted: Wanted, profile: Profile | None
) -> tuple[Line, ...]:
    """What a calendar of [start, end) shows, soonest first."""
    narrowed = replace(wanted, statuses=wanted.statuses or IN_TIME)
    return lines_of(session, touching(session, start, end, narrowed, IN_CALENDAR), profile)


def board_of(
    session: Session, wanted: Wanted, profile: Profile | None
) -> list[tuple[BookingStatus, tuple[Line, ...], bool]]:
    """Each status, the soonest of its bookings, and whether there are more."""
    columns = []
    for status in ON_BOARD:
        if wanted.statuses and status not in wanted.statuses:
            continue
        found = listed(session, replace(wanted, statuses=(status,)), None, IN_COLUMN + 1)
        columns.append((status, lines_of(session, found[:IN_COLUMN], profile), len(found) > IN_COLUMN))
    return columns


def requests_of(
    session: Session, behind: Place | None, now: datetime, profile: Profile | None
) -> tuple[tuple[Request, ...], Place | None]:
    """A page of what waits, oldest first, and where the next one begins."""
    rows = list(waiting(session, now, behind, REQUESTS + 1))
    more, rows = rows[REQUESTS:], rows[:REQUESTS]
    found = {line.id: line for line in lines_of(session, [row.id for row in rows], profile)}
    asked = [_request(found[row.id], row.since) for row in rows if row.id in found]
    return tuple(_as_one(asked)), Place(rows[-1].since, rows[-1].id) if more else None


def lines_of(session: Session, booking_ids: Collection[int], profile: Profile | None) -> tuple[Line, ...]:
    """These bookings in this order; none where no business is loaded, for then there are none."""
    if profile is None or not booking_ids:
        return ()
    rows = lines(session, booking_ids)
    return tuple(_line(rows[number], profile) for number in booking_ids)


def _line(row: Row[Any], profile: Profile) -> Line:
    zone = ZoneInfo(row.timezone)
    return Line(
        id=row.id, status=BookingStatus(row.status), service=called(row, profile), staff_id=row.staff_id,
        staff=row.staff_name, client=row.client_name or row.client_phone or row.client_address or "",
        phone=row.client_phone or "", start=row.start_at.astimezone(zone), end=row.end_at.astimezone(zone),
        price=Money(row.price, row.currency), seats=row.seats_reserved, attendee=row.attendee, note=row.client_note,
        staff_note=row.staff_note, why=row.decline_reason or row.cancel_reason, conversation_id=row.conversation_id,
        series_id=row.series_id, class_id=row.class_session_id, created_at=row.created_at, decide_by=row.decide_by,
        proposed=row.proposed_at.astimezone(zone) if row.proposed_at is not None else None,
        is_wish=row.proposed_at is not None and row.proposed_by.startswith(BY_CLIENT), wish_words=row.wish or "",
        wish_until=row.expires_at,
    )  # fmt: skip


def _place(line: Line) -> Place:
    return Place(line.start, line.id)


def _request(line: Line, since: datetime) -> Request:
    until = line.decide_by if line.status is BookingStatus.PENDING else line.wish_until
    return Request(line, since, until, str(line.id))


def _as_one(asked: Sequence[Request]) -> Iterator[Request]:
    """A series is one request, however many visits it has; but for those that are talked about by themselves."""
    known: dict[int, int] = {}
    found: list[Request] = []
    for one in asked:
        series_id = one.line.series_id
        if series_id is None or one.line.status is not BookingStatus.PENDING or one.line.proposed is not None:
            found.append(one)
        elif series_id in known:
            first = found[known[series_id]]
            found[known[series_id]] = replace(first, visits=first.visits + 1, named=f"S{series_id}")
        else:
            known[series_id] = len(found)
            found.append(one)
    yield from found
