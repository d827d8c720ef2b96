"""Texts that did not arrive, as operators see them, and what comes of sending them again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.delivery import SendFailure
from conversations.rules.obsolete import Obsolete
from handlers.circumstances import Circumstances
from handlers.console.signed_in import Who
from handlers.message_resent import CODE, message_resent
from models.audit import audit
from models.messages import HIDDEN
from models.outbox import outbox_by_id
from models.undelivered_listing import undelivered_texts

PAGE = 40


@dataclass(frozen=True, slots=True)
class Undelivered:
    """One text that did not arrive."""

    id: int
    conversation_id: int
    client_id: int | None
    booking_id: int | None
    to: str
    """The client's name, else their number or address."""
    address: str
    channel: str
    kind: str
    subject: str
    """Of an email."""
    body: str
    reason: SendFailure | None
    said: str
    """The provider's own code and words."""
    attempts: int
    at: datetime


def undelivered_shown(
    session: Session, reason: SendFailure | None, before: int | None, limit: int = PAGE
) -> tuple[list[Undelivered], int | None]:
    """A page of them, newest first, and before which text the next one begins."""
    rows = undelivered_texts(session, reason, before, limit + 1)
    more = rows[limit - 1].id if len(rows) > limit else None
    return [_shown(row) for row in rows[:limit]], more


def sent_again(session: Session, outbox_id: int, who: Who, circumstances: Circumstances) -> int | Obsolete:
    """As message_resent(); written down where it is queued anew."""
    came = message_resent(session, outbox_id, circumstances.trace, circumstances.now)
    if isinstance(came, Obsolete):
        return came
    row = outbox_by_id(session, outbox_id)
    assert row is not None
    audit(
        session, at=circumstances.now, operator_id=who.id, who=who.name, action="sent again",
        subject=f"conversation {row.conversation_id}", words=f"text {outbox_id} as {came}",
    )  # fmt: skip
    return came


def _shown(row: Row[Any]) -> Undelivered:
    return Undelivered(
        id=row.id, conversation_id=row.conversation_id, client_id=row.client_id, booking_id=row.booking_id,
        to=row.name or row.phone or row.address, address=row.address, channel=row.channel, kind=row.kind,
        subject=row.subject, body=HIDDEN if row.kind == CODE else row.body, reason=row.failure,
        said=" ".join(part for part in (row.failure_code, row.failure_words) if part), attempts=row.attempts,
        at=row.reported_at or row.created_at,
    )  # fmt: skip
