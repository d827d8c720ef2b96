"""`bin/bench growth`: the same dialogue with ever more bookings and messages stored before, beside the same with none;
and how long an operator waits for a page. 14 messages are of one booking: 100,000 bookings are 1.4 million."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial

from benchmarks.conversations.measured import Bench, Load, machine
from benchmarks.conversations.opened import opened_bench, said_all, say
from benchmarks.conversations.rounds import Row, in_rounds
from benchmarks.conversations.targets import Target, one_process, web_and_worker
from benchmarks.growth.history import MESSAGES
from benchmarks.growth.pages import Kept, Looked, looked
from benchmarks.kept import Section, add_common, section, told
from tests.databases import installed

NAME = "growth"
SIZES, QUICK_SIZES = "71,7143,100000", "71,7143"


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench growth", description=__doc__)
    parser.add_argument("--bookings", default="", help=f"made before, commas between ({SIZES})")
    parser.add_argument("--rounds", type=int, default=3, help="how often each size runs beside an empty one (3)")
    parser.add_argument("--conversations", type=int, default=240, help="bookings in each run (240)")
    parser.add_argument("--looks", type=int, default=40, help="how often each page is looked at (40)")
    parser.add_argument("--databases", default="sqlite,postgresql", help="on which (sqlite,postgresql)")
    add_common(parser)
    found = parser.parse_args(given)
    if found.quick:
        found.rounds, found.conversations, found.looks = 1, min(found.conversations, 48), 10
    found.bookings = [int(one) for one in (found.bookings or (QUICK_SIZES if found.quick else SIZES)).split(",")]
    found.databases = [one for one in found.databases.split(",") if one in installed()]
    return found


def empty(kind: str) -> str:
    return f"{'SQLite' if kind == 'sqlite' else 'PostgreSQL'}, nothing stored"


def targets(kind: str, sizes: Sequence[int]) -> list[Target]:
    """The empty one, and each size beside it."""
    start, is_server = (one_process, False) if kind == "sqlite" else (web_and_worker, True)
    first = empty(kind)
    name = first.partition(",")[0]
    grown = [
        Target(f"{name}, {many * MESSAGES:,} messages", partial(start, bookings=many), first, is_server)
        for many in sizes
    ]
    return [Target(first, start, first, is_server), *grown]


async def measured(given: argparse.Namespace) -> Section:
    rows: list[Row] = []
    pages: list[Looked] = []
    sizes: list[Kept] = []
    async with opened_bench(with_postgresql="postgresql" in given.databases) as bench:
        for kind in given.databases:
            load = Load(given.conversations)
            rows += await in_rounds(bench, targets(kind, given.bookings), load, given.rounds, say)
            for many in given.bookings:
                say(f"pages: {kind}, {many * MESSAGES:,} messages")
                found, kept = await asyncio.to_thread(_looked, bench, kind, many, given.looks)
                pages += found
                sizes.append(kept)
    return section(
        machine(),
        rounds=given.rounds,
        conversations=given.conversations,
        targets={one.target: asdict(one) for one in rows},
        pages=[asdict(one) for one in pages],
        stored=[asdict(one) for one in sizes],
    )


def _looked(bench: Bench, kind: str, many: int, looks: int) -> tuple[list[Looked], Kept]:
    place = bench.unprepared(on_postgresql=kind == "postgresql")
    try:
        return looked(place, many, looks)
    finally:
        place.end()


def figures(made: Section) -> Mapping[str, float]:
    """Those that are to stay small: each size beside the empty one, each page beside the smallest size's."""
    ratios = {f"{name}: CPU × empty": one["cpu_ratio"] for name, one in made["targets"].items() if not one["why_not"]}
    least = {(one["database"], one["what"]): one for one in reversed(made["pages"])}
    for one in made["pages"]:
        first = least[one["database"], one["what"]]
        if one is not first:
            times = one["p50_ms"] / max(first["p50_ms"], 1.0)
            ratios[f"{one['database']}, {one['messages']:,} messages: {one['what']} × {first['messages']:,}"] = times
    return ratios


def lines(made: Section) -> list[str]:
    found = [f"{'target':34}{'conv/s':>8}{'CPU ms':>8}{'× empty':>9}{'to provider p99':>17}  faults"]
    for name, one in made["targets"].items():
        if one["why_not"]:
            found.append(f"{name:34} {one['why_not']}")
            continue
        faults = ", ".join(f"{many} {what}" for what, many in one["faults"].items()) or "none"
        found.append(
            f"{name:34}{one['conversations_per_second']:8.1f}{one['cpu_ms_per_conversation']:8.1f}{one['cpu_ratio']:9.2f}"
            f"{one['send_ms'][-1]:17.0f}  {faults}"
        )
    found.append(f"\n{'page':42}{'database':12}{'messages':>12}{'p50 ms':>9}{'p95 ms':>9}")
    return [
        *found,
        *(
            f"{one['what']:42}{one['database']:12}{one['messages']:12,}{one['p50_ms']:9.1f}{one['p95_ms']:9.1f}"
            for one in sorted(made["pages"], key=lambda one: (one["what"], one["database"]))
        ),
        *(f"{one['database']}, {one['bookings']:,} bookings: {one['mib']:,.0f} MiB" for one in made["stored"]),
    ]


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    made = asyncio.run(measured(asked))
    said_all()
    print("\n".join(lines(made)))
    faulty = [f"{name}: {one['faults']}" for name, one in made["targets"].items() if one["faults"]]
    for line in faulty:
        print(f"FAULT: {line}")
    worse = told(NAME, made, figures(made), asked)
    return int(worse or (asked.check and bool(faulty)))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    sys.exit(main(sys.argv[1:]))
