"""Hears the bell that other processes ring on PostgreSQL, and rings this process's own."""

import threading

import psycopg
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

    def __init__(self, url: URL, wake: Wake) -> None:
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
                for _ in connection.notifies(timeout=LOOK_UP_SECONDS, stop_after=1):
                    self._wake.ring()
