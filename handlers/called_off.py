"""A booking comes to an early end: nothing is left of its time, nor of another, and its money goes back."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.payments import RequestStatus
from handlers.circumstances import Circumstances
from handlers.money_returned import money_let_go
from handlers.pending_request import replace_proposal
from handlers.profile import Profile
from models.bookings import BY_CLIENT, move_booking
from models.claims import Holder, let_go


def call_off(
    session: Session,
    row: Row[Any],
    version: int,
    status: BookingStatus,
    who: str,
    why: str,
    circumstances: Circumstances,
) -> int:
    """A booking that was locked is declined, cancelled or expires: nothing is left of its time, nor of another, and
    what was paid goes back, but the fee where the client cancels late. How much does."""
    now = circumstances.now
    values: dict[str, Any] = {"decision_at": now, "decided_by": who}
    if status is BookingStatus.CANCELLED:
        values = {"cancel_reason": why[:500], "cancelled_at": now, "cancelled_by": who}
    elif status is BookingStatus.DECLINED:
        values["decline_reason"] = why[:500]
    replace_proposal(session, row.id, now)
    values["hold_expires_at"] = None
    move_booking(session, row.id, version, row.status, status, who, why, now, decide_by=None, **values)
    let_go(session, Holder.BOOKING, row.id)
    is_own_wish = status is BookingStatus.CANCELLED and who.startswith(BY_CLIENT)
    keep = _late_fee(row, circumstances.profiles.current(session), now) if is_own_wish else 0
    return money_let_go(session, row.id, keep, RequestStatus.CANCELLED, who, why or status.value, now)


def _late_fee(row: Row[Any], profile: Profile, now: datetime) -> int:
    terms = profile.terms(row.staff_id, row.service_id)
    return 0 if terms.leaves_to_client(row.start_at, now) else terms.cancel_fee
