"""Several bookings of one series are confirmed, declined, cancelled or moved at once."""

from datetime import UTC
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus
from conversations.effects import DecideSeries, MoveSeries
from conversations.events import Event, SeriesDecided, SeriesMoved
from conversations.money import Money
from handlers.bookings_changed import lock_as_read
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.pending_request import replace_proposal
from handlers.profile import Profile
from handlers.requests_decided import confirm, decider
from handlers.series_booked import fresh_series
from handlers.time_owned import own_time, service_of
from models.bookings import change_booking
from models.claims import Holder, let_go


def decide(
    session: Session, effect: DecideSeries, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """Raises LostRace where any of them has changed since it was read."""
    rows = [lock_as_read(session, number, version) for number, version in effect.bookings]
    who = f"client:{rows[0].client_id}" if effect.by_client else decider(conversation, profile)
    returned = 0
    for row in rows:
        if effect.status is BookingStatus.CONFIRMED:
            confirm(session, row, row.version, who, effect.words, circumstances, profile)
        else:
            returned += call_off(session, row, row.version, effect.status, who, effect.words, circumstances)
    if rows[0].conversation_id is None:
        return None
    series = fresh_series(session, effect.series_id, profile)
    numbers = tuple(series.numbered(row.id) for row in rows)
    return rows[0].conversation_id, SeriesDecided(
        series, numbers, effect.status, effect.words, effect.by_client, Money(returned, rows[0].currency)
    )


def move(
    session: Session, effect: MoveSeries, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> tuple[int, Event] | None:
    """All of the old time is let go before any of the new is owned, so that one may take another's place.

    Raises LostRace where any of it is somebody else's, or a booking has changed since it was read."""
    now = circumstances.now
    rows = [(lock_as_read(session, one, version), start.astimezone(UTC)) for one, version, start in effect.bookings]
    let_go(session, Holder.CONVERSATION, conversation.id)
    for row, _ in rows:
        replace_proposal(session, row.id, now)
        let_go(session, Holder.BOOKING, row.id)
    for row, start in sorted(rows, key=lambda each: each[1]):
        own_time(session, profile, service_of(row, profile), row.staff_id, start, Holder.BOOKING, row.id, now)
        confirmed = start if row.confirmed_datetime is not None else None
        values = {"preferred_datetime": start} if row.status is BookingStatus.PENDING else {}
        change_booking(
            session, row.id, row.version, now, start_at=start, end_at=start + (row.end_at - row.start_at),
            confirmed_datetime=confirmed, client_confirmed_at=None, **values,
        )  # fmt: skip
    conversation_id = rows[0][0].conversation_id
    if conversation_id is None:
        return None
    series = fresh_series(session, effect.series_id, profile)
    numbers = tuple(series.numbered(row.id) for row, _ in rows)
    return conversation_id, SeriesMoved(series, numbers, effect.by_client)
