"""Looks for calendars that are due and has them brought into step, in threads of its own: a slow server keeps nothing
else waiting, and no other calendar but by the number of threads."""

import threading
import time
from typing import TYPE_CHECKING

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.logs import log
from handlers.calendar_leased import calendars_now_due

if TYPE_CHECKING:
    from bot.calendars.sync import CalendarSync

LOOK_SECONDS = 5.0
"""Until a booking that was made stands in the calendar, at most, where its server is well."""
AT_ONCE = 4
GRACE_SECONDS = 2.0
"""How long a stop waits for the servers that are being talked to."""


class CalendarLoop:
    """Runs until it is stopped. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, seconds: float = LOOK_SECONDS) -> None:
        self.desk, self._seconds = desk, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="calendars", daemon=True)
        self._free = threading.Semaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._in_hand: set[int] = set()
        self._sync: CalendarSync | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no more, and let what is in hand come to its end. A server that takes longer is given up with the
        process: the lease runs out, and what was done by then is done again without harm."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        until = time.monotonic() + GRACE_SECONDS
        for _ in range(AT_ONCE):
            self._free.acquire(timeout=max(0.0, until - time.monotonic()))

    def run_due(self) -> int:
        """Bring what is due now into step, in this thread; how many."""
        return sum(self._one(calendar_id) for calendar_id in self._due())

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                for calendar_id in self._due():
                    self._begin(calendar_id)
            except DatabaseAway:  # which the log has said
                continue
            except Exception:  # noqa: BLE001 - the loop: whatever broke, what is due is looked for again
                log.exception("calendars_broke")

    def _begin(self, calendar_id: int) -> None:
        """In a thread that keeps no process from ending."""
        if self._stopping.is_set() or not self._free.acquire(blocking=False):
            self._drop(calendar_id)  # the next look finds it again
            return
        threading.Thread(target=self._one_and_free, args=(calendar_id,), name="calendar", daemon=True).start()

    def _one_and_free(self, calendar_id: int) -> None:
        try:
            self._one(calendar_id)
        finally:
            self._free.release()

    def _drop(self, calendar_id: int) -> None:
        with self._lock:
            self._in_hand.discard(calendar_id)

    def _due(self) -> list[int]:
        found = self.desk.database.read(lambda session: calendars_now_due(session, self.desk.clock.now(), AT_ONCE * 4))
        with self._lock:
            new = [calendar_id for calendar_id in found if calendar_id not in self._in_hand]
            self._in_hand.update(new)
        return new

    def _one(self, calendar_id: int) -> bool:
        try:
            return self._syncing().sync(calendar_id)
        except DatabaseAway:
            return False
        except Exception:  # noqa: BLE001 - the loop: the lease brings this calendar back
            log.exception("calendar_sync_broke", calendar=calendar_id)
            return False
        finally:
            self._drop(calendar_id)

    def _syncing(self) -> "CalendarSync":
        """Made when the first calendar is due: who has none is spared its libraries."""
        with self._lock:
            if self._sync is None:
                from bot.calendars.sync import CalendarSync

                self._sync = CalendarSync(self.desk)
            return self._sync
