"""What bookings open beside themselves, made after their commits: tried again with back-off, shown when it fails."""

import time
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from bot.database import DatabaseAway
from bot.desk import Desk
from bot.lines import About
from bot.logs import log, new_trace
from bot.metrics import ENGAGEMENT_SECONDS, ENGAGEMENTS_OPENED, Opening
from conversations.engagements.states import WorkState
from models.claims import LostRace
from models.engagement_records import engagements_to_tell, put_off_tellings
from models.engagement_work import work_due, work_failed

AT_ONCE = 50
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=2)
TOLD_AGAIN = timedelta(minutes=10)
"""After a telling of milestones that broke."""


def see_to_engagements(desk: Desk) -> int:
    """Everything about engagements whose time has come; how many things were done."""
    now = desk.clock.now()
    due = desk.database.read(lambda session: work_due(session, now, AT_ONCE))
    done = sum(_one(desk, row) for row in due)
    if any(row.state == WorkState.DUE for row in due):  # what was made just now is told at once
        due = desk.database.read(lambda session: work_due(session, desk.clock.now(), AT_ONCE))
        done += sum(_one(desk, row) for row in due if row.state == WorkState.TELLING)
    late = desk.database.read(lambda session: engagements_to_tell(session, now, AT_ONCE))
    return done + sum(_tell_of_milestones(desk, number) for number in late)


def _one(desk: Desk, row: Row[Any]) -> bool:
    """One step of one booking's engagement. Raises DatabaseAway."""
    trace, begun = new_trace(), time.monotonic()
    with About(trace=trace, booking=row.booking_id):
        try:
            opened = desk.database.transact(partial(_do, row=row, desk=desk, trace=trace))
        except DatabaseAway:
            raise
        except LostRace:
            return False
        except Exception as error:  # noqa: BLE001 - the booking stands, whatever broke beside it
            _failed(desk, row, error)
            return False
        if opened:
            ENGAGEMENTS_OPENED.add(outcome=Opening.AGAIN if row.tries else Opening.FIRST_TRY)
            ENGAGEMENT_SECONDS.add(time.monotonic() - begun)
    desk.wake.ring()
    return True


def _do(session: Session, *, row: Row[Any], desk: Desk, trace: str) -> bool:
    from handlers.engagement_followed import follow_booking
    from handlers.engagement_told import tell_opened

    circumstances = desk.circumstances(trace)
    profile = circumstances.profiles.of_version(session, row.business_version)
    if row.state == WorkState.TELLING:
        tell_opened(session, row, circumstances, profile)
        return False
    return follow_booking(session, row, circumstances, profile)


def _failed(desk: Desk, row: Row[Any], error: Exception) -> None:
    """Once more, each time after twice as long, until it is a person's turn."""
    tries = row.tries + 1
    wait = FIRST_WAIT * 2**row.tries if tries < MOST_TRIES else None
    due_at = desk.clock.now() + wait if wait is not None else None
    failed = partial(work_failed, read=row, error=type(error).__name__, due_at=due_at)
    if not desk.database.transact(failed):
        return  # another worker was faster, and has done it
    log.warning("engagement_failed", tries=tries, error=type(error).__name__, exc_info=True)
    ENGAGEMENTS_OPENED.add(outcome=Opening.FAILED if due_at is None else Opening.PUT_OFF)


def _tell_of_milestones(desk: Desk, engagement_id: int) -> bool:
    trace = new_trace()
    with About(trace=trace, engagement=engagement_id):
        try:
            desk.database.transact(partial(_say, engagement_id=engagement_id, desk=desk, trace=trace))
        except DatabaseAway:
            raise
        except Exception:  # noqa: BLE001 - the tick loop
            log.exception("milestones_broke")
            later = desk.clock.now() + TOLD_AGAIN
            desk.database.transact(
                partial(put_off_tellings, engagement_id=engagement_id, now=desk.clock.now(), later=later)
            )
            return False
    desk.wake.ring()
    return True


def _say(session: Session, *, engagement_id: int, desk: Desk, trace: str) -> None:
    from handlers.milestones_due import milestones_due

    milestones_due(session, engagement_id, desk.circumstances(trace))
