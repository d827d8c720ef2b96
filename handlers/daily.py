"""A coordinator's day begins, or ends, at the hour they have set: the record that it was said keeps it from being said
twice."""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from handlers.circumstances import Circumstances
from handlers.profile import Profiles
from handlers.tell_coordinator import channel_to
from models.conversations import conversation_id_for, lock_conversation
from models.scheduled_notices import NoticeKind, notice_was_said, say_once

TOO_LATE = timedelta(hours=3)
"""So long after its hour, a morning is no morning any more."""
Daily = tuple[NoticeKind, int, datetime]


def daily_due(session: Session, profiles: Profiles, now: datetime) -> list[Daily]:
    """What is to be said now, to which coordinator, and the moment it was set for."""
    found = []
    for coordinator in profiles.current(session).coordinators:
        today = now.astimezone(coordinator.zone).date()
        for kind, at in ((NoticeKind.DIGEST, coordinator.digest_at), (NoticeKind.SUMMARY, coordinator.summary_at)):
            if not at or not coordinator.phone:
                continue
            due = datetime.combine(today, time.fromisoformat(at), coordinator.zone).astimezone(UTC)
            if due <= now < due + TOO_LATE and not notice_was_said(session, kind, coordinator.id, due):
                found.append((kind, coordinator.id, due))
    return found


def say_daily(session: Session, daily: Daily, circumstances: Circumstances) -> None:
    """Say it, unless another worker has."""
    from conversations.events import DayBegins, DayEnds
    from handlers.advance import advance

    kind, coordinator_id, due = daily
    now, profile = circumstances.now, circumstances.profiles.current(session)
    coordinator = next((one for one in profile.coordinators if one.id == coordinator_id), None)
    if coordinator is None or not say_once(session, kind, coordinator_id, due, now):
        return
    channel = channel_to(session, coordinator, circumstances)
    if channel is not None:
        number = conversation_id_for(session, channel, coordinator.phone, now)
        event = DayBegins() if kind is NoticeKind.DIGEST else DayEnds()
        advance(session, lock_conversation(session, number), event, circumstances)
