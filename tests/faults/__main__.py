"""`bin/faults`: the long run of the fault suite. Prints what was done and each violation; exit status 1 for any."""

import argparse
import random
import sys
import time
from pathlib import Path

from bot.database import Database
from tests.databases import installed
from tests.faults import contests
from tests.faults.campaign import play, today
from tests.faults.contest import Contest
from tests.faults.controls import Control
from tests.faults.databases import Fresh, fresh_databases
from tests.faults.installation import Topology
from tests.faults.outcome import Outcome
from tests.faults.points import POINTS
from tests.faults.proof import noticed_without
from tests.faults.racers import Racers
from tests.faults.script import Script
from tests.faults.unguarded import Guard

KILLS_A_ROUND = 50
WORST_RECOVERY = 10.0
"""Seconds; more counts as a violation."""
FIRST_TRY, MANY = 0.995, 200
"""The share of engagements made at the first try, of at least so many; of fewer, one may need more."""
RACES_OF_A_CONTROL = 48


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bin/faults", description="Kills the program, and looks at what is left.")
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), help="the same seed, the same events")
    parser.add_argument("--kills", type=int, default=KILLS_A_ROUND, help="processes to kill on each database")
    parser.add_argument("--races", type=int, default=0, help="attempts at each race, on each database")
    parser.add_argument("--controls", action="store_true", help="also switch each guard off: all must be noticed")
    parser.add_argument("--database", default="all", choices=("all", "sqlite", "postgresql", "mariadb"))
    parser.add_argument("--logs", type=Path, help="a folder for the server's log of each round with a violation")
    wanted = parser.parse_args(arguments)
    kinds = installed() if wanted.database == "all" else (wanted.database,)
    return max(run(kind, wanted) for kind in kinds)


def run(kind: str, wanted: argparse.Namespace) -> int:
    """Everything that is wanted on one kind of database; the exit status."""
    status = 0
    with fresh_databases(kind) as fresh:
        if wanted.kills:
            status = max(status, kill(kind, fresh, wanted.seed, wanted.kills, wanted.logs))
        if wanted.races:
            status = max(status, race(kind, fresh, wanted.races))
        if wanted.controls:
            status = max(status, control(kind, fresh, wanted.seed))
    return status


def kill(kind: str, fresh: Fresh, seed: int, kills: int, logs: Path | None) -> int:
    """So many kills, in rounds; a kill at a point that nobody reached is made up for."""
    outcomes: list[Outcome] = []
    began = time.monotonic()
    for number in range(1 + kills // 5):
        left = kills - sum(outcome.kills for outcome in outcomes)
        if left <= 0:
            break
        topology = Topology.MANY if kind != "sqlite" and number % 2 == 0 else Topology.ONE
        script = Script(f"{seed} {kind} {number}", today())
        url = fresh()
        outcome = play(url, topology, script, script.kills(min(left, KILLS_A_ROUND)), fresh.away(url))
        outcomes.append(outcome)
        say_round(f"{kind} round {number + 1}, {' + '.join(topology.value)}", outcome)
        if logs is not None and outcome.violations:
            logs.mkdir(parents=True, exist_ok=True)
            (logs / f"{kind}-{seed}-{number + 1}.log").write_text(outcome.log, encoding="utf-8")
    return say(f"{kind}, seed {seed}, {time.monotonic() - began:.0f} s", outcomes)


def race(kind: str, fresh: Fresh, attempts: int) -> int:
    """So many attempts at each contest."""
    wrong = 0
    with Racers() as racers:
        for contest in contests.CONTESTS:
            done = compete(racers, fresh(), contest, attempts)
            wrong += len(done.wrong)
            outcomes = ", ".join(f"{count} {what}" for what, count in sorted(done.outcomes.items()))
            what = f"{kind} race, {contest.__name__}: {done.attempts} attempts, {outcomes}"
            print(f"{what}, {len(done.wrong)} wrong", flush=True)
            _list(done.wrong)
    return 1 if wrong else 0


def control(kind: str, fresh: Fresh, seed: int) -> int:
    """Each guard off in turn."""
    found: dict[str, list[str]] = {}
    for guard in Control:
        found[f"{guard}"] = noticed_without(guard, fresh(), Topology.ONE, f"{seed} {kind} {guard}")
    with Racers() as racers:
        for contest, off in contests.GUARDED_BY.items():
            done = compete(racers, fresh(), contest, RACES_OF_A_CONTROL, off)
            found[f"the guard of {off} in the race, {contest.__name__}"] = done.wrong
    for what, lines in found.items():
        noticed = f"noticed, {len(lines)} times: {lines[0].splitlines()[-1]}" if lines else "NOT NOTICED"
        print(f"{kind} without {what}: {noticed}", flush=True)
    return 0 if all(found.values()) else 1


def compete(racers: Racers, url: str, contest: contests.Play, attempts: int, off: Guard | None = None) -> Contest:
    database = Database(url, pool=8)
    try:
        return contests.run(Contest(racers, database, off), contest, attempts)
    finally:
        database.dispose()


def say_round(what: str, outcome: Outcome) -> None:
    seconds, where = max(outcome.recoveries, default=(0.0, "-"))
    print(
        f"{what}: script {outcome.script}, {outcome.kills} kills, {outcome.texts_in} texts in, "
        f"{outcome.texts_out} out, {outcome.charges} charges, {outcome.refunds} refunds, {outcome.opened} engagements, "
        f"recovered within {seconds:.1f} s ({where})",
        flush=True,
    )
    _list(outcome.violations)


def say(what: str, outcomes: list[Outcome]) -> int:
    violations = [violation for outcome in outcomes for violation in outcome.violations]
    hit = {name for outcome in outcomes for name in outcome.points_hit}
    recovered = sorted(one for outcome in outcomes for one in outcome.recoveries)
    seconds, where = recovered[-1] if recovered else (0.0, "-")
    print(f"== {what}")
    print(f"kills:          {sum(outcome.kills for outcome in outcomes)}")
    print(f"points hit:     {len(hit)} of {len(POINTS)}")
    print(f"texts in:       {sum(outcome.texts_in for outcome in outcomes)}")
    print(f"repeated later: {sum(outcome.repeated for outcome in outcomes)}")
    print(f"texts out:      {sum(outcome.texts_out for outcome in outcomes)}")
    print(f"charges:        {sum(outcome.charges for outcome in outcomes)}")
    print(f"lost prompts:   {sum(outcome.lost_prompts for outcome in outcomes)}")
    print(f"refunds:        {sum(outcome.refunds for outcome in outcomes)}")
    opened, first_try = (sum(each) for each in zip(*((one.opened, one.first_try) for one in outcomes), strict=True))
    openings = [one for outcome in outcomes for one in outcome.openings] or [0.0]
    mean, longest = sum(openings) / len(openings), max(openings)
    print(
        f"engagements:    {opened}, {_share(first_try, opened):.1%} at the first try, "
        f"within {mean:.2f} s on average, {longest:.2f} s at most"
    )
    print(f"worst recovery: {seconds:.1f} s of {len(recovered)} ({where})")
    print(f"violations:     {len(violations)}", flush=True)
    _list(violations)
    return 1 if violations or seconds > WORST_RECOVERY or not _often_enough(first_try, opened) else 0


def _share(first_try: int, opened: int) -> float:
    return first_try / opened if opened else 1.0


def _often_enough(first_try: int, opened: int) -> bool:
    return _share(first_try, opened) >= FIRST_TRY if opened >= MANY else opened - first_try <= 1


def _list(lines: list[str]) -> None:
    for line in lines:
        print(f"  ✗ {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
