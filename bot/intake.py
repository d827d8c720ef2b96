"""A parsed message → one transaction → commit → wake. Webhooks, chat and simulator all come in by here."""

from structlog.contextvars import bound_contextvars

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.logs import log, masked, new_trace
from conversations.messages import Inbound, StatusReport
from handlers.delivery_reported import delivery_reported
from handlers.message_received import message_received
from handlers.turn_failed import turn_failed


def receive(desk: Desk, inbound: Inbound) -> None:
    """Store a message and answer it, once however often it is delivered.

    Raises DatabaseAway where the database cannot be reached: nothing is stored, the provider repeats."""
    trace = new_trace()
    with bound_contextvars(trace=trace, channel=inbound.channel, person=masked(inbound.address)):
        try:
            received = desk.database.transact(lambda s: message_received(s, inbound, desk.circumstances(trace)))
        except DatabaseAway:
            log.exception("database_away")
            raise
        except Exception as error:  # noqa: BLE001 - the request loop: whatever broke, the person gets an answer
            log.exception("turn_failed")
            fault = type(error).__name__
            desk.database.transact(lambda s: turn_failed(s, inbound, fault, desk.circumstances(trace)))
        else:
            log.info("message_received", new=received.is_new, waits=received.due_at is not None)
        desk.wake.ring()


def report(desk: Desk, status: StatusReport) -> None:
    """Write down what a provider says has become of a message of ours."""
    trace = desk.database.transact(lambda s: delivery_reported(s, status, desk.circumstances(new_trace())))
    log.info("delivery_reported", trace=trace, channel=status.channel, status=status.status, code=status.code)
