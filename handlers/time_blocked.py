"""Time was taken out of the calendar or given back; a day was given up, with all that was booked in it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.effects import BlockTime, ClearTime, UnblockTime
from conversations.events import DayCleared, Event
from handlers.bookings_changed import call_off, lock_as_read
from handlers.circumstances import Circumstances
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.blocks import add_block, blocks_between, remove_block


def block(
    session: Session, effect: BlockTime, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """A block each. What is blocked already is not blocked twice: the same command again changes nothing."""
    _block(
        session,
        effect.staff_ids,
        effect.start,
        effect.end,
        effect.reason,
        decider(conversation, profile),
        circumstances,
    )


def unblock(
    session: Session, effect: UnblockTime, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """What reaches beyond the stretch stays blocked there."""
    start, end, who = effect.start.astimezone(UTC), effect.end.astimezone(UTC), decider(conversation, profile)
    for row in blocks_between(session, effect.staff_ids, start, end):
        remove_block(session, row.id)
        for first, last in ((row.start_at, start), (end, row.end_at)):
            if first < last:
                add_block(session, row.staff_id, first, last, row.reason, who, circumstances.now)


def clear(
    session: Session, effect: ClearTime, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> list[tuple[int, Event]]:
    """The day is blocked, requests in it are declined, bookings are cancelled; one event for each client."""
    who = decider(conversation, profile)
    told: dict[int, list[BookingView]] = {}
    rooms: dict[int, int] = {}
    for booking_id, version in sorted(effect.bookings):
        row = lock_as_read(session, booking_id, version)
        pending = row.status is BookingStatus.PENDING
        status = BookingStatus.DECLINED if pending else BookingStatus.CANCELLED
        call_off(session, row, version, status, who, effect.reason, circumstances)
        if row.conversation_id is not None:
            rooms.setdefault(row.client_id, row.conversation_id)
            told.setdefault(row.client_id, []).append(fresh_view(session, booking_id, profile))
    _block(session, effect.staff_ids, effect.start, effect.end, effect.reason, who, circumstances)
    return [(rooms[client_id], DayCleared(tuple(views), effect.reason)) for client_id, views in told.items()]


def _block(
    session: Session, staff_ids: tuple[int, ...], start: datetime, end: datetime, reason: str, who: str,
    circumstances: Circumstances,
) -> None:  # fmt: skip
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    for staff_id in staff_ids:
        there = blocks_between(session, (staff_id,), start, end)
        if not any(row.start_at <= start and end <= row.end_at for row in there):
            add_block(session, staff_id, start, end, reason, who, circumstances.now)
