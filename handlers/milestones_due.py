"""Milestones of an engagement are due, or late: its coordinator is told, and its client where the kind says so."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engagements.states import EngagementStatus
from conversations.engagements.told import due_for_client, due_for_coordinator
from conversations.engagements.views import EngagementView, MilestoneView
from conversations.languages import known
from conversations.rules.milestones import tell_next
from handlers.circumstances import Circumstances
from handlers.engagement_told import language_for, tell_of_engagement
from handlers.engagement_views import engagement_views
from handlers.enqueue import enqueue
from handlers.profile import Profile
from models.conversations import newest_conversation_of
from models.engagement_records import engagement_by_id, milestones_of, take_telling


def milestones_due(session: Session, engagement_id: int, circumstances: Circumstances) -> None:
    """All of one engagement in one text to each, in no quiet hours. What another worker tells is left to it."""
    now, profile = circumstances.now, circumstances.profiles.current(session)
    zone = profile.business.zone
    row = engagement_by_id(session, engagement_id)
    if row is None:
        return
    due = [step for step in milestones_of(session, [row.id]) if step.tell_at is not None and step.tell_at <= now]
    quiet = profile.business.quiet_hours
    if due and quiet is not None and quiet.holds(now.astimezone(zone)):
        for step in due:
            take_telling(session, step.id, step.tell_at, quiet.over_at(now.astimezone(zone)))
        return
    numbers = set()
    for step in due:
        goes_on = row.status != EngagementStatus.CLOSED and not step.completed and step.due_date is not None
        if take_telling(session, step.id, step.tell_at, tell_next(step.due_date, zone, now) if goes_on else None):
            numbers.add(step.id)
    view = next(iter(engagement_views(session, [row], profile)), None)
    if view is None or view.status is EngagementStatus.CLOSED:
        return
    steps = [step for step in view.milestones if step.id in numbers and not step.completed and step.due is not None]
    today = now.astimezone(zone).date()
    if steps:
        reply = due_for_coordinator(view, steps, today, language_for(row, profile))
        tell_of_engagement(session, row, reply, circumstances, profile, None, may_wait=True)
        _tell_client(session, row, view, steps, today, circumstances, profile)


def _tell_client(
    session: Session, row: Row[Any], view: EngagementView, steps: Sequence[MilestoneView], today: date,
    circumstances: Circumstances, profile: Profile,
) -> None:  # fmt: skip
    """In their own language, where they wrote last; nobody who wants no more texts, and of nothing that is late."""
    ahead = [step for step in steps if step.tells_client and step.due is not None and step.due >= today]
    room = newest_conversation_of(session, row.client_id) if ahead and row.client_id is not None else None
    if room is None or room.opted_out_at is not None or room.channel not in circumstances.channels:
        return
    language = known(room.language or profile.business.language)
    reply = due_for_client(view, ahead, profile.business.name, language)
    enqueue(
        session, circumstances, (reply,), language=language, conversation_id=room.id, channel=room.channel,
        address=room.address,
    )  # fmt: skip
