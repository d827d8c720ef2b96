"""What a run has found, as JSON; and what is worse in it than in the one that is kept in docs/."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.conversations.measured import Load, machine
from benchmarks.conversations.place import TOP
from benchmarks.conversations.rounds import Row
from benchmarks.conversations.scenarios import Found
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE

FILE = TOP / "docs/performance.json"
OURS = (OURS_ON_SQLITE, OURS_ON_POSTGRESQL)
WORSE = 0.2
"""By how much a ratio may be worse before it is told."""
Report = Mapping[str, Any]


def report(
    rows: Sequence[Row], found: Sequence[Found], counts: Mapping[str, Mapping[str, float]], load: Load, rounds: int
) -> Report:
    made: Report = _rounded(
        {
            "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),  # noqa: TID251 -- of the run
            "machine": machine(),
            "rounds": rounds,
            "load": {"conversations": load.conversations, "clients": load.clients},
            "targets": {one.target: asdict(one) for one in rows},
            "scenarios": [asdict(one) for one in found],
            "counts": counts,
        }
    )
    return made


def keep(made: Report, path: Path = FILE) -> None:
    path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(path: Path = FILE) -> Report | None:
    """None where nothing has been kept yet."""
    if not path.exists():
        return None
    found: Report = json.loads(path.read_text(encoding="utf-8"))
    return found


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


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if isinstance(value, Mapping):
        return {name: _rounded(one) for name, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value
