"""One booking with all that is known of it, as operators read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.business import Money
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.profile import Profile
from handlers.views import booking_view
from models.booking_listing import engagement_of
from models.bookings import booking_by_id, bookings_of_series, transitions_of
from models.payments import payments_of_booking
from models.refunds import on_their_way


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a booking's status."""

    before: BookingStatus | None
    after: BookingStatus
    who: str
    """The name of a coordinator or operator, "the client", "the desk"."""
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Paid:
    """One attempt to pay for it."""

    id: int
    request_id: int | None
    status: PaymentStatus
    method: PaymentMethod
    amount: Money
    received: Money
    refunded: Money
    """What has gone back; `returning` is still to."""
    returning: Money
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is known of one booking."""

    view: BookingView
    seat: str
    """What was wanted of it beside its service ("2 seats"); "" for one person's time."""
    changes: tuple[Change, ...]
    payments: tuple[Paid, ...]
    siblings: tuple[BookingView, ...]
    """The other visits of its series."""
    engagement_id: int | None
    created_at: datetime
    decide_by: datetime | None
    session_notes: str
    proof: str
    attendance: str


def shown_of(session: Session, booking_id: int, profile: Profile) -> Shown | None:
    """None where there is no such booking."""
    row = booking_by_id(session, booking_id)
    if row is None:
        return None
    attempts = payments_of_booking(session, booking_id)
    returning = on_their_way(session, [one.id for one in attempts])
    others = bookings_of_series(session, row.series_id) if row.series_id is not None else []
    return Shown(
        view=booking_view(row, profile),
        seat=f"{row.seats_reserved} seat{'s' if row.seats_reserved > 1 else ''}" if row.class_session_id else "",
        changes=tuple(_change(one, profile) for one in transitions_of(session, booking_id)),
        payments=tuple(_paid(one, returning.get(one.id, 0)) for one in attempts),
        siblings=tuple(booking_view(one, profile) for one in others if one.id != booking_id),
        engagement_id=engagement_of(session, booking_id), created_at=row.created_at, decide_by=row.decide_by,
        session_notes=row.session_notes, proof=row.session_proof, attendance=row.attendance,
    )  # fmt: skip


def _change(row: Row[Any], profile: Profile) -> Change:
    whose = {"client": "the client", "system": "the desk"}
    who = profile.called(row.who) or whose.get(row.who.partition(":")[0], row.who)
    before = BookingStatus(row.before) if row.before is not None else None
    return Change(before, BookingStatus(row.after), who, row.why, row.at)


def _paid(row: Row[Any], returning: int) -> Paid:
    return Paid(
        row.id, row.request_id, PaymentStatus(row.status), PaymentMethod(row.method), Money(row.amount, row.currency),
        Money(row.received, row.currency), Money(row.refunded - returning, row.currency),
        Money(returning, row.currency), row.transaction_id or row.proof, row.paid_at or row.created_at,
    )  # fmt: skip
