"""The closed sets of words in which engagements are kept."""

from enum import StrEnum


class RecordStatus(StrEnum):
    """Of a client record: nobody's client yet, or one with an engagement that goes on."""

    LEAD = "lead"
    ACTIVE = "active"


class EngagementStatus(StrEnum):
    PLANNING = "planning"
    COMPLETED = "completed"
    """Every milestone is done."""
    CLOSED = "closed"
    """Its booking came to nothing, or it was called off."""


class WorkState(StrEnum):
    """How far the opening of an engagement is, of one booking."""

    DUE = "due"
    """Its records are to be made, or to follow what became of the booking."""
    TELLING = "telling"
    """They are made; the coordinator is to be told."""
    DONE = "done"
    FAILED = "failed"
    """Tried in vain so often that a person is shown it."""


class Deed(StrEnum):
    """What the activity log says was done. A wedding's opening is `wedding_created`, and so on by kind."""

    CLIENT_CREATED = "client_created"
    CLIENT_REUSED = "client_reused"
    CLIENT_LINKED = "client_linked"
    BOOKING_JOINED = "booking_joined"
    MILESTONE_DONE = "milestone_done"
    MILESTONE_OPENED = "milestone_opened"
    MILESTONE_MOVED = "milestone_moved"
    MILESTONE_ADDED = "milestone_added"
    EVENT_MOVED = "event_moved"
    DETAIL_CHANGED = "detail_changed"
    SPENT = "spent"
    CLOSED = "closed"
    REOPENED = "reopened"
    KEPT = "kept"


CREATED = "{kind}_created"
OPEN = (EngagementStatus.PLANNING, EngagementStatus.COMPLETED)
