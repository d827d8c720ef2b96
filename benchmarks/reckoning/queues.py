"""How long texts wait for a process: simulated one by one, and, to check that, by Erlang's formula."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from random import Random

from benchmarks.conversations.rounds import percentile
from benchmarks.reckoning.assumed import (
    BOOKINGS_A_DAY,
    BUSY_DAY,
    OF_EACH_HOUR,
    TEXTS_IN,
    TEXTS_OUT,
    THINKING,
    peak_a_second,
)
from benchmarks.reckoning.costs import Costs
from benchmarks.reckoning.needs import Shared

MOST_TEXTS = 200_000
DAY, MINUTES = "a busy day", "its busiest minutes"
LONGEST = 3 * TEXTS_IN * THINKING
"""Seconds in which all but few conversations end."""


@dataclass(frozen=True, slots=True)
class Waited:
    """Milliseconds: from a text's arrival to the answer to its webhook, and to the provider's being asked to send what
    it caused. `stretch` says what was simulated."""

    businesses: int
    load: float
    stretch: str
    texts: int
    webhook_ms: Sequence[float]
    send_ms: Sequence[float]
    worst_ms: float
    mean_wait_ms: float
    """For a web process alone; and what Erlang's formula says of the mean pace, infinite where it never ends."""
    erlang_ms: float


def simulated(need: Shared, cost: Costs, load: float = 1.0) -> Waited:
    """`load`: times as many as foreseen. A whole busy day where that is few enough texts, else the busiest minutes."""
    chance = Random(need.businesses)
    many = ceil(need.businesses * BOOKINGS_A_DAY * BUSY_DAY * load)
    pace = peak_a_second(need.businesses * BOOKINGS_A_DAY) * load
    if many * TEXTS_IN <= MOST_TEXTS:
        starts, stretch = _of_a_day(many, chance), DAY
    else:
        starts, stretch = _of_minutes(pace, chance), MINUTES
    arrivals = sorted(at for start in starts for at in _texts(start, chance))
    if stretch == MINUTES:  # while the first think, and when the last have come, there are fewer
        arrivals = [at for at in arrivals if 0 < at < MOST_TEXTS / TEXTS_IN / pace]
    databases = max(1, ceil(need.database_cores))
    begun, served = queue(arrivals, need.web_processes, cost.web_ms / 1000, chance)
    _, stored = queue(served, databases, cost.database_ms / 1000, chance)
    causes = [number for number in range(len(stored)) for _ in range(_sent(chance))]
    _, claimed = queue([stored[number] for number in causes], need.workers, cost.worker_ms / 1000, chance)
    webhooks = [1000 * (end - at) for at, end in zip(arrivals, stored, strict=True)]
    sends = [1000 * (end - arrivals[number]) for number, end in zip(causes, claimed, strict=True)]
    rate = len(arrivals) / (arrivals[-1] - arrivals[0])
    mean = 1000 * sum(start - at for at, start in zip(arrivals, begun, strict=True)) / len(arrivals)
    return Waited(
        need.businesses, load, stretch, len(arrivals), [percentile(webhooks, share) for share in (50, 99)],
        [percentile(sends, share) for share in (50, 99)], max(webhooks), mean,
        1000 * erlang_wait(rate, cost.web_ms / 1000, need.web_processes),
    )  # fmt: skip


def queue(arrivals: Sequence[float], servers: int, service: float, chance: Random) -> tuple[list[float], list[float]]:
    """When each is begun, and done: first come, first served, each in an exponential time of this mean."""
    free = [0.0] * servers
    begun, done = [0.0] * len(arrivals), [0.0] * len(arrivals)
    for number in sorted(range(len(arrivals)), key=arrivals.__getitem__):
        begun[number] = max(arrivals[number], heapq.heappop(free))
        done[number] = begun[number] + chance.expovariate(1 / service)
        heapq.heappush(free, done[number])
    return begun, done


def erlang_wait(rate: float, service: float, servers: int) -> float:
    """Mean seconds in the queue of M/M/c: A. K. Erlang, 1917."""
    offered = rate * service
    if offered >= servers:
        return float("inf")
    blocked = 1.0
    for number in range(1, servers + 1):  # Erlang's B, from one server up
        blocked = offered * blocked / (number + offered * blocked)
    waiting = blocked / (1 - offered / servers * (1 - blocked))
    return waiting * service / (servers - offered)


def _of_a_day(many: int, chance: Random) -> list[float]:
    hours = chance.choices(range(24), cum_weights=list(accumulate(OF_EACH_HOUR)), k=many)
    return [3600 * (hour + chance.random()) for hour in hours]


def _of_minutes(pace: float, chance: Random) -> list[float]:
    """From before the first of the texts that count, which come from 0 on."""
    last = MOST_TEXTS / TEXTS_IN / pace
    return [chance.uniform(-LONGEST, last) for _ in range(round((LONGEST + last) * pace))]


def _texts(start: float, chance: Random) -> Iterable[float]:
    return accumulate((chance.expovariate(1 / THINKING) for _ in range(TEXTS_IN - 1)), initial=start)


def _sent(chance: Random) -> int:
    """How many texts one causes: ten of six, on average."""
    whole, rest = divmod(TEXTS_OUT, TEXTS_IN)
    return whole + (chance.random() < rest / TEXTS_IN)
