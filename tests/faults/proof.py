"""Rounds in which one guard of the product is off: what the suite must notice then."""

from bot.database import Database
from tests.faults.campaign import play, today
from tests.faults.controls import Control
from tests.faults.databases import drop_second_lock
from tests.faults.installation import Topology
from tests.faults.points import POINTS, Point
from tests.faults.script import Kills, Script, Story

NOTICED = {
    Control.LOOK_UP: "doubled:",
    Control.STORING: "lost:",
    Control.CLAIMS: "overlap:",
    Control.PROMPTS: "prompted twice:",
}
"""How the violation begins that each must lead to."""
STORIES = {Control.CLAIMS: Story.RIVALS, Control.PROMPTS: Story.CANCELS}
KILLED_AT = {
    Control.LOOK_UP: "send: the provider has accepted, nothing recorded",
    Control.STORING: "turn: message stored",
    Control.PROMPTS: "prompt: sent, nothing recorded",
}
KILLS = {Control.LOOK_UP: 2, Control.STORING: 2, Control.PROMPTS: 1}
PATIENCE = 8.0


def noticed_without(control: Control, url: str, topology: Topology, seed: str) -> list[str]:
    """The violations that show the guard to be off; none where the suite is blind to it."""
    script = Script(seed, today(), ((STORIES.get(control, Story.BOOK), 1),))
    points = _points(control)
    kills = script.kills(KILLS[control], points, also_between=False) if points else Kills((), ())
    if control is Control.CLAIMS:
        database = Database(url)
        drop_second_lock(database)
        database.dispose()
    outcome = play(url, topology, script, kills, control=control, patience=PATIENCE)
    return [line for line in outcome.violations if line.startswith(NOTICED[control])]


def _points(control: Control) -> tuple[Point, ...]:
    return tuple(point for point in POINTS if point.name == KILLED_AT.get(control))
