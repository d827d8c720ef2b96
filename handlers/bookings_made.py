"""A client's time: held while their YES is asked, booked on it, moved to another wish while it still waits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingType
from conversations.business import Service, visit
from conversations.effects import AddNote, Book, ChangeWish, Hold
from conversations.events import Booked, Event, WishChanged
from conversations.replies import say
from conversations.rules.policies import Approval, Terms
from handlers.agreed import agreed
from handlers.circumstances import Circumstances
from handlers.deadlines_set import deadline, plan_reminders_of_request
from handlers.intake_kept import answers_so_far, forget_draft
from handlers.payment_asked import ask_to_pay, stands_as
from handlers.pending_request import fresh_view, lock_request, replace_proposal
from handlers.profile import Profile
from handlers.quoted_services import services_for
from handlers.tell_coordinator import tell_coordinator
from handlers.time_owned import keep_within_caps, own_time, own_what_was_held, service_of
from models.booking_series import own_series, put_into_series
from models.bookings import add_booking, change_booking, has_kept_booking, open_proposal
from models.claims import Holder, LostRace, hand_over, let_go
from models.clients import client_for
from models.conversations import change_conversation

LONGEST_NOTE = 2000


def hold(
    session: Session, effect: Hold, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Own the time for as long as the policy lets a client think."""
    now, terms = circumstances.now, profile.terms(effect.staff_id, effect.service_ids[0])
    let_go(session, Holder.CONVERSATION, conversation.id)
    beside: tuple[tuple[Holder, int], ...] = ()
    if effect.changing is not None:
        proposal = open_proposal(session, effect.changing)
        beside = ((Holder.BOOKING, effect.changing),)
        beside += ((Holder.PROPOSAL, proposal.id),) if proposal is not None else ()
    offered = services_for(session, profile, conversation.client_id, conversation.address)
    service, until = visit_of(offered, effect.service_ids), now + timedelta(minutes=terms.hold_minutes)
    holder = Holder.CONVERSATION, conversation.id
    own_time(session, profile, service, effect.staff_id, effect.start, *holder, now, until, beside)


def book(
    session: Session, effect: Book, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Make the booking and own its time, both or neither."""
    now, terms = circumstances.now, profile.terms(effect.staff_id, effect.service_ids[0])
    client_id = client_of(session, conversation, now)
    service = visit_of(services_for(session, profile, client_id), effect.service_ids)
    asks = needs_approval(session, terms, client_id)
    start = effect.start.astimezone(UTC)
    series_id = own_series(session, effect.series_id, client_id)
    decide_by = deadline(profile, effect.staff_id, service.id, start, now) if asks else None
    booking_id = book_start(
        session, service, effect.service_ids, effect.staff_id, start, client_id, conversation, circumstances, profile,
        requires_approval=asks, decide_by=decide_by, client_note=effect.note, attendee=effect.attendee[:120],
        series_id=series_id, brief=dict(effect.brief),
    )  # fmt: skip
    if series_id is not None:
        put_into_series(session, series_id, booking_id, start)
    forget_draft(session, service, conversation.id)
    ask_to_pay(session, booking_id, circumstances, profile)
    plan_reminders_of_request(session, booking_id, profile, now, is_new=True)
    return conversation.id, Booked(fresh_view(session, booking_id, profile))


def book_start(
    session: Session,
    service: Service,
    service_ids: tuple[int, ...],
    staff_id: int,
    start: datetime,
    client_id: int,
    conversation: Row[Any],
    circumstances: Circumstances,
    profile: Profile,
    *,
    requires_approval: bool,
    **more: Any,
) -> int:
    """A booking from `start` (UTC) with its time owned; `more` are columns of its own.

    Raises LostRace where any of that time is somebody else's."""
    now = circumstances.now
    own = Holder.CONVERSATION, conversation.id
    keep_within_caps(session, profile, service, staff_id, start, now, own)
    # The cells first: where many want one time, PostgreSQL's exclusion constraint would let them wait for each other.
    owned = own_what_was_held(session, profile, service, staff_id, start, *own, now)
    booking_id = add_booking(
        session,
        f"client:{client_id}",
        now,
        booking_type=BookingType.ONE_ON_ONE,
        status=BookingStatus.PENDING if requires_approval else stands_as(service.price, staff_id, service.id, profile),
        service_id=service.id,
        more_service_ids=list(service_ids[1:]),
        staff_id=staff_id,
        client_id=client_id,
        conversation_id=conversation.id,
        session_type=service.session_type,
        is_video_call=service.is_video,
        preferred_datetime=start,
        start_at=start,
        end_at=start + timedelta(minutes=service.minutes),
        confirmed_datetime=None if requires_approval else start,
        timezone=profile.business.zone.key,
        requires_approval=requires_approval,
        price=service.price.amount,
        currency=service.price.currency,
        session_rate=service.price.amount,
        intake_answers=answers_so_far(session, service, conversation.id),
        page_token=circumstances.new_token(),
        engagement=service.engagement,
        **agreed(session, service, client_id),
        **more,
    )
    hand_over(session, *own, Holder.BOOKING, booking_id, owned)
    return booking_id


def change_wish(
    session: Session, effect: ChangeWish, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """A booking that still waits asks for another time: let the old one go and own the new one, in one step."""
    now = circumstances.now
    row = lock_request(session, effect.booking_id)
    start, length = effect.start.astimezone(UTC), row.end_at - row.start_at
    replace_proposal(session, effect.booking_id, now)
    let_go(session, Holder.CONVERSATION, conversation.id)
    let_go(session, Holder.BOOKING, effect.booking_id)
    service = service_of(row, profile)
    own_time(session, profile, service, effect.staff_id, start, Holder.BOOKING, effect.booking_id, now)
    change_booking(
        session, effect.booking_id, row.version, now,
        staff_id=effect.staff_id, preferred_datetime=start, start_at=start, end_at=start + length,
        decide_by=deadline(profile, effect.staff_id, row.service_id, start, now),
    )  # fmt: skip
    plan_reminders_of_request(session, effect.booking_id, profile, now)
    return conversation.id, WishChanged(fresh_view(session, effect.booking_id, profile))


def add_note(
    session: Session, effect: AddNote, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """Keep what the client says of a booking behind what they said before, and tell the coordinator."""
    found = fresh_view(session, effect.booking_id, profile)
    note = f"{found.note}; {effect.note}" if found.note else effect.note
    change_booking(session, found.id, found.version, circumstances.now, client_note=note[:LONGEST_NOTE])
    reply = say("note_added", id=found.id, client=found.client, note=effect.note)
    tell_coordinator(session, reply, conversation, circumstances, profile, found.id)


def visit_of(services: Sequence[Service], service_ids: tuple[int, ...]) -> Service:
    """What is booked, as one. Raises LostRace where a service was taken off the list while the client was deciding."""
    found = visit(service_ids, services)
    if found is None:
        raise LostRace
    return found


def needs_approval(session: Session, terms: Terms, client_id: int) -> bool:
    """Whether these terms want a coordinator's word for this client's wish."""
    match terms.requires_approval:
        case Approval.YES:
            return True
        case Approval.NO:
            return False
        case Approval.NEW_CLIENTS:
            return not has_kept_booking(session, client_id)


def client_of(session: Session, conversation: Row[Any], now: datetime) -> int:
    """The conversation's client; made now for a coordinator who books for themselves."""
    if conversation.client_id is not None:
        return int(conversation.client_id)
    phone = conversation.address if conversation.address.startswith("+") else None
    client_id = client_for(session, phone, "", now)
    change_conversation(session, conversation.id, client_id=client_id)
    return client_id
