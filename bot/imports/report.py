"""What became of each row, as a CSV file, and in sum."""

import csv
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from bot.spreadsheets import defused
from handlers.importing.rows import TROUBLES, Became, Outcome

COLUMNS = ("line", "legacy_id", "became", "number", "reason")
SHOWN = 10


class Report:
    """Counts outcomes, keeps the first that somebody has to look at, and writes each where a path is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.counts: Counter[Became] = Counter()
        self.troubles: list[Outcome] = []

    def __enter__(self) -> Self:
        """Raises OSError where it cannot be written."""
        if self._path is not None:
            # It holds names and numbers of people: nobody else reads it.
            self._file = open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                              encoding="utf-8-sig", newline="")  # fmt: skip
            csv.writer(self._file).writerow(COLUMNS)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, outcomes: Iterable[Outcome]) -> None:
        writer = csv.writer(self._file) if self._file is not None else None
        for one in outcomes:
            self.counts[one.became] += 1
            if one.became in TROUBLES and len(self.troubles) < SHOWN:
                self.troubles.append(one)
            if writer is not None:
                number = "" if one.number is None else one.number
                writer.writerow((one.line, defused(one.legacy_id), one.became.value, number, defused(one.reason)))

    @property
    def rows(self) -> int:
        return self.counts.total()

    @property
    def has_trouble(self) -> bool:
        return any(self.counts[became] for became in TROUBLES)

    def lines(self) -> list[str]:
        """For people: how many became what, and the first that need a look."""
        sums = [f"{self.counts[became]:>9,}  {became.value}" for became in Became if self.counts[became]]
        shown = [f"  line {one.line}: {one.became.value}: {one.reason}" for one in self.troubles]
        left = sum(self.counts[became] for became in TROUBLES) - len(shown)
        more = [f"  and {left:,} more" + ("" if self._path else ": --report FILE writes them all")] if left > 0 else []
        return [*sums, *shown, *more]
