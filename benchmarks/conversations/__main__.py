"""`bin/bench conversations`: whole conversations, this product beside others. --keep writes docs/performance.json and
docs/performance.svg; do so on a quiet machine only."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from benchmarks.conversations import chart, stored, table
from benchmarks.conversations.counting import counted_targets, counts
from benchmarks.conversations.database_server import durable_postgresql
from benchmarks.conversations.measured import Bench, Load
from benchmarks.conversations.provider import Provider
from benchmarks.conversations.rounds import in_rounds
from benchmarks.conversations.scenarios import all_of, scenarios
from benchmarks.conversations.targets import Target, targets
from tests.databases import installed

MOST = 29 * 16
"""Bookings of one run, with those before it: no coordinator answers more than thirty in a minute."""


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench conversations", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each target runs beside its baseline (5)")
    parser.add_argument("--conversations", type=int, default=240, help="bookings in each run (240)")
    parser.add_argument("--clients", type=int, default=16, help="how many book at once (16)")
    parser.add_argument("--redelivered", type=float, default=0.0, help="share of texts delivered twice at once (0)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long clients come in a scenario; 0: none (20)")
    parser.add_argument("--only", default="", help="targets whose names hold one of these words, commas between")
    parser.add_argument("--quick", action="store_true", help="two short rounds, to see that it works; no figures")
    parser.add_argument("--keep", action="store_true", help="write docs/performance.json and .svg")
    parser.add_argument(
        "--check", action="store_true", help="exit 1 where a ratio is worse by a fifth than the kept one"
    )
    found = parser.parse_args(given)
    if found.quick:
        found.rounds, found.conversations, found.seconds = 2, 16, 0.0
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
    with ExitStack() as stack:
        needs_server = any(one.on_postgresql for one in found)
        server = stack.enter_context(durable_postgresql()) if needs_server else None
        provider = Provider(lambda _to, _text, _at: None)
        await provider.open()
        stack.callback(provider.close)
        bench = Bench(provider, server)
        stack.callback(bench.close)
        rows = await in_rounds(bench, found, load, given.rounds, _say)
        under = await all_of(bench, scenarios(given.seconds), found, _say) if given.seconds else []
        names = {one.name for one in found}
        counted = {
            one.name: await counts(bench, one, 64) for one in counted_targets() if one.name in names and not given.quick
        }
        return stored.report(rows, under, counted, replace(load), given.rounds)


def _say(words: str) -> None:
    print(f"\r{words:72}", end="", file=sys.stderr, flush=True)


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    made, before = asyncio.run(measured(asked)), stored.kept()
    print(f"\r{'':72}\r", end="", file=sys.stderr)
    print("\n".join(table.lines(made)))
    faulty, worse = list(stored.faulty(made)), list(stored.worse(made, before)) if before else []
    for line in (*faulty, *worse):
        print(f"WORSE: {line}" if line in worse else f"FAULT: {line}")
    if asked.keep:
        stored.keep(made)
        chart.draw(made)
    return int(asked.check and bool(faulty or worse))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    sys.exit(main(sys.argv[1:]))
