"""A busy process keeps to one core: all its threads, no two processes to the same, and none against anybody's word."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot import one_core
from bot.one_core import FREE_SECONDS, KEPT_SECONDS, OneCore
from tests.bot.test_server import Server, server
from tests.patience import eventually

__all__ = ["server"]
ALL = os.sched_getaffinity(0)
IS_ALONE = len(ALL) == 1
"""On such a machine there is nothing to choose, and nothing is touched."""


class Hours:
    """The clocks that are looked at, moved by hand."""

    def __init__(self) -> None:
        self.now = self.used = 1000.0

    def monotonic(self) -> float:
        return self.now

    def process_time(self) -> float:
        return self.used

    def pass_(self, seconds: float, cores: float) -> None:
        """With so many in use."""
        self.now += seconds
        self.used += seconds * cores


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Hours:
    hours = Hours()
    monkeypatch.setattr(one_core, "time", hours)
    return hours


@pytest.fixture
def claims(tmp_path: Path) -> str:
    """Names that no other test claims at the same time."""
    return f"textbook-test-{os.getpid()}-{tmp_path.name}"


@pytest.fixture
def core(hours: Hours, claims: str) -> Iterator[OneCore]:
    core = OneCore(claims)
    yield core
    core.let_go()
    assert places() == {frozenset(ALL)} and policies() == {os.SCHED_OTHER}, "what a test leaves behind"


def threads() -> list[int]:
    return [int(task) for task in os.listdir("/proc/self/task")]


def places() -> set[frozenset[int]]:
    return {frozenset(os.sched_getaffinity(task)) for task in threads()}


def policies() -> set[int]:
    return {os.sched_getscheduler(task) for task in threads()}


def is_kept() -> bool:
    """On a machine of one core nothing changes, and nothing is to be seen."""
    return IS_ALONE or (len(places()) == 1 and all(len(place) == 1 for place in places()))


def look(core: OneCore, hours: Hours, cores: float, seconds: float = FREE_SECONDS) -> None:
    hours.pass_(seconds + 0.001, cores)
    core.look()


def test_all_threads_of_a_busy_process_keep_to_one_core(core: OneCore, hours: Hours) -> None:
    stopping = threading.Event()
    before = threading.Thread(target=stopping.wait)
    before.start()
    look(core, hours, cores=0.9)
    after = threading.Thread(target=stopping.wait)
    after.start()
    try:
        assert is_kept()
        assert policies() == {os.SCHED_OTHER if IS_ALONE else os.SCHED_BATCH}
        look(core, hours, cores=0.9, seconds=KEPT_SECONDS - 1)
        assert is_kept()
        look(core, hours, cores=0.9, seconds=1)
        assert places() == {frozenset(ALL)} and policies() == {os.SCHED_OTHER}
        look(core, hours, cores=0.9)
        assert is_kept(), "for as long as it is busy"
    finally:
        stopping.set()
        before.join()
        after.join()


@pytest.mark.parametrize("cores", [0.0, 0.1, 1.5, 2.0])
def test_who_has_little_to_do_or_runs_side_by_side_is_left_alone(core: OneCore, hours: Hours, cores: float) -> None:
    look(core, hours, cores)
    assert places() == {frozenset(ALL)} and policies() == {os.SCHED_OTHER}


def test_a_moment_says_nothing(core: OneCore, hours: Hours) -> None:
    hours.pass_(FREE_SECONDS / 2, 1.0)
    core.look()
    assert places() == {frozenset(ALL)}


def test_no_two_processes_keep_to_the_same(core: OneCore, hours: Hours, claims: str) -> None:
    taken = [one for number in ALL if (one := core._claimed(number)) is not None]
    assert len(taken) == len(ALL)
    look(core, hours, cores=0.9)
    assert places() == {frozenset(ALL)}, "none was left"
    mine = min(ALL)
    for one in taken:
        if claims.encode() in one.getsockname() and one.getsockname().endswith(b"-%d" % mine):
            one.close()
    look(core, hours, cores=0.9)
    assert IS_ALONE or places() == {frozenset({mine})}
    core.let_go()
    for one in taken:
        one.close()


def test_a_process_that_dies_leaves_its_core_to_others(core: OneCore, claims: str) -> None:
    script = f"from bot.one_core import OneCore; one = OneCore({claims!r})._claimed(0); print(one, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert "socket" in other.stdout.readline()
        assert core._claimed(0) is None
        other.kill()
    claim = core._claimed(0)
    assert claim is not None
    claim.close()


def test_where_somebody_says_how_we_run_that_stays(core: OneCore, hours: Hours) -> None:
    me = threading.get_native_id()
    os.sched_setscheduler(me, os.SCHED_BATCH, os.sched_param(0))
    look(core, hours, cores=0.9)
    assert os.sched_getaffinity(0) == ALL
    os.sched_setscheduler(me, os.SCHED_OTHER, os.sched_param(0))
    look(core, hours, cores=0.9)
    assert is_kept()
    theirs = ALL - os.sched_getaffinity(0) or ALL
    os.sched_setaffinity(0, theirs)
    look(core, hours, cores=0.9, seconds=KEPT_SECONDS)
    assert os.sched_getaffinity(0) == theirs
    assert all(os.sched_getaffinity(task) == ALL for task in threads() if task != me), (
        "what is said of one is said of one"
    )
    os.sched_setaffinity(0, ALL)


@pytest.mark.parametrize("forbidden", ["sched_setaffinity", "sched_setscheduler"])
def test_a_system_that_forbids_it_is_asked_once(
    core: OneCore, hours: Hours, claims: str, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    asked: list[int] = []

    def forbid(task: int, *_: object) -> None:
        asked.append(task)
        raise PermissionError(errno.EPERM, "forbidden")

    with monkeypatch.context() as patched:
        patched.setattr(os, forbidden, forbid)
        look(core, hours, cores=0.9)
        look(core, hours, cores=0.9)
    assert len(asked) == (0 if IS_ALONE else 1)
    assert places() == {frozenset(ALL)}
    left = [OneCore(claims)._claimed(number) for number in ALL]
    assert None not in left, "what it does not keep, others may"
    for one in left:
        assert one is not None
        one.close()


def test_where_no_file_is_left_it_is_tried_again(
    core: OneCore, hours: Hours, claims: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(_path: object) -> list[str]:
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(os, "listdir", none_left)
        look(core, hours, cores=0.9)
    assert places() == {frozenset(ALL)}
    look(core, hours, cores=0.9)
    assert is_kept()
    (mine,) = os.sched_getaffinity(0) if not IS_ALONE else (min(ALL),)
    with monkeypatch.context() as patched:
        patched.setattr(os, "listdir", none_left)
        look(core, hours, cores=0.9, seconds=KEPT_SECONDS)
    assert is_kept()
    assert IS_ALONE or OneCore(claims)._claimed(mine) is None, "and still its own"
    look(core, hours, cores=0.9, seconds=KEPT_SECONDS)
    assert places() == {frozenset(ALL)}


def test_what_somebody_has_left_us_before_is_what_we_go_back_to(core: OneCore, hours: Hours) -> None:
    fewer = {min(ALL)}
    os.sched_setaffinity(0, fewer)
    look(core, hours, cores=0.9)
    assert os.sched_getaffinity(0) == fewer and policies() == {os.SCHED_OTHER}, "there is nothing to choose"
    os.sched_setaffinity(0, ALL)
    assert one_core._as_said(ALL) >= ALL
    os.sched_setaffinity(0, fewer)
    assert IS_ALONE or one_core._as_said(fewer) == fewer == os.sched_getaffinity(0)
    os.sched_setaffinity(0, ALL)


def test_a_server_that_is_busy_keeps_to_one_core(server: Server) -> None:
    server.open()
    assert server.process is not None
    families = [server.process.pid, *children(server.process.pid)]

    def is_kept_by_one() -> bool:
        for _ in range(50):
            requests.get(f"{server.url}/readyz", timeout=30)
        return any(len(allowed(pid)) == 1 and next(iter(allowed(pid))).isdigit() for pid in families)

    eventually(is_kept_by_one)
    server.text("+97455501234", "book")
    server.receives("+97455501234", "Hello")


def allowed(pid: int) -> set[str]:
    """What each of its threads may run on, as /proc writes it."""
    found = set()
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        found |= {line.split()[1] for line in status.read_text().splitlines() if "Cpus_allowed_list" in line}
    return found


def children(pid: int) -> list[int]:
    return [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
