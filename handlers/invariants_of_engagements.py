"""The invariants of engagements: progress is that of the milestones, shares add up, and what is closed is silent."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from conversations.engagements.states import OPEN, EngagementStatus, RecordStatus, WorkState
from conversations.rules.milestones import progress
from models.engagements import budget_lines, client_records, engagement_work, engagements, milestones

_WHOLE = 100


def broken_engagements(session: Session, _now: datetime) -> Iterator[str]:
    yield from _milestones(session)
    yield from _shares(session)
    yield from _records(session)
    yield from _work(session)


def _milestones(session: Session) -> Iterator[str]:
    done = func.sum(case((milestones.c.completed, 1), else_=0))
    told = func.sum(case((milestones.c.tell_at.is_not(None), 1), else_=0))
    columns = engagements.c.id, engagements.c.status, engagements.c.progress
    counted = select(*columns, func.count(milestones.c.id), done, told).join(
        milestones, milestones.c.engagement_id == engagements.c.id
    )
    for number, status, percent, count, ticked, telling in session.execute(counted.group_by(*columns)):
        if percent != progress([True] * int(ticked) + [False] * (count - int(ticked))):
            yield f"engagement {number}: its progress is {percent} %, with {ticked} of {count} milestones done"
        if status == EngagementStatus.CLOSED and telling:
            yield f"engagement {number}: it is closed, and {telling} of its milestones are still told of"
        if status == EngagementStatus.COMPLETED and int(ticked) < count:
            yield f"engagement {number}: it is completed, with {ticked} of {count} milestones done"


def _shares(session: Session) -> Iterator[str]:
    total = func.sum(budget_lines.c.percent)
    sums = select(budget_lines.c.engagement_id, total).group_by(budget_lines.c.engagement_id).having(total != _WHOLE)
    for number, percent in session.execute(sums):
        yield f"engagement {number}: the shares of its budget add up to {percent} %"


def _records(session: Session) -> Iterator[str]:
    goes_on = select(engagements.c.id).where(
        engagements.c.record_id == client_records.c.id, engagements.c.status.in_(OPEN)
    )
    lost = client_records.c.status == RecordStatus.LEAD, goes_on.exists()
    for (number,) in session.execute(select(client_records.c.id).where(*lost)):
        yield f"client record {number}: it is a lead, and has an engagement under way"


def _work(session: Session) -> Iterator[str]:
    """What is done has come to an engagement that is there."""
    gone = (
        select(engagement_work.c.booking_id, engagement_work.c.engagement_id)
        .outerjoin(engagements, engagements.c.id == engagement_work.c.engagement_id)
        .where(engagement_work.c.engagement_id.is_not(None), engagements.c.id.is_(None))
    )
    for booking_id, number in session.execute(gone):
        yield f"booking #{booking_id}: its engagement {number} does not exist"
    idle = engagement_work.c.state.in_((WorkState.DUE, WorkState.TELLING)), engagement_work.c.due_at.is_(None)
    for (booking_id,) in session.execute(select(engagement_work.c.booking_id).where(*idle)):
        yield f"booking #{booking_id}: nobody will see to its engagement"
