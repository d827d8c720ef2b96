"""Time in cells of five minutes: the grain in which a person's or a room's time is owned."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from conversations.values import made_often

CELL_SECONDS = 300
CELL_MINUTES = CELL_SECONDS // 60


def cells(start: datetime, end: datetime) -> range:
    """The cells that [start, end) touches, rounded outward, numbered from 1970 UTC. Needs start < end, both aware.

    Raises ValueError when the stretch is empty or has no zone."""
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a stretch of time needs a zone")
    if end <= start:
        raise ValueError("a stretch of time must end after it starts")
    return range(int(start.timestamp() // CELL_SECONDS), int(-(-end.timestamp() // CELL_SECONDS)))


@made_often
@dataclass(frozen=True, slots=True)
class CellSet:
    """Some cells out of a window, as one number whose bit i is the cell `base` + i: a whole quarter of a person's time
    is searched, united and subtracted in a few operations. Two that are joined must have one base."""

    base: int = 0
    bits: int = 0

    @classmethod
    def of(cls, base: int, stretches: Iterable[tuple[int, int]]) -> "CellSet":
        """The cells of these stretches, each from its first to before its end; what lies before `base` is left out."""
        bits = 0
        for first, end in stretches:
            if first < base:
                first = base
            if end > first:
                bits |= ((1 << (end - first)) - 1) << (first - base)
        return cls(base, bits)

    def __bool__(self) -> bool:
        return self.bits != 0

    def __or__(self, other: "CellSet") -> "CellSet":
        assert self.base == other.base
        return CellSet(self.base, self.bits | other.bits)

    def __sub__(self, other: "CellSet") -> "CellSet":
        assert self.base == other.base
        return CellSet(self.base, self.bits & ~other.bits)

    def __and__(self, other: "CellSet") -> "CellSet":
        assert self.base == other.base
        return CellSet(self.base, self.bits & other.bits)

    def touches(self, wanted: range) -> bool:
        """Whether any of these cells is in the set."""
        first = max(wanted.start, self.base)
        return wanted.stop > first and (self.bits >> (first - self.base)) & ((1 << (wanted.stop - first)) - 1) != 0

    def holds(self, wanted: range) -> bool:
        """Whether every one of these cells is in the set."""
        whole = (1 << len(wanted)) - 1
        return wanted.start >= self.base and (self.bits >> (wanted.start - self.base)) & whole == whole

    def runs(self, length: int) -> "CellSet":
        """The cells from which `length` cells (1 or more) behind each other are in the set."""
        bits, have = self.bits, 1
        while have < length:
            step = min(have, length - have)
            bits &= bits >> step
            have += step
        return CellSet(self.base, bits)

    def since(self, base: int) -> "CellSet":
        """The same cells over another base; what lies before it is left out."""
        behind = base - self.base
        return CellSet(base, self.bits >> behind if behind >= 0 else self.bits << -behind)

    def __iter__(self) -> Iterator[int]:
        """The numbers of the cells, in order."""
        found, at = [], self.base
        for gap in f"{self.bits:b}"[::-1].split("1")[:-1]:
            at += len(gap)
            found.append(at)
            at += 1
        return iter(found)
