"""The schedule: every due time is a row; here is only the tick that looks for them, in every worker, with no memory."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.drain import drain
from bot.engagements import see_to_engagements
from bot.logs import log, new_trace
from bot.metrics import Cause, TurnOutcome, turn_ended
from handlers.api.answered_once import answers_forgotten, is_any_to_forget
from handlers.audit_sealed import SETTLES, audit_sealed
from handlers.circumstances import Circumstances
from handlers.class_line_due import class_line_due
from handlers.console.texts_later import text_due
from handlers.daily import Daily, daily_due, say_daily
from handlers.deadlines_passed import request_expired
from handlers.message_received import turn_due
from handlers.move_lapsed import move_lapsed
from handlers.notice_due import notice_due
from handlers.operators_alerted import alerts_due, operators_alerted
from handlers.payment_lapsed import payment_lapsed
from handlers.time_line_due import time_line_due
from handlers.turn_failed import close_with_fault
from handlers.went_quiet import went_quiet
from models.audit_seals import newest_to_seal
from models.bookings import bookings_past_deadline, moves_past_deadline
from models.class_sessions import classes_to_look_at
from models.conversations import gone_quiet
from models.messages import conversations_due
from models.payments import requests_lapsed
from models.scheduled_notices import notices_due
from models.scheduled_texts import texts_due
from models.waitlist import entries_to_look_at

T = TypeVar("T")
AT_ONCE = 50
TICK_SECONDS = 0.5


class Schedule:
    """Ticks in a thread of its own until it is stopped."""

    def __init__(self, desk: Desk, seconds: float = TICK_SECONDS) -> None:
        self.desk = desk
        self._scheduler = BackgroundScheduler(job_defaults={"coalesce": True, "misfire_grace_time": None})
        self._scheduler.add_job(run_due, "interval", (desk,), seconds=seconds, max_instances=1)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=True)


def run_due(desk: Desk) -> int:
    """Do everything whose time has come; how many things were done. A fault in one does not keep the others waiting."""
    try:
        return sum(kind(desk) for kind in DUE)
    except DatabaseAway:  # which the log has said; the next tick tries again
        return 0


def _finish_turns(desk: Desk) -> int:
    due = desk.database.read(lambda session: conversations_due(session, desk.clock.now(), AT_ONCE))
    for conversation_id, trace in due:
        with bound_contextvars(trace=trace, conversation=conversation_id):
            try:
                finish = partial(_finish, conversation_id=conversation_id, desk=desk, trace=trace)
                while _turn(desk, Cause.WAIT_OVER, finish):
                    desk.wake.ring()
            except DatabaseAway:
                raise
            except Exception as error:  # noqa: BLE001 - the tick loop: the person gets an answer whatever broke
                log.exception("turn_failed")
                fault = type(error).__name__
                desk.database.transact(
                    partial(_close, conversation_id=conversation_id, fault=fault, desk=desk, trace=trace)
                )
            desk.wake.ring()
    return len(due)


def _finish(session: Session, *, conversation_id: int, desk: Desk, trace: str) -> bool:
    return turn_due(session, conversation_id, desk.circumstances(trace))


def _close(session: Session, *, conversation_id: int, fault: str, desk: Desk, trace: str) -> None:
    close_with_fault(session, conversation_id, fault, desk.circumstances(trace))


def _expire_requests(desk: Desk) -> int:
    due = desk.database.read(lambda session: bookings_past_deadline(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_expire, booking_id)) for booking_id in due)


def _expire(booking_id: int, session: Session, circumstances: Circumstances) -> None:
    request_expired(session, booking_id, circumstances)


def _lapse_moves(desk: Desk) -> int:
    due = desk.database.read(lambda session: moves_past_deadline(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_lapse, booking_id)) for booking_id in due)


def _lapse(booking_id: int, session: Session, circumstances: Circumstances) -> None:
    move_lapsed(session, booking_id, circumstances)


def _lapse_payments(desk: Desk) -> int:
    due = desk.database.read(lambda session: requests_lapsed(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_lapse_payment, request_id)) for request_id in due)


def _lapse_payment(request_id: int, session: Session, circumstances: Circumstances) -> None:
    payment_lapsed(session, request_id, circumstances)


def _say_what_is_due(desk: Desk) -> int:
    due = desk.database.read(lambda session: notices_due(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_say, notice_id)) for notice_id in due)


def _say(notice_id: int, session: Session, circumstances: Circumstances) -> None:
    notice_due(session, notice_id, circumstances)


def _send_what_was_put_off(desk: Desk) -> int:
    due = desk.database.read(lambda session: texts_due(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_send_text, text_id)) for text_id in due)


def _send_text(text_id: int, session: Session, circumstances: Circumstances) -> None:
    text_due(session, text_id, circumstances)


def _say_the_daily(desk: Desk) -> int:
    due = desk.database.read(lambda session: daily_due(session, desk.profiles, desk.clock.now()))
    return sum(_each(desk, Cause.DEADLINE, partial(_say_one, daily)) for daily in due)


def _say_one(daily: Daily, session: Session, circumstances: Circumstances) -> None:
    say_daily(session, daily, circumstances)


def _look_at_lines(desk: Desk) -> int:
    now = desk.clock.now()
    classes = desk.database.read(lambda session: classes_to_look_at(session, now, AT_ONCE))
    places = desk.database.read(lambda session: entries_to_look_at(session, now, AT_ONCE))
    done = sum(_each(desk, Cause.WAITING_LIST, partial(_look_at_class, class_id)) for class_id in classes)
    return done + sum(_each(desk, Cause.WAITING_LIST, partial(_look_at_place, place_id)) for place_id in places)


def _look_at_class(class_id: int, session: Session, circumstances: Circumstances) -> None:
    class_line_due(session, class_id, circumstances)


def _look_at_place(place_id: int, session: Session, circumstances: Circumstances) -> None:
    time_line_due(session, place_id, circumstances)


def _alert_operators(desk: Desk) -> int:
    due = desk.database.read(lambda session: alerts_due(session, desk.channels, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.DEADLINE, partial(_alert, conversation_id)) for conversation_id in due)


def _alert(conversation_id: int, session: Session, circumstances: Circumstances) -> None:
    operators_alerted(session, conversation_id, circumstances)


def _mind_the_quiet(desk: Desk) -> int:
    due = desk.database.read(lambda session: gone_quiet(session, desk.clock.now(), AT_ONCE))
    return sum(_each(desk, Cause.SILENCE, partial(_quiet, conversation_id)) for conversation_id in due)


def _quiet(conversation_id: int, session: Session, circumstances: Circumstances) -> None:
    went_quiet(session, conversation_id, circumstances)


def _seal_audit(desk: Desk) -> int:
    """What the log says of each seal is an anchor outside of the database: a chain that was made anew does not fit."""
    now = desk.clock.now()
    last = desk.database.transact(lambda session: audit_sealed(session, now)) if _is_audit_due(desk, now) else None
    if last is not None:
        log.info("audit_sealed", seal=last.id, entry=last.entry_id, hash=last.hash)
    return last is not None


def _is_audit_due(desk: Desk, now: datetime) -> bool:
    return desk.database.read(lambda session: newest_to_seal(session, now - SETTLES)) is not None


def _empty_what_is_old(desk: Desk) -> int:
    from handlers.transcripts_expired import transcripts_expired  # nobody waits for it when we start
    from models.retention import marks_due

    try:
        if not desk.database.read(lambda session: marks_due(session, desk.clock.now())):
            return 0
        return desk.database.transact(lambda session: transcripts_expired(session, desk.clock.now()))
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - the tick loop
        log.exception("retention_failed")
        return 0


def _forget_answers(desk: Desk) -> int:
    now = desk.clock.now()
    if not desk.database.read(lambda session: is_any_to_forget(session, now)):
        return 0
    desk.database.transact(lambda session: answers_forgotten(session, now))
    return 1


def _each(desk: Desk, cause: Cause, deed: Callable[[Session, Circumstances], None]) -> int:
    trace = new_trace()
    with bound_contextvars(trace=trace):
        try:
            _turn(desk, cause, lambda session: deed(session, desk.circumstances(trace)))
        except DatabaseAway:
            raise
        except Exception:  # noqa: BLE001 - the tick loop
            log.exception("due_deed_failed")
            return 0
    desk.wake.ring()
    return 1


def _turn(desk: Desk, cause: Cause, deed: Callable[[Session], T]) -> T:
    begun, outcome = time.monotonic(), TurnOutcome.FAILED
    try:
        done = desk.database.transact(deed)
        outcome = TurnOutcome.TAKEN
    except DatabaseAway:
        outcome = TurnOutcome.DATABASE_AWAY
        raise
    finally:
        turn_ended(begun, cause, outcome)
    return done


DUE = (
    drain, _finish_turns, _expire_requests, _lapse_moves, _lapse_payments, _look_at_lines, _say_what_is_due,
    _send_what_was_put_off, _say_the_daily, _mind_the_quiet, _alert_operators, see_to_engagements, _seal_audit,
    _empty_what_is_old, _forget_answers,
)  # fmt: skip
"""What a tick looks for; each says how many things it has done."""
