"""Bookings as callers of the API read them: one, and a page of those that fit."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from conversations.booking import BookingView
from handlers.api.caller import Caller
from handlers.profile import Profile
from handlers.views import booking_view
from models.booking_listing import Place, Wanted, listed, waiting
from models.bookings import booking_by_id, bookings_by_ids


def one(session: Session, booking_id: int, caller: Caller, profile: Profile) -> BookingView | None:
    """None where there is none, or it is not theirs to see."""
    row = booking_by_id(session, booking_id)
    if row is None or not caller.may_see(client_id=row.client_id, staff_id=row.staff_id):
        return None
    return booking_view(row, profile)


def page(
    session: Session, wanted: Wanted, behind: Place | None, limit: int, caller: Caller, profile: Profile
) -> tuple[list[BookingView], Place | None]:
    """Those that fit and are theirs to see, soonest first; and where the page behind begins."""
    if caller.is_client:
        wanted = replace(wanted, client_id=caller.client_id)
    elif caller.sees_own_only:
        wanted = replace(wanted, staff_id=caller.staff_id or 0)
    numbers = listed(session, wanted, behind, limit + 1)
    rows = bookings_by_ids(session, numbers[:limit])
    views = [booking_view(rows[number], profile) for number in numbers[:limit]]
    return views, Place(views[-1].start, views[-1].id) if len(numbers) > limit else None


def to_answer(
    session: Session, behind: Place | None, limit: int, caller: Caller, profile: Profile, now: datetime
) -> tuple[list[BookingView], Place | None]:
    """Requests that wait for an answer, and other times that clients wish for, oldest first."""
    rows = waiting(session, now, behind, limit + 1, staff_id=caller.staff_id or 0 if caller.sees_own_only else None)
    found = bookings_by_ids(session, [row.id for row in rows[:limit]])
    views = [booking_view(found[row.id], profile) for row in rows[:limit]]
    return views, Place(rows[limit - 1].since, rows[limit - 1].id) if len(rows) > limit else None
