"""Providers as they are on other days: five clients begin each second, whatever becomes of the others, and the provider
is slow, refuses, or hangs; and once the target itself is killed amid all that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.conversations.measured import Bench, Load
from benchmarks.conversations.place import DidNotStart
from benchmarks.conversations.provider import AT_ONCE, HANGING, REFUSING, SLOW, TROUBLED, USUAL, Mood
from benchmarks.conversations.rounds import PERCENTILES, Say, faults, percentile
from benchmarks.conversations.targets import BOT, OURS_ON_POSTGRESQL, OURS_ON_SQLITE, Target

A_SECOND, THINKING = 5.0, 0.5
RESTART = "killed amid 5 % of all troubles"
OURS = (OURS_ON_SQLITE, OURS_ON_POSTGRESQL)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A mood of the provider's, a load, and who is measured under it."""

    name: str
    mood: Mood
    load: Load
    targets: Sequence[str] = OURS


@dataclass(frozen=True, slots=True)
class Found:
    """`seconds` until everybody had everything; times are milliseconds, at the percentiles."""

    scenario: str
    target: str
    seconds: float = 0.0
    webhook_ms: Sequence[float] = ()
    send_ms: Sequence[float] = ()
    faults: dict[str, int] = field(default_factory=dict)
    why_not: str = ""


def scenarios(seconds: float = 20.0) -> tuple[Scenario, ...]:
    """Those with a provider of three seconds last less long: what is not sent meanwhile is sent afterwards."""
    steady = partial(Load, warm=32, a_second=A_SECOND, thinking=THINKING)
    many = round(seconds * A_SECOND)
    return (
        Scenario("provider in 100 ms", USUAL, steady(many), (BOT, *OURS)),
        Scenario("provider in 3 s", SLOW, steady(many // 3, patience=400.0)),
        Scenario("20 % 429/500", REFUSING, steady(many, patience=400.0)),
        Scenario("5 % hung", HANGING, steady(many // 2, patience=400.0)),
        Scenario("5 % redelivered at once", AT_ONCE, Load(many, redelivered=0.05)),
        Scenario(RESTART, TROUBLED, steady(many, patience=400.0, redelivered=0.05, killed_after=seconds / 2)),
    )


async def all_of(bench: Bench, chosen: Sequence[Scenario], targets: Sequence[Target], say: Say) -> list[Found]:
    by_name = {target.name: target for target in targets}
    found = []
    for scenario in chosen:
        for name in scenario.targets:
            if name in by_name:
                say(f"{scenario.name}: {name}")
                found.append(await _one(bench, scenario, by_name[name]))
    return found


async def _one(bench: Bench, scenario: Scenario, target: Target) -> Found:
    try:
        run = await bench.measure(target, scenario.load, scenario.mood)
    except DidNotStart as error:
        return Found(scenario.name, target.name, why_not=str(error).strip().splitlines()[-1][:100])
    heard = run.heard
    return Found(
        scenario.name, target.name, heard.seconds, [percentile(heard.webhooks, share) for share in PERCENTILES],
        [percentile(heard.sends, share) for share in PERCENTILES], faults([run]),
    )  # fmt: skip
