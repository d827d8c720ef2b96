"""A visit is near, or was: what is said of it, if that is still so."""

from datetime import UTC
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.events import MissedDue, PaymentDue, ReminderDue, ThanksDue
from conversations.flows.notices import client_line
from conversations.replies import say
from conversations.rules.reminders import is_worth_asking
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view, lock_booking
from handlers.tell_coordinator import tell_coordinator
from models.bookings import bookings_of_client
from models.claims import LostRace
from models.conversations import lock_conversation
from models.scheduled_notices import NoticeKind, drop_notice, has_newer_due, postpone_notice, was_said


def upcoming(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Remind the client, and ask whether they will come where they have not been asked. Of several that are due at once
    only the newest is said. One that falls into the quiet hours waits for their end, unless the visit is sooner."""
    row = _as_noticed(session, notice, BookingStatus.CONFIRMED)
    now = circumstances.now
    if row is None or row.start_at <= now or row.opted_out_at is not None or has_newer_due(session, notice, now):
        drop_notice(session, notice.id)
        return
    business = circumstances.profiles.current(session).business
    here = now.astimezone(business.zone)
    later = (business.quiet_hours.over_at(here) if business.quiet_hours is not None else here).astimezone(UTC)
    if later > now:
        if later < row.start_at:
            postpone_notice(session, notice, later)
        else:
            drop_notice(session, notice.id)
        return
    is_open = row.client_confirmed_at is None and not was_said(session, notice, notice.kind)
    asks = is_open and is_worth_asking(row.start_at, notice.due_at, row.reminder_minutes)
    view = fresh_view(session, row.id, circumstances.profiles.current(session))
    advance(session, lock_conversation(session, row.conversation_id), ReminderDue(view, asks), circumstances)


def unconfirmed(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Tell the coordinator of a client who was reminded and has not said that they will come."""
    row = _as_noticed(session, notice, BookingStatus.CONFIRMED)
    if row is None or row.start_at <= circumstances.now or row.client_confirmed_at is not None:
        return
    if not was_said(session, notice, NoticeKind.UPCOMING):
        return
    profile = circumstances.profiles.current(session)
    view = fresh_view(session, row.id, profile)
    reply = say(
        "unconfirmed_notice", id=view.id, client=client_line(view), service=view.service, staff=view.staff,
        when=view.start,
    )  # fmt: skip
    conversation = lock_conversation(session, row.conversation_id)
    tell_coordinator(session, reply, conversation, circumstances, profile, view.id)


def to_be_paid(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Remind the client that a booking waits to be paid, unless what they have is another deadline by now."""
    row, profile = lock_booking(session, notice.booking_id), circumstances.profiles.current(session)
    view = fresh_view(session, row.id, profile)
    if row.opted_out_at is not None or view.payment is None or view.payment.due_at != notice.about:
        drop_notice(session, notice.id)
        return
    if row.conversation_id is not None:
        advance(session, lock_conversation(session, row.conversation_id), PaymentDue(view), circumstances)


def visited(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Thank the client, and invite them to come again, unless they have booked already and there is nowhere to say how
    it was."""
    row = _as_noticed(session, notice, BookingStatus.COMPLETED)
    if row is None or row.opted_out_at is not None:
        return
    profile = circumstances.profiles.current(session)
    if not profile.business.review_link and bookings_of_client(session, row.client_id, circumstances.now, 1):
        return
    event = ThanksDue(fresh_view(session, row.id, profile))
    advance(session, lock_conversation(session, row.conversation_id), event, circumstances)


def missed(session: Session, notice: Row[Any], circumstances: Circumstances) -> None:
    """Write to a client who was not there."""
    row = _as_noticed(session, notice, BookingStatus.NO_SHOW)
    if row is None or row.opted_out_at is not None:
        return
    event = MissedDue(fresh_view(session, row.id, circumstances.profiles.current(session)))
    advance(session, lock_conversation(session, row.conversation_id), event, circumstances)


def _as_noticed(session: Session, notice: Row[Any], status: BookingStatus) -> Row[Any] | None:
    """The booking, locked, where it still is as it was when the notice was planned."""
    try:
        row = lock_booking(session, notice.booking_id)
    except LostRace:
        return None
    is_stale = row.status is not status or row.start_at != notice.about or row.conversation_id is None
    return None if is_stale else row
