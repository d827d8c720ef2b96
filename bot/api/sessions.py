"""Bookings: asked for, read, called off, moved; and what staff decide and do about them. Older clients call them
sessions."""

from typing import Annotated

from pydantic import Field

from bot.api.bookings_written import Booking, written
from bot.api.deeds import done
from bot.api.endpoint import CLIENTS, EVERYBODY, READERS, STAFF, Call, endpoint
from bot.api.problems import Problem, missing
from bot.api.values import Amount, Id, Input, Moment, Page, PageAsked, Text, Words, cursor, moment_behind
from bot.api.wishes import EMAIL, PHONE, asked_for, client_named
from conversations.booking import BookingStatus
from conversations.events import SeatsAsked, VisitAsked
from conversations.flows.standing import STANDING
from conversations.money import major_units
from handlers.api import bookings_read
from handlers.api.deeds import one_line
from handlers.api.wishes import cancel_fee
from handlers.page_asked import Outcome, cancel_wished, time_wished
from handlers.pending_request import lock_booking
from models.booking_listing import Place, Wanted

Note = Annotated[Text, Field(max_length=2000)]


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


class Asked(Input):
    """A wish. Either services with a start, or seats in a class session. `client` is for staff and operators, who ask
    for somebody else."""

    service_ids: list[Id] = Field([], max_length=6)
    service_id: Id | None = None
    staff_id: Id | None = None
    start_at: Moment | None = None
    class_session_id: Id | None = None
    seats: int = Field(1, ge=1, le=100)
    note: Note = ""
    attendee: Words = ""
    agreed: list[Words] = Field([], max_length=10, description="versions of agreements that the client says yes to")
    name: Annotated[Text, Field(max_length=80)] = ""
    email: Annotated[str, Field(pattern=EMAIL, max_length=254)] | None = None
    client_phone: Annotated[str, Field(pattern=PHONE)] | None = None


class Instant(Input):
    """A session that begins now."""

    client_phone: Annotated[str, Field(pattern=PHONE)]
    name: Annotated[Text, Field(max_length=80)] = ""
    service_id: Id
    staff_id: Id


class Said(Input):
    """Words beside a decision."""

    note: Words = ""


class Reason(Input):
    reason: Words = ""


class Cancelled(Reason):
    accept_fee: bool = Field(False, description="of a client: that it costs the policy's fee")


class NewTime(Input):
    """Another time. Of a request, staff offer it and the client answers; of what stands, it is moved."""

    start_at: Moment
    reason: Words = ""


class Proof(Input):
    """How a client shows that they paid: the reference of their transfer."""

    reference: Annotated[Text, Field(min_length=3, max_length=120)]


class Verified(Input):
    """Money that came. `amount` in minor units; left out, it is what is owed."""

    amount: int | None = Field(None, ge=1, le=10**12)
    reference: Annotated[Text, Field(max_length=60)] = ""


class Link(Input):
    """Where a video session is held."""

    link: Annotated[str, Field(pattern=r"^https?://[^\s/?#;]+\.[^\s;]+$", max_length=500)]
    passcode: Annotated[str, Field(pattern=r"^[^\s;]*$", max_length=80)] = ""


def _lock(call: Call, booking_id: int) -> None:
    """Only what is theirs to see: nobody keeps others waiting by a number."""
    one(call, booking_id)
    lock_booking(call.session, booking_id)


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


@endpoint("POST", "/api/sessions/request", CLIENTS | STAFF, status=201, location="/api/sessions/{id}", problems=(404,))
def request(call: Call, body: Asked) -> Booking:
    """Ask for a visit, or for seats in a class, as by text: pending where the policy wants approval, else confirmed.

    A time that cannot be had is refused with the reason in `code` and the nearest free starts in `alternatives`."""
    room = client_named(call, body.client_phone, body.name, body.staff_id)
    services = tuple(body.service_ids) or ((body.service_id,) if body.service_id is not None else ())
    about = {
        "note": body.note, "attendee": body.attendee, "agreed": tuple(body.agreed), "name": body.name,
        "email": body.email or "",
    }  # fmt: skip
    if body.class_session_id is not None and not services and body.start_at is None:
        return one(call, asked_for(call, room, SeatsAsked(body.class_session_id, body.seats, **about)))  # type: ignore[arg-type]
    if body.class_session_id is not None or not services or body.start_at is None:
        raise Problem(422, "invalid", "Name services and a start, or a class session.")
    return one(call, asked_for(call, room, VisitAsked(services, body.staff_id, body.start_at, **about)))  # type: ignore[arg-type]


