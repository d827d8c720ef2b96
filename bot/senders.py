"""The senders: threads that hand messages to their channels and wait for providers. They touch no database."""

from collections.abc import Callable, Iterable
from functools import partial

from bot.desk import Desk
from bot.in_hand import Hand, Tried
from bot.logs import log
from bot.metrics import SEND_RETRIES, SendOutcome
from bot.results import as_sent
from bot.sending import tried
from bot.threads import Threads
from bot.tries_recorded import about, tell_lost
from conversations.rules.pacing import NO_PACES
from handlers.at_once import Room
from handlers.outbox import Claimed
from models.outbox_claims import Carries

Told = Callable[[Tried], None]


class Senders:
    """At most `most` threads, made as they are wanted. `hand` is what they have to send, or have sent; each change of
    it is told by `touch`, and by `told` what was sent and written down."""

    def __init__(
        self, desk: Desk, hand: Hand, most: int, carries: Carries, touch: Callable[[], None], told: Told
    ) -> None:
        self.desk, self.hand, self.most, self._touch, self._told = desk, hand, most, touch, told
        self._threads = Threads("send", most, self.send)
        paced = {channel for channel, own in desk.paces.items() if own != NO_PACES}
        self._at_once = frozenset(one for one in desk.channels if carries.has(one)) - paced
        """The channels whose texts may leave at once: where a pace is kept, they are paid for."""
        self._may_write_beside = desk.database.engine.dialect.name == "sqlite"
        """Results, beside what a turn writes: nobody else has their rows, and what is refused takes nothing with it."""

    def free(self) -> int:
        return max(self.most - self.hand.under_way(), 0)

    def room_for(self, channel: str, lane: str) -> Room | None:
        """Room for a text that is being written."""
        if channel not in self._at_once or (look := self.hand.expect(self.most)) is None:
            return None
        before = self.hand.sent_in(lane) if self._may_write_beside else []
        return Room(
            self.desk.clock.now(), as_sent(before), partial(self._send_at_once, look), self._leave,
            partial(self._before_is_written, before),
        )  # fmt: skip

    def hand_out(self, claimed: list[Claimed]) -> None:
        """Let these, which are in hand, be sent. Where no thread can be begun, their leases bring them back."""
        left = list(claimed)
        try:
            while left:
                self._threads.put(left[0])
                left.pop(0)
        finally:
            for one in left:
                self.hand.drop(one)

    def send(self, claimed: Claimed) -> None:
        """Try to send it, in this thread."""
        try:
            if claimed.attempts > 1:
                SEND_RETRIES.add(channel=claimed.channel)
            found = tried(self.desk, claimed, self.hand)
        except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
            self.hand.drop(claimed)
            tell_lost(claimed, SendOutcome.BROKE, "send_broke")
        else:
            self.hand.tried(found)
        self._touch()

    def stop(self) -> None:
        """Wait for the sends that are under way."""
        self._threads.shutdown(wait=True)

    def _send_at_once(self, look: int, claimed: Claimed) -> None:
        try:
            if self.hand.come(claimed, look):
                self.hand_out([claimed])
        except Exception:  # noqa: BLE001 - the transaction that wrote it is committed, whatever breaks here
            tell_lost(claimed, SendOutcome.BROKE, "send_broke")
            self._touch()

    def _before_is_written(self, before: Iterable[Tried]) -> None:
        for one in before:
            try:
                self._told(one)
            except Exception:  # noqa: BLE001 - the transaction that wrote it down is committed, whatever breaks here
                log.exception("send_broke", **about(one.claimed))

    def _leave(self) -> None:
        self.hand.not_come()
        self._touch()
