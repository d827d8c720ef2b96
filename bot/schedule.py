"""The schedule: every due time is a row; here is only the tick that looks for them, in every worker, with no memory."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pkgutil import resolve_name
from typing import Any, NamedTuple, TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.drain import drain
from bot.engagements import see_to_engagements
from bot.lines import About
from bot.logs import log, new_trace
from bot.metrics import Cause, TurnOutcome, turn_ended
from handlers.api.answered_once import answers_forgotten, is_any_to_forget
from handlers.audit_sealed import SETTLES, audit_sealed
from handlers.circumstances import Circumstances
from handlers.daily import daily_due, say_daily
from handlers.operators_alerted import alerts_due, operators_alerted
from models.audit_seals import newest_to_seal
from models.bookings import bookings_past_deadline, moves_past_deadline
from models.class_sessions import classes_to_look_at
from models.conversations import gone_quiet
from models.engagement_records import engagements_to_tell
from models.engagement_work import work_due
from models.messages import conversations_due
from models.payments import requests_lapsed
from models.scheduled_notices import notices_due
from models.scheduled_texts import texts_due
from models.waitlist import entries_to_look_at

T = TypeVar("T")
AT_ONCE = 50
TICK_SECONDS = 0.5


class Kind(NamedTuple):
    """What falls due: the look for it, and what is done about what it finds, which tells how many things it was."""

    look: Callable[[Session, datetime, Desk], Any]
    see_to: Callable[[Desk, Any], int]


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
        drained, done, found = drain(desk), 0, _found_of_all(desk)
        is_fresh = len(found) == len(DUE)
        for kind, one in zip(DUE, found, strict=False):
            done += _see_to(kind, desk, _found(kind, desk) if done and is_fresh else one)
    except DatabaseAway:  # which the log has said; the next tick tries again
        return 0
    return drained + done


def _found_of_all(desk: Desk) -> list[Any]:
    """Nearly always there is nothing: it is looked for in one transaction, or, where one look breaks, each in its own.
    What one kind does, the next may find: what is here counts until something has been done. Where a look takes too
    long, what stands before it has been found."""
    now = desk.clock.now()
    found: list[Any] = []

    def look(session: Session) -> None:
        found.clear()
        for kind in DUE:
            found.append(kind.look(session, now, desk))  # noqa: PERF401 - one that breaks leaves those before it

    try:
        desk.database.read(look)
    except DatabaseAway:
        if not found:
            raise
    except Exception:  # noqa: BLE001 - said by the look that breaks by itself
        return [_found(kind, desk) for kind in DUE]
    return found


def _found(kind: Kind, desk: Desk) -> Any:
    now = desk.clock.now()
    try:
        return desk.database.read(lambda session: kind.look(session, now, desk))
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - the tick loop
        log.exception("due_look_failed")
        return None


def _see_to(kind: Kind, desk: Desk, found: Any) -> int:
    try:
        return kind.see_to(desk, found) if found else 0
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - the tick loop
        log.exception("due_deeds_failed")
        return 0


def _finish_turns(desk: Desk, due: Sequence[tuple[int, str]]) -> int:
    for conversation_id, trace in due:
        with About(trace=trace, conversation=conversation_id):
            try:
                finish = partial(_finish, conversation_id=conversation_id, desk=desk, trace=trace)
                while _turn(desk, Cause.WAIT_OVER, finish):
                    desk.wake.ring()
            except DatabaseAway:
                raise
            except Exception as error:  # noqa: BLE001 - the tick loop: the person gets an answer whatever broke
                log.exception("turn_failed")
                _close(desk, conversation_id, type(error).__name__, trace)
            desk.wake.ring()
    return len(due)


def _finish(session: Session, *, conversation_id: int, desk: Desk, trace: str) -> bool:
    from handlers.message_received import turn_due

    return turn_due(session, conversation_id, desk.circumstances(trace))


def _close(desk: Desk, conversation_id: int, fault: str, trace: str) -> None:
    """One that cannot even be closed keeps no other waiting."""
    from handlers.turn_failed import close_with_fault

    def work(session: Session) -> None:
        close_with_fault(session, conversation_id, fault, desk.circumstances(trace))

    try:
        desk.database.transact(work)
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - the tick loop: the next tick finds it again
        log.exception("turn_not_closed")


def _seal_audit(desk: Desk, _newest: int) -> int:
    """What the log says of each seal is an anchor outside of the database: a chain that was made anew does not fit."""
    now = desk.clock.now()
    last = desk.database.transact(lambda session: audit_sealed(session, now))
    if last is not None:
        log.info("audit_sealed", seal=last.id, entry=last.entry_id, hash=last.hash)
    return last is not None


def _is_any_old(session: Session, now: datetime, _desk: Desk) -> bool:
    from models.retention import marks_due  # nobody waits for it when we start

    return marks_due(session, now)


def _empty_what_is_old(desk: Desk, _is_any: bool) -> int:
    from handlers.transcripts_expired import transcripts_expired

    return desk.database.transact(lambda session: transcripts_expired(session, desk.clock.now()))


def _forget_answers(desk: Desk, _is_any: bool) -> int:
    now = desk.clock.now()
    desk.database.transact(lambda session: answers_forgotten(session, now))
    return 1


def _is_any_engagement_due(session: Session, now: datetime, _desk: Desk) -> bool:
    return bool(work_due(session, now, 1) or engagements_to_tell(session, now, 1))


def _each(cause: Cause, deed: Callable[[Session, Any, Circumstances], object]) -> Callable[[Desk, Sequence[Any]], int]:
    """The deed, for each of what was found, in a transaction of its own."""
    return lambda desk, found: sum(_one(desk, cause, deed, one) for one in found)


def _one(desk: Desk, cause: Cause, deed: Callable[[Session, Any, Circumstances], object], due: Any) -> int:
    trace = new_trace()
    with About(trace=trace):
        try:
            _turn(desk, cause, lambda session: deed(session, due, desk.circumstances(trace)))
        except DatabaseAway:
            raise
        except Exception:  # noqa: BLE001 - the tick loop
            log.exception("due_deed_failed")
            return 0
    desk.wake.ring()
    return 1


def _deed(name: str) -> Callable[[Session, Any, Circumstances], object]:
    """What nearly never is due comes into memory with the first that is: most of the house, in a worker alone."""
    return lambda session, due, circumstances: resolve_name(name)(session, due, circumstances)


def _few(look: Callable[[Session, datetime, int], T]) -> Callable[[Session, datetime, Desk], T]:
    return lambda session, now, _desk: look(session, now, AT_ONCE)


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
    Kind(_few(conversations_due), _finish_turns),
    Kind(_few(bookings_past_deadline), _each(Cause.DEADLINE, _deed("handlers.deadlines_passed:request_expired"))),
    Kind(_few(moves_past_deadline), _each(Cause.DEADLINE, _deed("handlers.move_lapsed:move_lapsed"))),
    Kind(_few(requests_lapsed), _each(Cause.DEADLINE, _deed("handlers.payment_lapsed:payment_lapsed"))),
    Kind(_few(classes_to_look_at), _each(Cause.WAITING_LIST, _deed("handlers.class_line_due:class_line_due"))),
    Kind(_few(entries_to_look_at), _each(Cause.WAITING_LIST, _deed("handlers.time_line_due:time_line_due"))),
    Kind(_few(notices_due), _each(Cause.DEADLINE, _deed("handlers.notice_due:notice_due"))),
    Kind(_few(texts_due), _each(Cause.DEADLINE, _deed("handlers.console.texts_later:text_due"))),
    Kind(lambda session, now, desk: daily_due(session, desk.profiles, now), _each(Cause.DEADLINE, say_daily)),
    Kind(_few(gone_quiet), _each(Cause.SILENCE, _deed("handlers.went_quiet:went_quiet"))),
    Kind(lambda session, now, desk: alerts_due(session, desk.channels, now, AT_ONCE),
         _each(Cause.DEADLINE, operators_alerted)),
    Kind(_is_any_engagement_due, lambda desk, _is_any: see_to_engagements(desk)),
    Kind(lambda session, now, _desk: newest_to_seal(session, now - SETTLES), _seal_audit),
    Kind(_is_any_old, _empty_what_is_old),
    Kind(lambda session, now, _desk: is_any_to_forget(session, now), _forget_answers),
)  # fmt: skip
"""What a tick looks for, beside the journal; in this order it is seen to."""
