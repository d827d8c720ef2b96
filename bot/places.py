"""Numbers for the processes of one machine: each has one of its own for as long as it lives, however it ends."""

import fcntl
from itertools import count
from pathlib import Path
from typing import IO

PLACE = ".place"
_held: list[IO[bytes]] = []
"""The locks of this process: the system lets go of them when it ends, however it ends."""


def take_place(folder: Path) -> int:
    """The lowest number that no living process has, with what the last one in this place left behind. Where nobody
    lives that has a place here, what is left of all is cleared away first. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "gate").open("ab") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not any(_is_held(path) for path in folder.glob(f"*{PLACE}")):
            for path in folder.glob("*.db"):
                path.unlink()
        for number in count():
            place = (folder / f"{number}{PLACE}").open("ab")
            if _lock(place):
                _held.append(place)
                return number
            place.close()
    raise AssertionError("unreachable")


def _is_held(path: Path) -> bool:
    with path.open("ab") as place:
        return not _lock(place)


def _lock(place: IO[bytes]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
