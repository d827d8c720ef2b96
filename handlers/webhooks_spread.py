"""Events become deliveries: each gets its body, and goes to every endpoint that wants its kind."""

from uuid import uuid4

from sqlalchemy.orm import Session

from conversations.rules.outgoing import DeliveryState, wants
from handlers.circumstances import Circumstances
from handlers.webhook_bodies import body_of, telling
from models.outgoing_webhooks import (
    active_endpoints,
    add_deliveries,
    events_to_spread,
    spread,
)


def spread_webhooks(session: Session, circumstances: Circumstances, limit: int) -> int:
    """Do so for what has happened and was not told yet, oldest first; how many events. Any number may do it at once."""
    found = events_to_spread(session, limit)
    listeners = active_endpoints(session) if found else ()
    for event in found:
        told = telling(session, event)
        body, kind = (body_of(told, event.at), told.kind) if told is not None else ("", "")
        if not spread(session, event.id, spread_at=circumstances.now, type=kind, uid=f"evt_{uuid4().hex}", body=body):
            continue
        if told is not None:
            rows = [
                {
                    "endpoint_id": one.id, "event_id": event.id, "subject": told.subject, "state": DeliveryState.WAITS,
                    "due_at": circumstances.now, "attempts": 0, "words": "",
                }
                for one in listeners
                if wants(one.events, told.kind)
            ]  # fmt: skip
            add_deliveries(session, rows)
    return len(found)
