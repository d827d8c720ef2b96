"""`bin/bench conversations`: whole conversations, this product beside others. --keep writes docs/performance.json and
docs/performance.svg; do so on a quiet machine only."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence

from benchmarks.conversations import chart, stored, table
from benchmarks.conversations.counting import counted_targets, counts
from benchmarks.conversations.measured import Load
from benchmarks.conversations.opened import opened_bench, said_all, say
from benchmarks.conversations.rounds import in_rounds
from benchmarks.conversations.scenarios import all_of, scenarios
from benchmarks.conversations.targets import Target, targets
from benchmarks.kept import add_common, keep, kept
from tests.databases import installed

MOST = 29 * 16
"""Bookings of one run, with those before it: no coordinator answers more than thirty in a minute."""
QUICK_SECONDS = 6.0


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench conversations", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each target runs beside its baseline (5)")
    parser.add_argument("--conversations", type=int, default=240, help="bookings in each run (240)")
    parser.add_argument("--clients", type=int, default=16, help="how many book at once (16)")
    parser.add_argument("--redelivered", type=float, default=0.0, help="share of texts delivered twice at once (0)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long clients come in a scenario; 0: none (20)")
    parser.add_argument("--only", default="", help="targets whose names hold one of these words, commas between")
    add_common(parser)
    found = parser.parse_args(given)
    if found.quick:
        found.rounds, found.conversations, found.seconds = 1, 32, min(found.seconds, QUICK_SECONDS)
    return found


def chosen(words: str) -> tuple[Target, ...]:
    """Those asked for, and whatever they are compared with, as far as this machine has the database."""
    there = [one for one in targets() if not one.on_postgresql or "postgresql" in installed()]
    wanted = [one for one in there if not words or any(word in one.name for word in words.split(","))]
    needed = {one.beside for one in wanted}
    needed |= {one.beside for one in there if one.name in needed}
    return tuple(one for one in there if one in wanted or one.name in needed)


async def measured(given: argparse.Namespace) -> stored.Report:
    load = Load(given.conversations, given.clients, redelivered=given.redelivered)
    if load.conversations + load.warm > MOST:
        raise SystemExit(
            f"at most {MOST - load.warm} conversations: more are more than coordinators answer in a minute"
        )
    found = chosen(given.only)
    async with opened_bench(with_postgresql=any(one.on_postgresql for one in found)) as bench:
        rows = await in_rounds(bench, found, load, given.rounds, say)
        under = await all_of(bench, scenarios(given.seconds), found, say) if given.seconds else []
        names = {one.name for one in found}
        counted = {one.name: await counts(bench, one, 64) for one in counted_targets() if one.name in names}
        return stored.report(rows, under, counted, load, given.rounds)


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    made, before = asyncio.run(measured(asked)), kept(stored.NAME)
    said_all()
    print("\n".join(table.lines(made)))
    faulty, worse = list(stored.faulty(made)), list(stored.worse(made, before)) if before else []
    for line in (*faulty, *worse):
        print(f"WORSE: {line}" if line in worse else f"FAULT: {line}")
    if asked.keep:
        keep(stored.NAME, {**made, "is_quick": asked.quick})
        chart.draw(made)
    return int(asked.check and bool(faulty or worse))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    sys.exit(main(sys.argv[1:]))
