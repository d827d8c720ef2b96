"""What a client reads of what the business did by itself: booked for them, gave up a day, took something back."""

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import Effect, LetGo
from conversations.events import BookedFor, DayCleared, TakenBack
from conversations.facts import Facts
from conversations.flows import my_bookings
from conversations.flows.notices import confirmation, is_settled, offer_others, settle
from conversations.flows.pay_words import waits
from conversations.languages.render import name_text
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.values import replace

_ENDED = (BookingStatus.CANCELLED, BookingStatus.DECLINED, BookingStatus.EXPIRED)


def booked_for(dialogue: Dialogue, event: BookedFor, facts: Facts) -> Turn:
    """Who has never written is told who this is, and how to stop it."""
    found = event.booking
    name: Reply | str = say("to_name", name=found.client) if found.client_named else ""
    reply = confirmation("booked", found, name=name)
    knows_us = facts.knows_us()
    if dialogue.service_id is None:
        dialogue = replace(dialogue, booking_id=found.id, settled=True)
    turn = Turn(dialogue, (reply,))
    return turn if knows_us else turn.led_by(say("hello", business=facts.business.name))


def day_cleared(dialogue: Dialogue, event: DayCleared, facts: Facts) -> Turn:
    """All that was called off in one text, with other times for the first; the others come behind it."""
    first, *others = event.bookings
    for found in event.bookings:
        dialogue = settle(dialogue, found, settled=False)
    lines = tuple(say("day_cleared_line", id=each.id, service=each.service, when=each.start) for each in event.bookings)
    lead: tuple[Reply, ...] = (say("day_cleared", lines=lines, reason=event.reason),)
    if others:
        lead = (*lead, say("day_cleared_first", service=first.service))
    turn = offer_others(dialogue, first, lead, facts)
    if turn.dialogue.awaiting is not Awaiting.TIME or not others:
        return turn
    return replace(
        turn,
        dialogue=replace(
            turn.dialogue, next_wish="\n".join(name_text(each.service, facts.language) for each in others)
        ),
    )


def taken_back(dialogue: Dialogue, event: TakenBack, facts: Facts) -> Turn:
    """How each booking stands now, and what is to be paid for it. Other times that were offered for it, or chosen, are
    let go."""
    was_choosing = dialogue.service_id is not None
    for found in event.bookings:
        dialogue = _as_it_stands(dialogue, found)
    effects: tuple[Effect, ...] = (LetGo(),) if was_choosing and dialogue.service_id is None else ()
    asked = [waits(found, "", facts) for found in event.bookings if found.payment is not None]
    return Turn(dialogue, (say("taken_back", lines=my_bookings.lines(event.bookings)), *asked), effects)


def _as_it_stands(dialogue: Dialogue, found: BookingView) -> Dialogue:
    if found.status in _ENDED:
        return settle(dialogue, found, settled=False)
    is_choosing = dialogue.awaiting in (Awaiting.TIME, Awaiting.CONFIRMATION) and not dialogue.changing
    if is_choosing and dialogue.booking_id != found.id and dialogue.service_ids == found.service_ids:
        dialogue = dialogue.without_slots()
    if dialogue.awaiting in (Awaiting.PROPOSAL, Awaiting.WORDS):
        dialogue = dialogue.asking(Awaiting.NOTHING)
    if dialogue.service_id is not None:
        return dialogue
    return replace(dialogue, booking_id=found.id, settled=is_settled(found))
