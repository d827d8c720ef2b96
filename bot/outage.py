"""What a process remembers of a database that is away: for a moment nobody tries it again, and the log says so once."""

import time
from threading import Lock

from bot.logs import log

REMEMBERED = 2.0
"""Seconds until one tries for all whether it is back."""
SAID_EVERY = 60.0
STALE = 10.0
"""Seconds after which what nobody has tried again says nothing any more."""


class Outage:
    """One kind of work, `doing`, that a database does not do for now. Safe between threads."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._lock = Lock()
        self._since: float | None = None
        self._until = 0.0
        self._said_at: float | None = None
        self.words, self.code = "", ""

    @property
    def is_on(self) -> bool:
        return self._since is not None and time.monotonic() < self._until + STALE

    def turns_away(self) -> bool:
        """Whether the caller is not even to try. Of those who come when the moment is over, one tries for all."""
        if self._since is None:
            return False
        with self._lock:
            now = time.monotonic()
            if self._since is None:
                return False
            if now < self._until:
                return True
            self._until = now + REMEMBERED
            return False

    def noticed(self, words: str, code: str) -> None:
        with self._lock:
            now = time.monotonic()
            since = self._since = now if self._since is None else self._since
            self._until = now + REMEMBERED
            self.words, self.code = words, code
            is_news = self._said_at is None or now >= self._said_at + SAID_EVERY
            self._said_at = now if is_news else self._said_at
        if is_news:
            log.error("database_away", doing=self._doing, code=code, seconds=round(now - since))

    def ended(self) -> None:
        if self._since is None:
            return
        with self._lock:
            since, self._since, self._said_at = self._since, None, None
        if since is not None:
            log.warning("database_back", doing=self._doing, seconds=round(time.monotonic() - since, 1))
