"""How fast a provider takes texts, and the budget that keeps us under it: a token bucket, kept as two moments.

It is the generic cell rate algorithm (ITU-T I.371, annex A), which needs no refilling by a clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

AT_ONCE = 0.1
"""Seconds' worth of a number's rate that may go at once: few enough to be no burst, enough for one claim."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One text each `every`; `burst` of them at once, which is borrowed from later."""

    every: timedelta
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Paces:
    """What a channel's provider takes from our number in all, and to any one person. None: it queues by itself."""

    number: Pace | None = None
    person: Pace | None = None


NO_PACES = Paces()


@dataclass(frozen=True, slots=True)
class Budget:
    """Texts may go from `opens_at` on; from `full_at` on a whole burst at once."""

    opens_at: datetime
    full_at: datetime

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now

    def spent(self, cost: int, pace: Pace, now: datetime) -> "Budget":
        """The budget after a text of this cost. A dear one is let through as any other, and paid for afterwards."""
        full_at = max(self.full_at, now) + cost * pace.every
        return Budget(full_at - (pace.burst - 1) * pace.every, full_at)

    def shut(self, until: datetime, pace: Pace | None) -> "Budget":
        """The budget after the provider has found us too fast: nothing before `until`, and no burst then."""
        full_at = until + (pace.burst - 1) * pace.every if pace is not None else until
        return Budget(max(self.opens_at, until), max(self.full_at, full_at))


def per_second(rate: float) -> Pace | None:
    """The pace of so many texts a second; None for 0."""
    return Pace(timedelta(seconds=1 / rate), max(1, int(rate * AT_ONCE))) if rate else None
