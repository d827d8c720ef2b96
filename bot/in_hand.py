"""The messages in a worker's hands, from the claim until what became of them is written down."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.base import SendError
from handlers.outbox import Claimed


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one try, at `at`: the provider's id for the message, or its error. `is_found`: an earlier try had
    got through after all."""

    claimed: Claimed
    at: datetime
    provider_id: str = ""
    error: SendError | None = None
    is_found: bool = False


@dataclass(slots=True)
class _Held:
    claimed: Claimed
    look: int
    is_tried: bool = False


class Hand:
    """Each message with the lease it has by now, and the number of the look that found it. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}
        self._tried: list[Tried] = []

    def take(self, claimed: Iterable[Claimed], look: int) -> None:
        with self._lock:
            self._held.update({one.message.outbox_id: _Held(one, look) for one in claimed})

    def tried(self, one: Tried) -> None:
        """Its try is over; what came of it is still to be written down."""
        with self._lock:
            if (held := self._held.get(one.claimed.message.outbox_id)) is not None:
                held.is_tried = True
                self._tried.append(one)

    def later(self, one: Tried) -> None:
        """It cannot be written down just now: the others go first."""
        with self._lock:
            self._tried = [*(each for each in self._tried if each is not one), one]

    def to_record(self) -> list[Tried]:
        """Those whose tries are over."""
        with self._lock:
            return list(self._tried)

    def has_next(self, claimed: Claimed, last_look: int) -> bool:
        """Whether another of its lane may wait: it did when this one was found, or a look since has passed it over."""
        with self._lock:
            return not claimed.is_last or self._held[claimed.message.outbox_id].look < last_look

    def drop(self, claimed: Claimed) -> None:
        """What became of it is written down, or is another's to find out."""
        with self._lock:
            self._held.pop(claimed.message.outbox_id, None)
            self._tried = [one for one in self._tried if one.claimed is not claimed]

    def under_way(self) -> int:
        """How many tries are not over."""
        with self._lock:
            return sum(not one.is_tried for one in self._held.values())

    def is_empty(self) -> bool:
        with self._lock:
            return not self._held

    def held(self) -> list[Claimed]:
        with self._lock:
            return [one.claimed for one in self._held.values()]

    def late(self, now: datetime) -> list[int]:
        """The numbers of those whose leases have run out, which others may have taken."""
        with self._lock:
            return [number for number, one in self._held.items() if one.claimed.leased_until <= now]

    def renewed(self, claimed: Iterable[Claimed]) -> None:
        """These have a new lease; what has been dropped meanwhile, or taken again, is left as it is."""
        with self._lock:
            for one in claimed:
                held = self._held.get(one.message.outbox_id)
                if held is not None and held.claimed.attempts == one.attempts:
                    held.claimed = one

    def holds(self, claimed: Claimed, now: datetime) -> bool:
        """Whether its lease still runs."""
        with self._lock:
            held = self._held.get(claimed.message.outbox_id)
            return held is not None and held.claimed.leased_until > now
