"""Class sessions: listed with their seats, who is in one, and what operators and its teacher do about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.api.bookings_written import Booking
from bot.api.bookings_written import written as booking_written
from bot.api.class_sessions_written import ClassSession, written
from bot.api.endpoint import EVERYBODY, READERS, STAFF, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Id, Input, Moment, Page, PageAsked, Text, Words, cursor, moment_behind
from handlers.api import bookings_read, classes_read
from handlers.api.deeds import one_line
from handlers.class_time import ClassRefused
from handlers.classes_kept import NewClass, schedule_class
from handlers.console.classes_shown import called_off, moved, resized
from models.audit import audit
from models.booking_listing import Place as PlaceOfBooking
from models.booking_listing import Wanted as BookingsWanted
from models.class_listing import Place
from models.class_pages import Wanted
from models.class_sessions import lock_class

LINK = r"^(https?://[^\s/?#;]+\.[^\s;]+)?$"
Seats = Annotated[int, Field(ge=1, le=500)]
Minutes = Annotated[int, Field(ge=5, le=24 * 60)]


class ClassesWanted(PageAsked):
    """Which class sessions."""

    service_id: Id | None = None
    staff_id: Id | None = None
    since: Moment | None = Field(None, description="those that start then or later")
    until: Moment | None = Field(None, description="those that start before")


class NewClassSession(Input):
    """A class that is to be held."""

    service_id: Id
    staff_id: Id
    start_at: Moment
    minutes: Minutes | None = Field(None, description="left out, as long as its service")
    capacity: Seats
    title: Annotated[Text, Field(max_length=120)] = ""
    meeting_provider: Annotated[Text, Field(max_length=40)] = ""
    meeting_link: Annotated[str, Field(pattern=LINK, max_length=500)] = ""
    meeting_passcode: Annotated[Text, Field(max_length=80)] = ""


class NewClassTime(Input):
    start_at: Moment
    minutes: Minutes | None = Field(None, description="left out, as long as before")


class Capacity(Input):
    capacity: Seats


class WhyCalledOff(Input):
    reason: Words = Field("", description="its clients read it")


@endpoint("GET", "/api/class-sessions", EVERYBODY)
def listed(call: Call, query: ClassesWanted) -> Page[ClassSession]:
    """Class sessions that fit, soonest first. Clients see those ahead, teachers their own."""
    wanted = Wanted(query.service_id, query.staff_id, query.since, query.until)
    behind = query.behind(lambda place: Place(*moment_behind(place)))
    seen, last = classes_read.page(call.session, wanted, behind, query.limit, call.by, call.circumstances)
    next_page = cursor(last.start_at.isoformat(), last.id) if last is not None else None
    return Page(items=[written(each, call.by) for each in seen], next=next_page)


@endpoint("GET", "/api/class-sessions/{class_id}", EVERYBODY)
def one(call: Call, class_id: int) -> ClassSession:
    """One class session."""
    seen = classes_read.one(call.session, class_id, call.by, call.circumstances)
    if seen is None:
        raise missing("class session")
    return written(seen, call.by)


@endpoint("GET", "/api/class-sessions/{class_id}/bookings", READERS)
def who(call: Call, class_id: int, query: PageAsked) -> Page[Booking]:
    """Who is in it, and who was."""
    one(call, class_id)
    behind = query.behind(lambda place: PlaceOfBooking(*moment_behind(place)))
    wanted = BookingsWanted(class_id=class_id)
    views, last = bookings_read.page(call.session, wanted, behind, query.limit, call.by, call.profile)
    next_page = cursor(last.at.isoformat(), last.id) if last is not None else None
    return Page(items=[booking_written(view, call.by) for view in views], next=next_page)


@endpoint("POST", "/api/class-sessions", STAFF, status=201, location="/api/class-sessions/{id}", problems=(404,))
def schedule(call: Call, body: NewClassSession) -> ClassSession:
    """Schedule a class: its teacher's time is its own."""
    profile, now = call.profile, call.circumstances.now
    if not call.by.may_see(client_id=None, staff_id=body.staff_id):
        raise missing("staff member")
    teacher = next((each for each in profile.staff if each.id == body.staff_id), None)
    course = next((each for each in profile.services if each.id == body.service_id), None)
    if teacher is None or course is None:
        raise missing("staff member" if teacher is None else "service")
    if teacher.id not in course.staff_ids:
        raise Problem(409, "refused", f"{teacher.name} does not give it.")
    given = body.model_dump(exclude={"start_at", "minutes"})
    start = _wall_time(body.start_at, teacher.zone)
    new = NewClass(scheduled_start=start, minutes=body.minutes or course.minutes, **given)
    try:
        class_id = schedule_class(call.session, new, now, profile)
    except ClassRefused as refused:
        raise _refusal(call, refused) from None
    by = call.by.who
    audit(call.session, at=now, operator_id=by.id, action="scheduled a class", subject=f"class {class_id}")
    return one(call, class_id)


def _lock(call: Call, class_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, class_id)
    lock_class(call.session, class_id)


@endpoint("PUT", "/api/class-sessions/{class_id}/time", STAFF, represents=one, lock=_lock)
def move(call: Call, class_id: int, body: NewClassTime) -> ClassSession:
    """Another time, with its bookings, its seats and who waits for it; its clients are told."""
    zone = ZoneInfo(one(call, class_id).timezone)
    at, by, told = _wall_time(body.start_at, zone), call.by.who, call.circumstances
    return _done(call, class_id, lambda: moved(call.session, class_id, at, body.minutes, by, told))


@endpoint("PUT", "/api/class-sessions/{class_id}/seats", STAFF, represents=one, lock=_lock)
def resize(call: Call, class_id: int, body: Capacity) -> ClassSession:
    """More seats, or fewer; never fewer than are spoken for. More are offered to who waits."""
    by, now = call.by.who, call.circumstances.now
    return _done(call, class_id, lambda: resized(call.session, class_id, body.capacity, by, now))


@endpoint("DELETE", "/api/class-sessions/{class_id}", STAFF, represents=one, lock=_lock)
def cancel(call: Call, class_id: int, query: WhyCalledOff) -> ClassSession:
    """Call it off: its bookings are cancelled, its clients are told."""
    by, told = call.by.who, call.circumstances
    return _done(call, class_id, lambda: called_off(call.session, class_id, one_line(query.reason), by, told))


def _done(call: Call, class_id: int, work: Callable[[], None]) -> ClassSession:
    """The class after something was done to it. Raises Problem."""
    one(call, class_id)
    try:
        work()
    except ClassRefused as refused:
        raise _refusal(call, refused) from None
    return one(call, class_id)


def _refusal(call: Call, refused: ClassRefused) -> Problem:
    """Who has a room is told to nobody who sees their own alone; who has the teacher's time is theirs to know."""
    words = str(refused)
    hides = call.by.sees_own_only and words.startswith("no ")
    return Problem(409, "refused", words.partition(":")[0] if hides else words)


def _wall_time(start: datetime, zone: ZoneInfo) -> datetime:
    """As it is scheduled: wall time of the teacher's zone. Raises Problem for one that no schedule can name."""
    if start.second or start.microsecond:
        raise Problem(422, "invalid", "start_at is on a whole minute.")
    at = start.astimezone(zone)
    if at.fold:
        raise Problem(422, "invalid", "That hour comes twice that night, and a class is held in the first.")
    return at.replace(tzinfo=None)
