"""Time was taken out of the calendar or given back; a day was given up, with all that was booked in it."""

from datetime import UTC
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.effects import BlockTime, ClearTime, UnblockTime
from conversations.events import DayCleared, Event
from conversations.flows.standing import STANDING
from conversations.rules.cells import cells
from handlers.bookings_changed import lock_as_read
from handlers.called_off import call_off
from handlers.circumstances import Circumstances
from handlers.gather_facts import DatabaseFacts
from handlers.pending_request import fresh_view
from handlers.profile import Profile
from handlers.requests_decided import decider
from models.blocks import add_block, blocks_between, remove_block
from models.claims import Holder, LostRace, held_by
from models.conversations import lock_conversation


def block(
    session: Session, effect: BlockTime, conversation: Row[Any], circumstances: Circumstances, profile: Profile
) -> None:
    """A block each. What is blocked already is not blocked twice: the same command again changes nothing.

    Raises LostRace where a booking stands in it by now that the coordinator is not told of."""
    _block(session, effect, decider(conversation, profile), circumstances)
    facts = DatabaseFacts(session, conversation, circumstances, profile)
    if not {found.id for found in _standing(effect, facts)} <= {*effect.standing}:
        raise LostRace


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
    """The day is blocked, requests in it are declined, bookings are cancelled; one event for each client.

    Raises LostRace where another stands in it by now."""
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
    _block(session, effect, who, circumstances)
    facts = DatabaseFacts(session, conversation, circumstances, profile)
    if any(found.start > circumstances.now for found in _standing(effect, facts)):
        raise LostRace
    return [(rooms[client_id], DayCleared(tuple(views), effect.reason)) for client_id, views in told.items()]


def _block(session: Session, effect: BlockTime | ClearTime, who: str, circumstances: Circumstances) -> None:
    start, end, now = effect.start.astimezone(UTC), effect.end.astimezone(UTC), circumstances.now
    for thinking in held_by(session, Holder.CONVERSATION, effect.staff_ids, cells(start, end), now):
        lock_conversation(session, thinking)  # either their YES comes to its end first, or it finds the block
    for staff_id in effect.staff_ids:
        there = blocks_between(session, (staff_id,), start, end)
        if not any(row.start_at <= start and end <= row.end_at for row in there):
            add_block(session, staff_id, start, end, effect.reason, who, now)


def _standing(effect: BlockTime | ClearTime, facts: DatabaseFacts) -> list[BookingView]:
    """What stands in the stretch, as far as it is this coordinator's business."""
    found = facts.bookings_between(effect.start, effect.end)
    return [each for each in found if each.staff_id in effect.staff_ids and each.status in STANDING]
