"""One target, started, texted by a crowd, and ended: what it did and what it used."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from benchmarks.conversations.crowd import Crowd, Heard
from benchmarks.conversations.database_server import DurablePostgreSQL
from benchmarks.conversations.dialogue import Talk
from benchmarks.conversations.place import Place
from benchmarks.conversations.provider import Mood, Provider
from benchmarks.conversations.targets import Target
from benchmarks.conversations.templates import Templates

WEIGH_EVERY = 1.0
FORGED = 10
RETRIES = 120
"""Of a webhook, where its target is killed meanwhile."""


@dataclass(slots=True)
class Measured:
    """`cpu` of the target with its database server, `own_cpu` of the crowd and the provider; seconds in all."""

    target: str
    heard: Heard = field(default_factory=Heard)
    cpu: float = 0.0
    own_cpu: float = 0.0
    mib: float = 0.0

    @property
    def a_second(self) -> float:
        return self.heard.conversations / self.heard.seconds

    @property
    def cpu_each(self) -> float:
        return self.cpu / self.heard.conversations


@dataclass(frozen=True, slots=True)
class Load:
    """How many book, and how: `clients` at a time, or `a_second` begin each second, who think `thinking` seconds."""

    conversations: int = 240
    clients: int = 16
    warm: int = 32
    redelivered: float = 0.0
    a_second: float = 0.0
    thinking: float = 0.0
    patience: float = 30.0
    killed_after: float = 0.0
    """Seconds until the target is killed and started again; 0: it lives."""


class Bench:
    """The provider, and the database server for those who want one; both are there for the whole run."""

    def __init__(self, provider: Provider, server: DurablePostgreSQL | None) -> None:
        self._provider, self._server, self._templates = provider, server, Templates()

    def close(self) -> None:
        self._templates.close()

    async def measure(self, target: Target, load: Load, mood: Mood | None = None) -> Measured:
        """Raises DidNotStart."""
        async with self.opened(target) as place:
            self._provider.mood = Mood("warm")
            await self.drive(target, place, Load(load.warm, load.clients), talks_from(0, load.warm))
            await place.quiet()
            if mood is not None:
                self._provider.mood = mood
            return await self.drive(target, place, load, talks_from(load.warm, load.conversations))

    @asynccontextmanager
    async def opened(self, target: Target) -> AsyncIterator[Place]:
        """Started, and quiet."""
        place = self.unprepared(on_postgresql=target.on_postgresql)
        self._provider.forget()
        try:
            await asyncio.to_thread(target.start, place)
            await place.settled()
            yield place
        finally:
            self._provider.heard = _nobody
            await asyncio.to_thread(place.end)

    @property
    def server(self) -> DurablePostgreSQL | None:
        return self._server

    def unprepared(self, *, on_postgresql: bool) -> Place:
        """Where something may be made ready that is not a server; whoever asks ends it."""
        return Place(self._provider.url, self._server if on_postgresql else None, self._templates)

    async def drive(self, target: Target, place: Place, load: Load, talks: Iterable[Talk]) -> Measured:
        """One crowd at a target that is open."""
        retries = RETRIES if load.killed_after else 0
        crowd = Crowd(place.port, load.patience, load.redelivered, retries=retries, is_silent=target.is_silent)
        self._provider.heard = crowd.hear
        killing = asyncio.create_task(_killed(place, load.killed_after)) if load.killed_after else None
        used, own, weighing = place.cpu(), time.process_time(), asyncio.create_task(_weigh(place))
        if load.a_second:
            heard = await crowd.open(talks, load.a_second, load.thinking)
        else:
            heard = await crowd.closed(talks, load.clients)
        found = Measured(target.name, heard, place.cpu() - used, time.process_time() - own)
        weighing.cancel()
        if killing is not None:
            await killing
        await asyncio.to_thread(place.weigh)
        await crowd.forge(talks_from(9000, FORGED))
        found.mib = place.most_mib
        return found


async def _killed(place: Place, after: float) -> None:
    await asyncio.sleep(after)
    await asyncio.to_thread(place.kill)
    await asyncio.to_thread(place.start_again)


async def _weigh(place: Place) -> None:
    while True:
        await asyncio.sleep(WEIGH_EVERY)
        await asyncio.to_thread(place.weigh)


def talks_from(first: int, many: int) -> list[Talk]:
    today = today_here()
    return [Talk(number, today) for number in range(first, first + many)]


def today_here() -> date:
    return datetime.now(UTC).date()  # noqa: TID251 -- the crowd's calendar, not the product's


def _nobody(_to: str, _text: str, _at: float) -> None:
    """Between two crowds."""


def machine() -> dict[str, object]:
    """What this was measured on."""
    with open("/proc/cpuinfo") as file:
        model = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "")
    return {"processor": model, "cores": os.cpu_count(), "load": [round(one, 2) for one in os.getloadavg()]}
