"""Databases that are made ready once in a run, and copied for every start after the first."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.conversations.database_server import DurablePostgreSQL

_NAME = "made_ready"


class Templates:
    """One for each kind of database; nobody is connected to what is kept or copied."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="textbook-bench-")
        self._kept: set[str] = set()

    @property
    def _file(self) -> Path:
        return Path(self._folder.name, _NAME)

    def copy(self, server: DurablePostgreSQL | None, place: str) -> bool:
        """Make a database, its name or its file `place`: whether it is a copy of one that was ready."""
        kind = "postgresql" if server else "sqlite"
        is_ready = kind in self._kept
        if server:
            server.create(place, template=_NAME if is_ready else None)
        elif is_ready:
            shutil.copy(self._file, place)
        return is_ready

    def keep(self, server: DurablePostgreSQL | None, place: str) -> None:
        """It is ready: the next ones are copies of it."""
        if server:
            server.create(_NAME, template=place)
        else:
            shutil.copy(place, self._file)
        self._kept.add("postgresql" if server else "sqlite")

    def close(self) -> None:
        self._folder.cleanup()
