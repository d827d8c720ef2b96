"""The dispatcher: takes due messages from the outbox, in order per lane, and hands them to their channels.

One thread, the loop, has all to do with the database: what came of the sends that are over is written down in the same
transaction in which the next are claimed. The senders wait for the network alone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from bot.channels.base import SendError
from bot.database import DatabaseAway
from bot.database_errors import Fault
from bot.desk import Desk
from bot.in_hand import Hand, Tried
from bot.logs import log
from bot.metrics import SEND_RETRIES, SENDS, SendOutcome
from bot.sending import tried
from bot.tries_recorded import about, record_failure, tell_lost, tell_sent
from bot.wake import Bell
from handlers.outbox import Claimed, Sent, claim_due, leases_renewed, messages_sent
from models.outbox_claims import EVERYTHING, Carries
from models.send_budgets import next_opening

SENDERS = 32
"""Threads that wait for providers, made as they are wanted: ten texts a second where each takes three seconds."""
AWAY_SECONDS = 1.0
"""Until a database that is away is tried again."""
RENEW_SECONDS = 2.0
"""How often a worker says of the messages in its hands that it still lives: several times a lease."""


class Dispatcher:
    """Sends what is due until it is told to stop; then it finishes what it holds."""

    def __init__(self, desk: Desk, senders: int = SENDERS, poll: float = 1.0, carries: Carries = EVERYTHING) -> None:
        """One that carries a part alone is not rung for: the bell is that of who carries the rest."""
        self.desk = desk
        self.senders = senders
        self.poll = poll
        self._carries = carries
        self._bell = Bell() if carries.only else desk.wake.bell()
        self._hand = Hand()
        self._looks = 0
        self._is_look_due = True
        self._look_by = 0.0
        self._opening: datetime | None = None
        paces = [desk.paces[name] for name in desk.channels if name in desk.paces]
        self._keeps_pace = any(one.number is not None or one.person is not None for one in paces)
        self._may_be_shut = self._keeps_pace
        self._stopping = threading.Event()
        self._finished = threading.Event()
        self._pool = ThreadPoolExecutor(senders, thread_name_prefix="send")
        self._loop = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self._signs = threading.Thread(target=self._show_life, name="leases", daemon=True)

    def start(self) -> None:
        self._loop.start()
        self._signs.start()

    def stop(self) -> None:
        """Take no more; wait for the sends that are under way."""
        self._stopping.set()
        self._bell.touch()
        if self._loop.is_alive():
            self._loop.join()
        self._pool.shutdown(wait=True)
        self._finished.set()
        if self._signs.is_alive():
            self._signs.join()
        self.desk.wake.remove(self._bell)

    def send_due(self) -> int:
        """Send everything that is due now, and what becomes due by it, in this thread; how many were worked on."""
        count = 0
        while claimed := self._record_and_look(must_look=True):
            for one in claimed:
                self._send(one)
            count += len(claimed)
        return count

    def _run(self) -> None:
        while not (self._stopping.is_set() and self._hand.is_empty()):
            try:
                self._hand_out(self._record_and_look())
                self._wait()
            except DatabaseAway:  # which the log has said
                if self._stopping.is_set():
                    self._leave_unrecorded()
                self._stopping.wait(AWAY_SECONDS)
            except Exception:  # noqa: BLE001 - the dispatch loop: whatever broke, what is due is looked for again
                log.exception("dispatch_broke")
                self._stopping.wait(AWAY_SECONDS)

    def _hand_out(self, claimed: list[Claimed]) -> None:
        left = list(claimed)
        try:
            while left:
                self._pool.submit(self._send, left[0])
                left.pop(0)
        finally:  # no thread can be begun: their leases bring them back
            for one in left:
                self._hand.drop(one)

    def _wait(self) -> None:
        """Until there may be something to do: a send is over, the bell rings, it is time to look anyhow."""
        under_way = self._hand.under_way()
        if self._stopping.is_set():
            if under_way:
                self._bell.wait(self.poll)
        elif not self._is_look_due:
            self._is_look_due = self._bell.wait(self._look_by - time.monotonic()) or self._look_by <= time.monotonic()
        elif under_way == self.senders:
            self._bell.wait(self.poll)

    def _patience(self) -> float:
        """Seconds until it makes sense to look again, unless the bell rings."""
        if self._opening is None:
            return self.poll
        return min(max((self._opening - self.desk.clock.now()).total_seconds(), 0.001), self.poll)

    def _record_and_look(self, *, must_look: bool = False) -> list[Claimed]:
        """Write down what came of the sends that are over, and claim as many rows as there are free senders, where
        there may be any. However long the database is away, what is not written down stays in hand: where a provider
        cannot be asked, nobody else could tell."""
        over = self._hand.to_record()
        self._is_look_due |= must_look or any(self._hand.has_next(one.claimed, self._looks) for one in over)
        for one in over:
            if one.error is not None:
                self._failed(one, one.error)
        sent = [one for one in over if one.error is None]
        has_room = self._is_look_due and not self._stopping.is_set()
        room = self.senders - self._hand.under_way() if has_room else 0
        if not sent and not room:
            return []
        try:
            claimed = self._transact(sent, room)
        except DatabaseAway as away:
            if away.fault is not Fault.CONFLICT or not sent:
                raise
            self._record_one_by_one(sent)
            return self._transact([], room) if room else []
        except Exception:
            if not sent:
                raise
            self._record_one_by_one(sent)
            return []
        for one in sent:
            self._told(one)
        return claimed

    def _transact(self, over: list[Tried], room: int) -> list[Claimed]:
        now, sent = self.desk.clock.now(), [Sent(one.claimed, one.provider_id, one.at) for one in over]
        late = self._hand.late(now)

        def work(session: Session) -> tuple[list[Claimed], datetime | None]:
            if sent:
                messages_sent(session, sent)
            found = claim_due(session, now, room, late, self.desk.paces, self._carries) if room else []
            is_all = len(found) < room
            return found, next_opening(session, now) if is_all and self._may_be_shut else None

        claimed, opening = self.desk.database.transact(work)
        if room:
            self._looks += 1
            self._hand.take(claimed, self._looks)
            self._is_look_due, self._opening = len(claimed) == room, opening
            self._may_be_shut = self._keeps_pace or opening is not None
            self._look_by = time.monotonic() + self._patience()
        return claimed

    def _record_one_by_one(self, over: list[Tried]) -> None:
        """One of them cannot be written down: it alone is left."""
        for one in over:
            try:
                self.desk.database.transact(partial(messages_sent, sent=[Sent(one.claimed, one.provider_id, one.at)]))
            except DatabaseAway as away:
                self._put_off(one, away)
            except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
                tell_lost(one.claimed, SendOutcome.BROKE, "send_broke")
                self._hand.drop(one.claimed)
            else:
                self._told(one)

    def _told(self, one: Tried) -> None:
        self._hand.drop(one.claimed)
        tell_sent(one)

    def _failed(self, one: Tried, error: SendError) -> None:
        try:
            self._may_be_shut |= record_failure(self.desk, one, error)
        except DatabaseAway as away:
            self._put_off(one, away)
            return
        except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
            tell_lost(one.claimed, SendOutcome.BROKE, "send_broke")
        self._hand.drop(one.claimed)

    def _put_off(self, one: Tried, away: DatabaseAway) -> None:
        """Somebody keeps the rows of this one from us: it goes behind the others. Raises what keeps us from all."""
        if away.fault is not Fault.CONFLICT:
            raise away
        if self._stopping.is_set():
            tell_lost(one.claimed, SendOutcome.LEFT, "send_not_recorded")
            self._hand.drop(one.claimed)
        else:
            self._hand.later(one)

    def _leave_unrecorded(self) -> None:
        """We stop before the database is back."""
        for one in self._hand.to_record():
            tell_lost(one.claimed, SendOutcome.LEFT, "send_not_recorded")
            self._hand.drop(one.claimed)

    def _send(self, claimed: Claimed) -> None:
        if claimed.attempts > 1:
            SEND_RETRIES.add(channel=claimed.channel)
        with about(claimed):
            try:
                found = tried(self.desk, claimed, self._hand)
            except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
                found = None
                tell_lost(claimed, SendOutcome.BROKE, "send_broke")
            else:
                if found is None:
                    SENDS.add(channel=claimed.channel, outcome=SendOutcome.LEFT)
        if found is None:
            self._hand.drop(claimed)
        else:
            self._hand.tried(found)
        self._bell.touch()

    def _show_life(self) -> None:
        """Renew the leases of the messages in hand, however long their sends take."""
        while not self._finished.wait(RENEW_SECONDS):
            try:
                if held := self._hand.held():
                    self._hand.renewed(self.desk.database.transact(partial(self._renew, held)))
            except DatabaseAway:  # the messages stay in hand: what becomes of them is recorded when it is back
                continue

    def _renew(self, held: list[Claimed], session: Session) -> list[Claimed]:
        return leases_renewed(session, held, self.desk.clock.now())
