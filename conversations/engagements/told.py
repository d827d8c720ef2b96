"""What a coordinator reads of an engagement that was opened, in one message."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from conversations.engagements.named import milestone_title
from conversations.engagements.states import Deed
from conversations.engagements.views import EngagementView, MilestoneView
from conversations.languages.render import render
from conversations.replies import Reply, say

LONGEST_NAME, LONGEST_VENUE = 60, 60


def summary(view: EngagementView, booking_id: int, log: Mapping[str, Mapping[str, Any]], language: str) -> Reply:
    """`log` is what was done for this booking, by action (Deed)."""
    if Deed.BOOKING_JOINED in log:
        return say("engagement_joined", ref=view.ref, name=view.name[:LONGEST_NAME], id=booking_id)
    return say(
        "engagement_opened",
        ref=view.ref,
        kind=view.kind.name(language),
        name=view.name[:LONGEST_NAME],
        when=say("engagement_day", day=view.event_date) if view.event_date else say("engagement_no_day"),
        details=_details(view, language),
        steps=_steps(view, language),
        record=_record(log),
        id=booking_id,
    )


def due_for_coordinator(view: EngagementView, steps: Sequence[MilestoneView], today: date, language: str) -> Reply:
    """The milestones that are due soon, today, or late."""
    lines = tuple(_due_line(view, step, today, language) for step in steps)
    return say("milestones_due", ref=view.ref, name=view.name[:LONGEST_NAME], lines=lines)


def due_for_client(view: EngagementView, steps: Sequence[MilestoneView], business: str, language: str) -> Reply:
    lines = tuple(
        say("milestone_line", title=milestone_title(step, view.kind, language), day=step.due)
        for step in steps
        if step.due
    )
    return say("milestones_for_client", business=business, event=view.kind.event(language), lines=lines)


def _due_line(view: EngagementView, step: MilestoneView, today: date, language: str) -> Reply:
    assert step.due is not None
    when = "milestone_line_today" if step.due == today else "milestone_line"
    name = "milestone_line_late" if step.due < today else when
    return say(name, title=milestone_title(step, view.kind, language), day=step.due)


def _details(view: EngagementView, language: str) -> str:
    said: list[Reply | str] = [view.venue[:LONGEST_VENUE]] if view.venue else []
    if view.guests is not None:
        said.append(say("engagement_guests", count=view.guests))
    if view.budget is not None:
        said.append(say("engagement_budget", budget=view.budget))
    return ", ".join(one if isinstance(one, str) else render(one, language) for one in said)


def _steps(view: EngagementView, language: str) -> Reply | str:
    """How many milestones there are, and which is next; which are late."""
    if not view.milestones:
        return ""
    if view.event_date is None:
        return say("engagement_steps_wait", count=len(view.milestones))
    late = [step for step in view.milestones if step.is_planned_late]
    titles = ", ".join(milestone_title(step, view.kind, language) for step in late)
    first = view.next_milestone(without=[step.id for step in late])
    if first is None or first.due is None:
        return say("engagement_steps_late", count=len(view.milestones), late=titles)
    return say(
        "engagement_steps", count=len(view.milestones), title=milestone_title(first, view.kind, language),
        day=first.due, late=say("engagement_late", late=titles) if late else "",
    )  # fmt: skip


def _record(log: Mapping[str, Mapping[str, Any]]) -> Reply | str:
    """Whether their record is new, known, or perhaps the same as another."""
    if reused := log.get(Deed.CLIENT_REUSED):
        return say("engagement_known_client", name=str(reused["name"])[:LONGEST_NAME])
    same = log.get(Deed.CLIENT_CREATED, {}).get("perhaps_the_same")
    return say("engagement_perhaps_same", count=len(same)) if same else ""
