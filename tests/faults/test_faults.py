"""The fault suite in short: a few kills on each database, the most telling points on SQLite, and what it notices when a
guard is off. `bin/faults` is the long run, over all points."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.conftest import Databases
from tests.databases import chosen
from tests.faults.campaign import play, today
from tests.faults.controls import Control
from tests.faults.databases import locked, make_ready
from tests.faults.installation import Topology
from tests.faults.points import POINTS, Point, Reached
from tests.faults.proof import noticed_without
from tests.faults.script import Kill, Kills, Script, Story, Target
from tests.faults.wrapping import named

pytestmark = pytest.mark.every_database

RECOVERY = 90.0
"""Seconds, generous: this machine may have other things to do. The long run holds it to ten."""
KILLS = 4
TELLING = (
    "turn: booking written, its time not handed over",
    "turn: turn written, its messages not covered",
    "turn: after its commit",
    "send: claimed",
    "send: committed as in hand, not handed over",
    "send: the provider has accepted, nothing recorded",
    "send: recorded, with the next claim",
    "send: looked up",
    "report: recorded, not committed",
    "tick: a request expired",
    "engagement: stored, not committed",
    "engagement: made, not told",
    "journal: written, not renamed",
)
"""Not all, for every start of the program costs seconds."""
PAYING = ((Story.BOOK, 1), (Story.CANCELS, 2))
MONEY = ("prompt: sent, nothing recorded", "refund: given by the provider, nothing recorded")
"""On SQLite; a server has one kill, of everything, as soon as some have paid."""
PAID_AFTER = 8.0


@pytest.fixture
def url(kind: str, databases: Databases) -> Iterator[str]:
    """An empty calendar of the suite's own business."""
    made = databases.empty(kind)
    make_ready(made)
    yield made
    databases.drop(kind, made)


only_sqlite = pytest.mark.parametrize("kind", [kind for kind in chosen() if kind == "sqlite"], indirect=True)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.name)
def test_every_point_is_at_a_function_that_exists(point: Point) -> None:
    assert callable(named(point.function)[2])


def test_the_same_seed_is_the_same_script() -> None:
    once, again = Script("7", date(2026, 3, 1)), Script("7", date(2026, 8, 9))
    assert once.kills(40) == again.kills(40)
    assert once.fingerprint(once.kills(40)) == again.fingerprint(again.kills(40))
    assert once.fingerprint(once.kills(40)) != Script("8", once.today).fingerprint(once.kills(40))


def test_whatever_is_killed_nothing_is_lost_and_nothing_goes_out_twice(kind: str, url: str) -> None:
    script = Script("1", today())
    kills = script.kills(KILLS, [point for point in POINTS if point.reached in (Reached.ALWAYS, Reached.AHEAD)])
    outcome = play(url, Topology.ONE if kind == "sqlite" else Topology.MANY, script, kills)
    assert [] == outcome.violations, outcome.log[-5000:]
    outcome.must_have_met(kills)
    assert max(seconds for seconds, _ in [*outcome.recoveries, (0.0, "")]) < RECOVERY


@only_sqlite
def test_at_a_named_point_it_may_be_killed(url: str) -> None:
    script, points = Script("2", today()), [point for point in POINTS if point.name in TELLING]
    kills = script.kills(len(TELLING), points, also_between=False)
    outcome = play(url, Topology.ONE, script, kills, lambda: locked(url))
    assert [] == outcome.violations, outcome.log[-5000:]
    outcome.must_have_met(kills)
    assert set(TELLING) == outcome.points_hit


def test_whatever_is_killed_the_money_adds_up(kind: str, url: str) -> None:
    points = {point.name: point for point in POINTS}
    kills, topology = tuple(Kill(0.2, Target.POINT, 1, points[name]) for name in MONEY), Topology.ONE
    if kind != "sqlite":
        kills, topology = (Kill(PAID_AFTER, Target.ALL, 0),), Topology.MANY
    outcome = play(url, topology, Script("2", today(), PAYING), Kills(kills, ()))
    assert [] == outcome.violations, outcome.log[-5000:]
    assert outcome.kills
    assert outcome.charges


@only_sqlite
@pytest.mark.parametrize("control", [one for one in Control if one is not Control.PROMPTS])
def test_with_a_guard_off_the_suite_notices(control: Control, url: str) -> None:
    """`bin/faults --controls` has the last one too."""
    assert [] != noticed_without(control, url, Topology.ONE, "3")
