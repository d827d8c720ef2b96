"""Nobody has paid in time: the booking's time is free again."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.events import PaymentLapsed
from conversations.payments import PaymentStatus, RequestStatus
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.money_moved import ask_no_more
from handlers.money_returned import money_let_go
from handlers.payment_bundles import open_together
from handlers.pending_request import fresh_view, lock_booking, replace_proposal
from models.bookings import booking_by_id, change_booking, move_booking
from models.claims import Holder, let_go
from models.conversations import change_conversation, conversation_by_id, is_taken, is_unanswered, lock_conversation
from models.payments import change_request, living_payments, payments_of_request, request_by_id

PATIENCE = timedelta(hours=1)
"""How long a time is held while a provider that must be asked first does not answer."""
AGAIN = timedelta(minutes=1)


def payment_lapsed(session: Session, request_id: int, circumstances: Circumstances) -> None:
    """The deadline and its grace are over. Where an attempt is still under way, its provider is asked first; where the
    client has sent a proof, or has written to an operator who talks with them now, a person is. What was paid or called
    off in the meantime is left alone."""
    now, request = circumstances.now, request_by_id(session, request_id)
    if request is None:
        return
    row = lock_booking(session, request.booking_id)
    request = request_by_id(session, request_id)
    if request is None or request.status is not RequestStatus.OPEN or request.lapses_at > now:
        return
    living = living_payments(payments_of_request(session, request.id))
    proven = any(payment.status is PaymentStatus.PROOF_SUBMITTED for payment in living)
    asked = any(payment.begun_at is not None and payment.look_at is not None for payment in living)
    undecided = row.status is BookingStatus.PENDING
    disputed = proven or _is_talked_over(session, row, request, now)
    if undecided or (disputed and row.start_at > now) or (asked and now < request.due_at + PATIENCE):
        for one in open_together(session, request):
            _wait(session, one, now)
        return
    if row.status is not BookingStatus.APPROVED:
        ask_no_more(session, request, RequestStatus.CANCELLED, now)
        return
    lost = open_together(session, request)
    for one in reversed(lost):  # the one that leads last: nothing is passed on to what goes as well
        _let_go(session, one, now)
    view = fresh_view(session, row.id, circumstances.profiles.current(session))
    if row.conversation_id is not None:
        conversation = lock_conversation(session, row.conversation_id)
        advance(session, conversation, PaymentLapsed(view, len(lost)), circumstances)


def _is_talked_over(session: Session, booking: Row[Any], request: Row[Any], now: datetime) -> bool:
    """Whether an operator talks with a client who has written since they were asked to pay; they are called to answer,
    where they have not."""
    conversation = conversation_by_id(session, booking.conversation_id) if booking.conversation_id is not None else None
    if conversation is None or not is_taken(conversation, now):
        return False
    heard_at = conversation.last_inbound_at
    if heard_at is None or heard_at <= request.created_at:
        return False
    if not conversation.needs_person and is_unanswered(session, conversation.id):
        change_conversation(session, conversation.id, needs_person=True)
    return True


def _wait(session: Session, request: Row[Any], now: datetime) -> None:
    change_request(session, request, now, lapses_at=now + AGAIN)
    row = booking_by_id(session, request.booking_id)
    if row is not None and row.status is BookingStatus.APPROVED:
        change_booking(session, row.id, row.version, now, hold_expires_at=now + AGAIN)


def _let_go(session: Session, request: Row[Any], now: datetime) -> None:
    row = booking_by_id(session, request.booking_id)
    assert row is not None
    replace_proposal(session, row.id, now)
    move_booking(
        session, row.id, row.version, row.status, BookingStatus.EXPIRED, "system", "not paid in time", now,
        hold_expires_at=None,
    )  # fmt: skip
    let_go(session, Holder.BOOKING, row.id)
    money_let_go(session, row.id, 0, RequestStatus.EXPIRED, "system", "not paid in time", now)
