"""A booking, or a request that still waits for its answer: taken in hand under lock, read afresh, its open proposal put
away."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView, ProposalStatus
from handlers.profile import Profile
from handlers.views import booking_view
from models.bookings import booking_by_id, end_proposal, lock_row, open_proposal
from models.claims import Holder, LostRace, let_go
from models.conversations import lock_conversation
from models.payments import payment_by_id


def lock_request(session: Session, booking_id: int) -> Row[Any]:
    """A booking that is still pending, as lock_booking(). Raises LostRace where it is pending no longer."""
    row = lock_booking(session, booking_id)
    if row.status is not BookingStatus.PENDING:
        raise LostRace
    return row


def lock_booking(session: Session, booking_id: int) -> Row[Any]:
    """A booking, with its client's conversation locked first, as in a client's own turn, so that the two never wait for
    each other; where it has none, itself. As it is once that is had. Raises LostRace where there is none."""
    row = booking_by_id(session, booking_id)
    if row is not None:
        if row.conversation_id is not None:
            lock_conversation(session, row.conversation_id)
        else:
            lock_row(session, booking_id)
        row = booking_by_id(session, booking_id)
    if row is None:
        raise LostRace
    return row


def lock_payment(session: Session, payment_id: int) -> Row[Any]:
    """A payment that is there, with its booking locked first."""
    row = payment_by_id(session, payment_id)
    if row is not None and row.booking_id is not None:
        lock_booking(session, row.booking_id)
        row = payment_by_id(session, payment_id)
    assert row is not None
    return row


def replace_proposal(session: Session, booking_id: int, now: datetime) -> None:
    """Something else has taken the place of the open proposal, if there is one: let its time go."""
    proposal = open_proposal(session, booking_id)
    if proposal is not None:
        end_proposal(session, proposal.id, ProposalStatus.REPLACED, now)
        let_go(session, Holder.PROPOSAL, proposal.id)


def fresh_view(session: Session, booking_id: int, profile: Profile) -> BookingView:
    """The booking as it now stands in this transaction."""
    row = booking_by_id(session, booking_id)
    assert row is not None
    return booking_view(row, profile)
