"""What came of the sends that are over, written down: together, else whatever can be. What others keep from us is put
aside, where it keeps nothing else waiting."""

from collections.abc import Iterable, Sequence
from functools import partial

from sqlalchemy.orm import Session

from bot.channels.base import SendError
from bot.database import DatabaseAway
from bot.database_errors import Fault
from bot.desk import Desk
from bot.engines import PATIENCE
from bot.in_hand import Hand, Tried
from bot.metrics import SendOutcome
from bot.tries_recorded import record_failure, tell_lost, tell_sent
from handlers.outbox import Sent, messages_sent
from models.outbox_held import kept_by_others

OTHERS_SECONDS = 1.0
"""How long a result waits for whoever holds its row; SQLite has no locks on rows, and there one waits for the file."""


class Results:
    """Those in one worker's hand."""

    def __init__(self, desk: Desk, hand: Hand) -> None:
        self._desk, self._hand = desk, hand
        self.within = PATIENCE if desk.database.engine.dialect.name == "sqlite" else OTHERS_SECONDS

    def write_failures(self, failed: Iterable[Tried]) -> bool:
        """Whether others must wait because of one. Raises what keeps us from all."""
        return sum(self._failed(one, one.error) for one in failed if one.error is not None) > 0

    def write_what_can_be(self, sent: Sequence[Tried]) -> None:
        """Those whose rows nobody keeps, without waiting for anybody; the others are aside. Raises what keeps us from
        all."""
        if not sent:
            return
        by_number = {one.claimed.message.outbox_id: one for one in sent}

        def work(session: Session) -> set[int]:
            kept = kept_by_others(session, by_number)
            messages_sent(session, as_sent([one for number, one in by_number.items() if number not in kept]))
            return kept

        try:
            kept = self._desk.database.transact(work, self.within)
        except DatabaseAway as away:
            if away.fault is not Fault.CONFLICT:
                raise
            kept = set(by_number)
        except Exception:  # noqa: BLE001 - the dispatch loop: one of them cannot be written down
            self._one_by_one(sent)
            return
        for number, one in by_number.items():
            if number in kept:
                self._hand.put_aside(one)
            else:
                self.told(one)

    def _one_by_one(self, sent: Sequence[Tried]) -> None:
        """One of them cannot be written down: it alone is left."""
        for one in sent:
            try:
                self._desk.database.transact(partial(messages_sent, sent=as_sent([one])), self.within)
            except DatabaseAway as away:
                self._put_aside(one, away)
            except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
                self._lost(one)
            else:
                self.told(one)

    def told(self, one: Tried) -> None:
        """Once, whoever has written it down."""
        if self._hand.drop(one.claimed):
            tell_sent(one)

    def leave(self, over: Iterable[Tried]) -> None:
        """We stop, and these cannot be written down."""
        for one in over:
            tell_lost(one.claimed, SendOutcome.LEFT, "send_not_recorded")
            self._hand.drop(one.claimed)

    def _failed(self, one: Tried, error: SendError) -> bool:
        slows = False
        try:
            slows = record_failure(self._desk, one, error, self.within)
        except DatabaseAway as away:
            self._put_aside(one, away)
        except Exception:  # noqa: BLE001 - the dispatch loop: the lease brings this message back
            self._lost(one)
        else:
            self._hand.drop(one.claimed)
        return slows

    def _put_aside(self, one: Tried, away: DatabaseAway) -> None:
        if away.fault is not Fault.CONFLICT:
            raise away
        self._hand.put_aside(one)

    def _lost(self, one: Tried) -> None:
        tell_lost(one.claimed, SendOutcome.BROKE, "send_broke")
        self._hand.drop(one.claimed)


def as_sent(over: Iterable[Tried]) -> list[Sent]:
    return [Sent(one.claimed, one.provider_id, one.at) for one in over]
