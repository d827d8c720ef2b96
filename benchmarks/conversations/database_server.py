"""A PostgreSQL that keeps what it commits, unlike that of the tests, which only has to be quick."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.databases import PostgreSQL


class DurablePostgreSQL(PostgreSQL):
    """As it comes: fsync, synchronous commit, 128 MB of shared buffers."""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _command(self) -> Sequence[str | Path]:
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [self._binaries / "postgres", "-D", self.data, *options]


@contextmanager
def durable_postgresql() -> Iterator[DurablePostgreSQL]:
    """Raises tests.databases.ServerFailed where there is none."""
    with closing(DurablePostgreSQL()) as server:
        server.open()
        yield server
