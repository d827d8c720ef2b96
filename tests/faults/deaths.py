"""When processes died, and how long what they had in hand took until it was settled."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.faults.script import Kill


@dataclass(frozen=True, slots=True)
class Death:
    """`at` None: no process has got to the point in time."""

    kill: Kill
    at: float | None


@dataclass(frozen=True, slots=True)
class Settled:
    """A text that was under way from `since` on and settled at `until`: what it was, for people."""

    since: float
    until: float
    what: str


def recoveries(deaths: Sequence[Death], settled: Sequence[Settled]) -> Iterator[tuple[float, str]]:
    """For each text that just one death met: the seconds from that death until it was settled."""
    moments = [(death.at, death.kill.name) for death in deaths if death.at is not None]
    for one in settled:
        met = [(at, name) for at, name in moments if one.since <= at < one.until]
        if len(met) == 1:
            ((at, name),) = met
            yield one.until - at, f"{one.what}, {name}"
