"""A client calls a booking off: one question, and which one it is where there are several."""

from conversations.booking import BookingView
from conversations.business import Money
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import Cancel, TellCoordinator
from conversations.events import CancelAsked, Said
from conversations.facts import Facts
from conversations.flows import series_cancelled
from conversations.flows.standing import Stance, ask_which, is_open, is_sure, meant, stance
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.understanding import Answer, Understood

WISH = "cancel"


def begin(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """The wish: ask for the YES to it, or which booking is meant."""
    found = meant(understood, event, facts, by_time=True)
    if not found:
        return Turn(dialogue, (say("my_bookings_none"),))
    found = series_cancelled.one_for_each_series(found)
    if is_sure(understood, found):
        part = series_cancelled.ask_part(dialogue, WISH, found[0], event.text, facts)
        return part or ask(dialogue, found[0], facts)
    return ask_which(dialogue, WISH, found, event.text, facts)


def ask(dialogue: Dialogue, found: BookingView, facts: Facts) -> Turn:
    """The question, with the fee where there is one; or word to the coordinator, where it is too late for a YES."""
    match stance(found, facts):
        case Stance.FREE:
            reply = say("ask_cancel", id=found.id, service=found.service, when=found.start)
            return Turn(dialogue.asking(Awaiting.CANCEL, about=found.id), (reply,))
        case Stance.FEE:
            reply = say("ask_cancel_fee", id=found.id, service=found.service, when=found.start, price=fee(found, facts))
            return Turn(dialogue.asking(Awaiting.CANCEL_FOR_FEE, about=found.id), (reply,))
        case Stance.ASK:
            return _pass_on(dialogue.asking(Awaiting.NOTHING), found, facts)


def answer(dialogue: Dialogue, understood: Understood, facts: Facts) -> Turn | None:
    """What the client's YES or NO leads to; None where the text is neither."""
    if understood.answer is None or not understood.is_slotless or dialogue.asked_about is None:
        return None
    found, settled = facts.booking(dialogue.asked_about), dialogue.asking(Awaiting.NOTHING)
    if found is None or not is_open(found, facts):
        return Turn(settled, (is_now(dialogue.asked_about, found),))
    if understood.answer is Answer.NO:
        return Turn(settled, (say("cancel_kept", id=found.id, service=found.service, when=found.start),))
    agreed = Stance.FEE if dialogue.awaiting is Awaiting.CANCEL_FOR_FEE else Stance.FREE
    if stance(found, facts) not in (Stance.FREE, agreed):
        return ask(dialogue, found, facts)
    return Turn(settled, (), (_cancel(found, facts),))


def again(dialogue: Dialogue, facts: Facts) -> Turn:
    """Ask once more."""
    found = facts.booking(dialogue.asked_about) if dialogue.asked_about is not None else None
    if found is None or not is_open(found, facts):
        return Turn(dialogue.asking(Awaiting.NOTHING))
    return ask(dialogue, found, facts)


def asked_on_page(dialogue: Dialogue, event: CancelAsked, facts: Facts) -> Turn:
    """As if the YES had been texted; the page has shown the fee."""
    found = facts.booking(event.booking_id)
    if found is None or not is_open(found, facts):
        return Turn(dialogue)
    if stance(found, facts) is Stance.ASK:
        return _pass_on(dialogue, found, facts)
    if dialogue.asked_about == found.id:
        dialogue = dialogue.asking(Awaiting.NOTHING)
    return Turn(dialogue, (), (_cancel(found, facts),))


def fee(found: BookingView, facts: Facts) -> Money:
    """What cancelling it late costs."""
    return Money(facts.terms(found).cancel_fee, found.price.currency)


def is_now(booking_id: int, found: BookingView | None) -> Reply:
    """What has become of a booking that is spoken of and stands no longer."""
    if found is None:
        return say("my_bookings_none")
    return say("booking_is_now", id=booking_id, status=say(f"status_{found.status}"))


def _cancel(found: BookingView, facts: Facts) -> Cancel:
    reason = ""
    if stance(found, facts) is Stance.FEE:
        reason = render(say("cancelled_for_fee", price=fee(found, facts)), facts.business.language)
    return Cancel(found.id, found.version, reason, by_client=True)


def _pass_on(dialogue: Dialogue, found: BookingView, facts: Facts) -> Turn:
    reply = say("cancel_passed_on", id=found.id, when=found.start, business=facts.business.name)
    tell = say("late_cancel_notice", id=found.id, client=found.client, service=found.service, when=found.start)
    return Turn(dialogue, (reply,), (TellCoordinator(tell, found.id),))
