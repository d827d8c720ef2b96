"""The core that a busy process keeps to. Python lets one of its threads run at a time: where each wakes on another
core, what the one before it had at hand is fetched anew, and each is told across cores that it may go on."""

import errno
import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

KEPT_SECONDS = 5.0
"""Then the system may say where else it would have us."""
FREE_SECONDS = 0.2
"""How long it may, and how long a look is at what we use."""
BUSY, MORE_THAN_ONE = 0.2, 1.1
"""Cores in use, from when on it is worth it, and from when on threads run side by side after all: in the database, in
compression, in whatever needs no Python."""
TASKS = Path("/proc/self/task")


_FORBIDDEN = frozenset((errno.EPERM, errno.EACCES, errno.ENOSYS))


class _Kept(NamedTuple):
    core: int
    else_on: set[int]
    """Where it may run when it is let go."""
    claim: socket.socket
    """What keeps other processes of ours from this core."""


class OneCore:
    """For one thread of a process to look after, several times a second. No two processes of ours keep to one core (but
    for those in containers with networks of their own), and whoever finds none left keeps to none; where somebody else
    has said where or how we are to run, that stays.

    https://man7.org/linux/man-pages/man7/sched.7.html"""

    def __init__(self, claims: str = "textbook-core") -> None:
        self._claims = claims
        self._is_possible = hasattr(os, "sched_setaffinity") and TASKS.is_dir()
        self._kept: _Kept | None = None
        self._since, self._used = time.monotonic(), time.process_time()
        self._looks_at = self._since + FREE_SECONDS

    def look(self) -> None:
        now = time.monotonic()
        if now < self._looks_at or not self._is_possible:
            return
        used = time.process_time()
        share = (used - self._used) / (now - self._since)
        if self._kept is not None:
            with suppress(OSError):  # no file is left to look who we are: at the next look
                self.let_go()
        elif BUSY <= share <= MORE_THAN_ONE:
            try:
                self._keep()
            except OSError as error:
                self._is_possible = error.errno not in _FORBIDDEN
        self._since, self._used = now, used
        self._looks_at = now + (FREE_SECONDS if self._kept is None else KEPT_SECONDS)

    def let_go(self) -> None:
        """Raises OSError, and it is kept as before."""
        if self._kept is not None:
            _give_back(self._kept.core, self._kept.else_on)
            self._kept.claim.close()
            self._kept = None

    def _keep(self) -> None:
        """Those who wake there do not push aside who runs: it gives up Python soon enough."""
        allowed = os.sched_getaffinity(0)
        if len(allowed) > 1 and os.sched_getscheduler(0) == os.SCHED_OTHER:
            else_on = _as_said(allowed)
            for core in _from(_last_core(), allowed):
                if (claim := self._claimed(core)) is not None:
                    self._keep_to(_Kept(core, else_on, claim))
                    return

    def _keep_to(self, kept: _Kept) -> None:
        try:
            _run_on(kept.core)
        except OSError:
            with suppress(OSError):
                _give_back(kept.core, kept.else_on)
            kept.claim.close()
            raise
        self._kept = kept

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


def _as_said(allowed: set[int]) -> set[int]:
    """All there are, where nobody has said less to this process: what the machine or its container has more of one day,
    it may run on then, as if it had never been asked."""
    everything = set(range(os.sysconf("SC_NPROCESSORS_CONF")))
    os.sched_setaffinity(0, everything)
    if os.sched_getaffinity(0) == allowed:
        return everything
    os.sched_setaffinity(0, allowed)
    return allowed


def _run_on(core: int) -> None:
    for task in _tasks():
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setaffinity(task, {core})
            os.sched_setscheduler(task, os.SCHED_BATCH, os.sched_param(0))


def _give_back(core: int, allowed: set[int]) -> None:
    """What we have said of each thread, and nobody else since."""
    for task in _tasks():
        with suppress(ProcessLookupError):
            if os.sched_getscheduler(task) == os.SCHED_BATCH:
                os.sched_setscheduler(task, os.SCHED_OTHER, os.sched_param(0))
            if os.sched_getaffinity(task) == {core}:
                os.sched_setaffinity(task, allowed)


def _tasks() -> Iterator[int]:
    """All threads, those that others have begun meanwhile, too; who begins later is like the one that begins it."""
    seen: set[str] = set()
    while new := {*os.listdir(TASKS)} - seen:
        yield from map(int, new)
        seen |= new
