"""Why a day has nothing: the reason of all its starts that tells the client most."""

from collections.abc import Sequence
from datetime import date

from conversations.business import Service
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, Refusal, day_refusals

_KEYS = {
    Refusal.TOO_FAR: "day_too_far",
    Refusal.HELD: "day_held",
    Refusal.TAKEN: "day_full",
    Refusal.TOO_SOON: "day_too_soon",
    Refusal.PAST: "day_past",
}
"""By what tells most first; a day without any start is closed."""


def why_none_free(calendars: Sequence[Calendar], service: Service, day: date, facts: Facts) -> Reply:
    """The reason, in the words of the language file."""
    reasons = day_refusals(calendars, service.minutes, day, facts.now)
    return say(next((key for reason, key in _KEYS.items() if reason in reasons), "day_closed"), day=day)
