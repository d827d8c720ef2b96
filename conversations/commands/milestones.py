"""MILESTONES: what is done and what is due of an engagement, or soon of all."""

from datetime import date, timedelta

from conversations.commands.base import Command, Listing
from conversations.commands.engaged import ONLY_BEFORE_REF, engagement_in, title
from conversations.engagements.views import EngagementView, MilestoneView
from conversations.facts import Facts
from conversations.replies import Reply, say

SOON = timedelta(days=14)


def show(rest: str, facts: Facts) -> Listing:
    found, _ = engagement_in(rest, facts)
    if isinstance(found, Reply):
        return Listing(found)
    under_way = facts.engagements() if found is None else ()
    if len(under_way) == 1:
        found = under_way[0]
    return _of_all(facts) if found is None else _of_one(found, facts)


def _of_one(found: EngagementView, facts: Facts) -> Listing:
    milestones = sorted(found.milestones, key=lambda one: one.due or date.max)
    head = say(
        "milestones_head", ref=found.ref, name=found.name, event=_event(found, facts), progress=found.progress
    )  # fmt: skip
    return Listing(head, tuple(_line(one, found, facts) for one in milestones))


def _of_all(facts: Facts) -> Listing:
    """What is late, and what is due soon, the soonest first."""
    last = facts.now.date() + SOON
    due = [
        (one.due, one, found)
        for found in facts.engagements()
        for one in found.milestones
        if not one.completed and one.due is not None and one.due <= last
    ]
    due.sort(key=lambda each: each[0])
    lines = tuple(
        say("milestone_of", ref=found.ref, name=found.name, what=_line(one, found, facts)) for _, one, found in due
    )
    return Listing(say("milestones_soon" if lines else "milestones_none_soon", count=SOON.days), lines)


def _event(found: EngagementView, facts: Facts) -> Reply:
    """Its day, and how far ahead that is."""
    called = found.kind.event(facts.language, facts.business.language)
    called = called[:1].upper() + called[1:]
    if found.event_date is None:
        return say("event_undated", event=called)
    left = (found.event_date - facts.now.date()).days
    if left > 0:
        return say("event_ahead", event=called, day=found.event_date, count=left)
    return say("event_today" if left == 0 else "event_past", event=called, day=found.event_date)


def _line(one: MilestoneView, found: EngagementView, facts: Facts) -> Reply:
    called = title(one, found, facts)
    if one.completed:
        return say("milestone_done", title=called)
    if one.due is None:
        return say("milestone_undated", title=called)
    return say("milestone_late" if one.is_overdue(facts.now.date()) else "milestone_due", title=called, day=one.due)


COMMAND = Command("MILESTONES", "MILESTONES W4", show=show, only_before=ONLY_BEFORE_REF)
