"""The threads that wait for providers: they take turns at what is put before them."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

from bot.logs import log

Work = TypeVar("Work")


class SenderThreads(Generic[Work]):
    """So many, each begun when those before it are busy."""

    def __init__(self, most: int, do: Callable[[Work], object]) -> None:
        self._most, self._do = most, do
        self._waiting: SimpleQueue[Work | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._spare = 0
        """Threads with nothing to do, less what waits for one."""
        self._is_stopped = False

    def put(self, work: Work) -> None:
        """Raises RuntimeError where the system lets us have no thread at all, and once we have stopped."""
        with self._lock:
            if self._is_stopped:
                raise RuntimeError("these threads have ended")
            if self._spare <= 0 and len(self._threads) < self._most:
                self._begin_another()
            self._spare -= 1
            self._waiting.put(work)

    def stop(self) -> None:
        """Wait until all is done that was put before them."""
        with self._lock:
            self._is_stopped = True
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _begin_another(self) -> None:
        thread = threading.Thread(target=self._take_turns, name=f"send-{len(self._threads) + 1}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:
                raise
        else:
            self._threads.append(thread)
            self._spare += 1

    def _take_turns(self) -> None:
        while (work := self._waiting.get()) is not None:
            try:
                self._do(work)
            except BaseException:  # noqa: BLE001 - a loop: the lease brings this message back
                log.exception("sender_broke")
            finally:
                with self._lock:
                    self._spare += 1
