"""Questions and wishes beside the booking; each returns to the point it left."""

from itertools import groupby

from conversations.business import Money, Shift, Staff
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import CallPerson, Effect, LetGo, Speak
from conversations.events import Said
from conversations.facts import Facts
from conversations.flows import (
    before_booking,
    booking,
    briefing,
    cancelling,
    lateness,
    my_bookings,
    options,
    rescheduling,
    series_cancelled,
    waiting,
    why_not,
)
from conversations.flows.standing import of_client
from conversations.languages import language, spoken
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.session_types import Name
from conversations.turn import Turn
from conversations.understanding import Intent, Understood
from conversations.values import replace

_MENU = ("menu_book", "menu_my_bookings", "menu_prices", "menu_person")


def answer(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn | None:
    """The answer to a wish that is not a slot, or None where the text has no such wish."""
    if understood.intent is None:
        return None
    text = event.text
    match understood.intent:
        case Intent.BACK:
            return _back(dialogue, facts)
        case Intent.START_OVER:
            lead = (say("started_over"),)
            return _with_let_go(booking.ask_next(dialogue.without_slots(), facts, lead))
        case Intent.NEVER_MIND if dialogue.service_id is None and of_client(facts):
            return cancelling.begin(dialogue, understood, event, facts)
        case Intent.NEVER_MIND:
            return never_mind(dialogue, facts)
        case Intent.MENU:
            return menu(dialogue, facts)
        case Intent.HELP:
            example = facts.services()[0].called if facts.services() else ""
            return _return(dialogue, facts, (say("help", business=facts.business.name, service=example),))
        case Intent.PERSON:
            reply = say("person_called", business=facts.business.name)
            return _return(dialogue, facts, (reply,), (CallPerson(text),))
        case Intent.CANCEL if dialogue.service_id is not None and text.strip().isalpha():
            return never_mind(dialogue, facts)
        case Intent.CANCEL | Intent.RESCHEDULE if not of_client(facts):
            return _return(dialogue, facts, (say("my_bookings_none"),))
        case Intent.CANCEL:
            return cancelling.begin(dialogue, understood, event, facts)
        case Intent.RESCHEDULE:
            return rescheduling.begin(dialogue, understood, event, facts)
        case Intent.LATE:
            return lateness.begin(dialogue, understood, facts)
        case Intent.WHY_NOT:
            return why_not.answer(dialogue, understood, facts)
        case Intent.MY_BOOKINGS:
            return _return(dialogue, facts, _my_bookings(facts))
        case Intent.PRICE:
            return _return(dialogue, facts, (_prices(understood, facts),))
        case Intent.WHERE:
            return _where(dialogue, text, facts)
        case Intent.HOURS:
            return _return(dialogue, facts, (_hours(facts),))
        case Intent.LANGUAGE:
            choices = options.numbered(Subject.LANGUAGE, spoken().items())
            return Turn(dialogue.asking(Awaiting.MENU, choices), (say("ask_language", choices),))
        case Intent.THANKS if understood.answer is None:
            return _return(dialogue, facts, (say("thanks"),))
        case _:
            return None


def menu(dialogue: Dialogue, facts: Facts, lead: tuple[Reply, ...] = ()) -> Turn:
    """What we can do, numbered. What was filled in stays."""
    choices = options.numbered(Subject.MENU, [(key, render(say(key), facts.language)) for key in _MENU])
    return Turn(dialogue.asking(Awaiting.MENU, choices), (*lead, say("menu", choices)))


def pick(dialogue: Dialogue, option: Option, event: Said, facts: Facts) -> Turn:
    """What a choice from the menu, or of a language, leads to."""
    dialogue = dialogue.asking(Awaiting.NOTHING)
    if option.subject is Subject.LANGUAGE:
        return speak(dialogue, option.value, facts)
    wishes = {
        "menu_my_bookings": Intent.MY_BOOKINGS,
        "menu_prices": Intent.PRICE,
        "menu_person": Intent.PERSON,
    }
    if option.value in wishes:
        turn = answer(dialogue, Understood(intent=wishes[option.value]), event, facts)
        assert turn is not None
        return turn
    return booking.ask_next(dialogue, facts)


def speak(dialogue: Dialogue, code: str, facts: Facts) -> Turn:
    """Go on in another language, from where we were."""
    return _return(dialogue, facts.in_language(code), (say("language_set"),), (Speak(code),))


def again(dialogue: Dialogue, facts: Facts) -> Turn:
    """Ask once more what was asked; nothing where nothing was."""
    if dialogue.awaiting in (Awaiting.CANCEL, Awaiting.CANCEL_FOR_FEE):
        return cancelling.again(dialogue, facts)
    if dialogue.awaiting in (Awaiting.CANCEL_LATER, Awaiting.CANCEL_LATER_FOR_FEE):
        return series_cancelled.again(dialogue, facts)
    if turn := briefing.again(dialogue, facts):
        return turn
    before = dialogue.awaiting in (Awaiting.AGREEMENT, Awaiting.INTAKE)
    if before and (turn := before_booking.again(dialogue, facts)):
        return turn
    in_funnel = dialogue.service_id is not None or dialogue.awaiting in (Awaiting.SERVICE, Awaiting.CONFIRMATION)
    if in_funnel and dialogue.awaiting not in (Awaiting.PROPOSAL, Awaiting.WORDS):
        return booking.ask_again(dialogue, facts)
    return Turn(dialogue)


def _return(dialogue: Dialogue, facts: Facts, replies: tuple[Reply, ...], effects: tuple[Effect, ...] = ()) -> Turn:
    turn = again(dialogue, facts)
    return turn.led_by(*replies).doing(*effects)


def _with_let_go(turn: Turn) -> Turn:
    return turn.doing(LetGo())


def _back(dialogue: Dialogue, facts: Facts) -> Turn:
    """Forget the slot that was filled last: time, then day, then service."""
    if turn := briefing.back(dialogue, facts):
        return turn
    if dialogue.class_id is not None:
        dialogue = replace(dialogue, class_id=None, day=None, at=None)
    elif dialogue.at is not None:
        dialogue = replace(dialogue, at=None)
    elif dialogue.day is not None:
        dialogue = replace(dialogue, day=None, earliest=None, latest=None)
    elif dialogue.service_id is not None and not dialogue.changing:
        dialogue = replace(dialogue, service_id=None, more_service_ids=(), staff_id=None)
    elif dialogue.service_id is not None:
        return never_mind(dialogue, facts)
    else:
        return menu(dialogue, facts, (say("nothing_to_go_back_to"),))
    return _with_let_go(booking.ask_next(dialogue, facts, (say("went_back"),)))


def never_mind(dialogue: Dialogue, facts: Facts) -> Turn:
    """What was begun is dropped; what was booked before is not."""
    reply = say("never_mind_rest" if facts.my_bookings() else "never_mind")
    return Turn(dialogue.without_slots(), (reply,), (LetGo(),))


def _my_bookings(facts: Facts) -> tuple[Reply, ...]:
    found, places = facts.my_bookings(), waiting.my_places(facts)
    if found:
        return (say("my_bookings", count=len(found), lines=my_bookings.lines(found)), *places)
    return places or (say("my_bookings_none"),)


def _prices(understood: Understood, facts: Facts) -> Reply:
    wanted = understood.service_ids
    services = [s for s in facts.services() if not wanted or s.id in wanted]
    lines = tuple(_price_line(s.called, s.minutes, s.price) for s in services)
    return say("prices", lines=lines) if lines else say("no_services", business=facts.business.name)


def _price_line(service: Name, minutes: int, price: Money) -> Reply:
    return say("price_line", service=service, minutes=minutes, price=price)


def _where(dialogue: Dialogue, text: str, facts: Facts) -> Turn:
    if facts.business.address:
        return _return(dialogue, facts, (say("where", address=facts.business.address),))
    reply = say("where_unknown", business=facts.business.name)
    return _return(dialogue, facts, (reply,), (CallPerson(text),))


def _hours(facts: Facts) -> Reply:
    lines = tuple(say("hours_line", staff=s.name, shifts=_shifts(s, facts)) for s in facts.staff() if s.shifts)
    return say("hours", lines=lines) if lines else say("where_unknown", business=facts.business.name)


def _shifts(staff: Staff, facts: Facts) -> str:
    """ "Mon-Fri 09:00-18:00, Sat 10:00-14:00": neighbouring days with equal hours together."""
    names: list[str] = language(facts.language)["replies"]["weekdays"].split()
    by_day = sorted(staff.shifts, key=lambda shift: (shift.weekday, shift.opens))

    def run(numbered_shift: tuple[int, Shift]) -> tuple[int, object, object]:
        number, shift = numbered_shift
        return shift.weekday - number, shift.opens, shift.closes

    parts = []
    for _, group in groupby(enumerate(by_day), key=run):
        shifts = [shift for _, shift in group]
        days = names[shifts[0].weekday]
        if len(shifts) > 1:
            days += f"-{names[shifts[-1].weekday]}"
        hours = say("shift", days=days, opens=shifts[0].opens, closes=shifts[0].closes)
        parts.append(render(hours, facts.language))
    return ", ".join(parts)
