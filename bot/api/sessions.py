"""Bookings as they are read: one, those that fit, those that wait for an answer. Older clients call them sessions."""

from pydantic import Field

from bot.api.bookings_written import Booking, written
from bot.api.deeds import done
from bot.api.endpoint import EVERYBODY, READERS, Call, endpoint
from bot.api.problems import missing
from bot.api.values import Id, Moment, Page, PageAsked, Words, cursor, moment_behind
from conversations.booking import BookingStatus
from handlers.api import bookings_read
from handlers.pending_request import lock_booking
from models.booking_listing import Place, Wanted


class Listed(PageAsked):
    """Which bookings."""

    status: tuple[BookingStatus, ...] = Field((), description="may be given several times")
    staff_id: Id | None = None
    service_id: Id | None = None
    client_id: Id | None = None
    class_session_id: Id | None = None
    since: Moment | None = Field(None, description="those that start then or later")
    until: Moment | None = Field(None, description="those that start before")
    q: Words = Field("", description="part of the client's name or number")


@endpoint("GET", "/api/sessions", EVERYBODY)
def listed(call: Call, query: Listed) -> Page[Booking]:
    """Bookings that fit, soonest first. Clients and staff see their own."""
    wanted = Wanted(
        since=query.since, until=query.until, statuses=query.status, staff_id=query.staff_id,
        service_id=query.service_id, class_id=query.class_session_id, client_id=query.client_id, words=query.q,
    )  # fmt: skip
    behind = query.behind(lambda place: Place(*moment_behind(place)))
    views, last = bookings_read.page(call.session, wanted, behind, query.limit, call.by, call.profile)
    return Page(items=[written(view, call.by) for view in views], next=_cursor(last))


@endpoint("GET", "/api/sessions/pending-approval", READERS)
def pending(call: Call, query: PageAsked) -> Page[Booking]:
    """Requests that wait for an answer, and other times that clients wish for, oldest first."""
    behind = query.behind(lambda place: Place(*moment_behind(place)))
    now = call.circumstances.now
    views, last = bookings_read.to_answer(call.session, behind, query.limit, call.by, call.profile, now)
    return Page(items=[written(view, call.by) for view in views], next=_cursor(last))


@endpoint("GET", "/api/sessions/{booking_id}", EVERYBODY)
def one(call: Call, booking_id: int) -> Booking:
    """One booking."""
    view = bookings_read.one(call.session, booking_id, call.by, call.profile)
    if view is None:
        raise missing("booking")
    return written(view, call.by)


def lock(call: Call, booking_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, booking_id)
    lock_booking(call.session, booking_id)


def commanded(call: Call, words: str, booking_id: int) -> Booking:
    """The booking after a command about it."""
    one(call, booking_id)
    done(call, words.strip())
    return one(call, booking_id)


def _cursor(last: Place | None) -> str | None:
    return cursor(last.at.isoformat(), last.id) if last is not None else None
