"""What a text tells beside any wish: a name, an address, a note, who it is for."""

from dataclasses import replace

from conversations.dialogue import Dialogue
from conversations.effects import AddNote
from conversations.facts import Facts
from conversations.flows import booking, side_trips
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Understood


def is_only_for_whom(understood: Understood) -> bool:
    """Whether a text says who it is for and nothing else of a booking."""
    return bool(understood.attendee) and replace(understood, attendee="").is_slotless


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """Thanks for it, or None where nothing was told. A note goes to the booking that is being made, else to the one
    made last, else to the next."""
    thanks = _thanks(understood)
    note = "; ".join(part for part in (understood.note, understood.attendee) if part)
    if not thanks:
        return None
    if not note:
        return side_trips.again(dialogue, facts).led_by(*thanks)
    if dialogue.service_id is None and dialogue.booking_id is not None:
        return Turn(dialogue, thanks, (AddNote(dialogue.booking_id, note),))
    return booking.answer(replace(dialogue, misses=0), understood, facts, thanks)


def _thanks(understood: Understood) -> tuple[Reply, ...]:
    named = (say("nice_to_meet", name=understood.name),) if understood.name else ()
    mailed = (say("email_kept", email=understood.email),) if understood.email else ()
    noted = (say("noted"),) if understood.note or understood.attendee else ()
    return (*named, *mailed, *noted)
