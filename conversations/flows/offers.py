"""What has come free is offered to somebody who waits for it: what they read, and what their YES or NO leads to. What
they were doing meanwhile is gone on with."""

from conversations.classes import Place, WaitlistStatus
from conversations.dialogue import Dialogue
from conversations.effects import AcceptOffer, DeclineOffer, TellCoordinator
from conversations.events import OfferGone, OfferMade, OffersUnanswered, OfferTaken
from conversations.facts import Facts
from conversations.flows import notices, side_trips
from conversations.flows.waiting import offer, what
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Answer, Intent, Understood
from conversations.values import replace

_BESIDE = (None, Intent.THANKS, Intent.BOOK, Intent.GREETING)
WAITS = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)


def made(dialogue: Dialogue, event: OfferMade, facts: Facts) -> Turn:
    return Turn(replace(dialogue, offer_id=event.place.id), (offer(event.place, facts),))


def answer(dialogue: Dialogue, understood: Understood, quoted: int | None, facts: Facts) -> Turn | None:
    """The answer to the offer that they `quoted`, else to what was offered last, where nothing was asked since; None
    for any other text."""
    offered = quoted or dialogue.offer_id
    if offered is None or not is_bare(understood):
        return None
    place = facts.place(offered)
    return None if place is None else _settle(dialogue, place, understood, facts)


def answer_late(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """A YES or NO that answers nothing else: it answers the offer that stands."""
    if not is_bare(understood):
        return None
    standing = next((place for place in facts.my_places() if place.is_offered), None)
    return None if standing is None else _settle(dialogue, standing, understood, facts)


def taken(dialogue: Dialogue, event: OfferTaken, facts: Facts) -> Turn:
    """As after any YES. A booking they were filling in meanwhile is gone on with, unless it was of this very class."""
    found = event.booking
    settled = notices.is_settled(found)
    if dialogue.class_id is not None and dialogue.class_id == found.class_id:
        dialogue = dialogue.without_slots()
    if dialogue.service_id is None:
        dialogue = replace(dialogue, booking_id=found.id, settled=settled)
    if not event.is_new:
        key = "already_booked" if settled else "already_requested"
        return _going_on(dialogue, facts, say(key, id=found.id, service=found.service, when=found.start))
    if event.seats:
        reply, tell = notices.more_seats(found, event.seats)
    else:
        reply, tell = notices.thanks_for_booking(found, facts)
    turn = _going_on(dialogue, facts, reply).doing(TellCoordinator(tell, found.id, may_wait=True))
    return turn if found.series_id is None else turn.led_by(say("series_adds", id=found.series_id))


def gone(dialogue: Dialogue, event: OfferGone, facts: Facts) -> Turn:
    """Too late: somebody else has it, or it lies behind."""
    place = event.place
    if place.when <= facts.now and not place.is_day:
        return _going_on(dialogue, facts, say("offer_over", what=what(place)))
    if place.status in WAITS:
        return _going_on(dialogue, facts, say("offer_gone", what=what(place), number=place.number))
    turn = _going_on(dialogue, facts, say("offer_gone_for_good", what=what(place)))
    return replace(turn, dialogue=replace(turn.dialogue, offer_id=place.id))


def unanswered(dialogue: Dialogue, event: OffersUnanswered) -> Turn:
    """Two offers without an answer: how to come back."""
    reply = say("offers_unanswered", what=what(event.place))
    return Turn(replace(dialogue, offer_id=event.place.id), (reply,))


def is_bare(understood: Understood) -> bool:
    """A yes or no and no wish of its own: "no thanks", "yes book it"."""
    return understood.answer is not None and understood.is_slotless and understood.intent in _BESIDE


def _settle(dialogue: Dialogue, place: Place, understood: Understood, facts: Facts) -> Turn | None:
    dialogue = replace(dialogue, offer_id=None)
    if understood.answer is Answer.YES:
        return Turn(dialogue, (), (AcceptOffer(place.id),))
    if place.status not in WAITS:
        return None
    return _going_on(dialogue, facts, say("offer_passed")).doing(DeclineOffer(place.id))


def _going_on(dialogue: Dialogue, facts: Facts, reply: Reply) -> Turn:
    """This is said, and what was open before is asked once more."""
    turn = side_trips.again(dialogue, facts)
    return turn.led_by(reply, say("back_to_it")) if turn.replies else turn.led_by(reply)
