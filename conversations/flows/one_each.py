"""Several people for what takes one at a time: the first is booked now, the next behind them."""

from conversations.booking import BookingView
from conversations.business import Service
from conversations.dialogue import Dialogue
from conversations.facts import Facts
from conversations.flows import visits
from conversations.flows.slots import LONGEST_NOTE
from conversations.languages.render import name_text
from conversations.replies import Reply, say
from conversations.session_types import SessionType
from conversations.values import replace


def takes_one(service: Service) -> bool:
    """Whether one person comes to it; guests of an engagement are told of it, and do not come."""
    return service.session_type is SessionType.INDIVIDUAL and not service.is_class and not service.engagement


def news(before: Dialogue, dialogue: Dialogue, facts: Facts) -> tuple[Reply, ...]:
    """What is said once it is known that they are too many."""
    service = _too_small(dialogue, facts)
    told = _too_small(before, facts)
    return () if service is None or told == service else (say("one_each", service=service.called),)


def news_of_made(found: BookingView, seats: int | None, facts: Facts) -> tuple[Reply, ...]:
    """What is said where that is told of a booking that was made."""
    service = visits.offered(found.service_ids, facts)
    is_too_small = (seats or 1) > 1 and service is not None and takes_one(service)
    return (say("one_each_made", id=found.id, service=found.service),) if is_too_small else ()


def for_first(dialogue: Dialogue, facts: Facts) -> Dialogue:
    """The same for the first of them; what was said of all goes into the note."""
    if _too_small(dialogue, facts) is None:
        return dialogue
    note = dialogue.note
    if dialogue.party not in note:
        note = "; ".join(part for part in (dialogue.party, note) if part)[:LONGEST_NOTE]
    return replace(dialogue, attendee=dialogue.attendee.partition(", ")[0], note=note)


def wish_for_next(dialogue: Dialogue, facts: Facts) -> str:
    """The words of the next one's booking, on the same day where that is one; "" where the first was alone."""
    service = _too_small(dialogue, facts)
    if service is None:
        return ""
    called = name_text(service.called, facts.language)
    return called if dialogue.day is None or dialogue.rhythm else f"{called} {dialogue.day.isoformat()}"


def _too_small(dialogue: Dialogue, facts: Facts) -> Service | None:
    """The service that is wanted for more than one, and takes one."""
    if dialogue.service_id is None or (dialogue.seats or 1) < 2 or dialogue.changing:
        return None
    service = visits.offered(dialogue.service_ids, facts)
    return service if service is not None and takes_one(service) else None
