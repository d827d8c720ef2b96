"""Providers as they are on other days: five clients begin each second, whatever becomes of the others, and the provider
is slow, refuses, or hangs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.conversations.measured import Bench, Load
from benchmarks.conversations.place import DidNotStart
from benchmarks.conversations.provider import AT_ONCE, HANGING, REFUSING, SLOW, USUAL, Mood
from benchmarks.conversations.rounds import Say, faults, percentile
from benchmarks.conversations.targets import BOT, OURS_ON_POSTGRESQL, OURS_ON_SQLITE, Target

A_SECOND, THINKING = 5.0, 0.5
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
    """`seconds` until everybody had everything; times are milliseconds."""

    scenario: str
    target: str
    seconds: float = 0.0
    webhook_p99_ms: float = 0.0
    send_p50_ms: float = 0.0
    send_p99_ms: float = 0.0
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
        scenario.name, target.name, heard.seconds, percentile(heard.webhooks, 99), percentile(heard.sends, 50),
        percentile(heard.sends, 99), faults([run]),
    )  # fmt: skip
