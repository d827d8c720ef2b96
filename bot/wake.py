"""Bells in this process: whoever leaves work rings, and whoever does the work need not wait for a tick."""

import threading


class Bell:
    """What one worker hears. It remembers having been rung until it has been heard."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._is_rung = self._is_touched = False

    def ring(self) -> None:
        """There may be work."""
        if not self._is_rung:  # else whoever hears it has yet to look, and finds this as well
            with self._moved:
                self._is_rung = True
                self._moved.notify()

    def touch(self) -> None:
        """Wake whoever waits, for another reason than new work."""
        if not self._is_touched:
            with self._moved:
                self._is_touched = True
                self._moved.notify()

    def wait(self, seconds: float) -> bool:
        """Wait for the bell, or a touch, but no longer than this; whether it was rung."""
        with self._moved:
            if not self._is_rung and not self._is_touched:
                self._moved.wait(seconds)
            rung, self._is_rung, self._is_touched = self._is_rung, False, False
            return rung


class Wake:
    """Rings every bell there is: nobody hears a ring in another's place."""

    def __init__(self) -> None:
        self._bells: tuple[Bell, ...] = ()

    def bell(self) -> Bell:
        """One more bell, which rings from now on."""
        bell = Bell()
        self._bells = (*self._bells, bell)
        return bell

    def remove(self, bell: Bell) -> None:
        self._bells = tuple(one for one in self._bells if one is not bell)

    def ring(self) -> None:
        for bell in self._bells:
            bell.ring()
