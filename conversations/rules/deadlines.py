"""By when a question must be answered."""

from datetime import datetime, timedelta

from conversations.rules.quiet_hours import QuietHours

LAST_MOMENT = timedelta(hours=1)
PRESSING = timedelta(hours=12)
"""So near a start, quiet hours stop no clock."""
AT_LEAST = timedelta(minutes=10)


def decide_by(now: datetime, start: datetime, within: timedelta, quiet: QuietHours | None = None) -> datetime:
    """The earlier of `within` from now and an hour before the start, but never under ten minutes from now. The hours
    that are quiet where `now` is do not count, unless the start is near."""
    if quiet is not None and start - now > PRESSING:
        within = waking(now, within, quiet) - now
    return max(min(now + within, start - LAST_MOMENT), now + AT_LEAST)


def nudges(now: datetime, deadline: datetime, start: datetime, quiet: QuietHours | None) -> tuple[datetime, datetime]:
    """When who must decide is reminded: at half and at nine tenths of the time there is. Quiet hours are no such time,
    unless the start is near."""
    if quiet is None or start - now <= PRESSING:
        whole = deadline - now
        return now + whole / 2, now + whole * 9 / 10
    whole, latest = awake(now, deadline, quiet), deadline - AT_LEAST
    return min(waking(now, whole / 2, quiet), latest), min(waking(now, whole * 9 / 10, quiet), latest)


def awake(now: datetime, until: datetime, quiet: QuietHours) -> timedelta:
    """How much of [now, until) is not quiet."""
    at, found = quiet.over_at(now), timedelta(0)
    while at < until:
        begins = quiet.next_begin(at)
        found += min(begins, until) - at
        at = quiet.over_at(begins)
    return found


def waking(now: datetime, within: timedelta, quiet: QuietHours) -> datetime:
    """The moment at which so much time has passed since `now` that was not quiet."""
    at, left = quiet.over_at(now), within
    while True:
        begins = quiet.next_begin(at)
        if begins - at >= left:
            return at + left
        left -= begins - at
        at = quiet.over_at(begins)
