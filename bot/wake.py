"""A bell in this process: whoever leaves work rings it, and whoever does the work need not wait for a tick."""

import threading


class Wake:
    """A bell that remembers having been rung until somebody has heard it."""

    def __init__(self) -> None:
        self._bell = threading.Event()

    def ring(self) -> None:
        self._bell.set()

    def wait(self, seconds: float) -> None:
        """Wait for the bell, but no longer than this."""
        self._bell.wait(seconds)
        self._bell.clear()
