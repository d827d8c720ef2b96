"""A parsed message → one transaction → commit → wake. Webhooks, chat and simulator all come in by here.

Where the database is away it goes to the journal instead, and `bot/drain.py` takes it in later."""

import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from bot.database import WEBHOOK_SECONDS, DatabaseAway
from bot.desk import Desk
from bot.lines import About
from bot.logs import log, masked, new_trace
from bot.metrics import DELIVERY_REPORTS, MESSAGES_RECEIVED, Cause, Delivered, TurnOutcome, turn_ended
from conversations.messages import Inbound, StatusReport
from conversations.understanding import Understood
from handlers.delivery_reported import delivery_reported
from handlers.message_received import LeftOpen, Received, message_received, turn_interpreted
from handlers.turn_failed import turn_failed
from models.bell import has_rung
from models.claims import LostRace
from models.kept import write_down


def receive(desk: Desk, inbound: Inbound) -> None:
    """Store a message and answer it, once however often it is delivered; or keep it in the journal, where the database
    is away or the journal holds an earlier one of this person. Raises JournalFull: the provider is to repeat it."""
    trace = new_trace()
    with About(trace=trace, channel=inbound.channel, person=masked(inbound.address)):
        try:
            received = _received(desk, inbound, trace)
        except Exception as error:  # noqa: BLE001 - the request loop: whatever broke, the message is kept
            _keep(desk, inbound, trace, error)
            MESSAGES_RECEIVED.add(channel=inbound.channel, delivered=Delivered.JOURNALED)
            return
        is_new = received is None or received.is_new
        MESSAGES_RECEIVED.add(channel=inbound.channel, delivered=Delivered.NEW if is_new else Delivered.REPEATED)
        if received is not None:
            log.info("message_received", new=received.is_new, waits=received.due_at is not None)
            if received.left_open is not None:
                _interpret(desk, received.left_open, trace)


class _EarlierWaits(Exception):
    """The journal holds an earlier message of this person: the new one goes behind it."""


def _received(desk: Desk, inbound: Inbound, trace: str) -> Received | None:
    """What the turn did; None where it broke, and was closed with an apology. The dispatcher is woken where there is
    something for it to find."""
    if desk.journal.holds(inbound.channel, inbound.address):
        raise _EarlierWaits

    def work(session: Session, *, starts_over: bool = False) -> tuple[Received, bool]:
        done = message_received(session, inbound, desk.circumstances(trace, starts_over=starts_over))
        if desk.journal.holds(inbound.channel, inbound.address):  # it gave up waiting while this one waited
            raise _EarlierWaits
        write_down(session)
        return done, has_rung(session)

    begun = time.monotonic()
    try:
        received, leaves_work = _first_won(desk, work)
    except (DatabaseAway, _EarlierWaits):
        turn_ended(begun, Cause.MESSAGE, TurnOutcome.DATABASE_AWAY)
        raise
    except Exception as error:  # noqa: BLE001 - the person gets an answer
        log.exception("turn_failed")
        turn_ended(begun, Cause.MESSAGE, TurnOutcome.FAILED)
        fault = type(error).__name__
        desk.database.transact(lambda s: turn_failed(s, inbound, fault, desk.circumstances(trace)), WEBHOOK_SECONDS)
        desk.wake.ring()
        return None
    if leaves_work:
        desk.wake.ring()
    turn_ended(begun, Cause.MESSAGE, _outcome(received))
    return received


def _first_won(desk: Desk, work: Callable[..., tuple[Received, bool]]) -> tuple[Received, bool]:
    """Races are seldom lost: to be ready to take back a part of every turn costs more than to do one anew, once."""
    try:
        return desk.database.transact(partial(work, starts_over=True), WEBHOOK_SECONDS)
    except LostRace:
        return desk.database.transact(work, WEBHOOK_SECONDS)


def _outcome(received: Received) -> TurnOutcome:
    if not received.is_new:
        return TurnOutcome.REPEATED
    return TurnOutcome.TAKEN if received.due_at is None else TurnOutcome.WAITS


def _keep(desk: Desk, happened: Inbound | StatusReport, trace: str, error: Exception) -> None:
    desk.journal.put(happened, desk.clock.now(), trace)
    if isinstance(error, DatabaseAway | _EarlierWaits):
        log.info("journaled", trace=trace, why=getattr(error, "code", "earlier"))
    else:
        log.error("journaled", trace=trace, exc_info=error)


def _interpret(desk: Desk, left_open: LeftOpen, trace: str) -> None:
    """Let the interpreter be asked, outside of any transaction, and the turn go on when it has answered."""

    def go_on(suggested: Understood | None) -> None:
        begun, outcome = time.monotonic(), TurnOutcome.TAKEN
        try:
            desk.database.transact(lambda s: turn_interpreted(s, left_open, suggested, desk.circumstances(trace)))
        except Exception as error:  # noqa: BLE001 - the end of a thread: the turn stays due, and the schedule finishes it
            log.exception("turn_left_to_the_schedule")
            outcome = TurnOutcome.DATABASE_AWAY if isinstance(error, DatabaseAway) else TurnOutcome.FAILED
        turn_ended(begun, Cause.INTERPRETED, outcome)
        desk.wake.ring()

    if desk.interpreter is None or not desk.interpreter.ask(left_open.text, left_open.context, go_on):
        go_on(None)


def report(desk: Desk, status: StatusReport) -> None:
    """Write down what a provider says has become of a message of ours; or journal it. Raises JournalFull."""
    DELIVERY_REPORTS.add(channel=status.channel, status=status.status)
    own = new_trace()
    try:
        trace = desk.database.transact(lambda s: delivery_reported(s, status, desk.circumstances(own)), WEBHOOK_SECONDS)
    except DatabaseAway as away:
        _keep(desk, status, own, away)
        return
    log.info("delivery_reported", trace=trace, channel=status.channel, status=status.status, code=status.code)
