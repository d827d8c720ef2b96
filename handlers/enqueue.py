"""Texts to send → transcript and outbox rows, in the transaction of what caused them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from conversations.languages import known
from conversations.layout import Capabilities, lay_out
from conversations.replies import Reply
from conversations.rules.routes import CONSOLE
from conversations.rules.segments import segments
from handlers.at_once import Sending
from handlers.circumstances import Circumstances
from handlers.texts_kept import keep_outbound
from handlers.views import booking_now
from models.bookings import booking_by_id

_PLAIN = Capabilities()
"""What a channel that is not set up can show."""


def enqueue(
    session: Session,
    circumstances: Circumstances,
    replies: Sequence[Reply],
    *,
    language: str,
    conversation_id: int,
    channel: str,
    address: str,
    turn_id: int | None = None,
    booking_id: int | None = None,
    told: str | None = None,
    own_lane: bool = False,
    due_at: datetime | None = None,
) -> None:
    """Lay the replies out for the channel and queue what comes of it, one row a text; the first leaves at once where
    that may be.

    `told`: how its booking stands, where that is known. `own_lane`: the booking is a subject of its own, whose texts
    need not wait for others to the same phone. `due_at`: when they go, where that is not now. That the conversation was
    written in is for the caller to note, where they have it locked: a notice to a coordinator must not wait for
    theirs."""
    if not replies:
        return
    now = circumstances.now
    subject = f"#{booking_id}" if own_lane else ""
    if told is None:
        booking = booking_by_id(session, booking_id) if booking_id is not None else None
        told = booking_now(booking).told if booking is not None else ""
    capabilities = circumstances.channels.get(channel, _PLAIN)
    texts = lay_out(replies, known(language), capabilities)
    for laid in texts:
        message: dict[str, Any] = {
            "conversation_id": conversation_id, "turn_id": turn_id, "channel": channel, "body": laid.plain, "media": [],
            "quoted_id": "", "opt_out": "", "trace": circumstances.trace, "at": now,
        }  # fmt: skip
        if channel == CONSOLE:
            keep_outbound(session, message, None)  # it is read there
            continue
        values = {
            "conversation_id": conversation_id, "booking_id": booking_id, "kind": replies[-1].key[:60],
            "channel": channel, "address": address, "lane": f"{channel}:{address}{subject}", "body": laid.text,
            "choices": [list(choice) for choice in laid.choices], "told": told,
            "segments": segments(laid.plain).count if capabilities.costs_by_segment else 0, "due_at": due_at or now,
            "trace": circumstances.trace, "created_at": now,
        }  # fmt: skip
        sending = Sending(values, circumstances.room_for, now, turn_id, is_last=laid is texts[-1])
        keep_outbound(session, message, sending)
