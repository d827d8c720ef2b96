"""A client who began a booking and says no more: reminded once, then what they began is put by until they write."""

from datetime import timedelta

from conversations.dialogue import Awaiting, Dialogue, Option, Quiet, Subject
from conversations.effects import LetGo
from conversations.facts import Facts
from conversations.flows import booking, side_trips
from conversations.flows.slots import what_is_known
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Understood
from conversations.values import replace


def patience(dialogue: Dialogue, facts: Facts) -> timedelta | None:
    """How long this client may be silent before something is done about it; None where nothing waits for them."""
    if dialogue.service_id is None or dialogue.changing or dialogue.quiet is Quiet.PUT_BY:
        return None
    return facts.business.nudge_after if dialogue.quiet is Quiet.NO else facts.business.put_by_after


def went_quiet(dialogue: Dialogue, facts: Facts) -> Turn:
    """Remind them, and ask again; the second time, say nothing and keep what they began, and the times they were
    offered."""
    if dialogue.quiet is Quiet.NO:
        turn = side_trips.again(replace(dialogue, quiet=Quiet.NUDGED), facts)
        return turn.led_by(say("nudge"))
    return Turn(replace(dialogue, quiet=Quiet.PUT_BY).asking(Awaiting.NOTHING, _times(dialogue)), (), (LetGo(),))


def offer_again(dialogue: Dialogue, facts: Facts) -> Turn:
    """They write again, and say nothing new: shall we go on?"""
    known = what_is_known(dialogue, facts)
    assert known is not None
    reply = say("pick_up", what=known.values["what"])
    return Turn(replace(dialogue, quiet=Quiet.NO).asking(Awaiting.PICK_UP, _times(dialogue)), (reply,))


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """What their YES or NO to that leads to; None for any other text."""
    match understood.answer:
        case Answer.YES:
            return booking.ask_again(dialogue, facts)
        case Answer.NO:
            return booking.ask_next(dialogue.without_slots(), facts, (say("started_over"),))
        case _:
            return None


def start_afresh(dialogue: Dialogue, understood: Understood) -> Dialogue:
    """They write again with a wish of their own: an old day and time are no part of it, an old service is until they
    name another."""
    dialogue = replace(dialogue, quiet=Quiet.NO, day=None, at=None, earliest=None, latest=None)
    return dialogue.without_slots() if understood.service_ids else dialogue


def _times(dialogue: Dialogue) -> tuple[Option, ...]:
    return tuple(option for option in dialogue.options if option.subject is Subject.MOMENT)
