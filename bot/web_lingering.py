"""Connections that we have ended, for as long as what we said last may take to arrive: whoever has sent more than we
read would lose it, were theirs just cut."""

import selectors
import socket
import time
from contextlib import suppress

LINGER_SECONDS = 2.0
"""How long they may take to end too."""
READ_AT_ONCE = 256 * 1024


class Lingering:
    """Those of one loop, which alone asks for them. Each holds one of the process's files."""

    def __init__(self, poller: selectors.BaseSelector) -> None:
        self._poller = poller
        self._until: dict[socket.socket, float] = {}

    def __len__(self) -> int:
        return len(self._until)

    def add(self, ended: socket.socket) -> None:
        with suppress(OSError):
            ended.shutdown(socket.SHUT_WR)
            ended.setblocking(False)
            self._poller.register(ended, selectors.EVENT_READ, self._heard)
            self._until[ended] = time.monotonic() + LINGER_SECONDS
            return
        ended.close()

    def forget_late(self, now: float) -> None:
        for ended in [one for one, until in self._until.items() if until < now]:
            self._forget(ended)

    def forget_oldest(self) -> None:
        self._forget(next(iter(self._until)))

    def _heard(self, ended: socket.socket) -> None:
        if ended not in self._until:
            return  # forgotten for somebody else's sake, in the same round of the loop
        try:
            if ended.recv(READ_AT_ONCE):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self._forget(ended)

    def _forget(self, ended: socket.socket) -> None:
        del self._until[ended]
        self._poller.unregister(ended)
        ended.close()
