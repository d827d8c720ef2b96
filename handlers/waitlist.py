"""A client's word about a waiting line: to wait for a class, to leave, to take what is offered or to let it pass. A
coordinator's: to offer it out of turn."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus, WaitlistStatus
from conversations.effects import AcceptOffer, DeclineOffer, JoinWaitlist, LeaveWaitlist, OfferByHand
from conversations.events import Event, OfferGone, OfferTaken, WaitlistJoined
from conversations.rules.transitions import LIVE
from handlers import waitlist_times
from handlers.bookings_made import client_of
from handlers.circumstances import Circumstances
from handlers.free_seats import free_seats
from handlers.offers_kept import end, fresh_place, let_pass, offer_seats
from handlers.pending_request import fresh_view
from handlers.place_taken import take_place
from handlers.profile import Profile
from handlers.seats_booked import book_places, open_class
from models.claims import AT_ONCE, Holder, LostRace, let_go, seats_held
from models.class_sessions import lock_class, look_at_class
from models.conversations import lock_conversation
from models.waitlist import change_entry, entry_at, entry_by_id, was_accepted


def join(
    session: Session, effect: JoinWaitlist, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """A place at the end of the line; who is in it keeps theirs. Raises LostRace where there is room by now."""
    now, client_id = circumstances.now, client_of(session, conversation, circumstances.now)
    row = open_class(session, effect.class_id, circumstances)
    entry = entry_at(session, client_id, row.id, row.service_id)
    if entry is not None and entry.status is WaitlistStatus.OFFERED:
        raise LostRace
    if free_seats(session, [row], conversation, now, profile)[row.id] >= effect.seats:
        raise LostRace
    entry_id, is_new = take_place(
        session, entry, now, client_id=client_id, class_session_id=row.id, service_id=row.service_id, staff_id=0,
        wanted="", conversation_id=conversation.id, seats=effect.seats, wanted_from=row.start_at,
        wanted_until=row.end_at,
    )  # fmt: skip
    look_at_class(session, row.id, AT_ONCE)
    return conversation.id, WaitlistJoined(fresh_place(session, entry_id, profile), is_new)


def leave(session: Session, effect: LeaveWaitlist, conversation: Row[Any], circumstances: Circumstances) -> None:
    """What is held for one of these places goes to the next."""
    for entry_id in sorted(effect.place_ids):
        entry = entry_by_id(session, entry_id)
        if entry is None or entry.client_id != conversation.client_id:
            continue
        if entry.class_session_id:
            lock_class(session, entry.class_session_id)
            look_at_class(session, entry.class_session_id, AT_ONCE)
        end(session, entry, WaitlistStatus.LEFT, circumstances.now)


def accept(
    session: Session, effect: AcceptOffer, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """Book what was offered. Too late, it is booked where it is still free; else the place is kept. The same YES again
    gives the same booking."""
    entry = _own(session, effect.place_id, conversation)
    if entry.class_session_id:
        lock_class(session, entry.class_session_id)
        entry = _own(session, effect.place_id, conversation)
    if entry.status is WaitlistStatus.ACCEPTED and entry.booking_id is not None:
        booked = fresh_view(session, entry.booking_id, profile)
        if booked.status in LIVE:
            return conversation.id, OfferTaken(booked, is_new=False)
    if not entry.class_session_id:
        return waitlist_times.accept(session, entry, conversation, circumstances, profile)
    now, row = circumstances.now, lock_class(session, entry.class_session_id)
    assert row is not None
    let_go(session, Holder.OFFER, entry.id)
    look_at_class(session, row.id, AT_ONCE)
    free = row.capacity - seats_held(session, [row.id], now).get(row.id, 0)
    if row.status is not ClassStatus.SCHEDULED or row.start_at <= now or free < entry.seats:
        change_entry(session, entry.id, (WaitlistStatus.OFFERED,), status=WaitlistStatus.WAITING)
        return conversation.id, OfferGone(fresh_place(session, entry.id, profile))
    booking_id, is_more = book_places(
        session, row.id, entry.seats, entry.client_id, conversation.id, circumstances, profile
    )
    was_accepted(session, entry.id, booking_id, now)
    return conversation.id, OfferTaken(fresh_view(session, booking_id, profile), seats=entry.seats if is_more else 0)


def decline(session: Session, effect: DeclineOffer, conversation: Row[Any]) -> None:
    """The next in line gets it; the place is kept."""
    entry = _own(session, effect.place_id, conversation)
    if entry.class_session_id:
        lock_class(session, entry.class_session_id)
        entry = _own(session, effect.place_id, conversation)
    if entry.status is not WaitlistStatus.OFFERED:
        return
    let_pass(session, entry)
    if entry.class_session_id:
        look_at_class(session, entry.class_session_id, AT_ONCE)


def offer_by_hand(
    session: Session, effect: OfferByHand, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event]:
    """To this place first, where there is room for it. Raises LostRace where there is none by now."""
    entry = entry_by_id(session, effect.place_id)
    if entry is None or entry.conversation_id is None:
        raise LostRace
    if entry.conversation_id != conversation.id:
        lock_conversation(session, entry.conversation_id)
    row = lock_class(session, entry.class_session_id) if entry.class_session_id else None
    entry = entry_by_id(session, effect.place_id)
    if entry is None or entry.status is not WaitlistStatus.WAITING:
        raise LostRace
    if row is not None:
        look_at_class(session, row.id, AT_ONCE)
        return entry.conversation_id, offer_seats(session, row, entry, circumstances, profile)
    found = waitlist_times.free_start(session, entry, circumstances.now, profile, let_pass_before=True)
    if found is None:
        raise LostRace
    return entry.conversation_id, waitlist_times.offer_start(session, entry, found, circumstances, profile)


def _own(session: Session, entry_id: int, conversation: Row[Any]) -> Row[Any]:
    """A place of this client. Raises LostRace where it is none."""
    entry = entry_by_id(session, entry_id)
    if entry is None or entry.client_id != conversation.client_id:
        raise LostRace
    return entry
