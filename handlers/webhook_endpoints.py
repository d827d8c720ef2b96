"""Which other systems are told of what happens here: added, given another secret, closed, opened again."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.rules.outgoing import ROTATED_FOR, DeliveryState, is_event
from handlers.webhook_told import close
from models.outgoing_webhooks import (
    active_endpoints,
    add_endpoint,
    change_delivery,
    change_endpoint,
    delivery_by_id,
    endpoint_by_id,
)

BY_HAND = "closed by hand"


class UnknownEvents(ValueError):
    """Words that are no kind of event."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(f"no such events: {', '.join(words)[:200]}")


class AlreadyTold(ValueError):
    """That very address is told already; it would hear everything twice."""

    def __init__(self) -> None:
        super().__init__("that address is told already")


def events_in(words: str) -> list[str]:
    """The kinds of events named in these words, apart by commas or blanks; [] for all. Raises UnknownEvents."""
    found = list(dict.fromkeys(re.split(r"[\s,]+", words.strip().casefold()))) if words.strip() else []
    if unknown := [one for one in found if not is_event(one)]:
        raise UnknownEvents(unknown)
    return found


def open_endpoint(session: Session, url: str, events: Sequence[str], secret: str, now: datetime) -> int:
    """From now on whatever happens is told there; its number. What happened before is not. Raises AlreadyTold."""
    if any(row.url == url for row in active_endpoints(session)):
        raise AlreadyTold
    return add_endpoint(session, url=url, events=list(events), secret=secret, is_active=True, created_at=now)


def rotate(session: Session, endpoint_id: int, secret: str, now: datetime) -> bool:
    """Sign with another secret; with the one before too, for a day. False where there is no such endpoint."""
    row = endpoint_by_id(session, endpoint_id)
    if row is None:
        return False
    change_endpoint(
        session, endpoint_id, secret=secret, old_secret=row.secret, old_secret_until=now + ROTATED_FOR
    )  # fmt: skip
    return True


def listen(session: Session, endpoint_id: int, events: Sequence[str]) -> None:
    """From now on it is told of these kinds of events; of all where there are none."""
    change_endpoint(session, endpoint_id, events=list(events))


def switch(session: Session, endpoint_id: int, *, is_on: bool) -> bool:
    """Close an endpoint, or open it again; False where there is none."""
    if endpoint_by_id(session, endpoint_id) is None:
        return False
    if is_on:
        change_endpoint(session, endpoint_id, is_active=True, failing_since=None, closed_why="")
    else:
        close(session, endpoint_id, BY_HAND)
    return True


def replay(session: Session, delivery_id: int, now: datetime) -> Row[Any] | None:
    """Tell one event again, now, whatever came of it; its delivery, None where there is none."""
    row = delivery_by_id(session, delivery_id)
    if row is not None:
        change_delivery(session, delivery_id, state=DeliveryState.WAITS, due_at=now, attempts=0)
    return row
