"""What who is in a class, or waits for it, reads when it is called off or has another time."""

from conversations.booking import BookingStatus
from conversations.dialogue import Awaiting, Dialogue
from conversations.events import ClassCancelled, ClassMoved
from conversations.facts import Facts
from conversations.flows.classes import LOOK_AHEAD, MOST_SHOWN, labels
from conversations.flows.notices import confirmation, settle
from conversations.replies import say
from conversations.turn import Turn
from conversations.values import replace


def cancelled(dialogue: Dialogue, event: ClassCancelled, facts: Facts) -> Turn:
    """Why, and the next classes of the course that have room for as many, unless they are filling in something else."""
    found, booking = event.found, event.booking
    if booking is None:
        reply = say("class_cancelled_waiting", service=found.name, when=found.start, reason=event.reason)
    else:
        dialogue = settle(dialogue, booking, settled=False)
        reply = say("class_cancelled", id=booking.id, service=booking.service, when=booking.start, reason=event.reason)
    classes = facts.classes(found.service_id, facts.now, facts.now + LOOK_AHEAD)
    others = [each for each in classes if each.id != found.id and each.free >= event.seats][:MOST_SHOWN]
    is_offered = any(service.id == found.service_id for service in facts.services())
    if dialogue.service_id is not None or not others or not is_offered:
        return Turn(dialogue, (reply,))
    choices = labels(others, facts.language)
    dialogue = replace(dialogue.without_slots(), service_id=found.service_id, seats=event.seats)
    if booking is not None:
        dialogue = replace(dialogue, attendee=booking.attendee, note=booking.note)
    return Turn(dialogue.asking(Awaiting.CLASS, choices), (reply, say("declined_alternatives", choices)))


def moved(dialogue: Dialogue, event: ClassMoved) -> Turn:
    found, booking = event.found, event.booking
    if booking is None:
        reply = say("class_moved_waiting", service=found.name, when=found.start, before=event.before)
        return Turn(dialogue, (reply,))
    if booking.status is not BookingStatus.PENDING:
        dialogue = settle(dialogue, booking, settled=True)
    return Turn(dialogue, (confirmation("moved", booking, before=event.before),))
