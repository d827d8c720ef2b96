"""What PostgreSQL's backends are at, looked at ten times a second while others work."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Event, Thread

import psycopg

EVERY = 0.1
WORKING = "on its core"
_BACKENDS = """select coalesce(wait_event_type, ''), coalesce(wait_event, '') from pg_stat_activity
    where datname = %s and state = 'active' and pid <> pg_backend_pid()"""
_WHOLE = "select deadlocks, xact_rollback, numbackends from pg_stat_database where datname = %s"


@dataclass(slots=True)
class Seen:
    """`waits`: backends at work that waited, by what for ("Lock transactionid"); `looks` how often was looked."""

    looks: int = 0
    active: int = 0
    waits: Counter[str] = field(default_factory=Counter)
    most_connections: int = 0
    deadlocks: int = 0

    @property
    def active_at_once(self) -> float:
        return self.active / max(1, self.looks)

    def at_once(self, kind: str) -> float:
        """How many waited for such a thing, on average."""
        return sum(many for what, many in self.waits.items() if what.startswith(kind)) / max(1, self.looks)

    def most(self, many: int = 4) -> dict[str, float]:
        """What was waited for most, and how many did at once."""
        return {what: count / max(1, self.looks) for what, count in self.waits.most_common(many)}


class Watch:
    """`with Watch(url) as seen:`; a thread and a connection of its own."""

    def __init__(self, url: str) -> None:
        self.seen, self._over = Seen(), Event()
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        self._name = self._connection.info.dbname
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Seen:
        self._before = self._deadlocks()
        self._thread.start()
        return self.seen

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.seen.deadlocks = self._deadlocks() - self._before
        self._connection.close()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.seen.looks += 1
            for kind, what in self._connection.execute(_BACKENDS, (self._name,)):
                self.seen.active += 1
                self.seen.waits[f"{kind} {what}" if kind else WORKING] += 1
            row = self._connection.execute(_WHOLE, (self._name,)).fetchone()
            self.seen.most_connections = max(self.seen.most_connections, row[2] - 1 if row else 0)

    def _deadlocks(self) -> int:
        row = self._connection.execute(_WHOLE, (self._name,)).fetchone()
        return int(row[0]) if row else 0
