"""How many seats of a class somebody can have now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.profile import Profile
from models.claims import Holder, seats_held
from models.waitlist import classes_others_wait_for


def free_seats(
    session: Session, rows: Sequence[Row[Any]], conversation: Row[Any], now: datetime, profile: Profile
) -> dict[int, int]:
    """For each of these classes, the seats that nobody has, and those held for this conversation. What has just come
    free is for the line first, and what is too little for a party that is waited with is for nobody else."""
    mine = ((Holder.CONVERSATION, conversation.id),)
    ids = [row.id for row in rows]
    held = seats_held(session, ids, now, mine) if ids else {}
    free = {row.id: max(row.capacity - held.get(row.id, 0), 0) for row in rows}
    for_the_line = [row.id for row in rows if free[row.id] and _is_for_the_line(row, now, profile)]
    waited_for = classes_others_wait_for(session, for_the_line, conversation.client_id) if for_the_line else set()
    if waited_for:
        owned = seats_held(session, sorted(waited_for), now)
        free |= {number: owned.get(number, 0) - held.get(number, 0) for number in waited_for}
    return free


def _is_for_the_line(row: Row[Any], now: datetime, profile: Profile) -> bool:
    is_due = row.look_at is not None and row.look_at <= now
    return is_due or not profile.terms(row.staff_id, row.service_id).waitlist_skips_parties
