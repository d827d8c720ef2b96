"""`bin/bench memory`: how soon the processes answer, what they take when nobody texts and after ever more
conversations, and what one conversation takes on disk. No coordinator answers more than thirty requests a minute, so
clients come at a pace."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from time import perf_counter

from benchmarks.conversations.dialogue import SERVICES
from benchmarks.conversations.measured import Bench, Load, machine, talks_from
from benchmarks.conversations.opened import opened_bench, said_all, say
from benchmarks.conversations.place import Place
from benchmarks.conversations.processes import memory_mib
from benchmarks.conversations.targets import OURS_ON_POSTGRESQL, OURS_ON_SQLITE, Target, targets
from benchmarks.growth.pages import stored_mib
from benchmarks.kept import Section, add_common, section, told
from tests.databases import installed

NAME = "memory"
A_SECOND = len(SERVICES) * 26 / 60
STEPS = 10
GOALS = {OURS_ON_SQLITE: (150, 100), OURS_ON_POSTGRESQL: (260, 180)}
"""MiB when nobody texts: what they must be, and what is aimed at."""
START = 2
"""Seconds from the default's start to its first answer."""
AFTER = 200
"""MiB of the default after ten thousand conversations."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """`course`: (conversations so far, MiB); without the database server, whose own processes are beside them.
    `idle_cpu`: of one core, the server's too, while nobody texts."""

    target: str
    start_seconds: float
    """To the first answer."""
    idle_mib: float
    idle_cpu: float
    course: Sequence[tuple[int, float]]
    rested_mib: float
    server_mib: float
    kib_each: float
    """What a conversation takes on disk."""
    faults: Mapping[str, int]

    @property
    def a_thousand(self) -> float:
        """MiB that a thousand conversations more have added, over the second half of the course."""
        (first, least), (last, most) = self.course[len(self.course) // 2], self.course[-1]
        return (most - least) / max(1, last - first) * 1000


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench memory", description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000, help="at 7 a second (10,000)")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds during which nobody texts (60)")
    add_common(parser)
    found = parser.parse_args(given)
    if found.quick:
        found.conversations, found.idle = min(found.conversations, 200), min(found.idle, 10.0)
    return found


async def measured(given: argparse.Namespace) -> Section:
    wanted = [one for one in targets() if one.name in GOALS and (not one.on_postgresql or "postgresql" in installed())]
    async with opened_bench(with_postgresql=any(one.on_postgresql for one in wanted)) as bench:
        found = [await weighed(bench, one, given.conversations, given.idle) for one in wanted]
    return section(
        machine(),
        conversations=given.conversations,
        targets={one.target: asdict(one) | {"mib_a_thousand": one.a_thousand} for one in found},
    )


async def weighed(bench: Bench, target: Target, conversations: int, idle: float) -> Weighed:
    async with bench.opened(target) as place:
        say(f"{target.name}: nobody texts")
        begun, used = perf_counter(), place.cpu()
        await asyncio.sleep(idle)
        idle_cpu, idle_mib = (place.cpu() - used) / (perf_counter() - begun), _mib(place)
        before, course, faults = stored_mib(place), [(0, idle_mib)], dict[str, int]()
        for done, many in _chunks(conversations):
            say(f"{target.name}: {done} of {conversations} conversations, {course[-1][1]:.0f} MiB")
            load = Load(many, a_second=A_SECOND, patience=120.0)
            run = await bench.drive(target, place, load, talks_from(done, many))
            course.append((done + many, _mib(place)))
            for name, count in run.heard.faults.items():
                faults[name] = faults.get(name, 0) + count
        await asyncio.sleep(idle)
        each = (stored_mib(place) - before) / max(1, conversations) * 1024
        return Weighed(
            target.name, place.first_answer, idle_mib, idle_cpu, course, _mib(place), _server_mib(place), each,
            {name: many for name, many in faults.items() if many},
        )  # fmt: skip


def _chunks(conversations: int) -> list[tuple[int, int]]:
    """How many had booked before, and how many do now."""
    ends = [conversations * step // STEPS for step in range(STEPS + 1)]
    return [(first, last - first) for first, last in pairwise(ends) if last > first]


def _mib(place: Place) -> float:
    return memory_mib(one.pid for one in place.own)


def _server_mib(place: Place) -> float:
    return memory_mib((place.server.pid,)) if place.server else 0.0


def figures(made: Section) -> Mapping[str, float]:
    """Those that are to stay small."""
    return {
        f"{name}: {words}": one[what]
        for name, one in made["targets"].items()
        for what, words in (
            ("idle_mib", "MiB, nobody texts"),
            ("rested_mib", "MiB afterwards"),
            ("kib_each", "KiB kept"),
        )
    }


def lines(made: Section) -> list[str]:
    head = f"{'target':24}{'start s':>8}{'idle MiB':>10}{'must':>6}{'aim':>6}{'after':>8}{'rested':>8}"
    found = [f"{head}{'per 1,000':>11}{'idle CPU':>9}{'KiB kept each':>15}{'server MiB':>12}  faults"]
    for name, one in made["targets"].items():
        must, aim = GOALS[name]
        faults = ", ".join(f"{many} {what}" for what, many in one["faults"].items()) or "none"
        found.append(
            f"{name:24}{one['start_seconds']:8.2f}{one['idle_mib']:10.0f}{must:6}{aim:6}{one['course'][-1][1]:8.0f}"
            f"{one['rested_mib']:8.0f}{one['mib_a_thousand']:11.1f}{one['idle_cpu']:9.1%}{one['kib_each']:15.1f}{one['server_mib']:12.0f}"
            f"  {faults}"
        )
    return [*found, f"{made['conversations']:,} conversations; the default must be under {AFTER} MiB after 10,000"]


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    made = asyncio.run(measured(asked))
    said_all()
    print("\n".join(lines(made)))
    worse = told(NAME, made, figures(made), asked)
    return int(worse or (asked.check and any(one["faults"] for one in made["targets"].values())))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    sys.exit(main(sys.argv[1:]))
