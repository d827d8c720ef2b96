"""`python -m benchmarks.conversations.counting -m MODULE …` runs a module and counts its statements and commits, by
what they are done for; what it knows is in the current folder, a file a process, written anew at every commit."""

import json
import os
import runpy
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from benchmarks.conversations.dialogue import STEPS
from benchmarks.conversations.measured import Bench, Load, talks_from
from benchmarks.conversations.rounds import SENT_EACH
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE, Target, one_process, web_and_worker

COUNTING = ("-m", "benchmarks.conversations.counting")
TAKING, SENDING, BESIDE = "taking", "sending", "beside"
"""Webhooks taken in; messages claimed, sent and recorded; the schedule and the like."""
_lock = threading.Lock()
_counted: Counter[str] = Counter()
_whose = [0]


def _kind() -> str:
    name = threading.current_thread().name
    if name.startswith("web-"):
        return TAKING
    return SENDING if name.startswith(("send", "dispatcher", "leases")) else BESIDE


def _count(what: str) -> None:
    with _lock:
        if _whose[0] != os.getpid():  # born of a process that had counted already
            _whose[0] = os.getpid()
            _counted.clear()
        _counted[f"{_kind()} {what}"] += 1
        if what == "commits":
            draft = Path(f"counted-{os.getpid()}.draft")
            draft.write_text(json.dumps(_counted))
            draft.rename(draft.with_suffix(".json"))


def _listen() -> None:
    @event.listens_for(Engine, "after_cursor_execute")
    def executed(*_arguments: Any) -> None:
        _count("queries")

    @event.listens_for(Engine, "commit")
    def committed(_connection: Any) -> None:
        _count("commits")


def counted_targets() -> tuple[Target, ...]:
    """This product's, with this file between Python and it."""
    return (
        Target(OURS_ON_SQLITE, lambda place: one_process(place, COUNTING)),
        Target(OURS_ON_POSTGRESQL, lambda place: web_and_worker(place, COUNTING), on_postgresql=True),
    )


async def counts(bench: Bench, target: Target, conversations: int) -> dict[str, float]:
    """Queries and commits for each text taken in and for each message sent."""
    async with bench.opened(target) as place:
        await bench.drive(target, place, Load(16), talks_from(0, 16))
        before = _so_far(place.folder)
        await bench.drive(target, place, Load(conversations), talks_from(16, conversations))
        found = _so_far(place.folder) - before
    return _each(found, conversations)


def _so_far(folder: Path) -> Counter[str]:
    return sum((Counter(json.loads(path.read_text())) for path in folder.glob("counted-*.json")), Counter())


def _each(found: Mapping[str, int], conversations: int) -> dict[str, float]:
    each = {TAKING: STEPS * conversations, SENDING: SENT_EACH * conversations}
    return {
        f"{what}_per_message_{'taken' if kind == TAKING else 'sent'}": found.get(f"{kind} {what}", 0) / many
        for kind, many in each.items()
        for what in ("queries", "commits")
    }


def main() -> None:
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    _listen()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
