"""Web processes are born of one that builds what they share and passes; their master supervises them as ever."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from gunicorn.config import Config

from bot.web_births import Births
from tests.bot.test_server import TOP, Server, a_server
from tests.patience import PATIENCE, eventually

TWO = {"WEB_CONCURRENCY": "2"}
PATIENT = {"GUNICORN_CMD_ARGS": "--graceful-timeout 300"}
"""Whoever waits for as long as it may wait has waited in vain."""


class Several(Server):
    """gunicorn with two web processes, as the Procfile starts it, or `python -m bot web`."""

    def serve(self, *command: str, **settings: str) -> "Several":
        self.process = subprocess.Popen(
            [sys.executable, "-m", *(command or ("gunicorn", "-c", str(TOP / "gunicorn.conf.py")))], cwd=self.folder,
            env=self.environment() | TWO | settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return self

    def migrated(self) -> "Several":
        command = [sys.executable, "-m", "bot", "migrate"]
        subprocess.run(command, cwd=self.folder, env=self.environment(), check=True, capture_output=True)
        return self

    def serves(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def web(self) -> list[int]:
        """The master's children, oldest first."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return sorted(map(int, children))

    def two(self, *, but: int = 0) -> list[int]:

        def found() -> list[int]:
            web = self.web()
            return web if len(web) == 2 and but not in web and self.serves() else []

        return eventually(found)


@pytest.fixture
def several(tmp_path: Path) -> Iterator[Several]:
    with a_server(tmp_path) as one:
        found = Several(tmp_path, one.fake)
        try:
            yield found.migrated()
        finally:
            found.close()


def mapped(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


def test_the_master_holds_nothing_of_what_its_web_processes_share(several: Several) -> None:
    web = several.serve().two()
    assert several.process is not None
    assert all("sqlalchemy" in mapped(pid) for pid in web)
    assert "sqlalchemy" not in mapped(several.process.pid)
    status, out = several.stop()
    assert 0 == status, out
    assert not [pid for pid in web if Path(f"/proc/{pid}").exists()]


def test_a_web_process_that_is_killed_is_followed_by_another(several: Several) -> None:
    first, other = several.serve().two()
    os.kill(first, signal.SIGKILL)
    assert other in several.two(but=first)


def test_who_builds_may_be_killed(several: Several) -> None:
    """Nobody has been born by then; the master goes on, and lets another try."""
    several.serve()
    os.kill(eventually(several.web)[0], signal.SIGKILL)
    several.two()


def test_a_reload_lets_others_be_born_and_the_old_ones_go(several: Several) -> None:
    old = several.serve().two()
    assert several.process is not None
    several.process.send_signal(signal.SIGHUP)
    eventually(lambda: not set(old) & set(several.web()) and len(several.web()) == 2)
    assert several.serves()


def test_a_master_that_has_reloaded_hears_what_is_asked_next(several: Several) -> None:
    old = several.serve(**PATIENT).two()
    assert several.process is not None
    several.process.send_signal(signal.SIGHUP)
    eventually(lambda: not set(old) & set(several.web()) and len(several.web()) == 2)
    assert 0 == several.stop()[0]


def test_a_server_that_is_stopped_while_it_starts_ends(several: Several) -> None:
    several.serve(**PATIENT)
    eventually(several.web)
    assert 0 == several.stop()[0]


def test_one_more_is_born_where_one_more_is_asked_for(several: Several) -> None:
    old = several.serve().two()
    assert several.process is not None
    several.process.send_signal(signal.SIGTTIN)
    eventually(lambda: len(several.web()) == 3 and set(old) < set(several.web()))
    several.process.send_signal(signal.SIGTTOU)
    eventually(lambda: len(several.web()) == 2)


def test_they_end_with_a_master_that_is_killed(several: Several) -> None:
    web = several.serve().two()
    several.close()
    eventually(lambda: not [pid for pid in web if "Z" not in _state(pid)])


def _state(pid: int) -> str:
    """Whoever nobody has waited for is there as a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def test_web_is_not_served_without_a_business(several: Several) -> None:
    several.serve("bot", "web")
    assert several.process is not None
    out, _ = several.process.communicate(timeout=PATIENCE)
    assert (2, "No business is loaded yet: run `python -m bot load business.toml`.\n") == (
        several.process.returncode, out,
    )  # fmt: skip


@pytest.mark.parametrize("serving", [True, False], ids=["others serve", "nobody yet"])
def test_a_build_that_breaks_ends_nobody_who_serves(serving: bool, logged: io.StringIO) -> None:
    def breaks(_master: object) -> None:
        raise OSError("no file left")

    master = SimpleNamespace(cfg=Config(), WORKERS={1: object()} if serving else {}, worker_age=2, pid=os.getpid())
    births = Births(cast(Any, master), breaks)
    with nullcontext() if serving else pytest.raises(SystemExit):
        assert 0 == births.bear(1)
    assert serving == ("web_processes_missing" in logged.getvalue())
