"""ENGAGEMENTS: those that go on, and the bookings that could not open theirs."""

from conversations.commands.base import Command, Listing
from conversations.commands.engaged import dated, upcoming
from conversations.engagements.views import EngagementView
from conversations.facts import Facts
from conversations.replies import Reply, say


def show(_rest: str, facts: Facts) -> Listing:
    under_way = facts.engagements()
    lines = [_line(found, facts) for found in under_way]
    lines += [say("opening_failed", id=booking_id) for booking_id in facts.openings_failed()]
    head = say("engagements_head", count=len(under_way)) if under_way else say("engagements_none")
    return Listing(head, tuple(lines))


def _line(found: EngagementView, facts: Facts) -> Reply:
    coming = upcoming(found, facts)
    key = "engagement_line" if coming else "engagement_line_done"
    return say(
        key, ref=found.ref, name=found.name, date=dated(found.event_date), progress=found.progress, next=coming
    )  # fmt: skip


COMMAND = Command("ENGAGEMENTS", "ENGAGEMENTS", show=show, takes_words=False)
