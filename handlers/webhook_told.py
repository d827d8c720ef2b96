"""What came of telling an endpoint: written down, tried again later, given up, or the endpoint closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.rules.outgoing import CLOSED_AFTER, DeliveryState, next_telling
from models.outgoing_webhooks import (
    change_delivery,
    change_endpoint,
    delivery_by_id,
    drop_waiting,
    endpoint_by_id,
    take_delivery,
)

LEASE = timedelta(minutes=2)
"""So long a delivery is in one worker's hands; longer than any exchange."""
GONE = 410
_LONGEST_WORDS = 200


@dataclass(frozen=True, slots=True)
class InHand:
    """A delivery that is being told: to where, signed with which secrets, the newest first."""

    delivery_id: int
    endpoint_id: int
    url: str
    secrets: tuple[str, ...]
    uid: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status, or None and what kept us from one."""

    status: int | None
    words: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def take(session: Session, read: Row[Any], now: datetime) -> InHand | None:
    """Have a delivery in hand as it was `read` due; None where another worker was faster, or nobody listens there."""
    if not take_delivery(session, read, now + LEASE):
        return None
    row, endpoint = delivery_by_id(session, read.id), endpoint_by_id(session, read.endpoint_id)
    if row is None or endpoint is None or not endpoint.is_active:
        return None
    is_old_good = endpoint.old_secret_until is not None and endpoint.old_secret_until > now
    secrets = (endpoint.secret, *((endpoint.old_secret,) if is_old_good else ()))
    return InHand(row.id, endpoint.id, endpoint.url, secrets, row.uid, row.body, row.attempts)


def told(session: Session, one: InHand, answer: Answer, chance: float, now: datetime) -> DeliveryState:
    """Write down what the endpoint answered, and when it is tried again; `chance` (0 to 1) keeps many from coming back
    at once."""
    values: dict[str, Any] = {
        "status": answer.status, "words": answer.words[:_LONGEST_WORDS], "tried_at": now,
    }  # fmt: skip
    if answer.is_taken:
        change_delivery(session, one.delivery_id, state=DeliveryState.DELIVERED, due_at=None, **values)
        change_endpoint(session, one.endpoint_id, failing_since=None)
        return DeliveryState.DELIVERED
    wait = next_telling(one.attempts, chance)
    state, due_at = (DeliveryState.WAITS, now + wait) if wait is not None else (DeliveryState.GIVEN_UP, None)
    change_delivery(session, one.delivery_id, state=state, due_at=due_at, **values)
    _fails(session, one, answer, now)
    return state


def _fails(session: Session, one: InHand, answer: Answer, now: datetime) -> None:
    """Whoever says that they are gone, or takes nothing for days, is told no more."""
    endpoint = endpoint_by_id(session, one.endpoint_id)
    if endpoint is None or not endpoint.is_active:
        return
    if answer.status == GONE:
        close(session, one.endpoint_id, "it answered 410 Gone")
    elif endpoint.failing_since is None:
        change_endpoint(session, one.endpoint_id, failing_since=now)
    elif now - endpoint.failing_since > CLOSED_AFTER:
        close(session, one.endpoint_id, f"it has taken nothing for {CLOSED_AFTER.days} days")


def close(session: Session, endpoint_id: int, why: str) -> None:
    """Tell an endpoint nothing more; what waits for it is dropped, and may be replayed."""
    change_endpoint(session, endpoint_id, is_active=False, closed_why=why)
    drop_waiting(session, endpoint_id)
