"""How often one token, or one address without a token, may call: a bucket that fills again as time goes by. Each web
process counts for itself: what must hold across processes (codes, passwords) is counted in the database."""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from threading import Lock

MOST_KEPT = 50_000
"""Buckets in memory; the ones longest unused are full again, or nearly."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls at once, and as many again in each `seconds`."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Left:
    """What is left after one more call. `wait`: seconds until the next one is taken, 0 where it was taken."""

    limit: int
    remaining: int
    reset: int
    wait: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-07 names them."""
        found = {
            "RateLimit-Limit": str(self.limit), "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }  # fmt: skip
        return found | {"Retry-After": str(self.wait)} if self.wait else found


BY_TOKEN = Rate(300, 60)
BY_ADDRESS = Rate(60, 60)
"""Calls without a token, or with one that opens nothing."""
BY_COST = Rate(20, 3600)
"""Calls from one address that cost us money, as a text does."""


class Limits:
    """The buckets of one process. Safe to share between threads."""

    def __init__(self, by_token: Rate = BY_TOKEN, by_address: Rate = BY_ADDRESS, by_cost: Rate = BY_COST) -> None:
        self.by_token, self.by_address, self.by_cost = by_token, by_address, by_cost
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, rate: Rate, now: float) -> Left:
        """Count one call at `now`, in seconds of a clock that never goes back."""
        per_second = rate.calls / rate.seconds
        with self._lock:
            level, at = self._buckets.pop(key, (float(rate.calls), now))
            level = min(rate.calls, level + max(now - at, 0) * per_second)
            is_taken = level >= 1
            level -= is_taken
            self._buckets[key] = level, now
            if len(self._buckets) > MOST_KEPT:
                self._buckets.popitem(last=False)
        wait = 0 if is_taken else ceil((1 - level) / per_second)
        return Left(rate.calls, int(level), ceil((rate.calls - level) / per_second), max(wait, 0 if is_taken else 1))
