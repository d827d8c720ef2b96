"""Rows of engagements → the values that the mind reads."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.engagements import kind_named
from conversations.engagements.states import EngagementStatus
from conversations.engagements.views import ActivityView, BudgetLineView, EngagementView, MilestoneView
from conversations.money import Money
from handlers.profile import Profile
from models.engagement_records import lines_of, milestones_of


def engagement_views(session: Session, rows: Sequence[Row[Any]], profile: Profile) -> list[EngagementView]:
    """With their milestones and budgets, in the order of the rows. A kind that is shipped no more is left out."""
    numbers = [row.id for row in rows]
    steps, lines = defaultdict(list), defaultdict(list)
    for step in milestones_of(session, numbers) if numbers else ():
        steps[step.engagement_id].append(step)
    for line in lines_of(session, numbers) if numbers else ():
        lines[line.engagement_id].append(line)
    found = (_view(row, steps[row.id], lines[row.id], profile) for row in rows)
    return [view for view in found if view is not None]


def activity_view(row: Row[Any], profile: Profile) -> ActivityView:
    return ActivityView(
        row.at.astimezone(profile.business.zone), profile.called(row.who) or row.who, row.action, row.data
    )


def _view(
    row: Row[Any], steps: Sequence[Row[Any]], lines: Sequence[Row[Any]], profile: Profile
) -> EngagementView | None:
    kind, zone = kind_named(row.kind), profile.business.zone
    if kind is None:
        return None
    return EngagementView(
        id=row.id, version=row.version, kind=kind, status=EngagementStatus(row.status), name=row.name,
        client=row.client_name or row.name, phone=row.phone or "", email=row.email, event_date=row.event_date,
        venue=row.venue, guests=row.guests,
        budget=Money(row.budget, row.currency) if row.budget is not None else None, currency=row.currency,
        requests=row.requests, progress=row.progress, booking_id=row.booking_id,
        milestones=tuple(_step(step, zone) for step in steps),
        lines=tuple(
            BudgetLineView(
                line.key, line.title, line.percent,
                Money(line.planned, row.currency) if line.planned is not None else None,
                Money(line.spent, row.currency),
            )
            for line in lines
        ),
    )  # fmt: skip


def _step(step: Row[Any], zone: ZoneInfo) -> MilestoneView:
    done_at = step.completed_at.astimezone(zone) if step.completed_at is not None else None
    return MilestoneView(
        step.id, step.key, step.title, step.due_date, step.is_late, step.completed, done_at, step.tells_client
    )
