"""A time that the coordinator proposed: YES, NO, or another time."""

import re

from conversations.booking import ProposalView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import AcceptProposal, RefuseProposal
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import booking
from conversations.languages.render import render
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Certainty, Understood
from conversations.values import replace

_NUMBERED = re.compile(r"\s*[^\s\d#]+[\s,]*#?(\d{1,9})[\s.!]*")
_MAY_ANSWER = (Awaiting.PROPOSAL, Awaiting.WORDS, Awaiting.NOTHING)


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """What the client's answer to a proposal leads to; None where the text is no answer to it."""
    if dialogue.booking_id is None:
        return None
    proposal = facts.proposal(dialogue.booking_id)
    if proposal is None or facts.booking(dialogue.booking_id) is None:
        return _gone(dialogue, dialogue.booking_id, facts)
    if names_a_time(understood):
        return change_wish(dialogue, understood, facts)
    return _settle(dialogue, dialogue.booking_id, proposal, understood)


def answer_numbered(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """ "Yes 16", where a time is proposed for that booking: what it leads to; None for any other text."""
    named = _NUMBERED.fullmatch(event.text) if dialogue.awaiting in _MAY_ANSWER else None
    found = facts.booking(int(named[1])) if named is not None else None
    proposal = facts.proposal(found.id) if found is not None and not found.proposed_by_client else None
    if found is None or proposal is None or found not in facts.my_bookings():
        return None
    return _settle(replace(dialogue, booking_id=found.id), found.id, proposal, understood)


def _settle(dialogue: Dialogue, booking_id: int, proposal: ProposalView, understood: Understood) -> Turn | None:
    settled = dialogue.asking(Awaiting.NOTHING)
    if understood.answer is Answer.YES:
        return Turn(settled, (), (AcceptProposal(proposal.id, booking_id),))
    if understood.answer is Answer.NO:
        return Turn(settled, (), (RefuseProposal(proposal.id, booking_id),))
    return None


def change_wish(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn:
    """The client wants another time for the booking under discussion: the funnel, with its service known. A bare hour
    is on the day that was proposed or wished last, else on its own."""
    assert dialogue.booking_id is not None
    found = facts.booking(dialogue.booking_id)
    assert found is not None
    start, spoken_of = found.start, facts.proposal(found.id)
    dialogue = replace(
        dialogue.without_slots(),
        changing=True,
        service_id=found.service_ids[0],
        more_service_ids=found.service_ids[1:],
        staff_id=found.staff_id,
        day=(start if spoken_of is None else spoken_of.start).date(),
        at=None if understood.date.certainty is not Certainty.NOTHING else start.time(),
    )
    if found.class_id is not None:  # each class has an hour and a teacher of its own
        dialogue = replace(dialogue, staff_id=None, day=None, at=None)
    elif understood.date.certainty is Certainty.CERTAIN and understood.time.certainty is Certainty.NOTHING:
        dialogue = replace(dialogue, at=start.time())
    return booking.answer(dialogue, replace(understood, answer=None), facts)


def names_a_time(understood: Understood) -> bool:
    """Whether a text says a day or a time, however clearly."""
    return (
        understood.date.certainty is not Certainty.NOTHING
        or understood.time.certainty is not Certainty.NOTHING
        or (understood.choice is not None and understood.choice.subject.value in ("date", "time", "moment"))
    )


def _gone(dialogue: Dialogue, booking_id: int, facts: Facts) -> Turn:
    found = facts.booking(booking_id)
    state = render(say(f"status_{found.status}"), facts.language) if found is not None else ""
    return Turn(dialogue.asking(Awaiting.NOTHING), (say("proposal_gone", id=booking_id, state=state),))
