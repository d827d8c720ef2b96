"""The dispatcher: takes due messages from the outbox, in order per lane, and has them sent.

One thread, the loop, has all to do with the database: what came of the sends that are over is written down in the same
transaction in which the next are claimed. The senders wait for the network alone."""

import threading
import time
from datetime import datetime

from sqlalchemy.orm import Session

from bot.channels.base import SENDERS
from bot.database import DatabaseAway
from bot.database_errors import Fault
from bot.desk import Desk
from bot.engines import PATIENCE
from bot.in_hand import Hand, Tried
from bot.leases import Leases
from bot.logs import log
from bot.results import Results, as_sent
from bot.senders import Senders
from bot.unreadable_texts import say_unreadable
from bot.wake import Bell
from handlers.outbox import Claimed, claim_due, messages_sent
from models.outbox_claims import EVERYTHING, Carries
from models.send_budgets import next_opening

AWAY_SECONDS = 1.0
"""Until a database that is away is tried again."""
SOON_SECONDS = 0.05
"""Until what we were rung for and have not found is looked for again, where nobody rings for us once it may go: it is
behind a text that another process has in hand. Twice as long each time."""


class Dispatcher:
    """Sends what is due until it is told to stop; then it finishes what it holds."""

    def __init__(self, desk: Desk, senders: int = SENDERS, poll: float = 1.0, carries: Carries = EVERYTHING) -> None:
        """One that carries a part alone is not rung for: the bell is that of who carries the rest."""
        self.desk = desk
        self.poll = poll
        self._carries = carries
        self._bell = Bell() if carries.only else desk.wake.bell()
        self._hand = Hand()
        self._results = Results(desk, self._hand)
        self._senders = Senders(desk, self._hand, senders, carries, self._bell.touch, self._results.told)
        self._leases = Leases(desk, self._hand)
        self._is_look_due, self._is_rung = True, False
        self._look_by, self._soon = 0.0, poll
        self._hears_others = desk.database.engine.dialect.name == "postgresql"
        self._opening: datetime | None = None
        paces = [desk.paces[name] for name in desk.channels if name in desk.paces]
        self._keeps_pace = any(one.number is not None or one.person is not None for one in paces)
        self._may_be_shut = True
        """A budget, perhaps since before we began."""
        self._stopping = threading.Event()
        self._loop = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        self._loop.start()
        self._leases.start()
        self.desk.senders_here.add(self._senders.room_for)

    def stop(self) -> None:
        """Take no more; wait for the sends that are under way, and for the texts that are being written as ours."""
        self.desk.senders_here.remove(self._senders.room_for)
        self._hand.close()
        self._stopping.set()
        self._bell.touch()
        if self._loop.is_alive():
            self._loop.join()
        self._senders.stop()
        self._leases.stop()
        self.desk.wake.remove(self._bell)

    def send_due(self) -> int:
        """Send everything that is due now, and what becomes due by it, in this thread; how many were worked on."""
        count = 0
        while claimed := self._record_and_look(must_look=True):
            for one in claimed:
                self._senders.send(one)
            count += len(claimed)
        return count

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._hand.is_empty()):
            try:
                self._senders.hand_out(self._record_and_look())
                self._wait()
            except DatabaseAway:  # which the log has said
                if self._stopping.is_set():
                    self._results.leave([*self._hand.to_record(), *self._hand.aside()])
                self._stopping.wait(AWAY_SECONDS)
            except Exception:  # noqa: BLE001 - the dispatch loop: whatever broke, what is due is looked for again
                log.exception("dispatch_broke")
                self._stopping.wait(AWAY_SECONDS)

    def _wait(self) -> None:
        """Until there may be something to do: a send is over, the bell rings, it is time to look anyhow."""
        if self._stopping.is_set():
            if self._hand.under_way():
                self._bell.wait(self.poll)
        elif not self._is_look_due:
            self._is_rung |= self._bell.wait(self._look_by - time.monotonic())
            self._is_look_due = self._is_rung or self._look_by <= time.monotonic()
        elif not self._senders.free():
            self._is_rung |= self._bell.wait(self.poll)

    def _patience(self) -> float:
        """Seconds until it makes sense to look again, unless the bell rings."""
        if self._opening is None:
            return self._soon
        return min(max((self._opening - self.desk.clock.now()).total_seconds(), 0.001), self._soon)

    def _next_look(self, *, has_found: bool) -> float:
        if has_found or self._hears_others:
            return self.poll
        return min(SOON_SECONDS if self._is_rung else 2 * self._soon, self.poll)

    def _record_and_look(self, *, must_look: bool = False) -> list[Claimed]:
        """Write down what came of the sends that are over, and claim as many rows as there are free senders, where
        there may be any. However long the database is away, what is not written down stays in hand: where a provider
        cannot be asked, nobody else could tell."""
        over = self._hand.to_record()
        self._is_look_due |= must_look or any(self._hand.has_next(one.claimed) for one in over)
        self._may_be_shut |= self._results.write_failures(over)
        self._see_to_what_is_aside()
        sent = [one for one in over if one.error is None]
        has_room = self._is_look_due and not self._stopping.is_set()
        room = self._senders.free() if has_room else 0
        if not sent and not room:
            return []
        try:
            claimed = self._transact(sent, room)
        except DatabaseAway as away:
            if away.fault is not Fault.CONFLICT or not sent:
                raise
            self._results.write_what_can_be(sent)
            return self._transact([], room) if room else []
        except Exception:
            if not sent:
                raise
            self._results.write_what_can_be(sent)
            return []
        for one in sent:
            self._results.told(one)
        return claimed

    def _see_to_what_is_aside(self) -> None:
        is_last_chance = self._stopping.is_set()
        if aside := self._hand.aside() if is_last_chance else self._hand.aside(time.monotonic()):
            self._is_look_due = True
            self._may_be_shut |= self._results.write_failures(aside)
            self._results.write_what_can_be([one for one in aside if one.error is None])
            if is_last_chance:
                self._results.leave(self._hand.aside())

    def _transact(self, over: list[Tried], room: int) -> list[Claimed]:
        now, sent = self.desk.clock.now(), as_sent(over)
        late = self._hand.late(now)

        def work(session: Session) -> tuple[list[Claimed], list[int], datetime | None]:
            if sent:
                messages_sent(session, sent)
            unreadable: list[int] = []
            found = claim_due(session, now, room, late, self.desk.paces, self._carries, unreadable) if room else []
            is_all = len(found) < room
            return found, unreadable, next_opening(session, now) if is_all and self._may_be_shut else None

        within = self._results.within if sent else PATIENCE
        claimed, unreadable, opening = self.desk.database.transact(work, within)
        if room:
            self._hand.found(claimed)
            self._is_look_due, self._opening = len(claimed) == room, opening
            self._soon, self._is_rung = self._next_look(has_found=bool(claimed)), False
            self._may_be_shut = self._keeps_pace or opening is not None
            self._look_by = time.monotonic() + self._patience()
        say_unreadable(self.desk, unreadable, self._results.within)
        return claimed
