"""The time by this machine's clock: when something was posted, received or killed, to be compared between processes."""

import time
from datetime import UTC, datetime


def moment() -> float:
    """Seconds since 1970."""
    return time.time()  # noqa: TID251 - the one who looks on has a clock of their own


def now() -> datetime:
    return datetime.fromtimestamp(moment(), UTC)
