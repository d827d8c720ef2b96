"""Files that are on the disk when a function returns, read by their owner alone; and files that stand in reserve."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

UNFINISHED, RESERVE = ".unfinished", ".reserve"
RESERVED, RESERVED_BYTES = 64, 32 * 1024
"""Files in reserve, and the size of each: more than any text takes with its pictures' addresses."""
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_LEFT_BEHIND = 600.0
"""Seconds after which nobody is still writing an unfinished file."""


def write(path: Path, data: bytes) -> None:
    """Write a new file, named to end in UNFINISHED; where there is no room, over one of the reserve. Raises OSError."""
    try:
        _create(path, data)
    except OSError as error:
        with suppress(OSError):
            path.unlink()
        if error.errno not in _NO_ROOM or len(data) > RESERVED_BYTES or not _take_from_reserve(path):
            raise
        with path.open("r+b") as file:
            _flush(file.fileno(), data)


def publish(unfinished: Path, final: Path) -> None:
    """Give a written file its name, for good."""
    unfinished.rename(final)
    number = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def names(folder: Path) -> list[str]:
    """What is in a folder; nothing where there is none."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def changed_at(folder: str) -> int | None:
    """When something last came into a folder or went, in nanoseconds by this machine; None where there is none."""
    try:
        return os.stat(folder).st_mtime_ns
    except (FileNotFoundError, NotADirectoryError):
        return None


def refill(folder: Path) -> bool:
    """Let the reserve be whole again; False where there is no room for that. Raises OSError for any other reason."""
    there = sum(name.endswith(RESERVE) for name in names(folder))
    for _ in range(RESERVED - there):
        new = folder / f"{secrets.token_hex(8)}{UNFINISHED}"
        try:
            _create(new, bytes(RESERVED_BYTES))
            new.rename(new.with_suffix(RESERVE))
        except OSError as error:
            with suppress(OSError):
                new.unlink()
            if error.errno not in _NO_ROOM:
                raise
            return False
    return True


def clear_away(folder: Path, clock: Path) -> None:
    """Remove what processes that died left unfinished. `clock` is a file that has just been touched."""
    now = clock.stat().st_mtime  # by the clock that stamps the others
    for name in names(folder):
        if name.endswith(UNFINISHED):
            with suppress(FileNotFoundError):
                path = folder / name
                if path.stat().st_mtime < now - _LEFT_BEHIND:
                    path.unlink()


def _take_from_reserve(path: Path) -> bool:
    for name in names(path.parent):
        if name.endswith(RESERVE):
            with suppress(FileNotFoundError):  # another took it
                (path.parent / name).rename(path)
                return True
    return False


def _create(path: Path, data: bytes) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        _flush(number, data)
    finally:
        os.close(number)


def _flush(number: int, data: bytes) -> None:
    done = 0
    while done < len(data):
        done += os.write(number, data[done:])
    os.fsync(number)
