"""The long run of fuzzing.py: `bin/api-fuzz --cases 20000 --seed 1`. Ends with 1 where anything is wrong."""

import argparse
import logging
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from math import ceil
from pathlib import Path

from bot.api.limits import Limits
from bot.clock import SetClock
from bot.database import Database
from bot.logs import log
from tests.bot.api.conftest import UNLIMITED, Houses, desk_of
from tests.bot.api.fuzzing import ROLES, Tally, operations, tried
from tests.bot.api.rehearsal import Rehearsal
from tests.bot.api.world import World
from tests.conftest import Databases
from webhooks import create_app


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/api-fuzz")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    log.least = logging.CRITICAL
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        tally = run(a_world(folder, stack), arguments.cases, arguments.seed)
    print(summary(tally))
    return 1 if tally.wrong else 0


def a_world(folder: Path, stack: ExitStack) -> World:
    played = Houses(Databases(folder, stack), folder).lend("sqlite")
    database = Database(played.url, pool=4)
    stack.callback(database.dispose)
    desk = desk_of(database, SetClock(played.now), folder)
    app = create_app(desk)
    app.extensions["api_limits"] = Limits(UNLIMITED, UNLIMITED)
    return World(desk, SetClock(played.now), app, dict(played.tokens))


def run(world: World, cases: int, seed: int) -> Tally:
    """About so many calls, as many for each endpoint and role."""
    tally, rehearsal = Tally(), Rehearsal(world)
    listed = operations(world)
    each = ceil(cases / (len(listed) * len(ROLES)))
    for number, operation in enumerate(listed, 1):
        for role in ROLES:
            tried(operation, (role,), rehearsal.call, each, seed, tally)
        print(f"{number}/{len(listed)} {operation.label}: {tally.cases} calls", file=sys.stderr, flush=True)
        while tally.wrong and len(tally.told) < len(tally.wrong):
            where = list(tally.wrong)[len(tally.told)]
            tally.told.add(where)
            print(f"WRONG {where}\n  {tally.wrong[where][:1200]}", file=sys.stderr, flush=True)
    rehearsal.close()
    return tally


def summary(tally: Tally) -> str:
    """How often each role was answered with each status, and what is wrong."""
    statuses = sorted({status for _, status in tally.seen})
    lines = [f"{'':14}" + "".join(f"{status:>7}" for status in statuses) + "    all"]
    for role in ROLES:
        row = Counter({status: tally.seen[role, status] for status in statuses})
        lines.append(f"{role or 'none':14}" + "".join(f"{row[status]:>7}" for status in statuses) + f"{row.total():>7}")
    lines.append(f"{tally.cases} calls; {len(tally.wrong)} answered otherwise than described.")
    return "\n".join([*lines, *tally.wrong])


if __name__ == "__main__":
    sys.exit(main())
