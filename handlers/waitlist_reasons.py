"""Why those who wait are asked, or are not, for a coordinator to read: from the rules that decide it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import Place, WaitlistStatus
from conversations.rules.waitlist import Why, is_last_hour, why_nobody
from handlers.profile import Profile
from handlers.waitlist_times import free_start
from handlers.waitlist_views import is_reachable, place_view, places_of_class, waiter
from models.claims import seats_held
from models.class_sessions import unlocked_class
from models.waitlist import entries_of_class


def places_with_reasons(session: Session, rows: Sequence[Row[Any]], now: datetime, profile: Profile) -> list[Place]:
    """These places, in this order."""
    found: dict[int, Place] = {}
    for class_id in dict.fromkeys(row.class_session_id for row in rows if row.class_session_id):
        line = entries_of_class(session, class_id)
        reasons = reasons_of_class(session, class_id, line, now, profile)
        found |= {each.id: replace(each, why=reasons[each.id]) for each in places_of_class(session, line, profile)}
    for row in rows:
        if row.id not in found:
            why = None if row.class_session_id else _of_time(session, row, now, profile)
            found[row.id] = replace(place_view(session, row, profile), why=why)
    return [found[row.id] for row in rows]


def reasons_of_class(
    session: Session, class_id: int, line: Sequence[Row[Any]], now: datetime, profile: Profile
) -> dict[int, Why]:
    """Why each of a class's whole line is asked, or is not, by the number of their place."""
    row = unlocked_class(session, class_id)
    assert row is not None
    free = row.capacity - seats_held(session, [class_id], now).get(class_id, 0)
    unbooked = row.capacity - row.seats_taken
    return why_nobody(
        [waiter(each, unbooked) for each in line], free, unbooked,
        skips_parties=profile.terms(row.staff_id, row.service_id).waitlist_skips_parties,
        all_at_once=is_last_hour(now, row.start_at),
    )  # fmt: skip


def _of_time(session: Session, row: Row[Any], now: datetime, profile: Profile) -> Why | None:
    if row.status is WaitlistStatus.OFFERED:
        return Why.ASKED
    if row.status is not WaitlistStatus.WAITING:
        return None
    if not is_reachable(row):
        return Why.UNREACHABLE
    if free_start(session, row, now, profile) is not None:
        return Why.NEXT
    return Why.PASSED if free_start(session, row, now, profile, let_pass_before=True) is not None else Why.NO_ROOM