@endpoint("POST", "/api/sessions", CLIENTS | STAFF, status=201, location="/api/sessions/{id}", problems=(404,),
          deprecated=True)  # fmt: skip
def request_by_older_name(call: Call, body: Asked) -> Booking:
    """The older name of `POST /api/sessions/request`."""
    return request(call, body)


@endpoint("POST", "/api/sessions/instant", STAFF, status=201, location="/api/sessions/{id}", problems=(404,))
def instant(call: Call, body: Instant) -> Booking:
    """A session with a client who is here: booked for now, confirmed and begun."""
    if call.by.sees_own_only and body.staff_id != call.by.staff_id:
        raise missing("staff member")
    words = _walk_in(call, body)
    before = _newest(call)
    done(call, words)
    made = _made_since(call, before)
    done(call, f"START {made}", part="start")
    return one(call, made)


@endpoint("DELETE", "/api/sessions/{booking_id}", CLIENTS | STAFF, represents=one, lock=_lock, also=(202,))
def cancel(call: Call, booking_id: int, query: Cancelled) -> Booking:
    """Call it off.

    A client may within the policy's window. Later it costs the policy's fee, which they accept by `accept_fee`, or it
    is passed on to the coordinator: answered with 202, and standing until they decide."""
    found = one(call, booking_id)
    if not call.by.is_client:
        word = "DECLINE" if found.status is BookingStatus.PENDING else "CANCEL"
        return _commanded(call, f"{word} {booking_id} {one_line(query.reason)}", booking_id)
    fee = cancel_fee(call.session, booking_id, call.circumstances)
    if fee is not None and not query.accept_fee:
        raise Problem(409, "costs_a_fee", "To call it off now costs a fee.", fee=Amount.of(fee).model_dump())
    is_open = found.status in STANDING and found.start_at > call.circumstances.now
    outcome = cancel_wished(call.session, booking_id, found.version, call.circumstances)
    if outcome is Outcome.UNCHANGED and is_open:
        call.status = 202
        return one(call, booking_id)
    _refuse_unless_done(outcome, "stands_no_longer", "It is over, or was called off before.")
    return one(call, booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/time", CLIENTS | STAFF, represents=one, lock=_lock)
def move(call: Call, booking_id: int, body: NewTime) -> Booking:
    """Another time for it."""
    found = one(call, booking_id)
    if call.by.is_client:
        outcome = time_wished(call.session, booking_id, found.version, body.start_at, call.circumstances)
        _refuse_unless_done(outcome, "not_free", "It cannot be moved to this time.")
        return one(call, booking_id)
    at = body.start_at.astimezone(found.start_at.tzinfo)
    word = "MODIFY" if found.status is BookingStatus.PENDING else "MOVE"
    words = one_line(body.reason, is_single=True)
    return _commanded(call, f"{word} {booking_id} {at:%Y-%m-%d %H:%M} {words}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/approve", STAFF, represents=one, lock=_lock)
def approve(call: Call, booking_id: int, body: Said) -> Booking:
    """Approve a request: confirmed, or approved where it is to be paid; or accept the client's other time."""
    return _commanded(call, f"APPROVE {booking_id} {one_line(body.note)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/decline", STAFF, represents=one, lock=_lock)
def decline(call: Call, booking_id: int, body: Reason) -> Booking:
    """Decline a request. The client gets the reason, and other times."""
    return _commanded(call, f"DECLINE {booking_id} {one_line(body.reason)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/verify-payment", STAFF, represents=one, lock=_lock)
def verify_payment(call: Call, booking_id: int, body: Verified) -> Booking:
    """Money came for it: what is owed, or this amount."""
    found, amount = one(call, booking_id), body.amount
    if body.reference and amount is None:  # what stands first behind PAID is an amount, where it may be one
        amount = _owed(found)
    said = f"{major_units(amount, found.price.currency)} {found.price.currency}" if amount is not None else ""
    return _commanded(call, f"PAID {booking_id} {said} {one_line(body.reference, is_single=True)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/link", STAFF, represents=one, lock=_lock)
def link(call: Call, booking_id: int, body: Link) -> Booking:
    """Hold it over video, by this link; the client reads it at once where it is confirmed."""
    return _commanded(call, f"LINK {booking_id} {body.link} {body.passcode}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/start-call", STAFF, represents=one, lock=_lock)
def start_call(call: Call, booking_id: int) -> Booking:
    """The session begins."""
    return _commanded(call, f"START {booking_id}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/end-call", STAFF, represents=one, lock=_lock)
def end_call(call: Call, booking_id: int, body: Said) -> Booking:
    """The session is over; its length is kept."""
    return _commanded(call, f"END {booking_id} {one_line(body.note)}", booking_id)


@endpoint("PUT", "/api/sessions/{booking_id}/no-show", STAFF, represents=one, lock=_lock)
def no_show(call: Call, booking_id: int) -> Booking:
    """The client did not come."""
    return _commanded(call, f"NOSHOW {booking_id}", booking_id)


@endpoint("POST", "/api/sessions/{booking_id}/complete", STAFF, represents=one, lock=_lock)
def complete(call: Call, booking_id: int, body: Said) -> Booking:
    """It took place."""
    return _commanded(call, f"DONE {booking_id} {one_line(body.note)}", booking_id)


@endpoint("POST", "/api/sessions/{booking_id}/note", STAFF, represents=one, lock=_lock)
def note(call: Call, booking_id: int, body: Said) -> Booking:
    """A note of the staff's own, which the client never reads."""
    if not body.note:
        raise Problem(422, "invalid", "A note has words.")
    return _commanded(call, f"NOTE {booking_id} {one_line(body.note, is_single=True)}", booking_id)


def _commanded(call: Call, words: str, booking_id: int) -> Booking:
    """The booking after a command about it."""
    one(call, booking_id)
    done(call, words.strip())
    return one(call, booking_id)


def _owed(found: Booking) -> int:
    """In minor units. Raises Problem where nothing is."""
    owed = found.price.amount if found.payment is None else found.payment.asked.amount - found.payment.paid.amount
    if owed <= 0:
        raise Problem(409, "nothing_to_pay", "Nothing is left to pay for it.")
    return owed


def _refuse_unless_done(outcome: Outcome, code: str, words: str) -> None:
    if outcome is Outcome.UNCHANGED:
        raise Problem(409, code, words)
    if outcome is not Outcome.DONE:
        raise Problem(409, "raced", "It has changed meanwhile. Read it again.")


def _cursor(last: Place | None) -> str | None:
    return cursor(last.at.isoformat(), last.id) if last is not None else None


def _walk_in(call: Call, body: Instant) -> str:
    from handlers.console.booked_by_hand import ByHand, in_words

    wish = ByHand(body.client_phone, body.name, body.service_id, body.staff_id, "", "")
    profile = call.profile
    if body.service_id not in {s.id for s in profile.services} or body.staff_id not in {s.id for s in profile.staff}:
        raise missing("service or staff member")
    return f"{in_words(wish, profile)} now"


def _newest(call: Call) -> int:
    from models.booking_listing import newest_transition

    return newest_transition(call.session)


def _made_since(call: Call, transition_id: int) -> int:
    from models.booking_listing import booked_since

    made = booked_since(call.session, transition_id, f"operator:{call.by.who.id}")
    if made is None:
        raise Problem(409, "refused", "It was not booked.")
    return made
