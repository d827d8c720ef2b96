"""A class's waiting line is looked at: what nobody answered in time is over, what is free is offered to the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import ClassStatus, WaitlistStatus
from conversations.events import Event
from conversations.rules.waitlist import is_last_hour, whom_to_offer, worth_a_look
from handlers.advance import advance
from handlers.circumstances import Circumstances
from handlers.offers_kept import Fate, begin_anew, end, fate, let_pass, miss, offer_seats, with_text
from handlers.profile import Profile
from handlers.waitlist_views import waiter
from models.claims import AT_ONCE, seats_held, seats_held_until
from models.class_sessions import lock_class, look_at_class, unlocked_class
from models.conversations import lock_conversation
from models.waitlist import change_entry, entries_of_class
from models.waitlist_looks import seats_were_booked

MOST = 50
"""Whom one transaction tells; the others are told by the next."""


def class_line_due(session: Session, class_id: int, circumstances: Circumstances) -> None:
    """Conversations are locked before the class, as in a client's own turn, so that nobody waits for each other."""
    now, profile = circumstances.now, circumstances.profiles.current(session)
    rooms = _rooms(session, class_id, circumstances, profile)
    for conversation_id in sorted(rooms):
        lock_conversation(session, conversation_id)
    row = lock_class(session, class_id)
    if row is None or row.look_at is None or row.look_at > now:
        return
    if row.status is not ClassStatus.SCHEDULED or row.start_at <= now:
        for entry in entries_of_class(session, class_id):
            end(session, entry, WaitlistStatus.EXPIRED, now)
        look_at_class(session, class_id, None)
        return
    is_left = False
    for entry in entries_of_class(session, class_id):
        is_left = not _settle(session, entry, row, rooms, circumstances, profile) or is_left
    seats_were_booked(session, class_id, row.capacity - row.seats_taken)
    for entry in _chosen(row, entries_of_class(session, class_id), _free(session, row, now), now, profile):
        if entry.conversation_id not in rooms:  # who stands behind must wait for them
            is_left = True
            break
        _tell(session, entry, offer_seats(session, row, entry, circumstances, profile), circumstances)
    for entry in entries_of_class(session, class_id):
        with_text(session, entry)
    look_at_class(session, class_id, AT_ONCE if is_left else _next_look(session, row, now))


def _tell(session: Session, entry: Row[Any], event: Event, circumstances: Circumstances) -> None:
    advance(session, lock_conversation(session, entry.conversation_id), event, circumstances)


def _settle(
    session: Session, entry: Row[Any], row: Row[Any], rooms: set[int], circumstances: Circumstances, profile: Profile
) -> bool:
    """See to what has become of an offer; False where that must wait, for its conversation is not locked."""
    entry = with_text(session, entry)
    found = fate(session, entry, row.start_at, circumstances, profile)
    if found is Fate.MISSED and entry.conversation_id not in rooms:
        return False
    match found:
        case Fate.ENDED:
            end(session, entry, WaitlistStatus.LEFT, circumstances.now)
        case Fate.ARRIVED:
            begin_anew(session, entry, row.start_at, profile)
        case Fate.UNREACHED:
            let_pass(session, entry)
        case Fate.MISSED:
            event = miss(session, entry, circumstances.now, profile)
            if event is not None:
                _tell(session, entry, event, circumstances)
        case Fate.STANDS if entry.status is WaitlistStatus.OFFERED and not entry.offer_seats:
            _call_back(session, entry, row, circumstances.now)
        case Fate.STANDS:
            pass
    return True


def _call_back(session: Session, entry: Row[Any], row: Row[Any], now: datetime) -> None:
    """What all were asked about has been booked by one, or the class has moved: they are asked again when something
    comes free."""
    if row.capacity - row.seats_taken < entry.seats or entry.offer_expires_at <= now:
        change_entry(session, entry.id, (WaitlistStatus.OFFERED,), status=WaitlistStatus.WAITING)


def _chosen(row: Row[Any], line: Sequence[Row[Any]], free: int, now: datetime, profile: Profile) -> list[Row[Any]]:
    """Those who are offered seats now, in order, where so many are free."""
    entries, unbooked = {entry.id: entry for entry in line}, row.capacity - row.seats_taken
    found = whom_to_offer(
        [waiter(entry, unbooked) for entry in line], free, unbooked,
        skips_parties=profile.terms(row.staff_id, row.service_id).waitlist_skips_parties,
        all_at_once=is_last_hour(now, row.start_at),
    )  # fmt: skip
    return [entries[each.id] for each in found]


def _free(session: Session, row: Row[Any], now: datetime) -> int:
    return int(row.capacity) - seats_held(session, [row.id], now).get(row.id, 0)


def _next_look(session: Session, row: Row[Any], now: datetime) -> datetime | None:
    if not entries_of_class(session, row.id):
        return None
    return worth_a_look(now, row.start_at, [seats_held_until(session, row.id, now)])


def _rooms(session: Session, class_id: int, circumstances: Circumstances, profile: Profile) -> set[int]:
    """The conversations that are to be told something, as far as can be seen without a lock."""
    row, now = unlocked_class(session, class_id), circumstances.now
    if row is None:
        return set()
    line = entries_of_class(session, row.id)
    fates = {entry.id: fate(session, entry, row.start_at, circumstances, profile) for entry in line}
    over = [entry for entry in line if fates[entry.id] in _OVER]
    freed = sum(
        entry.offer_seats for entry in over if entry.status is WaitlistStatus.OFFERED and entry.offer_expires_at > now
    )
    rest = [entry for entry in line if entry not in over]
    told = _chosen(row, rest, _free(session, row, now) + freed, now, profile)
    missed = [entry for entry in over if fates[entry.id] is Fate.MISSED]
    return {entry.conversation_id for entry in (*told[:MOST], *missed[:MOST])}


_OVER = (Fate.MISSED, Fate.UNREACHED, Fate.ENDED)
