"""Databases that are made ready once in a run, and copied for every start after the first."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.conversations.database_server import DurablePostgreSQL


class Templates:
    """One for each kind of database and so many bookings in it; nobody is connected to what is kept or copied."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="textbook-bench-")
        self._kept: set[str] = set()

    def copy(self, server: DurablePostgreSQL | None, place: str, bookings: int = 0) -> bool:
        """Make a database, its name or its file `place`: whether it is a copy of one that was ready."""
        name = _name(server, bookings)
        is_ready = name in self._kept
        if server:
            server.create(place, template=name if is_ready else None)
        elif is_ready:
            shutil.copy(Path(self._folder.name, name), place)
        return is_ready

    def keep(self, server: DurablePostgreSQL | None, place: str, bookings: int = 0) -> None:
        """It is ready: the next ones are copies of it."""
        name = _name(server, bookings)
        if server:
            server.create(name, template=place)
        else:
            shutil.copy(place, Path(self._folder.name, name))
        self._kept.add(name)

    def close(self) -> None:
        self._folder.cleanup()


def _name(server: DurablePostgreSQL | None, bookings: int) -> str:
    return f"made_ready_{'postgresql' if server else 'sqlite'}_{bookings}"
