"""Looks for payments and refunds about which something is to be done at their providers, and has it done in threads of
its own: a slow provider keeps nothing else waiting."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.logs import log
from bot.payments.work import carry_out, carry_out_refund
from models.payments import payments_to_look_at
from models.refunds import refunds_to_look_at

LOOK_SECONDS = 0.5
AT_ONCE = 8
GRACE_SECONDS = 5.0

Work = Callable[[Desk, int], bool]


class PaymentLoop:
    """Runs until it is stopped. Any number of them may run, on any number of machines."""

    def __init__(self, desk: Desk, seconds: float = LOOK_SECONDS) -> None:
        self.desk, self._seconds = desk, seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="payments", daemon=True)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="payment")
        self._lock = threading.Lock()
        self._in_hand: set[tuple[Work, int]] = set()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no more, and let what is in hand come to its end, for some seconds. What a process that ends leaves in
        hand is looked at again when its lease is over."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        until = time.monotonic() + GRACE_SECONDS
        while self._is_busy() and time.monotonic() < until:
            time.sleep(0.02)

    def run_due(self) -> int:
        """Do what is due now, in this thread; how many things."""
        return sum(self._one(work, number) for work, number in self._due())

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                for work, number in self._due():
                    self._pool.submit(self._one, work, number)
            except DatabaseAway:  # which the log has said
                continue
            except Exception:  # noqa: BLE001 - the loop: whatever broke, what is due is looked for again
                log.exception("payments_broke")

    def _due(self) -> list[tuple[Work, int]]:
        now, database = self.desk.clock.now(), self.desk.database
        payments = database.read(lambda session: payments_to_look_at(session, now, AT_ONCE * 4))
        refunds = database.read(lambda session: refunds_to_look_at(session, now, AT_ONCE * 4))
        found: list[tuple[Work, int]] = [(carry_out, number) for number in payments]
        found += [(carry_out_refund, number) for number in refunds]
        with self._lock:
            new = [one for one in found if one not in self._in_hand]
            self._in_hand.update(new)
        return new

    def _one(self, work: Work, number: int) -> bool:
        try:
            return work(self.desk, number)
        except DatabaseAway:
            return False
        except Exception:  # noqa: BLE001 - the loop: the lease brings this one back
            log.exception("payment_work_broke", work=work.__name__, number=number)
            return False
        finally:
            with self._lock:
                self._in_hand.discard((work, number))

    def _is_busy(self) -> bool:
        with self._lock:
            return bool(self._in_hand)
