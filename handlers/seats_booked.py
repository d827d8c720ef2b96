"""Seats of a class: held while a client's YES is asked, booked on it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType
from conversations.business import visit
from conversations.classes import ClassStatus
from conversations.effects import BookSeats, HoldSeats
from conversations.engagements.kinds import Brief
from conversations.events import Booked, Event, SeatsAdded
from conversations.money import Money
from handlers.agreed import agreed
from handlers.bookings_made import client_of, needs_approval
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.free_seats import free_seats
from handlers.intake_kept import answers_so_far, forget_draft
from handlers.payment_asked import ask_for_more, ask_to_pay, stands_as
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.quoted_services import services_for
from models.bookings import add_booking, change_booking, live_booking_in_class
from models.claims import Holder, LostRace, claim_seats, let_go
from models.class_sessions import class_by_id, lock_class
from models.waitlist import seats_taken_otherwise


def hold_seats(
    session: Session, effect: HoldSeats, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Own the seats for as long as the policy lets a client think."""
    now, row = circumstances.now, open_class(session, effect.class_id, circumstances)
    until = now + timedelta(minutes=profile.terms(row.staff_id, row.service_id).hold_minutes)
    if free_seats(session, [row], conversation, now, profile)[row.id] < effect.seats:
        raise LostRace
    let_go(session, Holder.CONVERSATION, conversation.id)
    claim_seats(session, row, effect.seats, Holder.CONVERSATION, conversation.id, now, until)


def book_seats(
    session: Session, effect: BookSeats, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Make the booking and own its seats, both or neither; or add seats to the booking that the client has there."""
    now, client_id = circumstances.now, client_of(session, conversation, circumstances.now)
    row = open_class(session, effect.class_id, circumstances)
    if free_seats(session, [row], conversation, now, profile)[row.id] < effect.seats:
        raise LostRace
    let_go(session, Holder.CONVERSATION, conversation.id)
    booking_id, is_more = book_places(
        session, effect.class_id, effect.seats, client_id, conversation.id, circumstances, profile,
        note=effect.note, attendee=effect.attendee, brief=effect.brief,
    )  # fmt: skip
    if (course := visit((row.service_id,), profile.services)) is not None:
        forget_draft(session, course, conversation.id)
    view = fresh_view(session, booking_id, profile)
    return conversation.id, SeatsAdded(view, effect.seats) if is_more else Booked(view)


def book_places(
    session: Session,
    class_id: int,
    seats: int,
    client_id: int,
    conversation_id: int | None,
    circumstances: Circumstances,
    profile: Profile,
    note: str = "",
    attendee: str = "",
    brief: Brief = (),
) -> tuple[int, bool]:
    """The booking that owns these seats of a class that is locked, and whether it was there before.

    Raises LostRace where fewer are free."""
    now, row = circumstances.now, class_by_id(session, class_id)
    assert row is not None
    terms = profile.terms(row.staff_id, row.service_id)
    if (mine := live_booking_in_class(session, client_id, class_id)) is not None:
        price = mine.price + seats * mine.session_rate
        change_booking(session, mine.id, mine.version, now, seats_reserved=mine.seats_reserved + seats, price=price)
        claim_seats(session, row, seats, Holder.BOOKING, mine.id, now)
        ask_for_more(session, mine.id, profile, now)
        _wait_no_longer(session, client_id, class_id, mine.id, now)
        return mine.id, True
    course = visit((row.service_id,), services_for(session, profile, client_id))
    rate = Money(row.price, row.currency) if course is None else course.price
    asks, price = needs_approval(session, terms, client_id), Money(rate.amount * seats, rate.currency)
    booking_id = add_booking(
        session,
        f"client:{client_id}",
        now,
        booking_type=BookingType.GROUP_SESSION,
        status=BookingStatus.PENDING if asks else stands_as(price, row.staff_id, row.service_id, profile),
        service_id=row.service_id,
        more_service_ids=[],
        staff_id=row.staff_id,
        client_id=client_id,
        conversation_id=conversation_id,
        class_session_id=class_id,
        seats_reserved=seats,
        session_type="group",
        preferred_datetime=row.start_at,
        start_at=row.start_at,
        end_at=row.end_at,
        confirmed_datetime=None if asks else row.start_at,
        timezone=row.timezone,
        requires_approval=asks,
        price=price.amount,
        currency=price.currency,
        session_rate=rate.amount,
        decide_by=deadline(profile, row.staff_id, row.service_id, row.start_at, now) if asks else None,
        client_note=note,
        attendee=attendee[:120],
        is_video_call=bool(row.meeting_link),
        meeting_provider=row.meeting_provider,
        meeting_link=row.meeting_link,
        meeting_passcode=row.meeting_passcode,
        intake_answers=answers_so_far(session, course, conversation_id)
        if course is not None and conversation_id is not None
        else {},
        page_token=circumstances.new_token(),
        engagement=course.engagement if course is not None else "",
        brief=dict(brief),
        **(agreed(session, course, client_id) if course is not None else {}),
    )
    claim_seats(session, row, seats, Holder.BOOKING, booking_id, now)
    _wait_no_longer(session, client_id, class_id, booking_id, now)
    ask_to_pay(session, booking_id, circumstances, profile)
    plan_reminders_of_request(session, booking_id, profile, now)
    return booking_id, False


def _wait_no_longer(session: Session, client_id: int, class_id: int, booking_id: int, now: datetime) -> None:
    """Whoever waited for the class has what they waited for."""
    entry_id = seats_taken_otherwise(session, client_id, class_id, booking_id, now)
    if entry_id is not None:
        let_go(session, Holder.OFFER, entry_id)


def open_class(session: Session, class_id: int, circumstances: Circumstances) -> Row[Any]:
    """A class that may still be booked, LOCKED. Raises LostRace where it may not."""
    row = lock_class(session, class_id)
    if row is None or row.status is not ClassStatus.SCHEDULED or row.start_at <= circumstances.now:
        raise LostRace
    return row
