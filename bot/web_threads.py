"""The threads that requests are answered in: they take turns at what is put before them."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Threads(Generic[Work]):
    """So many, each begun when those before it are busy. What they do must not raise."""

    def __init__(self, most: int, do: Callable[[Work], object]) -> None:
        self._most, self._do = most, do
        self._waiting: SimpleQueue[Work | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._begun = 0

    def put(self, work: Work) -> None:
        """For one thread alone to call. Raises RuntimeError where the system lets us have no thread at all."""
        self._waiting.put(work)
        if self._begun < self._most and not self._idle.acquire(blocking=False):
            self._begin_another()

    def shutdown(self, wait: bool = False) -> None:
        """Those that have nothing to do end; the others when they have done it, or with the process."""
        del wait
        for _ in range(self._begun):
            self._waiting.put(None)

    def _begin_another(self) -> None:
        try:
            threading.Thread(target=self._take_turns, name=f"web-{self._begun + 1}", daemon=True).start()
        except RuntimeError:
            if not self._begun:
                raise
        else:
            self._begun += 1

    def _take_turns(self) -> None:
        while (work := self._waiting.get()) is not None:
            self._do(work)
            if self._begun < self._most:
                self._idle.release()
