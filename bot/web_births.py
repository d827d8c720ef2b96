"""Web processes are born of one that builds what they share, and passes. The master, of which they would be born
otherwise, would keep as much of it as each of them writes to, and have no use for it."""

import os
import signal
import sys
import time
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer
from gunicorn.workers.workertmp import WorkerTmp

from bot.logs import log

REFUSED = 2
"""The status of whoever has told a person why nothing can be served."""
PR_SET_CHILD_SUBREAPER = 36
"""Linux's number, in prctl.h; no other system has it."""
LOOK_SECONDS = 0.001
_ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT)


def adopts_orphans() -> bool:
    """Let this process be the parent of those whose own has passed; whether the system can do so."""
    from ctypes import CDLL

    with suppress(AttributeError, OSError):
        return bool(CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    return False


@dataclass
class Born:
    """What a master knows of a web process."""

    age: int
    pid: int
    tmp: WorkerTmp
    aborted: bool = False


class Births:
    """Of the web processes of one master. `build` puts what they share into it; it is called where it passes."""

    def __init__(self, master: Arbiter, build: Callable[[Arbiter], None]) -> None:
        self._master, self._build = master, build
        self.owed = 0
        """Those that a reload is to bring."""
        self._signs: list[WorkerTmp] = []
        self._passing = self._tells = 0

    def bear_owed(self) -> None:
        """All of them at once; those of whom something was killed meanwhile, when it is asked for the next."""
        if self.owed:
            self.owed -= self.bear(self.owed)

    def bear(self, many: int) -> int:
        """In the master; how many there are now. Ends it where the build refuses, or breaks and there is nobody yet;
        else its loop tries again for those that are missing."""
        master, self._signs = self._master, [WorkerTmp(self._master.cfg) for _ in range(many)]
        told, self._tells = os.pipe()
        if not (passing := os.fork()):
            os.close(told)
            self._pass()
        os.close(self._tells)
        status = os.waitpid(passing, 0)[1]
        os.set_blocking(told, False)
        with os.fdopen(told, "rb") as lines:
            pids = array("i", lines.read() or b"")
        for pid, sign in zip(pids, self._signs, strict=False):
            master.worker_age += 1
            master.WORKERS[pid] = Born(master.worker_age, pid, sign)
        for sign in self._signs[len(pids) :]:
            sign.close()
        code = os.waitstatus_to_exitcode(status)
        if code == REFUSED or (code > 0 and not master.WORKERS):
            raise HaltServer("No web process can be made ready.", code) if master.WORKERS else SystemExit(code)
        if len(pids) < many:
            log.error("web_processes_missing", missing=many - len(pids), status=code)
        return len(pids)

    def is_born(self, worker: Any) -> None:
        """Just before: by its sign of life the master knows it."""
        worker.tmp.close()
        worker.tmp = self._signs.pop(0)

    def wait_for_master(self) -> None:
        """In who was born: until the master is the parent, else nobody. What is its siblings' is left to them."""
        os.close(self._tells)
        for sign in self._signs:
            sign.close()
        while os.getppid() == self._passing:
            time.sleep(LOOK_SECONDS)

    def _pass(self) -> NoReturn:
        """Whoever is born here leaves by SystemExit, as gunicorn's workers do."""
        self._passing, master, status = os.getpid(), self._master, 1
        for ends in _ENDS:  # the master's own handler keeps it for a loop that nobody runs here
            signal.signal(ends, signal.SIG_DFL)
        try:
            self._build(master)
            while self._signs and os.getppid() == master.pid:
                os.write(self._tells, array("i", [Arbiter.spawn_worker(master)]))
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 1
            if os.getpid() != self._passing:
                raise
        except BaseException:
            if os.getpid() != self._passing:
                raise
            log.critical("build_broke", exc_info=True)
        sys.stderr.flush()
        os._exit(status)
