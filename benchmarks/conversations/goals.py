"""What was set out to be reached, beside what was measured."""

from collections.abc import Iterator
from typing import Any

from benchmarks.conversations.stored import Report
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE

MOST_QUERIES = 12


def goals(made: Report) -> Iterator[tuple[str, float, float, float]]:
    """Each with what was measured, what it must be, and what is aimed at; those that were not measured are left out."""
    for name in (OURS_ON_SQLITE, OURS_ON_POSTGRESQL):
        is_alone = name == OURS_ON_SQLITE
        if (found := made["targets"].get(name)) and not found["why_not"]:
            if is_alone:
                yield f"{name}: CPU a conversation, × bot", found["cpu_ratio"], 2.5, 1.6
            yield f"{name}: conversations/s, × bot", found["rate_ratio"], *((0.45, 0.7) if is_alone else (0.5, 0.7))
            yield f"{name}: peak memory, MiB", found["peak_mib"], *((150, 100) if is_alone else (260, 180))
        if counted := made["counts"].get(name):
            yield f"{name}: queries a message taken", counted["queries_per_message_taken"], MOST_QUERIES, MOST_QUERIES
        if steady := _steady(made, name):
            yield f"{name}: webhook p99, ms, 5 a second, provider in 100 ms", steady["webhook_ms"][-1], 100, 25
            yield f"{name}: webhook to provider p99, ms", steady["send_ms"][-1], 250, 50


def is_reached(measured: float, must: float, aim: float) -> bool:
    """What is to be large aims higher than it must."""
    return measured >= must if aim > must else measured <= must


def _steady(made: Report, name: str) -> dict[str, Any] | None:
    wanted = (one for one in made["scenarios"] if one["target"] == name and one["scenario"] == "provider in 100 ms")
    found = next(wanted, None)
    return None if found is None or found["why_not"] else found
