"""Every target beside its baseline, in turn, several times over: what is told of it is a ratio to that neighbour, and
the median of the rounds."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.conversations.dialogue import STEPS
from benchmarks.conversations.measured import Bench, Load, Measured
from benchmarks.conversations.place import DidNotStart
from benchmarks.conversations.targets import Target, missing

SENT_EACH = 8
PERCENTILES = (50, 95, 99)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One target's figures. Times are milliseconds, at the percentiles; `why_not`: it was not measured."""

    target: str
    beside: str = ""
    conversations_per_second: float = 0.0
    messages_per_second: float = 0.0
    cpu_ms_per_conversation: float = 0.0
    rate_ratio: float = 0.0
    cpu_ratio: float = 0.0
    webhook_ms: Sequence[float] = ()
    send_ms: Sequence[float] = ()
    peak_mib: float = 0.0
    crowd_cpu_ms_per_conversation: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    why_not: str = ""


Pair = tuple[Measured, Measured]
"""A target, and the baseline that ran just before it."""


async def in_rounds(bench: Bench, targets: Sequence[Target], load: Load, rounds: int, say: Say) -> list[Row]:
    """A row for each target, in their order."""
    by_name = {target.name: target for target in targets}
    pairs: dict[str, list[Pair]] = {name: [] for name in by_name}
    why_not = {name: why for name, target in by_name.items() if (why := missing(target))}
    for number in range(rounds):
        for target in targets:
            if target.beside == target.name or target.name in why_not:
                continue
            say(f"round {number + 1} of {rounds}: {target.name}")
            try:
                beside = await bench.measure(by_name[target.beside], load)
                found = await bench.measure(target, load)
            except DidNotStart as error:
                why_not[target.name] = str(error).strip().splitlines()[-1][:100]
                continue
            pairs[target.beside].append((beside, beside))
            pairs[target.name].append((found, beside))
    return [row(target, pairs[target.name], why_not.get(target.name, "")) for target in targets]


def row(target: Target, pairs: Sequence[Pair], why_not: str = "") -> Row:
    """The medians of the rounds."""
    if why_not or not pairs:
        return Row(target.name, target.beside, why_not=why_not or "not measured")
    own = [pair[0] for pair in pairs]
    rate = statistics.median(one.a_second for one in own)
    against = [(one, other) for one, other in pairs if one is not other] or list(pairs)
    return Row(
        target=target.name,
        beside=target.beside,
        conversations_per_second=rate,
        messages_per_second=rate * (STEPS + (0 if target.is_silent else SENT_EACH)),
        cpu_ms_per_conversation=1000 * statistics.median(one.cpu_each for one in own),
        rate_ratio=statistics.median(one.a_second / other.a_second for one, other in against),
        cpu_ratio=statistics.median(one.cpu_each / other.cpu_each for one, other in against),
        webhook_ms=_at(PERCENTILES, [one.heard.webhooks for one in own]),
        send_ms=_at(PERCENTILES, [one.heard.sends for one in own]),
        peak_mib=max(one.mib for one in own),
        crowd_cpu_ms_per_conversation=1000 * statistics.median(one.own_cpu / one.heard.conversations for one in own),
        faults=faults(own),
    )


def faults(runs: Iterable[Measured]) -> dict[str, int]:
    """Of all rounds together: there may be none."""
    found: Counter[str] = Counter()
    for one in runs:
        found.update(one.heard.faults)
    return {name: many for name, many in found.items() if many}


def _at(percentiles: Sequence[int], rounds: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(percentile(one, share) for one in rounds) for share in percentiles]


def percentile(values: Sequence[float], share: int) -> float:
    """0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0
