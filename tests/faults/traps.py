"""In the victim: each named point wrapped, so that its process ends itself there when that is what is wanted."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.faults.moments import moment
from tests.faults.points import POINTS, Point, When
from tests.faults.wrapping import Replace, wrap

TRANSACTION = "bot.database:Database.transact"


class Trap:
    """Ends this process at the n-th pass of the point that stands in the file `plan`, which it takes away first: of
    several processes that get there, one dies. It notes its death in the file `deaths`."""

    def __init__(self, folder: Path) -> None:
        self._plan, self._deaths = folder / "plan", folder / "deaths"
        self._passes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def passed(self, point: Point) -> None:
        try:
            serial, nth, name = self._plan.read_text(encoding="utf-8").split(" ", 2)
        except FileNotFoundError:
            return
        if name != point.name:
            return
        with self._lock:
            self._passes[serial] += 1
            if self._passes[serial] < int(nth):
                return
            try:
                self._plan.unlink()
            except FileNotFoundError:
                return  # another process was first
            with self._deaths.open("a", encoding="utf-8") as deaths:
                deaths.write(f"{serial} {moment()}\n")
            os.kill(os.getpid(), signal.SIGKILL)


class Armed:
    """All points of this process. A function that came back with an empty list has found nothing to do: no pass."""

    def __init__(self, trap: Trap) -> None:
        self._trap = trap
        self._own = threading.local()

    def arm(self) -> None:
        by_function = sorted(POINTS, key=lambda point: point.function)
        for function, points in groupby(by_function, key=lambda point: point.function):
            wrap(function, self._watched(list(points)))
        wrap(TRANSACTION, self._watched_transaction)

    def _watched(self, points: Iterable[Point]) -> Replace:
        at = {when: [point for point in points if point.when is when] for when in When}

        def replace(function: Callable[..., Any]) -> Callable[..., Any]:
            @wraps(function)
            def watched(*arguments: Any, **named: Any) -> Any:
                for point in at[When.BEFORE]:
                    self._trap.passed(point)
                result = function(*arguments, **named)
                if result != []:
                    for point in at[When.AFTER]:
                        self._trap.passed(point)
                    self._uncommitted().extend(at[When.COMMITTED])
                return result

            return watched

        return replace

    def _watched_transaction(self, transact: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(transact)
        def watched(*arguments: Any, **named: Any) -> Any:
            self._uncommitted().clear()
            result = transact(*arguments, **named)
            for point in dict.fromkeys(self._uncommitted()):
                self._trap.passed(point)
            return result

        return watched

    def _uncommitted(self) -> list[Point]:
        """The points of this thread that wait for their transaction's end."""
        if not hasattr(self._own, "points"):
            self._own.points = []
        points: list[Point] = self._own.points
        return points
