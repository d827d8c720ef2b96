"""Guards of the product switched off, one at a time: the suite must notice each, or it proves nothing."""

import threading
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from bot.channels.base import Found, LookUp
from models.claims import Holder, Scarce, stretches
from models.insert import insert_row
from tests.faults.wrapping import wrap

LATE = 0.5
"""Seconds after the answer at which a message is stored, where that guard is off."""


class Control(StrEnum):
    """A guard that is off, and what must come of it."""

    LOOK_UP = "look-up"
    """An interrupted send is not looked up: a text goes out twice."""
    STORING = "storing"
    """The provider is answered before the message is stored: one is lost."""
    CLAIMS = "claims"
    """Nobody minds who owns a time: bookings overlap."""
    PROMPTS = "prompts"
    """That a prompt is about to be sent is not written down first: a phone is asked twice."""


def switch_off(control: Control) -> None:
    """In this process, for good."""
    match control:
        case Control.LOOK_UP:
            wrap("bot.channels.twilio:TwilioChannel.look_up", lambda _: lambda *_: LookUp(Found.NO))
        case Control.STORING:
            wrap("bot.intake:receive", _answered_first)
        case Control.CLAIMS:
            wrap("models.claims:claim", lambda _: claim_unguarded)
            wrap("models.claims:busy", lambda _: lambda *_, **__: [])
        case Control.PROMPTS:
            wrap("models.payments:change_payment", _begun_unnoted)


def _answered_first(receive: Callable[..., None]) -> Callable[..., None]:
    def stored_late(*arguments: Any) -> None:
        timer = threading.Timer(LATE, receive, arguments)
        timer.daemon = True
        timer.start()

    return stored_late


def _begun_unnoted(change: Callable[..., None]) -> Callable[..., None]:
    def changed(session: Session, row: Any, now: datetime, **values: Any) -> None:
        if values.keys() == {"begun_at", "look_at"}:
            values = {"look_at": now}
        change(session, row, now, **values)

    return changed


def claim_unguarded(
    session: Session,
    staff_id: int,
    start: datetime,
    end: datetime,
    holder: Holder,
    holder_id: int,
    now: datetime,
    live_until: datetime | None = None,
    beside: tuple[tuple[Holder, int], ...] = (),
) -> None:
    """Note who has the time, for the calendar, but take no cell of it."""
    insert_row(
        session, stretches, scarce=Scarce.STAFF, scarce_id=staff_id, start_at=start, end_at=end, holder=holder,
        holder_id=holder_id, live_until=live_until,
    )  # fmt: skip
