"""Texts of the outbox whose rows cannot be read: they were given up, and a person is to know."""

from bot.desk import Desk
from bot.logs import log
from conversations.delivery import SendFailure
from handlers.outbox import message_lost


def say_unreadable(desk: Desk, numbers: list[int], within: float) -> None:
    """Each is on the dead-letter list, also where its conversation is kept from us for so many seconds."""
    for number in numbers:
        log.error("message_unreadable", outbox=number)
        now = desk.clock.now()
        try:
            desk.database.transact(
                lambda session, lost=number, at=now: message_lost(session, lost, SendFailure.CONTENT, at),  # type: ignore[misc]
                within,
            )
        except Exception:  # noqa: BLE001 - the dispatch loop: what was claimed beside it is still to be sent
            log.exception("message_unreadable_untold", outbox=number)
