"""Time in cells of five minutes: the grain in which a person's or a room's time is owned."""

from datetime import datetime

CELL_SECONDS = 300


def cells(start: datetime, end: datetime) -> range:
    """The cells that [start, end) touches, rounded outward, numbered from 1970 UTC. Needs start < end, both aware.

    Raises ValueError when the stretch is empty or has no zone."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a stretch of time needs a zone")
    if end <= start:
        raise ValueError("a stretch of time must end after it starts")
    return range(int(start.timestamp() // CELL_SECONDS), int(-(-end.timestamp() // CELL_SECONDS)))
