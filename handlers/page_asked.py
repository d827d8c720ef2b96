"""The client has asked for something on the page of a booking: it happens to their conversation, as if they had texted
it, and they read the outcome there too."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.events import CancelAsked, Event, TimeAsked
from handlers.advance import advance
from handlers.circumstances import Circumstances
from models.bookings import BY_CLIENT, booking_by_id, booking_by_token
from models.conversations import lock_conversation

Found = Callable[[], Row[Any] | None]


class Outcome(StrEnum):
    """What has come of it."""

    DONE = "done"
    UNCHANGED = "unchanged"
    """It could not be had, or was for somebody else to decide."""
    CHANGED_SINCE = "changed_since"
    """The booking is not as it was shown, so nothing was done."""
    MISSING = "missing"
    """There is no such page."""


def cancel_asked(session: Session, token: str, version: int, circumstances: Circumstances) -> Outcome:
    """Raises LostRace where others are faster again and again."""
    return _let_happen(session, lambda: booking_by_token(session, token), version, CancelAsked, circumstances)


def time_asked(session: Session, token: str, version: int, start: datetime, circumstances: Circumstances) -> Outcome:
    """Another time, with the same staff member; asked for once, however often the form is sent. Raises as above."""
    return _time_asked(session, lambda: booking_by_token(session, token), version, start, circumstances)


def cancel_wished(session: Session, booking_id: int, version: int, circumstances: Circumstances) -> Outcome:
    """The same for who is known otherwise than by the page's address."""
    return _let_happen(session, lambda: booking_by_id(session, booking_id), version, CancelAsked, circumstances)


def time_wished(
    session: Session, booking_id: int, version: int, start: datetime, circumstances: Circumstances
) -> Outcome:
    return _time_asked(session, lambda: booking_by_id(session, booking_id), version, start, circumstances)


def _time_asked(session: Session, found: Found, version: int, start: datetime, circumstances: Circumstances) -> Outcome:
    row = found()
    if row is None:
        return Outcome.MISSING
    start = start.astimezone(UTC)
    return _let_happen(
        session, found, version, lambda booking_id: TimeAsked(booking_id, row.staff_id, start), circumstances, start
    )


def _let_happen(
    session: Session, found: Found, version: int, event: Callable[[int], Event], circumstances: Circumstances,
    wish: datetime | None = None,
) -> Outcome:  # fmt: skip
    row = found()
    if row is None:
        return Outcome.MISSING
    if row.conversation_id is None:
        return Outcome.UNCHANGED
    conversation = lock_conversation(session, row.conversation_id)
    row = found()
    if row is None or row.version != version:
        return Outcome.CHANGED_SINCE
    if wish is not None and row.proposed_at == wish and row.proposed_by.startswith(BY_CLIENT):
        return Outcome.DONE
    advance(session, conversation, event(row.id), circumstances)
    after = found()
    assert after is not None
    same = (after.version, after.proposed_at) == (row.version, row.proposed_at)
    return Outcome.UNCHANGED if same else Outcome.DONE
