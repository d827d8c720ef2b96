"""Why a day has nothing: the reason of all its starts that tells the client most."""

from collections.abc import Iterable, Sequence
from datetime import date

from conversations.business import Service
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.rules.availability import Calendar, Refusal, day_refusals

_AS = {
    Refusal.BLOCKED: Refusal.TAKEN,
    Refusal.ELSEWHERE: Refusal.TAKEN,
    Refusal.NO_RESOURCE: Refusal.TAKEN,
    Refusal.WEEK_CAP: Refusal.DAY_CAP,
}
"""What a client is told where the true reason is the business's own."""
MAY_COME_FREE = frozenset({Refusal.TAKEN, Refusal.HELD, Refusal.DAY_CAP})
"""What may pass, of what a client is told: others may give it up."""
_KEYS = {
    Refusal.TOO_FAR: "day_too_far",
    Refusal.HELD: "day_held",
    Refusal.TAKEN: "day_full",
    Refusal.DAY_CAP: "day_full",
    Refusal.HOLIDAY: "day_holiday",
    Refusal.TOO_SOON: "day_too_soon",
    Refusal.PAST: "day_past",
}
"""By what tells most first; a day without any start is closed."""
_PLAINEST = (
    Refusal.HELD, Refusal.TAKEN, Refusal.DAY_CAP, Refusal.TOO_SOON, Refusal.TOO_FAR, Refusal.PAST, Refusal.HOLIDAY,
)  # fmt: skip


def told(refusal: Refusal) -> Refusal:
    """What a client is told of a refusal."""
    return _AS.get(refusal, refusal)


def plainest(refusals: Iterable[Refusal | None]) -> Refusal:
    """What a client is told where several staff refuse for different reasons: "taken" says most."""
    found = {told(refusal) for refusal in refusals if refusal is not None}
    return next((refusal for refusal in _PLAINEST if refusal in found), Refusal.CLOSED)


def why_none_free(calendars: Sequence[Calendar], service: Service, day: date, facts: Facts) -> Reply:
    """The reason, in the words of the language file."""
    reasons = {told(reason) for reason in day_refusals(calendars, service.minutes, day, facts.now)}
    return say(next((key for reason, key in _KEYS.items() if reason in reasons), "day_closed"), day=day)
