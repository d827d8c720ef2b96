"""What BLOCK and CLEAR leave to other coordinators: how many bookings, with whom, and who answers for them."""

from collections import Counter
from collections.abc import Iterable

from conversations.booking import BookingView
from conversations.commands.spans import Span
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import Reply, say


def left_to_others(wanted: Span, standing: Iterable[BookingView], facts: Facts, *, of_all: bool = False) -> Reply | str:
    """A line about what else stands in that stretch of these people's time, or `of_all`; "" where nothing does."""
    own = {found.id for found in standing}
    left = Counter(
        (found.staff, found.coordinator)
        for found in facts.for_others_between(wanted.start, wanted.end)
        if found.booking_id not in own and (of_all or found.staff_id in wanted.staff_ids)
    )
    if not left:
        return ""
    whose = (say("left_with", staff=staff, who=who, count=count) for (staff, who), count in left.items())
    return say("left_to_others", count=left.total(), whose=", ".join(render(each, facts.language) for each in whose))
