"""SQLite's one write at a time: whose turn it is in this process, and the connection that is kept open for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine

from bot.engines import is_where_it_was

LET_GO_SECONDS = 2.0
"""How long whoever ends the program waits for whoever writes."""


class Writer:
    """SQLite lets one write at a time, and wakes nobody who waits for it: our own threads wait for each other, and look
    again and again for other processes alone. To take a connection from its pool and give it back took as long as the
    transaction: the one that writes is kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._turn = engine, Lock()
        self._kept: Connection | None = None
        self._lettings_go = 0

    @contextmanager
    def turn(self, until: float) -> Iterator["Writer | None"]:
        """Ourselves, whose turn it is; None where it has not come by then."""
        if not self._turn.acquire(timeout=max(until - time.monotonic(), 0)):
            yield None
            return
        try:
            yield self
        finally:
            self._turn.release()

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """For whoever has the turn. One with which something went wrong is not kept."""
        connection, self._kept = self._kept, None
        before = self._lettings_go
        if connection is None or not is_where_it_was(connection):
            if connection is not None:
                _end(connection)
            connection = self._engine.connect()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if before == self._lettings_go:
            self._kept = connection
        else:
            _end(connection)

    def let_go(self) -> None:
        """Close what is kept; what somebody is busy with, as soon as they are done."""
        self._lettings_go += 1
        if self._turn.acquire(timeout=LET_GO_SECONDS):
            try:
                if self._kept is not None:
                    self._kept.close()
                    self._kept = None
            finally:
                self._turn.release()


def _end(connection: Connection) -> None:
    """For good, and not back into its pool."""
    connection.invalidate()
    connection.close()
