"""What a run has found, as its section of docs/performance.json; and what is worse in it than in the kept one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.conversations.measured import Load, machine
from benchmarks.conversations.rounds import Row
from benchmarks.conversations.scenarios import Found
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE
from benchmarks.kept import WORSE, section

OURS = (OURS_ON_SQLITE, OURS_ON_POSTGRESQL)
NAME = "conversations"
Report = Mapping[str, Any]


def report(
    rows: Sequence[Row], found: Sequence[Found], counts: Mapping[str, Mapping[str, float]], load: Load, rounds: int
) -> Report:
    return section(
        machine(),
        rounds=rounds,
        load={"conversations": load.conversations, "clients": load.clients},
        targets={one.target: asdict(one) for one in rows},
        scenarios=[asdict(one) for one in found],
        counts=counts,
    )


def worse(new: Report, old: Report) -> Iterator[str]:
    """A line for each ratio of ours that is worse by more than a fifth, and for each count that has grown so."""
    for name in OURS:
        now, then = (made["targets"].get(name, {}) for made in (new, old))
        if not now or now["why_not"] or not then or then["why_not"]:
            continue
        if now["rate_ratio"] < then["rate_ratio"] * (1 - WORSE):
            yield f"{name}: {now['rate_ratio']} × the baseline's conversations/s, where it was {then['rate_ratio']}"
        if now["cpu_ratio"] > then["cpu_ratio"] * (1 + WORSE):
            yield f"{name}: {now['cpu_ratio']} × the baseline's CPU a conversation, where it was {then['cpu_ratio']}"
        counted, before = (made["counts"].get(name, {}) for made in (new, old))
        for what in counted.keys() & before.keys():
            if counted[what] > before[what] * (1 + WORSE):
                yield f"{name}: {what.replace('_', ' ')}: {counted[what]}, where it was {before[what]}"


def faulty(made: Report) -> Iterator[str]:
    """A line for whoever lost, doubled, disordered or crossed messages, refused a genuine text or took a forged one."""
    for one in (*made["targets"].values(), *made["scenarios"]):
        if one["faults"]:
            where = f"{one['target']}{', ' + one['scenario'] if 'scenario' in one else ''}"
            yield f"{where}: " + ", ".join(f"{many} {name}" for name, many in one["faults"].items())
