"""What a coordinator reads when their day begins and when it ends."""

from datetime import datetime, time, timedelta
from itertools import pairwise

from conversations.booking import BookingStatus
from conversations.commands.answer import show
from conversations.commands.day import TODAY
from conversations.commands.requests import requests
from conversations.dialogue import Dialogue
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.turn import Turn

_TO_MARK = (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS)


def begins(dialogue: Dialogue, facts: Facts) -> Turn:
    """How many requests wait, and what stands today."""
    waiting = len(requests(facts))
    key = {0: "day_begins_free", 1: "day_begins_one"}.get(waiting, "day_begins")
    return show(dialogue, TODAY, facts).led_by(say(key, count=waiting))


def ends(dialogue: Dialogue, facts: Facts) -> Turn:
    """What became of today, what still has to be marked, and how tomorrow begins."""
    zone, today = facts.business.zone, facts.now.date()
    midnights = [datetime.combine(today + timedelta(days=n), time(0), zone) for n in range(3)]
    done, after = (
        [found for found in facts.bookings_between(start, end) if found.start >= start]
        for start, end in pairwise(midnights)
    )
    missed = [found for found in done if found.status is BookingStatus.NO_SHOW]
    unmarked = [found for found in done if found.status in _TO_MARK and found.end <= facts.now]
    tomorrow: Reply | str = ""
    if after:
        tomorrow = say("day_ends_tomorrow", count=len(after), first=after[0].start)
    to_mark: Reply | str = ""
    if unmarked:
        to_mark = say("day_ends_to_mark", ids=", ".join(f"#{found.id}" for found in unmarked), id=unmarked[0].id)
    head = say("day_ends", count=len(done), missed=len(missed))
    return Turn(dialogue, (say("day_ends_whole", head=head, to_mark=to_mark, tomorrow=tomorrow),))
