"""A worker's sign of life: the leases of the messages in its hands are renewed, however long their sends take."""

import threading
from functools import partial

from sqlalchemy.orm import Session

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.in_hand import Hand
from bot.logs import log
from handlers.outbox import Claimed, leases_renewed

RENEW_SECONDS = 2.0
"""How often a worker says that it still lives: several times a lease."""


class Leases:
    """Renewed in a thread of its own, until it is stopped."""

    def __init__(self, desk: Desk, hand: Hand) -> None:
        self._desk, self._hand = desk, hand
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._finished.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._finished.wait(RENEW_SECONDS):
            try:
                if held := self._hand.held():
                    self._hand.renewed(self._desk.database.transact(partial(self._renew, held)))
            except DatabaseAway:  # the messages stay in hand: what becomes of them is recorded when it is back
                continue
            except Exception:  # noqa: BLE001 - a loop: it goes on, or every message in hand would be another's
                log.exception("leases_broke")

    def _renew(self, held: list[Claimed], session: Session) -> list[Claimed]:
        return leases_renewed(session, held, self._desk.clock.now())
