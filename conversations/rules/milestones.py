"""When milestones are due and told of, and how far an engagement is."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

AT = time(9)
"""The wall time at which people are told of milestones."""
AHEAD = timedelta(days=2)
AGAIN = timedelta(days=7)
"""From one word about a late milestone to the next."""


def due_day(event: date, days: int, today: date) -> tuple[date, bool]:
    """The day of a milestone `days` before the event; today, and whether that is late, where that has passed."""
    day = event - timedelta(days=days)
    return (today, True) if day < today else (day, False)


def tell_next(due: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When to speak of an open milestone next: two days ahead, on its day, the day after, and then every week."""
    return next(at for at in _tellings(due, zone) if at > now)


def _tellings(due: date, zone: ZoneInfo) -> Iterable[datetime]:
    days = (due - AHEAD, due, due + timedelta(days=1))
    yield from (datetime.combine(day, AT, zone) for day in days)
    yield from (datetime.combine(days[-1] + AGAIN * number, AT, zone) for number in count(1))


def progress(done: Collection[bool]) -> int:
    """Of milestones that are done or not: how many are, in percent."""
    return 100 * sum(done) // len(done) if done else 0
