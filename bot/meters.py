"""How things are counted and timed: declared by name, and kept by prometheus_client once a server asks for it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.logs import log
from bot.places import take_place

if TYPE_CHECKING:
    import prometheus_client

Kept = TypeVar("Kept", "prometheus_client.Counter", "prometheus_client.Histogram")
ROOM = 1 << 20
"""Bytes of each of a process's files, several times what it needs: written before they are mapped into memory, for a
page that finds no room on the disk any more ends the process."""

Labels = Mapping[str, type[StrEnum] | str]
"""The values that a label can have; or, where the settings decide, words that say what they are."""


class Metric:
    """One name on the page, with what it means and its labels. No label may hold what people wrote or who they are."""

    kind = ""

    def __init__(self, name: str, what: str, labels: Labels | None = None) -> None:
        self.name, self.what = name, what
        self.labels: Labels = labels or {}


class Gauge(Metric):
    """A figure of this moment, asked of the database or the disk when the page is read; no process remembers it."""

    kind = "gauge"


class Counted(Metric, Generic[Kept]):
    """What each process counts, from when it is kept; before that, nothing."""

    _kept: Kept | None = None

    def __init__(self, name: str, what: str, labels: Labels | None = None) -> None:
        super().__init__(name, what, labels)
        self._found: dict[tuple[tuple[str, str], ...], Kept] = {}

    def keep(self, channels: Sequence[str]) -> None:
        """From now on, in the files of this process. Each of its values begins at nought: a rate over one that is not
        there yet would miss the first."""
        self._found = {}
        self._kept = kept = self._make()
        for values in product(*(_values(one, channels) for one in self.labels.values())) if self.labels else ():
            kept.labels(*values)

    def _make(self) -> Kept:
        raise NotImplementedError

    def _one(self, labels: Mapping[str, str]) -> Kept | None:
        """Raises ValueError for other labels than those declared, whether it is kept or not. Each is looked up once:
        labels have few values."""
        values = tuple(labels.items())
        if (found := self._found.get(values)) is not None:
            return found
        if self.labels.keys() != labels.keys():
            raise ValueError(f"{self.name} wants the labels {list(self.labels)}, not {list(labels)}")
        if self._kept is None:
            return None
        found = self._found[values] = self._kept.labels(**labels) if labels else self._kept
        return found


class Counter(Counted["prometheus_client.Counter"]):
    kind = "counter"

    def _make(self) -> "prometheus_client.Counter":
        from prometheus_client import Counter

        return Counter(self.name, self.what, list(self.labels), registry=None)

    def add(self, **labels: str) -> None:
        if (kept := self._one(labels)) is not None:
            kept.inc()


class Histogram(Counted["prometheus_client.Histogram"]):
    kind = "histogram"

    def __init__(self, name: str, what: str, buckets: Sequence[float], labels: Labels | None = None) -> None:
        super().__init__(name, what, labels)
        self.buckets = buckets

    def _make(self) -> "prometheus_client.Histogram":
        from prometheus_client import Histogram

        return Histogram(self.name, self.what, list(self.labels), buckets=self.buckets, registry=None)

    def add(self, seconds: float, **labels: str) -> None:
        if (kept := self._one(labels)) is not None:
            kept.observe(seconds)


def keep(metrics: Sequence[Metric], folder: Path, channels: Sequence[str]) -> None:
    """Count from now on, together with the other processes that have this folder. Where it cannot be written, the log
    says so and nothing is counted."""
    try:
        place = take_place(folder)
        for kind in (Counter.kind, Histogram.kind):
            _make_room(folder / f"{kind}_{place}.db")
    except OSError as error:
        log.error("metrics_not_kept", folder=str(folder), why=os.strerror(error.errno) if error.errno else str(error))
        return
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(process_identifier=lambda: place)  # type: ignore[no-untyped-call]
    for metric in metrics:
        if isinstance(metric, Counted):
            metric.keep(channels)


def _make_room(path: Path) -> None:
    """A file that a dead process left in this place is gone on with. A new one is whole at once, for it may be read at
    any moment."""
    if not path.exists():
        new = path.with_suffix(".new")
        new.write_bytes(bytes(ROOM))
        new.rename(path)


def _values(label: type[StrEnum] | str, channels: Sequence[str]) -> Iterator[str]:
    return iter(channels) if isinstance(label, str) else (value.value for value in label)
