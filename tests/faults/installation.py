"""The processes of one installation: started as an operator starts them, killed, and started again when they end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import requests

from tests.databases import _free_port
from tests.faults.script import Target
from tests.patience import PATIENCE

TOP = Path(__file__).parent.parent.parent
GRACE = PATIENCE
"""Seconds to finish what is held after SIGTERM, of which gunicorn itself gives its workers 20."""


class Topology(Enum):
    """Which commands run: everything in one process, or two web and two worker processes."""

    ONE = ("run",)
    MANY = ("web", "worker", "worker")


class Installation:
    """Over one database, at one address. `folder` holds the log, and the plan and the deaths of the traps."""

    def __init__(self, topology: Topology, folder: Path, settings: Mapping[str, str]) -> None:
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.log, self.deaths, self._plan = folder / "server.log", folder / "deaths", folder / "plan"
        self._ahead = folder / "ahead"
        self._commands = topology.value
        own = {
            "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": self.address, "WEB_CONCURRENCY": "2",
            "SIMULATOR": "false", "FAULTS_FOLDER": str(folder),
        }  # fmt: skip
        self.environment = os.environ | own | dict(settings)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._watching = threading.Event()
        self._serial = 0
        self.be_ahead(0.0)

    def be_ahead(self, seconds: float) -> None:
        """Let every clock of it be so much ahead."""
        _write(self._ahead, str(seconds))

    def start(self) -> None:
        """Start everything, and start again whatever ends, as an operator's supervisor does."""
        with self._lock:
            for number in range(len(self._commands)):
                self._start(number)
        self._watching.set()
        self._watch = threading.Thread(target=self._start_again, daemon=True)
        self._watch.start()
        deadline = time.monotonic() + PATIENCE
        while not self.answers():
            if time.monotonic() > deadline:
                raise AssertionError(f"the server does not start: {self.log.read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> list[str]:
        """Ask every process to finish; the commands of those that did not within GRACE."""
        self._watching.clear()
        self._watch.join()
        late = []
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for number, process in self._processes.items():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                late.append(self._commands[number])
        self._kill_all()
        self._processes.clear()
        return late

    def close(self) -> None:
        """End whatever is left."""
        self._watching.clear()
        with self._lock:
            self._kill_all()

    def kill(self, target: Target, number: int) -> None:
        with self._lock:
            mains = [process.pid for process in self._processes.values() if process.poll() is None]
            match target:
                case Target.ALL:
                    self._kill_all()
                case Target.MAIN:
                    _end(mains, number)
                case _:
                    _end(_children(mains) or mains, number)

    def plan(self, name: str, nth: int) -> str:
        """Let a process end itself at its n-th pass of a point, from now on."""
        self._serial += 1
        _write(self._plan, f"{self._serial} {nth} {name}")
        return str(self._serial)

    def death(self, serial: str, seconds: float) -> float | None:
        """When the process died that was to; None, and the plan dropped, if it did not get there in time."""
        deadline = time.monotonic() + seconds
        while True:
            for line in self.deaths.read_text(encoding="utf-8").splitlines() if self.deaths.exists() else ():
                if line.startswith(f"{serial} "):
                    return float(line.split()[1])
            if time.monotonic() > deadline:
                self._plan.unlink(missing_ok=True)
                return None
            time.sleep(0.02)

    def _start(self, number: int) -> None:
        with self.log.open("ab") as output:
            self._processes[number] = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.victim", self._commands[number]], cwd=TOP, env=self.environment,
                start_new_session=True, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip

    def _start_again(self) -> None:
        while self._watching.is_set():
            time.sleep(0.05)
            with self._lock:
                for number, process in list(self._processes.items()):
                    if process.poll() is not None and self._watching.is_set():
                        self._start(number)

    def _kill_all(self) -> None:
        """With their children. One that has ended and been waited for is left alone: its number may be another's."""
        for process in self._processes.values():
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)  # it is there, even if it has just ended, until it is waited for
                process.wait()


def _write(path: Path, text: str) -> None:
    """At once, for whoever reads it meanwhile."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _end(pids: list[int], number: int) -> None:
    if pids:
        try:
            os.kill(pids[number % len(pids)], signal.SIGKILL)
        except ProcessLookupError:
            return  # it was faster


def _children(parents: list[int]) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = [line.split() for line in listed.splitlines()]
    return sorted(int(pid) for pid, parent in pairs if int(parent) in parents)
