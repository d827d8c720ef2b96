"""Nobody answered a series in time: all that still waits of it ends at once, and is told of once."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.events import SeriesDecided
from conversations.replies import say
from conversations.rules.policies import AtDeadline
from handlers.advance import advance
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.pending_request import lock_request
from handlers.requests_decided import confirm
from handlers.series_booked import fresh_series
from handlers.tell_coordinator import tell_coordinator
from models.bookings import bookings_of_series
from models.conversations import lock_conversation


def series_unanswered(session: Session, row: Row[Any], circumstances: Circumstances) -> None:
    """The deadline of a series (`row` is one of its bookings, locked) has passed: all that still waits expires, or is
    approved where the policy says so, and the client is told once."""
    now, profile = circumstances.now, circumstances.profiles.current(session)
    waiting = [
        lock_request(session, other.id)
        for other in bookings_of_series(session, row.series_id)
        if other.status is BookingStatus.PENDING and other.decide_by is not None and other.decide_by <= now
    ]
    approves = profile.terms(row.staff_id, row.service_id).at_deadline is AtDeadline.APPROVE
    kept = [one for one in waiting if approves and one.start_at > now]
    lost = [one for one in waiting if one not in kept]
    conversation = lock_conversation(session, row.conversation_id)
    for rows, status in ((kept, BookingStatus.CONFIRMED), (lost, BookingStatus.EXPIRED)):
        for one in rows:
            if status is BookingStatus.CONFIRMED:
                confirm(session, one, one.version, "system", "deadline passed", circumstances, profile)
            else:
                call_off(session, one, one.version, status, "system", "deadline passed", circumstances)
        if rows:
            series = fresh_series(session, row.series_id, profile)
            first, key = series.bookings[0], "series_approved_by_rule" if rows is kept else "series_expired_notice"
            notice = say(key, id=series.id, client=first.client, visits=say("series_all_visits", count=len(rows)))
            tell_coordinator(session, notice, conversation, circumstances, profile, first.id)
            numbers = tuple(series.numbered(one.id) for one in rows)
            advance(session, conversation, SeriesDecided(series, numbers, status), circumstances)
