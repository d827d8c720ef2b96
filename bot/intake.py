"""A parsed message → one transaction → commit → wake. Webhooks, chat and simulator all come in by here."""

from structlog.contextvars import bound_contextvars

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.logs import log, masked, new_trace
from conversations.messages import Inbound, StatusReport
from conversations.understanding import Understood
from handlers.delivery_reported import delivery_reported
from handlers.message_received import LeftOpen, message_received, turn_interpreted
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
            if received.left_open is not None:
                _interpret(desk, received.left_open, trace)
        desk.wake.ring()


def _interpret(desk: Desk, left_open: LeftOpen, trace: str) -> None:
    """Let the interpreter be asked, outside of any transaction, and the turn go on when it has answered."""

    def go_on(suggested: Understood | None) -> None:
        try:
            desk.database.transact(lambda s: turn_interpreted(s, left_open, suggested, desk.circumstances(trace)))
        except Exception:  # noqa: BLE001 - the end of a thread: the turn stays due, and the schedule finishes it
            log.exception("turn_left_to_the_schedule")
        desk.wake.ring()

    if desk.interpreter is None or not desk.interpreter.ask(left_open.text, left_open.context, go_on):
        go_on(None)


def report(desk: Desk, status: StatusReport) -> None:
    """Write down what a provider says has become of a message of ours."""
    trace = desk.database.transact(lambda s: delivery_reported(s, status, desk.circumstances(new_trace())))
    log.info("delivery_reported", trace=trace, channel=status.channel, status=status.status, code=status.code)
