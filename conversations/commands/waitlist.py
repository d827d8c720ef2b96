"""WAITLIST: who waits for a class, or at all, and why nobody is asked."""

import re

from conversations.classes import Place
from conversations.commands.base import Command, Listing
from conversations.facts import Facts
from conversations.flows.waiting import until, what
from conversations.replies import Reply, say

_CLASS = re.compile(r"#?[cC]?\s*(\d{1,9})")


def show(rest: str, facts: Facts) -> Listing:
    wanted = _CLASS.fullmatch(rest.strip())
    return _of_class(int(wanted.group(1)), facts) if wanted is not None else _of_all(facts)


def _of_class(class_id: int, facts: Facts) -> Listing:
    found = facts.class_session(class_id)
    if found is None or not any(staff.id == found.staff_id for staff in facts.my_staff(found.service_id)):
        return Listing(say("waitlist_no_class", id=class_id))
    places = facts.waiting(class_id)
    called = say("place_moment", service=found.name, when=found.start)
    left = say("seats_left", count=found.free)
    if not places:
        return Listing(say("waitlist_empty", what=called, left=left))
    lines = tuple(
        say("waitlist_line", id=each.id, client=each.client, seats=say("seats", count=each.seats), why=why(each, facts))
        for each in places
    )
    return Listing(say("waitlist_head", count=len(places), what=called, left=left), lines)


def _of_all(facts: Facts) -> Listing:
    places = facts.waiting()
    lines = tuple(
        say(
            "waitlist_all_line",
            id=each.id,
            client=each.client,
            what=what(each),
            why=why(each, facts),
            of_class=f" (C{each.class_id})" if each.class_id is not None else "",
        )
        for each in places
    )
    return Listing(say("waitlist_all", count=len(places)), lines) if places else Listing(say("waitlist_nobody"))


def why(place: Place, facts: Facts) -> Reply:
    """Why they are asked, or are not, in words."""
    assert place.why is not None
    return say(f"wait_why_{place.why}", until=until(place, facts))


COMMAND = Command("WAITLIST", "WAITLIST C5", show=show, may_be_an_answer=True)
