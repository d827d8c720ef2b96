"""`python -m tests.faults.victim run`: the product's own command in a process that can be killed at a named point.

FAULTS_FOLDER holds the plan and the deaths; FAULTS_CONTROL names a guard to switch off; FAULTS_AHEAD are the seconds by
which its clock is ahead."""

import importlib
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.__main__ import main
from tests.faults.controls import Control, switch_off
from tests.faults.traps import Armed, Trap
from tests.faults.wrapping import wrap

REFERRING = ("webhooks", "bot.worker", "bot.commands.run", "bot.commands.web", "bot.commands.worker")


def prepare() -> None:
    """Before the command runs, and before any thread is there."""
    for module in REFERRING:
        importlib.import_module(module)
    if ahead := float(os.environ.get("FAULTS_AHEAD", "0")):
        wrap("bot.clock:Clock.now", lambda now: _ahead(now, timedelta(seconds=ahead)))
    if control := os.environ.get("FAULTS_CONTROL"):
        switch_off(Control(control))
    Armed(Trap(Path(os.environ["FAULTS_FOLDER"]))).arm()


def _ahead(now: Callable[[Any], datetime], by: timedelta) -> Callable[[Any], datetime]:
    return lambda clock: now(clock) + by


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
