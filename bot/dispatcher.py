"""The dispatcher: takes due messages from the outbox, in order per lane, and hands them to their channels."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from bot.channels.base import Channel, Found, SendError
from bot.database import DatabaseAway
from bot.desk import Desk
from bot.logs import log, masked, without_number
from bot.metrics import SEND_FAILURES, SEND_RETRIES, SENDS, WEBHOOK_TO_SEND_SECONDS, SendOutcome
from bot.wake import Wake
from conversations.delivery import SendFailure
from conversations.rules.retries import PERHAPS_TWICE_AFTER, next_try
from handlers.outbox import (
    Claimed,
    claim_due,
    leases_renewed,
    message_given_up,
    message_put_off,
    message_sent,
)
from handlers.send_budgets import WHOLE_NUMBER, slowed
from models.outbox import EVERYTHING, Carries
from models.send_budgets import next_opening

AWAY_SECONDS = 1.0
"""Until a database that is away is tried again."""
RENEW_SECONDS = 2.0
"""How often a worker says of the messages in its hands that it still lives: several times a lease."""


class Dispatcher:
    """Sends what is due until it is told to stop; then it finishes what it holds."""

    def __init__(self, desk: Desk, senders: int = 8, poll: float = 1.0, carries: Carries = EVERYTHING) -> None:
        """One that carries a part alone is not rung for: the bell is that of who carries the rest."""
        self.desk = desk
        self.senders = senders
        self.poll = poll
        self._carries = carries
        self._wake = Wake() if carries.only else desk.wake
        self._opening: datetime | None = None
        self._free = threading.Semaphore(senders)
        self._stopping = threading.Event()
        self._finished = threading.Event()
        self._hand = _Hand()
        self._pool = ThreadPoolExecutor(senders, thread_name_prefix="send")
        self._loop = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self._signs = threading.Thread(target=self._show_life, name="leases", daemon=True)

    def start(self) -> None:
        self._loop.start()
        self._signs.start()

    def stop(self) -> None:
        """Take no more; wait for the sends that are under way."""
        self._stopping.set()
        self._wake.ring()
        if self._loop.is_alive():
            self._loop.join()
        self._pool.shutdown(wait=True)
        self._finished.set()
        if self._signs.is_alive():
            self._signs.join()

    def send_due(self) -> int:
        """Send everything that is due now, and what becomes due by it, in this thread; how many were worked on."""
        count = 0
        while claimed := self._claim(self.senders):
            for one in claimed:
                self._deliver(one)
            count += len(claimed)
        return count

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                found = self._hand_out()
            except DatabaseAway:  # which the log has said
                self._stopping.wait(AWAY_SECONDS)
                continue
            except Exception:  # noqa: BLE001 - the dispatch loop: whatever broke, what is due is looked for again
                log.exception("dispatch_broke")
                self._stopping.wait(AWAY_SECONDS)
                continue
            if not found:
                self._wake.wait(self._patience())

    def _patience(self) -> float:
        """Seconds until it makes sense to look again, unless the bell rings."""
        if self._opening is None:
            return self.poll
        return min(max((self._opening - self.desk.clock.now()).total_seconds(), 0.001), self.poll)

    def _hand_out(self) -> int:
        """Claim as many rows as there are free senders, and give each to one."""
        free = 0
        while free < self.senders and self._free.acquire(blocking=free == 0 and not self._stopping.is_set()):
            free += 1
        claimed: list[Claimed] = []
        try:
            claimed = self._claim(free) if free and not self._stopping.is_set() else []
        finally:
            for _ in range(free - len(claimed)):
                self._free.release()
        for one in claimed:
            self._pool.submit(self._deliver_and_free, one)
        return len(claimed)

    def _claim(self, limit: int) -> list[Claimed]:
        now, held = self.desk.clock.now(), [one.message.outbox_id for one in self._hand.held()]

        def work(session: Session) -> tuple[list[Claimed], datetime | None]:
            found = claim_due(session, now, limit, held, self.desk.paces, self._carries)
            return found, None if found else next_opening(session, now)

        claimed, self._opening = self.desk.database.transact(work)
        for one in claimed:
            self._hand.take(one)
        return claimed

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

    def _deliver_and_free(self, claimed: Claimed) -> None:
        try:
            self._deliver(claimed)
        finally:
            self._free.release()
            self.desk.wake.ring()  # the next of its lane may go

    def _deliver(self, claimed: Claimed) -> None:
        message = claimed.message
        if claimed.attempts > 1:
            SEND_RETRIES.add(channel=claimed.channel)
        with bound_contextvars(
            trace=claimed.trace, outbox=message.outbox_id, channel=claimed.channel, person=masked(message.address)
        ):
            try:
                self._try_and_record(claimed)
            except DatabaseAway:  # we stop before it is back: the lease brings this message back, and it is looked up
                log.warning("send_not_recorded")
                SENDS.add(channel=claimed.channel, outcome=SendOutcome.LEFT)
            except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
                log.exception("send_broke")
                SENDS.add(channel=claimed.channel, outcome=SendOutcome.BROKE)
            finally:
                self._hand.drop(claimed)

    def _try_and_record(self, claimed: Claimed) -> None:
        try:
            self._try(claimed)
        except SendError as error:
            self._failed(claimed, error)

    def _try(self, claimed: Claimed) -> None:
        channel = self.desk.channels.get(claimed.channel)
        if channel is None:
            raise SendError(SendFailure.SETUP, "no_channel", f"the channel {claimed.channel} is not set up")
        provider_id, outcome = self._found_already(channel, claimed), SendOutcome.FOUND
        if provider_id is None:
            if self.desk.journal.holds(claimed.channel, claimed.message.address):
                raise _TheirTextFirst(SendFailure.BUSY, "journal", "they have texted meanwhile", retry_after=1)
            if not self._hand.holds(claimed, self.desk.clock.now()):
                log.error("lease_lost")  # the process stood still, or the database was away: it may be another's by now
                SENDS.add(channel=claimed.channel, outcome=SendOutcome.LEFT)
                return
            provider_id, outcome = channel.send(claimed.message), SendOutcome.SENT
        now = self.desk.clock.now()
        self._record(lambda session: message_sent(session, claimed, provider_id, now))
        log.info("message_sent", provider_id=without_number(provider_id), attempt=claimed.attempts)
        SENDS.add(channel=claimed.channel, outcome=outcome)
        if claimed.asked_at is not None:
            WEBHOOK_TO_SEND_SECONDS.add((now - claimed.asked_at).total_seconds(), channel=claimed.channel)

    def _record(self, work: Callable[[Session], None]) -> None:
        """Write down what became of a send, however long the database is away: where a provider cannot be asked, nobody
        else could tell. Raises DatabaseAway where the process stops before it is back."""
        while True:
            try:
                return self.desk.database.transact(work)
            except DatabaseAway:
                if self._stopping.wait(AWAY_SECONDS):
                    raise

    def _found_already(self, channel: Channel, claimed: Claimed) -> str | None:
        """The provider's id, where an interrupted try got through after all; None where it did not.

        Raises SendError(UNCERTAIN) while that cannot be told and it is too early to risk a second text."""
        since = claimed.perhaps_sent_since
        if since is None:
            return None
        answer = channel.look_up(claimed.message, since, claimed.known_ids)
        if answer.found is Found.YES:
            return answer.provider_id
        if answer.found is Found.CANNOT_TELL and self.desk.clock.now() < since + PERHAPS_TWICE_AFTER:
            raise _NotKnownYet(SendFailure.UNCERTAIN, "unknown", "waiting for the provider's report", retry_after=15)
        return None

    def _failed(self, claimed: Claimed, error: SendError) -> None:
        now = self.desk.clock.now()
        asked = timedelta(seconds=error.retry_after) if error.retry_after is not None else None
        wait = next_try(claimed.attempts, error.failure, random.random(), asked)  # noqa: S311 - spreads load, no secret
        uncertain = error.failure is SendFailure.UNCERTAIN or claimed.perhaps_sent_since is not None
        slows, until = _slows(claimed, error), now + (wait or asked or timedelta(0))

        def work(session: Session) -> None:
            why = error.failure, error.code, error.words
            if wait is None:
                message_given_up(session, claimed, *why, now)
            else:
                message_put_off(session, claimed, *why, now + wait, uncertain=uncertain)
            if slows is not None:
                slowed(session, claimed.channel, slows, until, self.desk.paces, now)

        self._record(work)
        SEND_FAILURES.add(channel=claimed.channel, failure=error.failure)
        outcome = SendOutcome.GIVEN_UP if wait is None else SendOutcome.PUT_OFF
        SENDS.add(channel=claimed.channel, outcome=outcome)
        if slows is not None:
            log.warning(
                "channel_slowed", one_person=slows != WHOLE_NUMBER, seconds=round((until - now).total_seconds())
            )
        if wait is None:
            log.error("message_given_up", failure=error.failure, code=error.code)
        else:
            seconds = round(wait.total_seconds(), 1)
            log.warning("message_put_off", failure=error.failure, code=error.code, seconds=seconds)


class _NotKnownYet(SendError):
    """The provider has not told yet whether it has taken a message: it asks nobody to wait."""


class _TheirTextFirst(SendError):
    """The journal holds a text of the recipient, who may have wanted no more of ours."""


def _slows(claimed: Claimed, error: SendError) -> str | None:
    """Whose texts must wait as well: the recipient's, with their address, or everybody's, with none. None: nobody's."""
    if isinstance(error, _NotKnownYet | _TheirTextFirst):
        return None
    if error.failure is SendFailure.TOO_FAST_FOR_ONE:
        return claimed.message.address
    return WHOLE_NUMBER if error.failure is SendFailure.TOO_FAST or error.retry_after is not None else None


class _Hand:
    """The messages in a worker's hands, each with the lease it has by now. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, Claimed] = {}

    def take(self, claimed: Claimed) -> None:
        with self._lock:
            self._held[claimed.message.outbox_id] = claimed

    def drop(self, claimed: Claimed) -> None:
        with self._lock:
            self._held.pop(claimed.message.outbox_id, None)

    def held(self) -> list[Claimed]:
        with self._lock:
            return list(self._held.values())

    def renewed(self, claimed: list[Claimed]) -> None:
        """These have a new lease; what has been dropped meanwhile, or taken again, is left as it is."""
        with self._lock:
            for one in claimed:
                held = self._held.get(one.message.outbox_id)
                if held is not None and held.attempts == one.attempts:
                    self._held[one.message.outbox_id] = one

    def holds(self, claimed: Claimed, now: datetime) -> bool:
        """Whether its lease still runs."""
        with self._lock:
            held = self._held.get(claimed.message.outbox_id)
        return held is not None and held.leased_until > now
