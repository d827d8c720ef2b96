"""What a target's processes have used, read from /proc: all of them, with everything they have started."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def family(roots: Iterable[int]) -> list[int]:
    """These processes and all that came of them, as far as they live."""
    found, waiting = [], list(roots)
    while waiting:
        one = waiting.pop()
        found.append(one)
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            waiting += map(int, _read(task).split())
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """User and system time together, with that of children that have ended."""
    ticks = 0
    for one in family(roots):
        fields = _read(Path(f"/proc/{one}/stat")).rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def memory_mib(roots: Iterable[int]) -> float:
    """Proportional set size: what several share is divided among them, so that the sum is what they take."""
    kib = 0
    for one in family(roots):
        lines = _read(Path(f"/proc/{one}/smaps_rollup")).splitlines()
        kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def _read(path: Path) -> str:
    """ "" where the process has ended meanwhile."""
    try:
        return path.read_text()
    except OSError:
        return ""
