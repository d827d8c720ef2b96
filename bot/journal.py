"""The journal: a folder where messages and delivery reports wait, a file each, while the database is away.

A file is written beside its final name, flushed to the disk, renamed and its folder flushed: it is there whole or not
at all. Any number of processes on one machine share a folder; one of them drains it at a time.
"""

import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from bot import durable
from bot.journal_entry import LANE_LENGTH, Entry, Unreadable, lane, lane_of, read, written
from bot.logs import log
from conversations.messages import Inbound, StatusReport

ENTRY = ".entry"
SETTLED_NS = 2_000_000_000
"""Since a folder's last change, until the next one is sure to give it another time: a disk may count whole seconds, or
pairs of them."""
_NEVER = -1
_LANE = slice(-LANE_LENGTH - len(ENTRY), -len(ENTRY))
"""Where an entry's name says whose it is; of a report's, other characters than a person's."""


class JournalUnusable(Exception):
    """The folder cannot hold a journal; the words say why, for people."""


class JournalFull(Exception):
    """An entry could not be kept: the provider is to repeat it."""


class Journal:
    """The journal in one folder, as one process sees it. Safe between threads; nothing is touched before it is used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.quarantine = folder / "quarantine"
        self._lock_file = folder / "drain.lock"
        self._token = secrets.token_hex(4)
        self._lock = Lock()
        self._last = 0
        self._place = str(folder)
        self._lanes: tuple[int, frozenset[str]] = (_NEVER, frozenset())

    def prepare(self) -> None:
        """Make the folder and its reserve, for the owner alone, and try to write. Raises JournalUnusable."""
        try:
            for folder in (self.folder, self.quarantine):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                if folder.stat().st_mode & 0o077:
                    folder.chmod(0o700)
            durable.refill(self.folder)
        except OSError as error:
            raise JournalUnusable(f"{self.folder} cannot be written: {_reason(error)}") from error
        self.try_out()

    def try_out(self) -> None:
        """Write something, or, where there is no folder yet, see that one could be made. Raises JournalUnusable."""
        there = next(one for one in (self.folder, *self.folder.absolute().parents) if one.exists())
        probe = there / f"{secrets.token_hex(8)}{durable.UNFINISHED}"
        try:
            durable.write(probe, b"can be written")
            probe.unlink()
        except OSError as error:
            raise JournalUnusable(f"{self.folder} cannot be written: {_reason(error)}") from error

    def put(self, happened: Inbound | StatusReport, at: datetime, trace: str) -> None:
        """Keep it, behind everything that is kept already. On return it is on the disk. Raises JournalFull."""
        final = self.folder / self._name(happened, at)
        unfinished = final.with_suffix(durable.UNFINISHED)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            durable.write(unfinished, written(Entry(at, trace, happened)))
            durable.publish(unfinished, final)
        except OSError as error:
            raise JournalFull(_reason(error)) from error

    def holds(self, channel: str, address: str) -> bool:
        """Whether a message of this person waits here, whichever process has put it here."""
        lanes = self._waiting_lanes()
        return bool(lanes) and lane_of(channel, address) in lanes

    def size(self) -> int:
        """How many entries wait."""
        return sum(name.endswith(ENTRY) for name in durable.names(self.folder))

    def oldest(self) -> datetime | None:
        """When the entry that waits longest came."""
        first = min((name for name in durable.names(self.folder) if name.endswith(ENTRY)), default=None)
        return datetime.fromtimestamp(_stamp(first) / 1_000_000, UTC) if first else None

    def quarantined(self) -> int:
        """How many files wait for somebody to look at them."""
        return sum(1 for _ in durable.names(self.quarantine))

    def paths(self) -> list[Path]:
        """The files of all entries that are here by now, in the order in which they came."""
        return [self.folder / name for name in sorted(durable.names(self.folder)) if name.endswith(ENTRY)]

    def entries(self) -> Iterator[tuple[Path, Entry]]:
        """Every entry that is here by now, in order. One that cannot be read is set aside, and the next follows."""
        for path in self.paths():
            try:
                entry = read(path.read_bytes())
            except (Unreadable, OSError) as error:
                self.set_aside(path, str(error) if isinstance(error, Unreadable) else _reason(error))
            else:
                yield path, entry

    def forget(self, path: Path) -> None:
        """The database has it. Should the file come back after a power cut, the provider's id keeps it once."""
        path.unlink(missing_ok=True)

    def set_aside(self, path: Path, why: str) -> None:
        """Out of the way of the others, into quarantine, for somebody to look at."""
        log.error("journal_entry_set_aside", file=path.name, why=why)
        self.quarantine.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            path.rename(self.quarantine / path.name)

    @contextmanager
    def draining(self) -> Iterator[bool]:
        """Hold the right to drain, or be told False at once. It ends with the process that holds it."""
        lock = os.open(self._lock_file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            yield _locked(lock)
        finally:
            os.close(lock)

    def tidy(self) -> None:
        """Make the reserve whole again, and clear away what dead processes left. For who holds the right to drain."""
        os.utime(self._lock_file)
        durable.clear_away(self.folder, self._lock_file)
        if not durable.refill(self.folder):
            log.warning("journal_reserve_not_whole")

    def forget_person(self, addresses: Iterable[tuple[str, str]], names_them: Callable[[str], bool]) -> None:
        """Remove what waits of these addresses, and what was set aside and names them. Raises OSError."""
        ends = tuple(f"-{lane_of(*one)}{ENTRY}" for one in addresses)
        for folder in (self.folder, self.quarantine):
            for name in durable.names(folder):
                path = folder / name
                with suppress(FileNotFoundError):
                    if name.endswith(ends) or (folder == self.quarantine and names_them(_words(path))):
                        path.unlink()

    def _waiting_lanes(self) -> frozenset[str]:
        """Read again once the folder has changed, or may have without telling: its time moves on in steps."""
        now, changed = time.time_ns(), durable.changed_at(self._place)
        known_at, lanes = self._lanes
        if changed is None:
            return frozenset()
        if changed != known_at:
            lanes = frozenset([name[_LANE] for name in durable.names(self.folder) if name.endswith(ENTRY)])
            self._lanes = (changed if changed + SETTLED_NS < now else _NEVER, lanes)
        return lanes

    def _name(self, happened: Inbound | StatusReport, at: datetime) -> str:
        """Later than what waits of this person, and than every name this process has given, whatever the clock says; no
        other process gives the same."""
        end = f"-{lane(happened)}{ENTRY}"
        before = max((_stamp(name) for name in durable.names(self.folder) if name.endswith(end)), default=0)
        with self._lock:
            self._last = stamp = max(round(at.timestamp() * 1_000_000), self._last + 1, before + 1)
        return f"{stamp:018}-{os.getpid()}x{self._token}{end}"


def _locked(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _words(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def _stamp(name: str) -> int:
    """Microseconds since 1970, the first part of an entry's name; 0 where a file is named otherwise."""
    first = name.partition("-")[0]
    return int(first) if first.isascii() and first.isdigit() else 0


def _reason(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else str(error)
