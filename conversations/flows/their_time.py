"""A booking's time by the clock of the client's country, where that is another."""

from datetime import datetime

from conversations.replies import Reply, say
from conversations.rules.elsewhere import elsewhere


def their_time(phone: str, when: datetime) -> Reply | str:
    """A line of a confirmation; nothing where their clock shows the same."""
    there = elsewhere(phone, when)
    return say("elsewhere", when=there) if there is not None else ""
