"""Waiting lines: who waits for a class or a time, joining and leaving, and what is offered."""

from datetime import date, datetime, time
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bot.api.deeds import done
from bot.api.endpoint import CLIENTS, EVERYBODY, STAFF, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.staff_written import Day
from bot.api.values import Id, Input, Moment, Page, PageAsked, Text, Words, cursor, number_behind
from bot.api.waitlist_written import WaitingPlace, written
from bot.api.wishes import PHONE, client_named
from conversations.events import OfferAnswered, WaitAsked
from handlers.api import classes_read, waitlist_read
from handlers.api.waits import answered, left, waited
from handlers.api.wishes import NoRoom, NotHad
from models.waitlist import lock_entry


class PlacesWanted(PageAsked):
    """Which places."""

    class_session_id: Id | None = Field(None, description="the line of one class, in its order")
    staff_id: Id | None = None


class Joining(Input):
    """What is waited for: a class, or a service at a start or on a whole day. `client_phone` is for staff and
    operators, who ask for somebody else."""

    class_session_id: Id | None = None
    seats: int = Field(1, ge=1, le=500, description="of a class")
    service_id: Id | None = None
    staff_id: Id | None = Field(None, description="left out, anybody will do")
    start_at: Moment | None = None
    day: Day | None = None
    client_phone: Annotated[str, Field(pattern=PHONE)] | None = None
    name: Annotated[Text, Field(max_length=80)] = ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        named = (self.service_id, self.staff_id, self.start_at, self.day)
        if self.class_session_id is not None:
            if any(each is not None for each in named):
                raise ValueError("name a class session, or a service and a time")
        elif self.service_id is None or (self.start_at is None) is (self.day is None) or self.seats != 1:
            raise ValueError("name a class session; or a service, and either start_at or day")
        return self


class Accepting(Input):
    agreed: list[Words] = Field([], max_length=10, description="versions of agreements that the client says yes to")


@endpoint("GET", "/api/waitlist", EVERYBODY, problems=(404,))
def listed(call: Call, query: PlacesWanted) -> Page[WaitingPlace]:
    """Who waits. Clients see their own places; of one class, staff see its line."""
    behind, session = query.behind(number_behind) or 0, call.session
    if query.class_session_id is not None and not call.by.is_client:
        _see_class(call, query.class_session_id)
        seen, last = waitlist_read.line(session, query.class_session_id, behind, query.limit, call.circumstances)
    else:
        seen, last = waitlist_read.page(session, behind, query.limit, call.by, query.staff_id, query.class_session_id)
    items = [written(each, call.by, call.profile) for each in seen]
    return Page(items=items, next=cursor(last) if last is not None else None)


@endpoint("GET", "/api/waitlist/{place_id}", EVERYBODY)
def one(call: Call, place_id: int) -> WaitingPlace:
    """One place in a line; staff read why they are asked, or are not."""
    seen = waitlist_read.one(call.session, place_id, call.by, call.circumstances)
    if seen is None:
        raise missing("place in a waiting line")
    return written(seen, call.by, call.profile)


@endpoint("POST", "/api/waitlist", CLIENTS | STAFF, status=201, location="/api/waitlist/{id}", problems=(404,))
def join(call: Call, body: Joining) -> WaitingPlace:
    """Wait for what is full. Who waits for it already keeps their place; what has room is not waited for."""
    staff_id = body.staff_id
    if body.class_session_id is not None:
        staff_id = _see_class(call, body.class_session_id)
    room = client_named(call, body.client_phone, body.name, staff_id)
    zone: ZoneInfo = call.profile.business.zone
    day, at = _wall_time(body, zone)
    event = WaitAsked(body.class_session_id, body.seats, body.service_id or 0, body.staff_id, day, at)
    try:
        return one(call, waited(call.session, room, event, call.circumstances))
    except NotHad as not_had:
        raise _problem(not_had) from None


def _lock(call: Call, place_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, place_id)
    lock_entry(call.session, place_id)


@endpoint("DELETE", "/api/waitlist/{place_id}", CLIENTS, represents=one, lock=_lock)
def leave(call: Call, place_id: int) -> WaitingPlace:
    """Wait no longer. What was offered goes to the next."""
    one(call, place_id)
    try:
        left(call.session, place_id, call.by.client_id or 0, call.circumstances)
    except (NotHad, NoRoom) as not_had:
        raise _problem(not_had) from None
    return one(call, place_id)


@endpoint("PUT", "/api/waitlist/{place_id}/accept", CLIENTS, represents=one, lock=_lock)
def accept(call: Call, place_id: int, body: Accepting) -> WaitingPlace:
    """Take what is offered: it is booked, and `booking_id` says as what. Too late, where it is still free."""
    return _answered(call, OfferAnswered(place_id, is_yes=True, agreed=tuple(body.agreed)))


@endpoint("PUT", "/api/waitlist/{place_id}/pass", CLIENTS, represents=one, lock=_lock)
def let_pass(call: Call, place_id: int) -> WaitingPlace:
    """Let what is offered go to the next; the place is kept."""
    return _answered(call, OfferAnswered(place_id, is_yes=False))


@endpoint("POST", "/api/waitlist/{place_id}/offer", STAFF, represents=one, lock=_lock)
def offer(call: Call, place_id: int) -> WaitingPlace:
    """Offer what is free to this place, whoever stands before it."""
    one(call, place_id)
    done(call, f"OFFER W{place_id}")
    return one(call, place_id)


def _answered(call: Call, event: OfferAnswered) -> WaitingPlace:
    one(call, event.place_id)
    try:
        answered(call.session, event, call.by.client_id or 0, call.circumstances)
    except (NotHad, NoRoom) as not_had:
        raise _problem(not_had) from None
    return one(call, event.place_id)


def _see_class(call: Call, class_id: int) -> int:
    """Whose class it is. Raises Problem where it is not theirs to see."""
    seen = classes_read.one(call.session, class_id, call.by, call.circumstances)
    if seen is None:
        raise missing("class session")
    return seen.view.staff_id


def _wall_time(body: Joining, zone: ZoneInfo) -> tuple[date | None, time | None]:
    if body.start_at is None:
        return body.day, None
    at: datetime = body.start_at.astimezone(zone)
    if at.second or at.microsecond:
        raise Problem(422, "invalid", "start_at is on a whole minute.")
    return at.date(), at.time().replace(fold=at.fold)


def _problem(not_had: NotHad | NoRoom) -> Problem:
    if isinstance(not_had, NoRoom):
        return Problem(409, "no_channel", "No channel reaches this client.")
    near = [start.isoformat() for start in not_had.near]
    return Problem(409, not_had.code, not_had.words, alternatives=near)
