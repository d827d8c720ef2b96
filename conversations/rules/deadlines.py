"""By when a question must be answered."""

from datetime import datetime, timedelta

LAST_MOMENT = timedelta(hours=1)
AT_LEAST = timedelta(minutes=10)


def decide_by(now: datetime, start: datetime, within: timedelta) -> datetime:
    """The earlier of `within` from now and an hour before the start, but never under ten minutes from now."""
    return max(min(now + within, start - LAST_MOMENT), now + AT_LEAST)
