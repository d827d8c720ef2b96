"""A request that ran out: nobody answered it in time, or its client had not settled on the time for it."""

from conversations.booking import BookingView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import TellCoordinator
from conversations.events import RequestExpired
from conversations.facts import Facts
from conversations.flows import booking as funnel
from conversations.flows.notices import offer_others, settle
from conversations.replies import Reply, say
from conversations.turn import Turn
from conversations.values import replace


def expired(dialogue: Dialogue, event: RequestExpired, facts: Facts) -> Turn:
    """Word to both of what was missing; to the client with the time that they were about to choose, else with three
    others."""
    found = event.booking
    is_choosing = dialogue.changing and dialogue.booking_id == found.id
    is_asked = dialogue.awaiting is Awaiting.WORDS and dialogue.asked_about == found.id
    was_theirs = is_choosing or is_asked or event.proposal is not None
    key = "request_not_settled" if was_theirs else "request_expired"
    lead = say(key, id=found.id, service=found.service, when=found.start)
    tell = TellCoordinator(_notice(event, is_choosing=is_choosing), found.id)
    turn = _with_chosen(dialogue, found, lead, facts) if is_choosing else None
    return (turn or offer_others(settle(dialogue, found, settled=False), found, (lead,), facts)).doing(tell)


def _notice(event: RequestExpired, *, is_choosing: bool) -> Reply:
    key = "request_expired_notice" if event.proposal is None else "proposal_expired_notice"
    if is_choosing:
        key = "choosing_expired_notice"
    return say(key, id=event.booking.id, client=event.booking.client, when=event.booking.start)


def _with_chosen(dialogue: Dialogue, found: BookingView, lead: Reply, facts: Facts) -> Turn | None:
    """YES to the time that they have been shown for it makes a new request; None where none was, or it is gone."""
    if dialogue.awaiting is not Awaiting.CONFIRMATION or dialogue.later:
        return None
    anew = replace(dialogue, changing=False, booking_id=None, attendee=found.attendee, note=found.note)
    if found.class_id is not None:
        anew = replace(anew, seats=found.seats)
    turn = funnel.ask_next(anew, facts, (lead,))
    return turn if turn.dialogue.awaiting is Awaiting.CONFIRMATION else None
