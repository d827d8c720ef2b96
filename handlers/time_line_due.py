"""A place in a line for somebody's time is looked at: its offer may be over, or what it waits for has come free."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import WaitlistStatus
from conversations.rules.cells import cells
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.offers_kept import Fate, begin_anew, end, fate, let_pass, miss, with_text
from handlers.profile import Profile
from handlers.waitlist_times import free_start, offer_start, service_of_entry
from handlers.waitlist_views import wants_the_same
from models.claims import AT_ONCE, LostRace, time_held_until
from models.conversations import lock_conversation
from models.waitlist import entries_for_time, entry_by_id
from models.waitlist_looks import look_at_entry

AGAIN = timedelta(minutes=10)
"""How often it is looked whether a time has come free in a way that nobody tells: other hours, another calendar."""
A_MOMENT = timedelta(seconds=1)


def time_line_due(session: Session, entry_id: int, circumstances: Circumstances) -> None:
    """One place is looked at: its offer may be over, or a time it waits for may be free."""
    entry, now = entry_by_id(session, entry_id), circumstances.now
    if entry is None:
        return
    if entry.conversation_id is not None:
        lock_conversation(session, entry.conversation_id)
        entry = entry_by_id(session, entry_id)
    if entry is None or entry.look_at is None or entry.look_at > now:
        return
    profile = circumstances.profiles.current(session)
    if entry.status is WaitlistStatus.OFFERED:
        _settle(session, entry, circumstances, profile)
    elif entry.opted_out_at is not None or entry.wanted_until <= now:
        end(session, entry, WaitlistStatus.LEFT if entry.opted_out_at is not None else WaitlistStatus.EXPIRED, now)
    elif _others_first(session, entry, now):
        look_at_entry(session, entry_id, now + A_MOMENT)
    else:
        _offer(session, entry, circumstances, profile)


def _settle(session: Session, entry: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    entry = with_text(session, entry)
    match fate(session, entry, entry.offer_start_at, circumstances, profile):
        case Fate.ENDED:
            end(session, entry, WaitlistStatus.LEFT, circumstances.now)
            return
        case Fate.ARRIVED:
            begin_anew(session, entry, entry.offer_start_at, profile)
        case Fate.UNREACHED:
            let_pass(session, entry)
        case Fate.MISSED:
            event = miss(session, entry, circumstances.now, profile)
            if event is not None:
                advance(session, lock_conversation(session, entry.conversation_id), event, circumstances)
        case Fate.STANDS if entry.offer_expires_at <= circumstances.now:
            let_pass(session, entry)
        case Fate.STANDS:
            pass
    after = entry_by_id(session, entry.id)
    assert after is not None
    if after.status is WaitlistStatus.OFFERED:
        look_at_entry(session, entry.id, after.offer_expires_at)
    elif after.status is WaitlistStatus.WAITING:
        look_at_entry(session, entry.id, AT_ONCE)


def _others_first(session: Session, entry: Row[Any], now: datetime) -> bool:
    """Whether somebody before them, for whom the same time may have come free, is yet to be looked at, or again in a
    moment."""
    for other in entries_for_time(session, entry.wanted_from, entry.wanted_until):
        if other.id == entry.id:
            return False
        if wants_the_same(other, entry) and other.look_at is not None and other.look_at <= now + A_MOMENT:
            return True
    return False


def _offer(session: Session, entry: Row[Any], circumstances: Circumstances, profile: Profile) -> None:
    """Hold a start and offer it; where there is none, look again when one may be free."""
    now = circumstances.now
    found = free_start(session, entry, now, profile) if entry.conversation_id is not None else None
    if found is None:
        look_at_entry(session, entry.id, _look_again(session, entry, now, profile))
        return
    savepoint = session.begin_nested()
    try:
        event = offer_start(session, entry, found, circumstances, profile)
        advance(session, lock_conversation(session, entry.conversation_id), event, circumstances)
    except LostRace:
        savepoint.rollback()
        look_at_entry(session, entry.id, now + A_MOMENT)
    else:
        savepoint.commit()


def _look_again(session: Session, entry: Row[Any], now: datetime, profile: Profile) -> datetime:
    """When what somebody holds for a while ends, and every now and then; once more when it is over."""
    service = service_of_entry(entry, profile)
    staff_ids = service.staff_ids if service is not None else ()
    held = time_held_until(session, staff_ids, cells(entry.wanted_from, entry.wanted_until), now)
    return min(at for at in (held, now + AGAIN, entry.wanted_until) if at is not None)
