"""Engagements as callers read them."""

from datetime import date, datetime

from pydantic import Field

from bot.api.values import Amount, Output
from conversations.engagements.states import EngagementStatus
from handlers.console.engagements_shown import Line, Step, Whole


class Milestone(Output):
    id: int
    title: str
    due_date: date | None = Field(description="null while it waits for the event's day")
    is_overdue: bool
    completed: bool
    completed_at: datetime | None
    tells_client: bool


class ShortEngagement(Output):
    """One of the list, with its open milestone that is due first."""

    id: int
    ref: str = Field(description='as its coordinator names it: "W4"')
    kind: str
    name: str
    client: str
    event_date: date | None
    status: EngagementStatus
    milestones_done: int
    milestones_in_all: int
    next_milestone: Milestone | None
    booking_id: int | None


class BudgetLine(Output):
    key: str
    title: str
    percent: int
    planned: Amount | None
    spent: Amount
    is_over: bool


class Activity(Output):
    at: datetime
    who: str
    what: str
    details: dict[str, str]


class Engagement(ShortEngagement):
    """One with everything that is kept of it."""

    version: int
    phone: str
    email: str
    venue: str
    guests: int | None
    budget: Amount | None
    spent: Amount
    requests: str
    progress: int = Field(description="milestones done, in percent")
    milestones: list[Milestone]
    budget_lines: list[BudgetLine]
    activity: list[Activity] = Field(description="newest first")


class FailedOpening(Output):
    """What a booking should have opened, and why it was given up."""

    booking_id: int
    kind: str
    name: str
    tries: int
    error: str


def short(line: Line) -> ShortEngagement:
    return ShortEngagement(
        id=line.id, ref=line.ref, kind=line.kind, name=line.name, client=line.client, event_date=line.event_date,
        status=EngagementStatus(line.status), milestones_done=line.done, milestones_in_all=line.all,
        next_milestone=_milestone(line.next) if line.next is not None else None, booking_id=line.booking_id,
    )  # fmt: skip


def whole(found: Whole) -> Engagement:
    view = found.view
    return Engagement(
        **dict(short(found.line)), version=view.version, phone=view.phone, email=view.email, venue=view.venue,
        guests=view.guests, budget=Amount.of(view.budget) if view.budget is not None else None,
        spent=Amount.of(found.spent), requests=view.requests, progress=view.progress,
        milestones=[_milestone(step) for step in found.steps],
        budget_lines=[
            BudgetLine(
                key=share.key, title=share.title, percent=share.percent, spent=Amount.of(share.spent),
                planned=Amount.of(share.planned) if share.planned is not None else None, is_over=share.is_over,
            )
            for share in found.shares
        ],
        activity=[
            Activity(at=one.at, who=one.who, what=one.what, details=dict(one.with_what)) for one in found.log
        ],
    )  # fmt: skip


def _milestone(step: Step) -> Milestone:
    return Milestone(
        id=step.id, title=step.title, due_date=step.due, is_overdue=step.is_overdue, completed=step.completed,
        completed_at=step.completed_at, tells_client=step.tells_client,
    )  # fmt: skip
