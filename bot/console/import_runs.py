"""Imports given in the console: the file that was sent, how far reading it has come, and what became of each row; in
files, so that any process shows them."""

import csv
import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TextIO

from bot.durable import UNFINISHED, names, publish, write

LARGEST = 20 * 1024 * 1024
TOO_LARGE = "The file is larger than 20 MB: send it in parts, or use the command `python -m bot import`."
MOST = 20
"""Imports that are remembered."""
BATCH_SHOWN = 200
LOOKS_LAST = 1.0
"""Seconds after which whoever holds a lock is no page that looked."""
TRIED, TAKEN = "tried", "taken"
_NUMBER = re.compile(r"[0-9a-f]{24}")
_NO_TEXT = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"\x7fELF", b"SQLite format 3")
"""How files begin that hold no text: documents, pictures, archives, programs, databases."""


@dataclass(frozen=True, slots=True)
class Run:
    """One import. `step` is what is being done, or was last: TRIED without keeping anything, TAKEN over; `counts` what
    became of how many rows then. `wrong` says why it could not be done to its end."""

    id: str
    name: str
    kind: str
    staff: str
    service: str
    dates: str
    encoding: str
    who: str
    at: str
    step: str = TRIED
    is_over: bool = False
    done: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    wrong: str = ""

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


class Runs:
    """Those that are kept in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, run: Run, data: bytes) -> None:
        """Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(self.file(run.id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        self.save(run)
        for old in self.all()[MOST:]:
            self.drop(old.id)

    def save(self, run: Run) -> None:
        """Raises OSError."""
        unfinished = self._folder / f"{run.id}-{secrets.token_hex(4)}{UNFINISHED}"
        write(unfinished, json.dumps(asdict(run)).encode())
        publish(unfinished, self._path(run.id, "json"))

    def one(self, number: str) -> Run | None:
        if not _NUMBER.fullmatch(number):
            return None
        try:
            return Run(**json.loads(self._path(number, "json").read_text()))
        except FileNotFoundError:
            return None

    def all(self) -> list[Run]:
        """The newest first."""
        found = (self.one(name.removesuffix(".json")) for name in names(self._folder) if name.endswith(".json"))
        return sorted((run for run in found if run is not None), key=lambda run: run.at, reverse=True)

    def drop(self, number: str) -> bool:
        """Remove everything of one that is not being read; False where it is."""
        held = self.hold(number)
        if held is None:
            return False
        with held:
            for kind in ("json", "file", "csv", "lock"):
                with suppress(FileNotFoundError):
                    self._path(number, kind).unlink()
        return True

    def file(self, number: str) -> Path:
        """What was sent; it is removed once it has been taken over."""
        return self._path(number, "file")

    def report(self, number: str) -> Path:
        return self._path(number, "csv")

    def lines(self, number: str) -> Iterator[str]:
        """All that is kept of one: what was sent, and what became of it."""
        for kind in ("json", "file", "csv"):
            with suppress(FileNotFoundError), self._path(number, kind).open(encoding="utf-8", errors="replace") as file:
                yield from file

    def has_file(self, number: str) -> bool:
        return self.file(number).exists()

    def is_read(self, number: str) -> bool:
        """Whether a process reads it just now: a process that has died does not."""
        with self._lock(number) as file:
            return not _locks(file, fcntl.LOCK_SH)

    def hold(self, number: str) -> TextIO | None:
        """Nobody else reads it until this is closed; None where somebody does."""
        file, until = self._lock(number), time.monotonic() + LOOKS_LAST
        while not _locks(file, fcntl.LOCK_EX):
            if time.monotonic() > until:
                file.close()
                return None
            time.sleep(0.01)
        return file

    def _lock(self, number: str) -> TextIO:
        return self._path(number, "lock").open("a")

    def _path(self, number: str, kind: str) -> Path:
        return self._folder / f"{number}.{kind}"


def why_no_text(data: bytes) -> str:
    """Why this is no file to read, in words; "" where it may be."""
    if not data.strip():
        return "The file is empty."
    if len(data) > LARGEST:
        return TOO_LARGE
    is_wide = data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4].count(0) == 2
    if data.startswith(_NO_TEXT) or (b"\x00" in data[:4096] and not is_wide and not data.startswith(b"PK")):
        return "This is no text: a CSV, JSON or iCalendar (.ics) file is wanted."
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "This is a spreadsheet or an archive: save it as CSV, and send that."
    return ""


def shown(path: Path, first: int, *, all_rows: bool) -> tuple[list[dict[str, str]], int | None]:
    """Rows of a report from this place on, those alone that somebody has to look at where not all are wanted; and where
    the next page begins."""
    from handlers.importing.rows import TROUBLES

    if not path.exists():
        return [], None
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = (row for row in csv.DictReader(file) if all_rows or row["became"] in TROUBLES)
        found = list(islice(rows, first, first + BATCH_SHOWN + 1))
    return found[:BATCH_SHOWN], first + BATCH_SHOWN if len(found) > BATCH_SHOWN else None


def _locks(file: TextIO, how: int) -> bool:
    """Whether the file could be locked so."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
