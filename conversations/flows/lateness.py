"""A client is running late: whoever waits for them is told, and whom it may keep waiting in turn."""

from datetime import timedelta

from conversations.booking import BookingView
from conversations.dialogue import Dialogue
from conversations.effects import TellCoordinator
from conversations.facts import Facts
from conversations.flows.standing import STANDING
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Understood


def begin(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """Word to the coordinator about the booking that is next, or going on; None where there is none to be late for."""
    found = next((each for each in facts.bookings_now() if each.status in STANDING), None)
    if found is None:
        return None
    reply = say("late_thanks", business=facts.business.name)
    return Turn(dialogue, (reply,), (TellCoordinator(_notice(found, understood.delay, facts), found.id),))


def _notice(found: BookingView, delay: int | None, facts: Facts) -> Reply:
    if delay is None:
        return say(
            "late_notice", id=found.id, client=found.client, service=found.service, staff=found.staff, when=found.start
        )
    return say(
        "late_notice_minutes", id=found.id, client=found.client, service=found.service, staff=found.staff,
        when=found.start, minutes=delay, then=_runs_into(found, timedelta(minutes=delay), facts),
    )  # fmt: skip


def _runs_into(found: BookingView, delay: timedelta, facts: Facts) -> Reply | str:
    """The next booking that the delay would eat into; "" where there is time enough."""
    following = facts.booking_after(found)
    if following is None or following.start >= found.end + delay:
        return ""
    return say("late_runs_into", id=following.id, client=following.client, when=following.start)
