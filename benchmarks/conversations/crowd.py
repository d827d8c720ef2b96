"""Many clients and their coordinators text at once, and every message that reaches one of them is checked."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random
from time import perf_counter

from benchmarks.conversations.dialogue import FAULTS, STEPS, Talk, about
from benchmarks.conversations.line import Answer, Line

_posted = count(1)
"""A text is new, whichever crowd it is of."""
RETRIED_AFTER = 0.5
"""Seconds; providers take some more."""


@dataclass(slots=True)
class Heard:
    """What became of a run: milliseconds of each webhook and from each webhook to each message it caused."""

    conversations: int = 0
    seconds: float = 0.0
    webhooks: list[float] = field(default_factory=list)
    sends: list[float] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys((*FAULTS, "refused", "forged"), 0)))

    @property
    def is_clean(self) -> bool:
        return not any(self.faults.values())


class Crowd:
    """The people of one run at one target. `is_silent`: a target that answers webhooks and sends nothing. A webhook
    that is not taken is tried again `retries` times, as providers do."""

    def __init__(
        self, port: int, patience: float = 30.0, redelivered: float = 0.0, *, retries: int = 0, is_silent: bool = False
    ) -> None:
        self.port, self.patience, self.redelivered, self.is_silent = port, patience, redelivered, is_silent
        self.retries = retries
        self.heard = Heard()
        self._chance = Random(2)
        self._talks: dict[str, Talk] = {}
        self._bookings: dict[str, Talk] = {}
        self._cookies: dict[str, str] = {}
        self._begun: dict[int, float] = {}
        self._news: dict[int, asyncio.Event] = {}

    def hear(self, to: str, text: str, at: float) -> None:
        """A message has reached somebody's phone."""
        number, client = ("", "") if to in self._talks else about(text)
        talk = self._talks.get(to) or self._talks.get(client) or self._bookings.get(number)
        if talk is None:
            self.heard.faults["crossed"] += 1
            return
        step = talk.hear(to, text)
        if talk.booking:
            self._bookings.setdefault(talk.booking, talk)
        if step is not None:
            self.heard.sends.append((at - self._begun.get(step + STEPS * talk.number, at)) * 1000)
        self._news[talk.number].set()

    async def closed(self, talks: Iterable[Talk], clients: int) -> Heard:
        """So many clients at a time; whoever has booked is followed by the next at once."""
        waiting, begun = iter(talks), perf_counter()
        await asyncio.gather(*(self._client(waiting) for _ in range(clients)))
        return await self._closed(begun)

    async def open(self, talks: Iterable[Talk], a_second: float, thinking: float) -> Heard:
        """So many begin each second, however the others fare, and think for a moment before each text."""
        begun, tasks = perf_counter(), []
        for number, talk in enumerate(talks):
            await asyncio.sleep(max(0.0, begun + number / a_second - perf_counter()))
            tasks.append(asyncio.create_task(self._client(iter((talk,)), thinking)))
        await asyncio.gather(*tasks)
        return await self._closed(begun)

    async def forge(self, talks: Iterable[Talk]) -> None:
        """Texts that Twilio has not signed: each must be refused, with 429 where there were too many."""
        line = Line(self.port)
        for talk in talks:
            request = line.packed(self._next_sid(), *talk.said(0), is_forged=True)
            self.heard.faults["forged"] += (await line.post(request)).status not in (401, 403, 429)
        line.close()

    async def _closed(self, begun: float) -> Heard:
        """What comes late may be a second copy: it is waited for a moment."""
        self.heard.seconds = perf_counter() - begun
        await asyncio.sleep(0 if self.is_silent else 0.3)
        for talk in self._talks.values():
            if not self.is_silent:
                talk.close()
            self.heard.faults += talk.faults
        self.heard.conversations = len(self._talks)
        return self.heard

    async def _client(self, talks: Iterator[Talk], thinking: float = 0.0) -> None:
        line, second = Line(self.port), Line(self.port)
        for talk in talks:
            self._talks[talk.phone], self._news[talk.number] = talk, asyncio.Event()
            for step in range(STEPS):
                await asyncio.sleep(thinking if step else 0)
                if not await self._say(talk, step, line, second):
                    break
        line.close()
        second.close()

    async def _say(self, talk: Talk, step: int, line: Line, second: Line) -> bool:
        """Whether everything came that this text is to cause."""
        talk.step = step
        if self.is_silent:
            talk.booking = str(talk.number)
        who, text = talk.said(step)
        request = line.packed(self._next_sid(), who, text, self._cookies.get(who, ""))
        repeats = (self._post(second, request),) if self._chance.random() < self.redelivered else ()
        begun = self._begun[step + STEPS * talk.number] = perf_counter()
        repeated = asyncio.gather(*repeats)
        answer = await self._post(line, request)
        ended = perf_counter()
        self.heard.webhooks.append((ended - begun) * 1000)
        self._take(who, answer, ended)
        for other in await repeated:
            self._take(who, other, perf_counter())
        return self.is_silent or await self._all_came(talk, step)

    async def _post(self, line: Line, request: bytes) -> Answer:
        answer = await line.post(request)
        for _ in range(self.retries):
            if 200 <= answer.status < 300:
                break
            await asyncio.sleep(RETRIED_AFTER)
            answer = await line.post(request)
        return answer

    def _take(self, who: str, answer: Answer, at: float) -> None:
        self.heard.faults["refused"] += not 200 <= answer.status < 300
        if answer.cookie:
            self._cookies[who] = answer.cookie
        for text in answer.texts:
            self.hear(who, text, at)

    async def _all_came(self, talk: Talk, step: int) -> bool:
        news, deadline = self._news[talk.number], perf_counter() + self.patience
        while not talk.has_all_of(step):
            news.clear()
            try:
                await asyncio.wait_for(news.wait(), max(0.01, deadline - perf_counter()))
            except TimeoutError:
                return False
        return True

    def _next_sid(self) -> str:
        return f"SM{next(_posted):032x}"
