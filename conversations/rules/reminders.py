"""When a client is reminded of a visit, and when they are written to after it: elapsed time before the start, but never
in the quiet hours."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from conversations.rules.quiet_hours import QuietHours

SOON = timedelta(minutes=30)
"""Nobody is reminded so shortly after they were told."""
BEFORE_QUIET = timedelta(minutes=15)
AT_LEAST = timedelta(minutes=10)
"""Before the start, for a reminder that had to wait for the end of the quiet hours."""
FLAGGED = timedelta(hours=4)
"""How long before the start the coordinator hears of a client who has not said that they will come."""
TO_ANSWER = timedelta(hours=1)
"""For which a client is left in peace before that."""
UNDONE = timedelta(minutes=30)
"""In which a no-show that was marked by mistake can be put right before the client hears of it."""
OLD_NEWS = timedelta(days=2)
"""After which nothing is said of a visit any more."""


def reminders(
    start: datetime, now: datetime, minutes: Iterable[int], quiet: QuietHours | None, zone: ZoneInfo
) -> list[datetime]:
    """When to remind of a visit that starts then: so many minutes before, earliest first, each time once; those that
    would come too late are left out. All in UTC."""
    found = {_due(start, timedelta(minutes=each), now, quiet, zone) for each in minutes}
    return sorted(due for due in found if due is not None)


def is_worth_asking(start: datetime, due: datetime, minutes: Collection[int]) -> bool:
    """Whether a reminder that goes then comes early enough for the answer to be of use, or as early as any does. Who
    books so late that they get only later ones has said a moment ago that they will come."""
    early = min(FLAGGED + TO_ANSWER, timedelta(minutes=max(minutes, default=0)) / 2)
    return start - due >= early


def flag_at(
    start: datetime, asked: datetime, now: datetime, quiet: QuietHours | None, zone: ZoneInfo
) -> datetime | None:
    """When the coordinator hears that a client who was asked at `asked` has not answered; None where that leaves the
    client no time to."""
    due = _due(start, FLAGGED, now, quiet, zone)
    return due if due is not None and due >= asked + TO_ANSWER else None


def afterwards(
    over: datetime, now: datetime, wait: timedelta, quiet: QuietHours | None, zone: ZoneInfo
) -> datetime | None:
    """When to write after a visit that was over then: a while after it, or after it was said to be; None where that is
    old news."""
    if now - over > OLD_NEWS:
        return None
    due = (max(over, now) + wait).astimezone(zone)
    return (quiet.over_at(due) if quiet is not None else due).astimezone(UTC)


def _due(start: datetime, lead: timedelta, now: datetime, quiet: QuietHours | None, zone: ZoneInfo) -> datetime | None:
    """So long before the start. In the quiet hours: after them, where that leaves half of it; else before them; else
    after them, if only just."""
    begins, now = start.astimezone(UTC), now.astimezone(UTC)
    due = begins - lead
    here = due.astimezone(zone)
    if quiet is not None and quiet.holds(here):
        after = quiet.over_at(here).astimezone(UTC)
        before = quiet.began_at(here).astimezone(UTC) - BEFORE_QUIET
        if begins - after >= lead / 2:
            due = after
        elif before >= now + SOON:
            due = before
        elif begins - after >= AT_LEAST:
            due = after
        else:
            return None
    return due if due >= now + SOON else None
