"""The core that a busy process keeps to. Python lets one of its threads run at a time: where each wakes on another
core, what the one before it had at hand is fetched anew, and each is told across cores that it may go on."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

KEPT_SECONDS = 5.0
"""Then the system may say where else it would have us."""
FREE_SECONDS = 0.2
"""How long it may, and how long a look is at what we use."""
BUSY, MORE_THAN_ONE = 0.2, 1.1
"""Cores in use, from when on it is worth it, and from when on threads run side by side after all: in the database, in
compression, in whatever needs no Python."""
TASKS = Path("/proc/self/task")


class OneCore:
    """For one thread of a process to look after, several times a second. No two processes of ours keep to one core, and
    whoever finds none left keeps to none; where somebody else has said where or how we are to run, that stays.

    https://man7.org/linux/man-pages/man7/sched.7.html"""

    def __init__(self, claims: str = "textbook-core") -> None:
        self._claims = claims
        self._is_possible = hasattr(os, "sched_setaffinity") and TASKS.is_dir()
        self._kept: tuple[int, set[int], socket.socket] | None = None
        """Which, among which others, and what keeps other processes of ours from it."""
        self._since, self._used = time.monotonic(), time.process_time()
        self._looks_at = self._since + FREE_SECONDS

    def look(self) -> None:
        now = time.monotonic()
        if now < self._looks_at or not self._is_possible:
            return
        used = time.process_time()
        share = (used - self._used) / (now - self._since)
        try:
            if self._kept is not None:
                self.let_go()
            elif BUSY <= share <= MORE_THAN_ONE:
                self._keep()
        except OSError:  # a system that has this and forbids it
            self._is_possible = False
        self._since, self._used = now, used
        self._looks_at = now + (FREE_SECONDS if self._kept is None else KEPT_SECONDS)

    def let_go(self) -> None:
        if self._kept is None:
            return
        (core, allowed, claim), self._kept = self._kept, None
        with claim:
            if os.sched_getaffinity(0) == {core}:
                _run_on(allowed, os.SCHED_OTHER)

    def _keep(self) -> None:
        """Those who wake there do not push aside who runs: it gives up Python soon enough."""
        allowed = os.sched_getaffinity(0)
        if len(allowed) > 1 and os.sched_getscheduler(0) == os.SCHED_OTHER:
            for core in _from(_last_core(), allowed):
                if (claim := self._claimed(core)) is not None:
                    self._keep_to(core, allowed, claim)
                    return

    def _keep_to(self, core: int, allowed: set[int], claim: socket.socket) -> None:
        try:
            _run_on({core}, os.SCHED_BATCH)
        except OSError:
            claim.close()
            raise
        self._kept = core, allowed, claim

    def _claimed(self, core: int) -> socket.socket | None:
        """A name that the system gives to one, and takes back when its process ends. None where another has it."""
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0{self._claims}-{core}")
        except OSError:
            claim.close()
            return None
        return claim


def _last_core() -> int:
    """Where the system had this process's first thread last."""
    behind_name = Path("/proc/self/stat").read_text().rpartition(")")[2]
    return int(behind_name.split()[36])  # field 39 of proc(5), the name being the second


def _from(first: int, allowed: set[int]) -> Iterator[int]:
    yield from sorted(allowed, key=lambda core: (core != first, core))


def _run_on(cores: set[int], policy: int) -> None:
    """All threads there are; those yet to come begin like the one that begins them."""
    for task in os.listdir(TASKS):
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setscheduler(int(task), policy, os.sched_param(0))
            os.sched_setaffinity(int(task), cores)
