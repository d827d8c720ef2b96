"""How long a call took."""

from datetime import datetime


def minutes_of_call(begin: datetime, end: datetime) -> int:
    """Whole minutes, a begun one counted."""
    return max(-(-int((end - begin).total_seconds()) // 60), 1)
