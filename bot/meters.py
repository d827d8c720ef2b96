"""How things are counted and timed: declared by name, and kept in files of prometheus_client's once a server asks."""

import os
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import product
from math import inf
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from bot.logs import log
from bot.places import take_place

if TYPE_CHECKING:
    from prometheus_client.mmap_dict import MmapedDict

ROOM = 1 << 20
"""Bytes of each of a process's files, several times what it needs: written before they are mapped into memory, for a
page that finds no room on the disk any more ends the process."""
DOUBLE = 8
"""Bytes of a number there."""

Labels = Mapping[str, type[StrEnum] | str]
"""The values that a label can have; or, where the settings decide, words that say what they are."""
_changing = Lock()
"""Held for a moment by whoever counts, and by whoever begins to."""


class _Value:
    """One number, which lives in its file: however the process ends, what was counted stays, and the next in its place
    goes on with it."""

    __slots__ = ("_there",)

    def __init__(self, file: "MmapedDict", key: str) -> None:
        file.read_value(key)  # type: ignore[no-untyped-call] # which begins it at nought where it is new
        at = file._positions[key]
        self._there = memoryview(file._m)[at : at + DOUBLE].cast("d")

    def add(self, amount: float) -> None:
        """In one step for whoever reads meanwhile."""
        self._there[0] += amount


class _Timed:
    """The sum of all times, and how many there were up to each bound, and above the last."""

    __slots__ = ("_bounds", "_numbers", "_sum")

    def __init__(self, total: _Value, bounds: Sequence[float], numbers: Sequence[_Value]) -> None:
        self._sum, self._bounds, self._numbers = total, bounds, numbers

    def add(self, seconds: float) -> None:
        self._sum.add(seconds)
        self._numbers[bisect_left(self._bounds, seconds)].add(1)


class _Kept(Protocol):
    def add(self, amount: float, /) -> None: ...


Kept = TypeVar("Kept", bound=_Kept)


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

    _file: "MmapedDict | None" = None

    def __init__(self, name: str, what: str, labels: Labels | None = None) -> None:
        super().__init__(name, what, labels)
        self._kept: dict[tuple[tuple[str, str], ...], Kept] = {}

    def keep(self, file: "MmapedDict", channels: Sequence[str]) -> None:
        """From now on, in a file of this process. Each of its values begins at nought: a rate over one that is not
        there yet would miss the first."""
        self._kept, self._file = {}, file
        for values in product(*(_values(one, channels) for one in self.labels.values())):
            self._one(dict(zip(self.labels, values, strict=True)))

    def _add(self, amount: float, labels: Mapping[str, str]) -> None:
        if (kept := self._kept.get(tuple(labels.items())) or self._one(labels)) is not None:
            with _changing:
                kept.add(amount)

    def _one(self, labels: Mapping[str, str]) -> Kept | None:
        """Raises ValueError for other labels than those declared, whether it is kept or not."""
        if self.labels.keys() != labels.keys():
            raise ValueError(f"{self.name} wants the labels {list(self.labels)}, not {list(labels)}")
        if self._file is None:
            return None
        values = {name: str(labels[name]) for name in self.labels}
        with _changing:
            one = self._kept.get(tuple(values.items())) or self._make(self._file, values)
            self._kept[tuple(values.items())] = self._kept[tuple(labels.items())] = one
        return one

    def _make(self, file: "MmapedDict", labels: Mapping[str, str]) -> Kept:
        raise NotImplementedError

    def _value(self, file: "MmapedDict", ending: str, labels: Mapping[str, str]) -> _Value:
        """Under the name and in the words by which the page is made of it."""
        from prometheus_client.mmap_dict import mmap_key

        name = self.name.removesuffix("_total")
        return _Value(file, mmap_key(name, name + ending, list(labels), list(labels.values()), self.what))


class Counter(Counted[_Value]):
    kind = "counter"

    def _make(self, file: "MmapedDict", labels: Mapping[str, str]) -> _Value:
        return self._value(file, "_total", labels)

    def add(self, **labels: str) -> None:
        self._add(1, labels)


class Histogram(Counted[_Timed]):
    kind = "histogram"

    def __init__(self, name: str, what: str, buckets: Sequence[float], labels: Labels | None = None) -> None:
        super().__init__(name, what, labels)
        self.buckets = buckets

    def _make(self, file: "MmapedDict", labels: Mapping[str, str]) -> _Timed:
        from prometheus_client.utils import floatToGoString

        bounds = [floatToGoString(bound) for bound in (*self.buckets, inf)]  # type: ignore[no-untyped-call]
        numbers = [self._value(file, "_bucket", {**labels, "le": bound}) for bound in bounds]
        return _Timed(self._value(file, "_sum", labels), self.buckets, numbers)

    def add(self, seconds: float, **labels: str) -> None:
        self._add(seconds, labels)


def keep(metrics: Sequence[Metric], folder: Path, channels: Sequence[str]) -> None:
    """Count from now on, together with the other processes that have this folder. Where it cannot be written, the log
    says so and nothing is counted."""
    try:
        place = take_place(folder)
        paths = {kind: folder / f"{kind}_{place}.db" for kind in (Counter.kind, Histogram.kind)}
        for path in paths.values():
            _make_room(path)
    except OSError as error:
        log.error("metrics_not_kept", folder=str(folder), why=os.strerror(error.errno) if error.errno else str(error))
        return
    from prometheus_client.mmap_dict import MmapedDict

    files = {kind: MmapedDict(path) for kind, path in paths.items()}  # type: ignore[no-untyped-call]
    for metric in metrics:
        if isinstance(metric, Counted):
            metric.keep(files[metric.kind], channels)


def _make_room(path: Path) -> None:
    """A file that a dead process left in this place is gone on with. A new one is whole at once, for it may be read at
    any moment."""
    if not path.exists():
        new = path.with_suffix(".new")
        new.write_bytes(bytes(ROOM))
        new.rename(path)


def _values(label: type[StrEnum] | str, channels: Sequence[str]) -> Iterator[str]:
    return iter(channels) if isinstance(label, str) else (value.value for value in label)
