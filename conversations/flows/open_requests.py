"""How many requests of one client may wait for an answer at a time; a series is one."""

from conversations.booking import BookingStatus, BookingView
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.policies import Approval, Terms


def too_many_open(terms: Terms, facts: Facts) -> Reply | None:
    """Where this client has as many as these terms let them; None where another is welcome."""
    if terms.requires_approval is Approval.NO or facts.person.is_coordinator:
        return None
    waiting = [found for found in facts.my_bookings() if found.status is BookingStatus.PENDING]
    names = dict.fromkeys(map(called, waiting))
    return say("too_many_open", ids=", ".join(names)) if len(names) >= terms.open_requests else None


def called(found: BookingView) -> str:
    """ "#12", or "S3" for any occurrence of a series."""
    return f"#{found.id}" if found.series_id is None else f"S{found.series_id}"
