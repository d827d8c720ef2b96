"""Time that is kept free of bookings without being booked: held for an answer, offered, or busy in another calendar."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from conversations.rules.cells import cells
from models.bookings import proposals
from models.claims import LONGEST_CELLS, Holder, Scarce, stretches

HOLDS = (Holder.PROPOSAL, Holder.CONVERSATION, Holder.OFFER, Holder.CALENDAR)


def times_held(
    session: Session, staff_ids: Sequence[int], start: datetime, end: datetime, now: datetime, limit: int
) -> Sequence[Row[Any]]:
    """`staff_id`, `holder`, `start_at`, `end_at` of what touches [start, end), soonest first; `booking_id` of the
    booking for which another time is proposed, else None."""
    own, window = stretches.c, cells(start, end)
    statement: Select[Any] = (
        select(own.scarce_id.label("staff_id"), own.holder, own.start_at, own.end_at, proposals.c.booking_id)
        .outerjoin(proposals, and_(own.holder == Holder.PROPOSAL, proposals.c.id == own.holder_id))
        .where(
            own.scarce == Scarce.STAFF, own.scarce_id.in_(staff_ids),
            own.first_cell > window.start - LONGEST_CELLS, own.first_cell < window.stop, own.end_cell > window.start,
            own.holder.in_(HOLDS), or_(own.live_until.is_(None), own.live_until > now),
        )
        .order_by(own.start_at, own.id)
        .limit(limit)
    )  # fmt: skip
    return session.execute(statement).all()
