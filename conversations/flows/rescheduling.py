"""A client wants another time for a booking: the funnel, with its service known; the old time is theirs until then."""

from conversations.booking import BookingStatus, BookingView
from conversations.dialogue import Dialogue
from conversations.effects import CallPerson, ChangeWish, Effect, Reschedule, TellCoordinator
from conversations.events import MoveAccepted, MoveAsked, MovedByClient, MoveLapsed, MoveRefused, Said, TimeAsked
from conversations.facts import Facts
from conversations.flows import booking as funnel
from conversations.flows import proposal, series_cancelled, visits
from conversations.flows.notices import confirmation, settle
from conversations.flows.standing import ask_which, is_open, is_sure, meant
from conversations.replies import say
from conversations.rules.availability import why_not
from conversations.turn import Turn
from conversations.understanding import Understood
from conversations.values import replace

WISH = "move"


def begin(dialogue: Dialogue, understood: Understood, event: Said, facts: Facts) -> Turn:
    """The wish: look for another time, or ask which booking is meant."""
    found = meant(understood, event, facts, by_time=False)
    if not found:
        return Turn(dialogue, (say("my_bookings_none"),))
    found = series_cancelled.one_for_each_series(found)
    if not is_sure(understood, found):
        return ask_which(dialogue, WISH, found, event.text, facts)
    if part := series_cancelled.ask_part(dialogue, WISH, found[0], event.text, facts):
        return part
    return start(dialogue, found[0], understood, event.text, facts)


def start(dialogue: Dialogue, found: BookingView, understood: Understood, text: str, facts: Facts) -> Turn:
    """The funnel for another time of this booking; a person, where nobody here gives it by text any more."""
    service = visits.offered(found.service_ids, facts)
    if service is None or found.staff_id not in service.staff_ids:
        return Turn(dialogue, (say("passed_on", business=facts.business.name),), (CallPerson(text),))
    dialogue = replace(dialogue, booking_id=found.id, settled=found.status is not BookingStatus.PENDING)
    understood = replace(understood, service_ids=(), intent=None)
    if proposal.names_a_time(understood):
        return proposal.change_wish(dialogue, understood, facts)
    return funnel.ask_next(moving(dialogue, found), facts)


def start_later(dialogue: Dialogue, found: BookingView, understood: Understood, facts: Facts) -> Turn:
    """The funnel for another time of this visit of a series and all later ones."""
    service = visits.offered(found.service_ids, facts)
    if service is None or found.staff_id not in service.staff_ids:
        return Turn(dialogue, (say("passed_on", business=facts.business.name),), (CallPerson(""),))
    dialogue = replace(dialogue, booking_id=found.id, settled=found.status is not BookingStatus.PENDING)
    dialogue = replace(moving(dialogue, found), later=True)
    return funnel.answer(dialogue, replace(understood, service_ids=(), intent=None, recurrence=None), facts)


def moving(dialogue: Dialogue, found: BookingView) -> Dialogue:
    """The dialogue about another time for this booking, with nothing of it known yet."""
    return replace(
        dialogue.without_slots(), changing=True, service_id=found.service_ids[0],
        more_service_ids=found.service_ids[1:], staff_id=found.staff_id if found.class_id is None else None,
    )  # fmt: skip


def asked_on_page(dialogue: Dialogue, event: TimeAsked, facts: Facts) -> Turn:
    """As if the YES to this time had been texted; nothing happens where it cannot be had any more."""
    found = facts.booking(event.booking_id)
    service = visits.offered(found.service_ids, facts) if found is not None else None
    if found is None or service is None or not is_open(found, facts) or event.start == found.start:
        return Turn(dialogue)
    if found.class_id is not None:
        return Turn(dialogue)
    day = event.start.astimezone(facts.business.zone).date()
    calendars = facts.calendars(service, day, day, found.id)
    wanted = next((calendar for calendar in calendars if calendar.staff.id == event.staff_id), None)
    if wanted is None or why_not(wanted, found.minutes, event.start, facts.now) is not None:
        return Turn(dialogue)
    if dialogue.changing and dialogue.booking_id == found.id:
        dialogue = dialogue.without_slots()
    effect: Effect = Reschedule(found.id, event.staff_id, event.start)
    if found.status is BookingStatus.PENDING:
        effect = ChangeWish(found.id, event.staff_id, event.start)
    return Turn(dialogue, (), (effect,))


def asked(dialogue: Dialogue, event: MoveAsked, facts: Facts) -> Turn:
    """Both times are held: the client is told, the coordinator is asked."""
    found, wanted = event.booking, event.proposal.start
    reply = say("move_asked", id=found.id, business=facts.business.name, when=wanted, before=found.start)
    prompt = say(
        "move_prompt", id=found.id, client=found.client, service=found.service, staff=found.staff,
        attendee=found.attendee, before=found.start, when=wanted,
    )  # fmt: skip
    return Turn(settle(dialogue, found, settled=True), (reply,), (TellCoordinator(prompt, found.id),))


def moved(dialogue: Dialogue, event: MovedByClient) -> Turn:
    """The client has moved it by themselves: both are told."""
    found = event.booking
    reply = confirmation("moved_yourself", found)
    tell = say(
        "moved_notice", id=found.id, client=found.client, service=found.service, staff=found.staff,
        before=event.before, when=found.start,
    )  # fmt: skip
    return Turn(settle(dialogue, found, settled=True), (reply,), (TellCoordinator(tell, found.id),))


def accepted(dialogue: Dialogue, event: MoveAccepted) -> Turn:
    found = event.booking
    reply = confirmation("move_accepted", found, event.note)
    return Turn(settle(dialogue, found, settled=True), (reply,))


def refused(dialogue: Dialogue, event: MoveRefused) -> Turn:
    found = event.booking
    reply = say("move_refused", id=found.id, proposed=event.proposal.start, reason=event.reason, when=found.start)
    return Turn(settle(dialogue, found, settled=True), (reply,))


def lapsed(dialogue: Dialogue, event: MoveLapsed) -> Turn:
    """Nobody answered: the old time holds."""
    found = event.booking
    reply = say("move_lapsed", id=found.id, proposed=event.proposal.start, when=found.start)
    tell = say("move_lapsed_notice", id=found.id, client=found.client, proposed=event.proposal.start, when=found.start)
    return Turn(settle(dialogue, found, settled=True), (reply,), (TellCoordinator(tell, found.id),))
