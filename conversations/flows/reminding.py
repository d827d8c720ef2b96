"""Reminders, and what comes after a visit: what the client reads, and what their answer leads to."""

from conversations.booking import BookingView
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import PromiseToCome
from conversations.events import MissedDue, ReminderDue, Said, ThanksDue
from conversations.facts import Facts
from conversations.flows import cancelling, options, rescheduling
from conversations.flows.notices import confirmation
from conversations.flows.standing import is_open
from conversations.languages import language
from conversations.languages.render import render
from conversations.replies import say
from conversations.turn import Turn
from conversations.understanding import Answer, Understood
from conversations.values import replace

_COME, _MOVE, _DROP = "come", rescheduling.WISH, cancelling.WISH
_INTERRUPTED = frozenset({Awaiting.NOTHING, Awaiting.MENU, Awaiting.REMINDER, Awaiting.PICK_UP})


def due(dialogue: Dialogue, event: ReminderDue, facts: Facts) -> Turn:
    """The reminder, with the question whether they will come; without it where another question is open."""
    found = event.booking
    asks = event.asks and dialogue.awaiting in _INTERRUPTED and dialogue.service_id is None
    choices = _choices(found, facts) if asks else ()
    reply = confirmation("reminder_asks" if asks else "reminder", found, business=facts.business.name)
    reply = replace(reply, options=choices)
    return Turn(dialogue.asking(Awaiting.REMINDER, choices, found.id) if asks else dialogue, (reply,))


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """What the answer to a reminder leads to; None where the text is none."""
    if dialogue.asked_about is None:
        return None
    found = facts.booking(dialogue.asked_about)
    picked = (
        understood.choice if understood.choice is not None and understood.choice.subject is Subject.BOOKING else None
    )
    wish = picked.value.partition(" ")[0] if picked is not None else ""
    if not wish and understood.answer is not None and understood.is_slotless and understood.intent is None:
        wish = _COME if understood.answer is Answer.YES else "no"
    if not wish:
        return None
    settled = dialogue.asking(Awaiting.NOTHING)
    if found is None or not is_open(found, facts):
        return Turn(settled, (cancelling.is_now(dialogue.asked_about, found),))
    match wish:
        case "come":
            return Turn(settled, (say("promised", when=found.start),), (PromiseToCome(found.id),))
        case rescheduling.WISH:
            return rescheduling.start(settled, found, Understood(), event.text, facts)
        case cancelling.WISH:
            return cancelling.ask(settled, found, facts)
        case _:
            choices = options.numbered(
                Subject.BOOKING,
                [
                    (f"{_MOVE} {found.id}", render(say("reminder_move"), facts.language)),
                    (f"{_DROP} {found.id}", render(say("reminder_drop"), facts.language)),
                ],
            )
            reply = say("ask_move_or_drop", choices, id=found.id, when=found.start)
            return Turn(dialogue.asking(Awaiting.REMINDER, choices, found.id), (reply,))


def thanks(dialogue: Dialogue, event: ThanksDue, facts: Facts) -> Turn:
    """Thanks for coming, where to say how it was, and how to come again."""
    return Turn(
        _closed(dialogue, event.booking),
        (say("thanks_for_visit", business=facts.business.name, link=facts.business.review_link),),
    )


def missed(dialogue: Dialogue, event: MissedDue, facts: Facts) -> Turn:
    """They were not there: another time, or a word of why."""
    found = event.booking
    reply = say("missed", business=facts.business.name, service=found.service, when=found.start)
    return Turn(_closed(dialogue, found), (reply,))


def _closed(dialogue: Dialogue, found: BookingView) -> Dialogue:
    """A booking that is over is under discussion no more."""
    over = dialogue.booking_id == found.id and not dialogue.changing
    return replace(dialogue, booking_id=None, settled=False) if over else dialogue


def _choices(found: BookingView, facts: Facts) -> tuple[Option, ...]:
    keys: list[str] = language(facts.language)["replies"]["reminder_keys"].split()
    wishes = ((_COME, "reminder_come"), (_MOVE, "reminder_move"))
    return tuple(
        Option(key, Subject.BOOKING, f"{wish} {found.id}", render(say(label), facts.language))
        for key, (wish, label) in zip(keys, wishes, strict=True)
    )
