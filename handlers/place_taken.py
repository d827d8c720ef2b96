"""Somebody takes a place in a waiting line, or takes theirs again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.classes import WaitlistStatus
from models.claims import LostRace
from models.waitlist import OPEN, add_entry, change_entry

JOINS_ANEW: dict[str, Any] = {
    "status": WaitlistStatus.WAITING, "misses": 0, "passed": 0, "passed_starts": "", "offered_at": None,
    "offer_expires_at": None, "offer_start_at": None, "offer_staff_id": 0, "offer_seats": 0, "offer_outbox_id": None,
    "told_at": None, "accepted_at": None, "expired_at": None, "booking_id": None,
}  # fmt: skip
"""What a place is like whose owner joins, or joins again."""


def take_place(session: Session, entry: Row[Any] | None, now: datetime, **values: Any) -> tuple[int, bool]:
    """The number of the place, and whether it is at the end of the line. Raises LostRace where the same person takes it
    at this moment on another channel."""
    if entry is None:
        made = add_entry(session, **JOINS_ANEW, **values, created_at=now)
        if made is None:
            raise LostRace
        return made, True
    is_new = entry.status not in OPEN
    anew = {**JOINS_ANEW, "created_at": now} if is_new else {}
    change_entry(session, entry.id, tuple(WaitlistStatus), **values, **anew)
    return int(entry.id), is_new
