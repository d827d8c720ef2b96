"""Threads that take turns at what is put before them: those that answer requests, and those that wait for providers."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

from bot.logs import log

Work = TypeVar("Work")


class Threads(Generic[Work]):
    """So many, each begun when those before it are busy. Where several have nothing to do, the last to have worked is
    called, and calls the next if there is more: one by one, as they get to run."""

    def __init__(self, name: str, most: int, do: Callable[[Work], object]) -> None:
        self._name, self._most, self._do = name, most, do
        self._putting = threading.RLock()
        """A signal may end us while its thread puts something."""
        self._waiting: deque[Work] = deque()
        self._idle: list[threading.Lock] = []
        """What each of those waits for that have nothing to do."""
        self._begun: list[threading.Thread] = []
        self._is_calling = self._is_over = False
        """Whether one has been called that has not come yet."""

    def put(self, work: Work) -> None:
        """Raises RuntimeError where the system lets us have no thread at all, and once they end."""
        with self._putting:
            if self._is_over:
                raise RuntimeError("these threads have ended")
            self._waiting.append(work)
            if not self._is_calling:
                self._call_one()
            if len(self._begun) < self._most and len(self._waiting) > len(self._idle) + self._is_calling:
                self._begin_another()

    def shutdown(self, wait: bool = False) -> None:
        """Those that have nothing to do end; the others when they have done it, or with the process. `wait` until all
        is done that was put before them."""
        with self._putting:
            self._is_over = True
        while self._call_one():
            pass
        for thread in self._begun if wait else ():
            thread.join()

    def _call_one(self) -> bool:
        with suppress(IndexError):
            called = self._idle.pop()
            self._is_calling = True
            called.release()
            return True
        return False

    def _begin_another(self) -> None:
        thread = threading.Thread(target=self._take_turns, name=f"{self._name}-{len(self._begun) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._begun:
                self._waiting.pop()
                raise
        else:
            self._begun.append(thread)

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
                try:
                    self._do(work)
                except BaseException:  # noqa: BLE001 - a loop: whatever broke, the next is done
                    log.exception("thread_broke", thread=self._name)
                finally:
                    del work  # which may be large, and we may have nothing to do for hours

    def _wait(self, called: threading.Lock) -> None:
        """Unless something has come meanwhile that nobody was called for."""
        self._idle.append(called)
        if self._waiting or self._is_over:
            with suppress(ValueError):  # somebody calls us already
                self._idle.remove(called)
                return
        called.acquire()
        self._is_calling = False
