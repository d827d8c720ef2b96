"""Looks for what has happened, and tells whoever wants to know, in threads of its own: a slow receiver keeps nobody
else waiting."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from sqlalchemy import Row

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.lines import About
from bot.logs import log, new_trace
from bot.metrics import WEBHOOKS_TOLD
from bot.outgoing.reach import post
from bot.outgoing.signing import signed
from handlers.webhook_told import InHand, take, told
from handlers.webhooks_spread import spread_webhooks
from models.outgoing_webhooks import active_endpoints, deliveries_due, events_to_spread

LOOK_SECONDS = 0.5
AT_ONCE = 8
EACH_AT_ONCE = 2
"""Deliveries that one endpoint is sent at the same time."""
SPREAD_AT_ONCE = 50
GRACE_SECONDS = 5.0


class WebhookLoop:
    """Runs until it is stopped. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, seconds: float = LOOK_SECONDS) -> None:
        self.desk, self._seconds = desk, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
        self._lock = threading.Lock()
        self._in_hand: dict[int, int] = {}
        """Each delivery's endpoint."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no more, and let what is in hand come to its end, for some seconds; what a process that ends leaves in
        hand is told again when its lease is over."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + GRACE_SECONDS
        while self._in_hand and time.monotonic() < until:
            time.sleep(0.02)

    def run_due(self) -> int:
        """Spread and tell everything that is due now, in this thread; how many things were done."""
        done = 0
        while count := self._spread() + sum(self._one(row) for row in self._due()):
            done += count
        return done

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                while self._spread() == SPREAD_AT_ONCE and not self._stopping.is_set():
                    pass
                for row in self._due():
                    self._pool.submit(self._one, row)
            except DatabaseAway:  # which the log has said
                continue
            except Exception:  # noqa: BLE001 - the loop: whatever broke, what is due is looked for again
                log.exception("webhooks_broke")

    def _spread(self) -> int:
        circumstances, database = self.desk.circumstances(new_trace()), self.desk.database
        if not database.read(lambda session: events_to_spread(session, 1)):
            return 0
        return database.transact(lambda session: spread_webhooks(session, circumstances, SPREAD_AT_ONCE))

    def _due(self) -> list[Row[Any]]:
        now, database = self.desk.clock.now(), self.desk.database
        found: list[Row[Any]] = []
        for endpoint in database.read(active_endpoints):
            with self._lock:
                free = EACH_AT_ONCE - sum(1 for one in self._in_hand.values() if one == endpoint.id)
            if free > 0:
                rows = database.read(partial(deliveries_due, endpoint_id=endpoint.id, now=now, limit=free))
                found += [row for row in rows if row.id not in self._in_hand]
        with self._lock:
            self._in_hand.update({row.id: row.endpoint_id for row in found})
        return found

    def _one(self, row: Row[Any]) -> bool:
        number = row.id
        try:
            with About(trace=new_trace(), delivery=number):
                return self._tell(row)
        except DatabaseAway:
            return False
        except Exception:  # noqa: BLE001 - the loop: the lease brings this one back
            log.exception("webhook_broke")
            return False
        finally:
            with self._lock:
                self._in_hand.pop(number, None)

    def _tell(self, row: Row[Any]) -> bool:
        clock, database = self.desk.clock, self.desk.database
        one: InHand | None = database.transact(lambda session: take(session, row, clock.now()))
        if one is None:
            return False
        headers = signed(one.secrets, one.uid, clock.now(), one.body)
        answer = post(one.url, one.body, headers, may_be_private=self.desk.settings.webhooks_allow_private)
        state = database.transact(lambda session: told(session, one, answer, random.random(), clock.now()))  # noqa: S311
        WEBHOOKS_TOLD.add(outcome=state)
        if not answer.is_taken:
            log.warning("webhook_not_taken", endpoint=one.endpoint_id, status=answer.status, why=answer.words)
        return True
