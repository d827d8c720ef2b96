"""The threads that requests are answered in: they take turns at what is put before them."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

Work = TypeVar("Work")


class Threads(Generic[Work]):
    """So many, each begun when those before it are busy. What they do must not raise. Where several have nothing to do,
    the last to have worked is called, and calls the next if there is more: one by one, as they get to run."""

    def __init__(self, most: int, do: Callable[[Work], object]) -> None:
        self._most, self._do = most, do
        self._waiting: deque[Work] = deque()
        self._idle: list[threading.Lock] = []
        """What each of those waits for that have nothing to do."""
        self._begun = 0
        self._is_calling = self._is_over = False
        """Whether one has been called that has not come yet."""

    def put(self, work: Work) -> None:
        """For one thread alone to call. Raises RuntimeError where the system lets us have no thread at all."""
        self._waiting.append(work)
        if not self._is_calling:
            self._call_one()
        if self._begun < self._most and len(self._waiting) > len(self._idle) + self._is_calling:
            self._begin_another()

    def shutdown(self, wait: bool = False) -> None:
        """Those that have nothing to do end; the others when they have done it, or with the process."""
        del wait
        self._is_over = True
        while self._call_one():
            pass

    def _call_one(self) -> bool:
        with suppress(IndexError):
            called = self._idle.pop()
            self._is_calling = True
            called.release()
            return True
        return False

    def _begin_another(self) -> None:
        try:
            threading.Thread(target=self._take_turns, name=f"web-{self._begun + 1}", daemon=True).start()
        except RuntimeError:
            if not self._begun:
                raise
        else:
            self._begun += 1

    def _take_turns(self) -> None:
        called = threading.Lock()
        called.acquire()
        while self._waiting or not self._is_over:
            try:
                work = self._waiting.popleft()
            except IndexError:
                self._wait(called)
            else:
                if self._waiting and not self._is_calling:
                    self._call_one()
                self._do(work)

    def _wait(self, called: threading.Lock) -> None:
        """Unless something has come meanwhile that nobody was called for."""
        self._idle.append(called)
        if self._waiting or self._is_over:
            with suppress(ValueError):  # somebody calls us already
                self._idle.remove(called)
                return
        called.acquire()
        self._is_calling = False
