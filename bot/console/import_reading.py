"""An import of the console, read in a thread: tried without keeping anything, or taken over."""

import time
from dataclasses import replace
from threading import Thread
from typing import Any, TextIO

from bot.console.import_runs import TAKEN, TRIED, Run, Runs
from bot.desk import Desk
from bot.logs import log

TOLD_EVERY = 0.5
"""Seconds between two notes of how far it has come."""


def begin(desk: Desk, runs: Runs, run: Run, step: str) -> bool:
    """Read it in a thread: try it, or take it over; False where it is being read already. Raises OSError."""
    held = runs.hold(run.id)
    if held is None:
        return False
    run = replace(run, step=step, is_over=False, done=0.0, counts={}, wrong="")
    runs.save(run)
    Thread(target=_read, args=(desk, runs, run, held), name=f"import {run.id}", daemon=True).start()
    return True


def _read(desk: Desk, runs: Runs, run: Run, held: TextIO) -> None:
    with held:
        try:
            ended = _ended(desk, runs, run)
        except Exception:  # noqa: BLE001 - nobody waits for this thread: what broke it is told on the page
            log.exception("import_broke", run=run.id)
            ended = replace(run, wrong="Something went wrong; the log says what. What was taken over stays.")
        ended = replace(ended, is_over=True, done=1.0)
        if ended.step == TAKEN and not ended.wrong:
            runs.file(run.id).unlink(missing_ok=True)
        runs.save(ended)


def _ended(desk: Desk, runs: Runs, run: Run) -> Run:
    from bot.commands.import_ import outcomes, source_of
    from bot.database import DatabaseAway
    from bot.imports.encodings import UnknownEncoding
    from bot.imports.report import Report
    from bot.imports.sources import Unreadable
    from bot.logs import new_trace
    from handlers.importing.rows import BadValue, ImportKind
    from handlers.importing.setup import Defaults, import_setup

    path, kind, told = runs.file(run.id), ImportKind(run.kind), time.monotonic()
    defaults = Defaults(run.staff, run.service, run.dates)
    with Report(runs.report(run.id)) as report:
        try:
            setup = desk.database.read(lambda session: import_setup(session, desk.profiles.current(session), defaults))
            source = source_of(desk, path, kind, run.encoding, setup)
            if source is None:
                return replace(run, wrong="Whose calendar is it? Choose the staff member.")
            circumstances = desk.circumstances(new_trace())
            is_dry = run.step == TRIED
            for some in outcomes(desk, kind, source.rows(), setup, circumstances, dry_run=is_dry):
                report.add(some)
                run = replace(run, done=min(source.read, 0.99), counts=_counts(report.counts))
                if time.monotonic() - told > TOLD_EVERY:
                    runs.save(run)
                    told = time.monotonic()
        except (BadValue, UnknownEncoding, Unreadable) as wrong:
            return replace(run, wrong=f"{str(wrong).replace(str(path), 'The file')}.")
        except DatabaseAway:
            return replace(run, wrong="The database is away. What was taken over before that stays: run it again.")
        except OSError as error:
            return replace(run, wrong=f"It cannot be kept here: {error.strerror}.")
    return run


def _counts(counts: Any) -> dict[str, int]:
    return {became.value: many for became, many in counts.items() if many}
