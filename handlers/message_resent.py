"""A text from the dead-letter list is to be sent again: a new row takes its place, unless what it says is obsolete."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.delivery import Delivery, SendFailure
from conversations.rules.obsolete import Lost, Obsolete, why_obsolete
from handlers.views import booking_now
from models.bookings import booking_by_id
from models.conversations import newest_turn, opted_out
from models.messages import message_by_id
from models.outbox import LOST, add_to_outbox, outbox_by_id, record_report
from models.waitlist import place_told_of

CODE = "sign_in_code"
"""A kind of text that nobody but its phone reads, and that is worth nothing a while later."""


def message_resent(session: Session, outbox_id: int, trace: str, now: datetime) -> int | Obsolete:
    """The number under which it is queued anew, or why it is not. However often it is asked for, it is queued once."""
    row = outbox_by_id(session, outbox_id)
    if row is None or row.status not in LOST:
        return Obsolete.NOT_LOST
    if row.resent_as is not None:
        return Obsolete.RESENT
    why = Obsolete.WENT_ON if row.kind == CODE else why_obsolete(_lost(session, row), now)
    if why is not None:
        return why
    # What perhaps got through after all is looked up before it goes out again, as after any interrupted try.
    uncertain = row.status is Delivery.DEAD and (row.uncertain or row.failure is SendFailure.UNCERTAIN)
    new_id = add_to_outbox(
        session, message_id=row.message_id, conversation_id=row.conversation_id, booking_id=row.booking_id,
        kind=row.kind, channel=row.channel, address=row.address, lane=row.lane, body=row.body, choices=row.choices,
        segments=row.segments, told=row.told, subject=row.subject, entries=row.entries, due_at=now,
        tried_at=row.tried_at if uncertain else None,
        uncertain=uncertain, trace=trace, created_at=now,
    )  # fmt: skip
    record_report(session, row.id, resent_as=new_id)
    return new_id


def _went_on(session: Session, row: Row[Any], message: Row[Any]) -> bool:
    """Whether turns have followed its own, or what it offers is another's by now: it did not arrive."""
    has_followed = message.turn_id is not None and newest_turn(session, row.conversation_id) > message.turn_id
    return has_followed or place_told_of(session, row.id) is not None


def _lost(session: Session, row: Row[Any]) -> Lost:
    message = message_by_id(session, row.message_id)
    booking = booking_by_id(session, row.booking_id) if row.booking_id is not None else None
    return Lost(
        written_at=message.at,
        told=row.told,
        booking=booking_now(booking) if booking is not None else None,
        is_opted_out=opted_out(session, row.conversation_id),
        went_on=_went_on(session, row, message),
    )
