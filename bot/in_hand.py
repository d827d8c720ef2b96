"""The messages in a worker's hands, from the claim until what became of them is written down; and those that are being
written as its own, for which it keeps room."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import NamedTuple

from bot.channels.base import SendError
from handlers.outbox import Claimed

ASIDE_SECONDS = 5.0
"""How long what others keep from us is left alone."""


class Tried(NamedTuple):
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
    tried: Tried | None = None
    aside_until: float | None = None


class Hand:
    """Each message with the lease it has by now, and the number of the look that found it. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}
        self._looks = self._expected = 0
        self._is_closed = False

    def found(self, claimed: Iterable[Claimed]) -> None:
        """One more look was taken, and has found these."""
        with self._lock:
            self._looks += 1
            self._held.update({one.message.outbox_id: _Held(one, self._looks) for one in claimed})

    def expect(self, most: int) -> int | None:
        """Keep room for one that is being written, among `most` that may be under way: how many looks there were before
        it could be found. None where there is no room; half of it stays free for what is found, however long others
        take to write."""
        with self._lock:
            if self._is_closed or self._under_way() >= most or self._expected >= max(most // 2, 1):
                return None
            self._expected += 1
            return self._looks

    def come(self, claimed: Claimed, look: int) -> bool:
        """It is committed: whether it is to be sent. Looks that were taken meanwhile may have passed over what waits
        behind it; where we stood still for longer than its lease, one may have found it."""
        with self._lock:
            self._expected -= 1
            is_ours = claimed.message.outbox_id not in self._held
            if is_ours:
                self._held[claimed.message.outbox_id] = _Held(claimed, look)
            return is_ours

    def not_come(self) -> None:
        with self._lock:
            self._expected -= 1

    def close(self) -> None:
        """Expect no more."""
        with self._lock:
            self._is_closed = True

    def tried(self, one: Tried) -> None:
        """Its try is over; what came of it is still to be written down."""
        with self._lock:
            if (held := self._own(one.claimed)) is not None:
                held.tried = one

    def sent_in(self, lane: str) -> list[Tried]:
        """Those of a lane that have got through, but for what is aside, and for ids that no database may take."""
        with self._lock:
            return [
                held.tried
                for held in self._held.values()
                if held.claimed.lane == lane
                and held.tried is not None
                and held.tried.error is None
                and held.tried.provider_id.isascii()
                and held.aside_until is None
            ]

    def put_aside(self, one: Tried) -> None:
        """Somebody keeps it from being written down: not again for some seconds, and not together with others."""
        with self._lock:
            if (held := self._own(one.claimed)) is not None:
                held.aside_until = time.monotonic() + ASIDE_SECONDS

    def to_record(self) -> list[Tried]:
        """Those whose tries are over, but for what is aside."""
        with self._lock:
            return [held.tried for held in self._held.values() if held.tried is not None and held.aside_until is None]

    def aside(self, at: float = inf) -> list[Tried]:
        """What was put aside, and is to be looked at again by this moment."""
        with self._lock:
            return [
                held.tried
                for held in self._held.values()
                if held.tried is not None and held.aside_until is not None and held.aside_until <= at
            ]

    def _own(self, claimed: Claimed) -> _Held | None:
        """None where it is in hand no more, or as a later claim has found it."""
        held = self._held.get(claimed.message.outbox_id)
        return held if held is not None and held.claimed.attempts == claimed.attempts else None

    def has_next(self, claimed: Claimed) -> bool:
        """Whether another of its lane may wait: it did when this one was found, or a look since has passed it over. Not
        where it is in hand no more: it was written down with the next."""
        with self._lock:
            held = self._own(claimed)
            return held is not None and (not claimed.is_last or held.look < self._looks)

    def drop(self, claimed: Claimed) -> bool:
        """What became of it is written down, or is another's to find out. False where it is in hand no more."""
        with self._lock:
            is_held = self._own(claimed) is not None
            if is_held:
                del self._held[claimed.message.outbox_id]
            return is_held

    def under_way(self) -> int:
        """How many tries are not over, or are expected to begin."""
        with self._lock:
            return self._under_way()

    def _under_way(self) -> int:
        return self._expected + len([one for one in self._held.values() if one.tried is None])

    def is_empty(self) -> bool:
        with self._lock:
            return not self._held and not self._expected

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
                if (held := self._own(one)) is not None:
                    held.claimed = one

    def holds(self, claimed: Claimed, now: datetime) -> bool:
        """Whether its lease still runs."""
        with self._lock:
            held = self._own(claimed)
            return held is not None and held.claimed.leased_until > now
