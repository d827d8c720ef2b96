"""The clock that the simulator moves on: the desk's own, so that web, dispatcher and schedule all go by it."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.desk import Desk


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MORNING = "morning"
    """Nine o'clock of the next day, at the business."""


def is_movable(desk: Desk) -> bool:
    """Whether all of the program goes by this clock, and nobody outside is spoken to whose clock is another."""
    settings = desk.settings
    is_rehearsal = not (settings.has_provider or settings.has_email or settings.has_stripe or settings.has_mpesa)
    return settings.has_simulator_page and is_rehearsal and not desk.clock.is_shared


def after(step: Step, now: datetime, zone: ZoneInfo) -> datetime:
    """When it is after this step."""
    match step:
        case Step.HOUR:
            return now + timedelta(hours=1)
        case Step.DAY:
            return now + timedelta(days=1)
        case Step.MORNING:
            return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(9), zone)
