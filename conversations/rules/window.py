"""WhatsApp's window: how long after a person's last message they may be texted freely."""

from datetime import datetime, timedelta

WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=5)
"""How much earlier we count it as over: clocks differ, and a message is a while on its way."""


def is_open(heard_at: datetime | None, now: datetime) -> bool:
    """Whether a free text still passes. `heard_at` is when the person last wrote; None where they never did."""
    return heard_at is not None and now - heard_at < WINDOW - MARGIN
