"""What one conversation, one process and one page cost, as it was measured: read from docs/performance.json."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.conversations.dialogue import STEPS
from benchmarks.conversations.rounds import SENT_EACH
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE
from benchmarks.growth import LIST_AGAIN
from benchmarks.kept import Section

SECTIONS = ("conversations", "growth", "memory", "scaling")
_PROCESSES = 3
"""That the memory of web and worker is of: two web processes and a worker."""


class NotMeasured(Exception):
    """Which programs are to run first, with --keep."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of CPU of a text in (at the web process) and of a text out (at the worker); of the database's, half
    is taken for each kind alike. The smallest size that was measured: one web process and one worker."""

    web_ms: float
    worker_ms: float
    database_ms: float
    """Of one text, in or out."""
    whole_sqlite_ms: float
    """Of a conversation, in the one process that is the default."""
    process_mib: float
    default_mib: float
    default_idle: float
    """Of a core, while nobody texts."""
    kib_each: float
    """That a conversation takes on disk, on PostgreSQL."""
    look_ms: float
    """Of the conversation list, looked at again; with the most messages that were stored."""


def costs(kept: Mapping[str, Section]) -> Costs:
    """Raises NotMeasured."""
    if missing := [name for name in SECTIONS if name not in kept]:
        raise NotMeasured(f"Not measured yet: {', '.join(missing)}. Run `bin/bench --keep`.")
    smallest = min(kept["scaling"]["cells"], key=lambda one: (one["web"], one["workers"]))["cpu_ms"]
    each = STEPS + SENT_EACH
    alone = kept["memory"]["targets"][OURS_ON_SQLITE]
    apart = kept["memory"]["targets"][OURS_ON_POSTGRESQL]
    looks = [one for one in kept["growth"]["pages"] if one["what"] == LIST_AGAIN and one["database"] == "PostgreSQL"]
    return Costs(
        web_ms=smallest["web"] * each / STEPS,
        worker_ms=smallest["workers"] * each / SENT_EACH,
        database_ms=smallest["database"],
        whole_sqlite_ms=kept["conversations"]["targets"][OURS_ON_SQLITE]["cpu_ms_per_conversation"],
        process_mib=apart["idle_mib"] / _PROCESSES,
        default_mib=alone["idle_mib"],
        default_idle=alone["idle_cpu"],
        kib_each=apart["kib_each"],
        look_ms=max(looks, key=lambda one: one["messages"])["p50_ms"],
    )
