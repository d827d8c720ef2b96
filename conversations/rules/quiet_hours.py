"""The hours in which a business starts no conversation of its own accord. Answers to what a client has asked go at any
hour."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_HOURS = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends`, wall time; over midnight where it ends before it begins."""

    begins: time
    ends: time

    def holds(self, at: datetime) -> bool:
        """Whether it is quiet at this moment, in the zone that the moment is in."""
        now = at.time().replace(tzinfo=None)
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

    def next_begin(self, at: datetime) -> datetime:
        """The first moment after `at` when it becomes quiet."""
        today = datetime.combine(at.date(), self.begins, at.tzinfo)
        return today if today > at else datetime.combine(at.date() + timedelta(days=1), self.begins, at.tzinfo)

    def began_at(self, at: datetime) -> datetime:
        """When the quiet hours began that hold at this moment."""
        day = at.date() if at.time().replace(tzinfo=None) >= self.begins else at.date() - timedelta(days=1)
        return datetime.combine(day, self.begins, at.tzinfo)

    def over_at(self, at: datetime) -> datetime:
        """The first moment at or after `at` when it is not quiet."""
        if not self.holds(at):
            return at
        day = at.date() if at.time().replace(tzinfo=None) < self.ends else at.date() + timedelta(days=1)
        return datetime.combine(day, self.ends, at.tzinfo)


def read_quiet_hours(text: str) -> QuietHours | None:
    """ "21:00-08:00"; None for "". Raises ValueError where it is neither, or begins when it ends."""
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}": wanted hours such as "21:00-08:00", or nothing')
    begins, ends = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    if begins == ends:
        raise ValueError(f'"{text}": quiet hours that begin when they end')
    return QuietHours(begins, ends)
