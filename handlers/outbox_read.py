"""A claimed row of the outbox as the message that it is."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from conversations.entries import read
from conversations.messages import Outgoing
from conversations.rules import window


def outgoing(row: Row[Any], now: datetime) -> Outgoing | None:
    """None where what it says of its options or calendar entries cannot be read: no later try would be any better."""
    try:
        choices = tuple((str(key), str(label)) for key, label in _loaded(row.choices))
        entries = tuple(map(read, _loaded(row.entries)))
    except (ValueError, TypeError, LookupError, AttributeError):
        return None
    return Outgoing(
        outbox_id=row.id,
        address=row.address,
        text=row.body,
        choices=choices,
        is_window_open=window.is_open(row.heard_at, now),
        subject=row.subject,
        message_id=row.message_id,
        entries=entries,
    )


def _loaded(value: Any) -> Any:
    """Some drivers read JSON themselves."""
    return json.loads(value) if isinstance(value, str) else value
