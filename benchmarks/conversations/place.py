"""A target at work: its folder, its database, its processes, from its start to its end."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from benchmarks.conversations.database_server import DurablePostgreSQL
from benchmarks.conversations.line import Line
from benchmarks.conversations.processes import cpu_seconds, family, memory_mib
from benchmarks.conversations.templates import Templates
from config import Settings

TOP = Path(__file__).parent.parent.parent
STARTING, SETTLING, ENDING = 120.0, 20.0, 30.0
QUIET = 0.05
"""Share of one core below which a target that nobody texts has done what it does at its start."""
Command = Sequence[str]


class DidNotStart(Exception):
    """With what it has written."""


@dataclass
class Place:
    """Where a target runs. `own` are its processes; the database server, where it uses one, is beside them."""

    provider_url: str
    server: DurablePostgreSQL | None = None
    templates: Templates = field(default_factory=Templates)
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="textbook-bench-")))
    port: int = field(default_factory=lambda: free_port())
    own: list[subprocess.Popen[bytes]] = field(default_factory=list)
    most_mib: float = 0.0
    first_answer: float = 0.0
    """Seconds from the start of its first process, its database being ready."""
    _started_at: float = 0.0
    _started: list[tuple[Command, dict[str, str]]] = field(default_factory=list)

    @property
    def database(self) -> str:
        """Its name in the server, else its file."""
        return self.folder.name.replace("-", "_").lower() if self.server else f"{self.folder}/desk.db"

    @property
    def database_url(self) -> str:
        return self.server.url(self.database) if self.server else f"sqlite:///{self.database}"

    def environment(self, **more: str) -> dict[str, str]:
        """The caller's, without the settings of a desk of theirs."""
        ours = {name.upper() for name in Settings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        return kept | {
            "PYTHONPATH": str(TOP), "PUBLIC_URL": f"http://127.0.0.1:{self.port}", "PORT": str(self.port),
            "PROVIDER_URL": self.provider_url, "HOME": str(self.folder), **more,
        }  # fmt: skip

    def make_database(self) -> None:
        """An empty one; a file is made by whoever opens it."""
        if self.server is not None:
            self.server.create(self.database)

    def run(self, command: Command, **more: str) -> None:
        """To its end, before anything else starts. Raises DidNotStart."""
        done = subprocess.run(command, cwd=self.folder, env=self.environment(**more), capture_output=True)
        if done.returncode:
            raise DidNotStart(f"{' '.join(command)}: {done.stderr.decode(errors='replace')[-2000:]}")

    def start(self, command: Command, **more: str) -> None:
        self._started_at = self._started_at if self._started else perf_counter()
        self._started.append((command, more))
        with (self.folder / "log.txt").open("ab") as log:
            environment = self.environment(**more)
            self.own.append(subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log))

    def kill(self) -> None:
        """All of its own processes at once, without a word, as if the machine had lost its power."""
        for one in family(process.pid for process in self.own):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        for process in self.own:
            process.wait()

    def start_again(self) -> None:
        """What was killed, as it was started."""
        again = self._started.copy()
        self._started.clear()
        self.own.clear()
        for command, more in again:
            self.start(command, **more)

    async def settled(self) -> None:
        """It refuses a forged text, as it should, and has become quiet. Raises DidNotStart."""
        deadline, line = perf_counter() + STARTING, Line(self.port)
        forged = line.packed("SM0", "+97450000000", "book", is_forged=True)
        while (await line.post(forged)).status not in (401, 403):
            if perf_counter() > deadline or any(one.poll() is not None for one in self.own):
                raise DidNotStart((self.folder / "log.txt").read_text(errors="replace")[-2000:])
            await asyncio.sleep(0.02)
        self.first_answer = perf_counter() - self._started_at
        line.close()
        await self.quiet()

    async def quiet(self) -> None:
        deadline, used = perf_counter() + SETTLING, self.cpu()
        while perf_counter() < deadline:
            await asyncio.sleep(0.5)
            before, used = used, self.cpu()
            if used - before <= QUIET * 0.5:
                return

    def cpu(self) -> float:
        """Seconds, the database server's too."""
        server = (self.server.pid,) if self.server else ()
        return cpu_seconds((*(one.pid for one in self.own), *server))

    def weigh(self) -> None:
        """Its own processes, without the database server's."""
        self.most_mib = max(self.most_mib, memory_mib(one.pid for one in self.own))

    def end(self) -> None:
        for one in self.own:
            one.send_signal(signal.SIGTERM)
        for one in self.own:
            try:
                one.wait(ENDING)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
        self.own.clear()
        if self.server is not None:
            self.server.drop(self.database)
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
