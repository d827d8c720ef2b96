"""Hears the bell that other processes ring on PostgreSQL, and rings this process's own."""

import threading
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL

from bot.logs import log
from bot.wake import Wake
from models.bell import CHANNEL

LOOK_UP_SECONDS = 0.5
"""How often the thread looks whether it is to stop."""
AGAIN_SECONDS = 2.0
"""Until a connection that broke is tried again; meanwhile the dispatcher's own sweep finds the work."""


class Listener:
    """Listens in a thread of its own, on a connection of its own, until it is stopped."""

    def __init__(self, url: URL, wake: Wake, own: Engine | None = None) -> None:
        """`own`: by whose connections this process rings; it has rung its own bell itself by then."""
        self._own = _backends(own) if own is not None else set()
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._wake = wake
        self._is_listening = True
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.OperationalError as error:
                if self._is_listening:  # said once, however long the database is away
                    log.warning("listener_lost", error=type(error).__name__)
                self._is_listening = False
                self._stopping.wait(AGAIN_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._address, autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._is_listening = True
            self._wake.ring()  # what came while nobody listened
            while not self._stopping.is_set():
                for heard in connection.notifies(timeout=LOOK_UP_SECONDS, stop_after=1):
                    if heard.pid not in self._own:
                        self._wake.ring()


def _backends(engine: Engine) -> set[int]:
    """The server's numbers of the connections that this engine opens from now on, as long as they are open."""
    numbers: set[int] = set()

    @event.listens_for(engine, "connect")
    def opened(connection: Any, record: Any) -> None:
        record.info["backend"] = connection.info.backend_pid
        numbers.add(record.info["backend"])

    @event.listens_for(engine, "close")
    def closed(_connection: Any, record: Any) -> None:
        numbers.discard(record.info.get("backend"))

    return numbers
