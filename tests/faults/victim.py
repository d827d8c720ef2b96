"""`python -m tests.faults.victim run`: the product's own command in a process that can be killed at a named point.

FAULTS_FOLDER holds the plan, the deaths, and by how many seconds its clock is ahead; FAULTS_CONTROL names a guard to
switch off."""

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

REFERRING = (
    "webhooks",
    "bot.worker",
    "bot.commands.run",
    "bot.commands.web",
    "bot.commands.worker",
    "bot.payments.loop",
)


def prepare() -> None:
    """Before the command runs, and before any thread is there."""
    for module in REFERRING:
        importlib.import_module(module)
    folder = Path(os.environ["FAULTS_FOLDER"])
    wrap("bot.clock:Clock.now", lambda now: _ahead(now, folder / "ahead"))
    if control := os.environ.get("FAULTS_CONTROL"):
        switch_off(Control(control))
    Armed(Trap(folder)).arm()


def _ahead(now: Callable[[Any], datetime], by: Path) -> Callable[[Any], datetime]:
    """It is read each time: days pass while the program runs."""
    return lambda clock: now(clock) + timedelta(seconds=float(by.read_text(encoding="utf-8")))


if __name__ == "__main__":
    prepare()
    sys.exit(main(sys.argv[1:]))
