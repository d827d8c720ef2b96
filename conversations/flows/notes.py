"""What a text tells beside any wish: a name, an address, a note, who it is for."""

from conversations.dialogue import Dialogue
from conversations.effects import AddNote
from conversations.facts import Facts
from conversations.flows import booking, one_each, side_trips
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Understood
from conversations.values import replace


def is_only_for_whom(understood: Understood) -> bool:
    """Whether a text says who it is for and nothing else of a booking."""
    named = understood.attendee or understood.seats
    return bool(named) and replace(understood, attendee="", seats=None).is_slotless


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """Thanks for it, or None where nothing was told. A note goes to the booking that is being made, else to the one
    made last, else to the next."""
    thanks = _thanks(understood)
    note = "; ".join(part for part in (understood.note, understood.attendee or _party(understood)) if part)
    if not thanks:
        return None
    if not note:
        return side_trips.again(dialogue, facts).led_by(*thanks)
    if dialogue.service_id is None and dialogue.booking_id is not None:
        found = facts.booking(dialogue.booking_id)
        more = one_each.news_of_made(found, understood.seats, facts) if found is not None else ()
        return Turn(dialogue, (*thanks, *more), (AddNote(dialogue.booking_id, note),))
    return booking.answer(replace(dialogue, misses=0), understood, facts, thanks)


def _party(understood: Understood) -> str:
    """The words for several people."""
    return understood.words.get("seats", "")


def _thanks(understood: Understood) -> tuple[Reply, ...]:
    named = (say("nice_to_meet", name=understood.name),) if understood.name else ()
    mailed = (say("email_kept", email=understood.email),) if understood.email else ()
    noted = (say("noted"),) if understood.note or understood.attendee or _party(understood) else ()
    return (*named, *mailed, *noted)
