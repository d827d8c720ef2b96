"""The senders: threads that hand messages to their channels and wait for providers. They touch no database."""

from collections.abc import Callable
from functools import partial

from bot.desk import Desk
from bot.in_hand import Hand
from bot.metrics import SEND_RETRIES, SendOutcome
from bot.sender_threads import SenderThreads
from bot.sending import tried
from bot.tries_recorded import tell_lost
from conversations.rules.pacing import NO_PACES
from handlers.at_once import Room
from handlers.outbox import Claimed
from models.outbox_claims import Carries


class Senders:
    """At most `most` threads, made as they are wanted. `hand` is what they have to send, or have sent; each change of
    it is told by `touch`."""

    def __init__(self, desk: Desk, most: int, carries: Carries, touch: Callable[[], None]) -> None:
        self.desk, self.most, self._carries, self._touch = desk, most, carries, touch
        self.hand = Hand()
        self._threads = SenderThreads(most, self.send)

    def free(self) -> int:
        return max(self.most - self.hand.under_way(), 0)

    def room_for(self, channel: str) -> Room | None:
        """Room for a text that is being written; none on a channel where a pace is kept, whose texts are paid for."""
        if not self._carries.has(channel) or channel not in self.desk.channels:
            return None
        if self.desk.paces.get(channel, NO_PACES) != NO_PACES or (look := self.hand.expect(self.most)) is None:
            return None
        return Room(self.desk.clock.now(), partial(self._send_at_once, look), self._leave)

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
        self._threads.stop()

    def _send_at_once(self, look: int, claimed: Claimed) -> None:
        try:
            if self.hand.come(claimed, look):
                self.hand_out([claimed])
        except Exception:  # noqa: BLE001 - the transaction that wrote it is committed, whatever breaks here
            tell_lost(claimed, SendOutcome.BROKE, "send_broke")
            self._touch()

    def _leave(self) -> None:
        self.hand.not_come()
        self._touch()
