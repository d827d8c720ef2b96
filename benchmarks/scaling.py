"""`bin/bench scaling`: more web processes and more workers on PostgreSQL: how much more they do, what each message
costs whom, who waits for whom, and what is used up first. No more can be gained than there are cores."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from time import process_time

from benchmarks.conversations.dialogue import STEPS
from benchmarks.conversations.measured import Bench, Load, machine, talks_from
from benchmarks.conversations.opened import opened_bench, said_all, say
from benchmarks.conversations.place import Place
from benchmarks.conversations.processes import TICKS, cpu_seconds, family
from benchmarks.conversations.rounds import PERCENTILES, SENT_EACH, percentile
from benchmarks.conversations.targets import Target, web_and_worker
from benchmarks.kept import Section, add_common, section, told
from benchmarks.lock_waits import Watch
from tests.databases import installed

NAME = "scaling"
MESSAGES = STEPS + SENT_EACH
USED_UP, HELD_UP = 0.9, 0.5
"""Shares of a core, or of all, above which it is what there is too little of; and how many wait for locks at once."""
Used = dict[int, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """One run of so many web processes and workers. CPU is milliseconds a message, in and out."""

    web: int
    workers: int
    conversations_per_second: float
    cpu_ms: Mapping[str, float]
    """Of whom: web, workers, database, and the crowd with its provider."""
    busiest: tuple[str, float]
    """The one process that used most of a core, and how much of it."""
    machine_busy: float
    waits: Mapping[str, float]
    """Backends that waited at once, by what for."""
    lock_waits: float
    connections: int
    deadlocks: int
    webhook_ms: Sequence[float] = ()
    send_ms: Sequence[float] = ()
    faults: Mapping[str, int] = field(default_factory=dict)


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench scaling", description=__doc__)
    parser.add_argument("--web", default="1,2,4", help="web processes, commas between (1,2,4)")
    parser.add_argument("--workers", default="1,2,4", help="workers, commas between (1,2,4)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each runs (3)")
    parser.add_argument("--conversations", type=int, default=240, help="bookings in each run (240)")
    parser.add_argument("--clients", type=int, default=32, help="how many book at once (32)")
    add_common(parser)
    found = parser.parse_args(given)
    if found.quick:
        found.rounds, found.conversations = 1, min(found.conversations, 64)
    found.web, found.workers = ([int(one) for one in words.split(",")] for words in (found.web, found.workers))
    return found


async def measured(given: argparse.Namespace) -> Section:
    if "postgresql" not in installed():
        raise SystemExit("There is no PostgreSQL on this machine.")
    sizes = [(web, workers) for web in given.web for workers in given.workers]
    runs: dict[tuple[int, int], list[Cell]] = {size: [] for size in sizes}
    async with opened_bench(with_postgresql=True) as bench:
        for number in range(given.rounds):
            for web, workers in sizes:
                say(f"round {number + 1} of {given.rounds}: {web} web, {workers} workers")
                runs[web, workers].append(await cell(bench, web, workers, Load(given.conversations, given.clients)))
    cells = [asdict(middle(found)) | {"saturated": saturated(middle(found))} for found in runs.values()]
    return section(
        machine(), rounds=given.rounds, conversations=given.conversations, clients=given.clients, cells=cells
    )


def middle(found: Sequence[Cell]) -> Cell:
    """The run whose pace is the median one's; a fault of any is its fault."""
    chosen = sorted(found, key=lambda one: one.conversations_per_second)[len(found) // 2]
    faults = {name: sum(one.faults.get(name, 0) for one in found) for one in found for name in one.faults}
    return Cell(**asdict(chosen) | {"faults": faults})


async def cell(bench: Bench, web: int, workers: int, load: Load) -> Cell:
    start = partial(web_and_worker, web=web, workers=workers)
    target = Target(f"{web} web, {workers} workers", start, on_postgresql=True)
    async with bench.opened(target) as place:
        await bench.drive(target, place, Load(load.warm, load.clients), talks_from(0, load.warm))
        await place.quiet()
        before, whole, own = _used(place), _machine(), process_time()
        with Watch(place.database_url) as seen:
            run = await bench.drive(target, place, load, talks_from(load.warm, load.conversations))
        after, busy, own = _used(place), _machine(), process_time() - own
        messages, seconds = MESSAGES * load.conversations, run.heard.seconds
        spent = {who: sum(after[who].values()) - sum(before[who].values()) for who in after} | {"crowd": own}
        shares = {
            (who, number): (used - before[who].get(number, 0.0)) / seconds
            for who in after
            for number, used in after[who].items()
        }
        (who, _), share = max(shares.items(), key=lambda one: one[1])
        return Cell(
            web, workers, run.a_second,
            cpu_ms={who: 1000 * used / messages for who, used in spent.items()},
            busiest=(who, share), machine_busy=(busy[0] - whole[0]) / max(1e-9, busy[1] - whole[1]),
            waits=seen.most(), lock_waits=seen.at_once("Lock"), connections=seen.most_connections,
            deadlocks=seen.deadlocks,
            webhook_ms=[percentile(run.heard.webhooks, share) for share in PERCENTILES],
            send_ms=[percentile(run.heard.sends, share) for share in PERCENTILES],
            faults={name: many for name, many in run.heard.faults.items() if many},
        )  # fmt: skip


def _used(place: Place) -> dict[str, Used]:
    """CPU seconds of each process, by what it is. The server's are one sum: its backends come and go."""
    web, *workers = (one.pid for one in place.own)
    assert place.server is not None
    return {
        "web": _each(family((web,))),
        "workers": _each(family(workers)),
        "database": {0: cpu_seconds((place.server.pid,))},
    }


def _each(processes: Sequence[int]) -> Used:
    return {one: _own_seconds(one) for one in processes}


def _own_seconds(process: int) -> float:
    """Without its children's. 0 where it has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / TICKS


def _machine() -> tuple[float, float]:
    """Seconds of all cores together: those they worked, and all."""
    ticks = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS, sum(ticks) / TICKS


def saturated(one: Cell) -> str:
    """What there is too little of."""
    who, share = one.busiest
    if one.lock_waits > HELD_UP * (one.web + one.workers):
        return "locks in the database"
    if one.machine_busy > USED_UP:
        return "the machine's cores"
    if who != "database" and share > USED_UP:
        return f"one core of {'a web process' if who == 'web' else 'a worker'}"
    return "nothing: clients wait for one another"


def figures(made: Section) -> Mapping[str, float]:
    """Those that are to stay small: what a message costs beside what it costs one web process and one worker."""
    cost = {(one["web"], one["workers"]): _ours(one) for one in made["cells"]}
    first = cost[min(cost)]
    return {
        f"{web} web, {workers} workers: CPU a message × the smallest": each / first
        for (web, workers), each in cost.items()
        if each is not first
    }


def _ours(one: Mapping[str, float | Mapping[str, float]]) -> float:
    cpu = one["cpu_ms"]
    assert isinstance(cpu, Mapping)
    return cpu["web"] + cpu["workers"] + cpu["database"]


def lines(made: Section) -> list[str]:
    head = f"{'web':>4}{'workers':>8}{'conv/s':>8}{'CPU ms/message: web':>22}{'workers':>9}{'database':>10}{'crowd':>7}"
    found = [f"{head}{'busy':>6}{'lock waits':>12}{'connections':>13}  saturated; most waited for"]
    for one in made["cells"]:
        cpu, waits = one["cpu_ms"], ", ".join(f"{what} {many:.1f}" for what, many in one["waits"].items())
        found.append(
            f"{one['web']:4}{one['workers']:8}{one['conversations_per_second']:8.1f}{cpu['web']:22.2f}{cpu['workers']:9.2f}"
            f"{cpu['database']:10.2f}{cpu['crowd']:7.2f}{one['machine_busy']:6.0%}{one['lock_waits']:12.2f}"
            f"{one['connections']:13}  {one['saturated']}; {waits}"
        )
    return [*found, f"{made['machine']['cores']} cores: more than that many processes at work gain nothing here."]


def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    made = asyncio.run(measured(asked))
    said_all()
    print("\n".join(lines(made)))
    faulty = [f"{one['web']} web, {one['workers']} workers: {one['faults']}" for one in made["cells"] if one["faults"]]
    for line in faulty:
        print(f"FAULT: {line}")
    worse = told(NAME, made, figures(made), asked)
    return int(worse or (asked.check and bool(faulty)))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended
    sys.exit(main(sys.argv[1:]))
