"""ARRIVED, DONE, NOSHOW: what becomes of a visit, as the day goes on."""

from datetime import timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.commands.times import of_booking, seats_are_gone, staff_of
from conversations.effects import Mark
from conversations.facts import Facts
from conversations.replies import say
from conversations.rules.transitions import TRANSITIONS

EARLY = timedelta(hours=2)
"""Nobody is taken for arrived longer than this before the start."""
LATE = timedelta(minutes=10)


def arrived(found: BookingView, _rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.CONFIRMED:
        return _not_now(found)
    if facts.now < found.start - EARLY:
        return Outcome(say("command_too_early", id=found.id, when=found.start))
    attendance = "late" if facts.now > found.start + LATE else "attended"
    reply = say("command_arrived_done", id=found.id, client=found.client, service=found.service, staff=found.staff)
    return Outcome(reply, (Mark(found.id, found.version, BookingStatus.IN_PROGRESS, attendance),))


def done(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if BookingStatus.COMPLETED not in TRANSITIONS[found.status]:
        return _not_now(found)
    if found.status is not BookingStatus.IN_PROGRESS and facts.now < found.start:
        return Outcome(say("command_too_early", id=found.id, when=found.start))
    if found.status is BookingStatus.NO_SHOW and _is_given_away(found, facts):
        return Outcome(say("command_given_away", id=found.id, when=found.start))
    reply = say("command_finished", id=found.id, client=found.client, service=found.service)
    attendance = "late" if found.status is BookingStatus.NO_SHOW else ""
    return Outcome(reply, (Mark(found.id, found.version, BookingStatus.COMPLETED, attendance, rest),))


def no_show(found: BookingView, _rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.CONFIRMED:
        return _not_now(found)
    if facts.now < found.start:
        return Outcome(say("command_too_early", id=found.id, when=found.start))
    reply = say("command_no_show", id=found.id, client=found.client, when=found.start)
    return Outcome(reply, (Mark(found.id, found.version, BookingStatus.NO_SHOW, "absent"),))


def _not_now(found: BookingView) -> Outcome:
    if found.status is BookingStatus.PENDING:
        return Outcome(say("command_still_pending", id=found.id))
    return handled(found)


def _is_given_away(found: BookingView, facts: Facts) -> bool:
    if found.class_id is not None:
        return seats_are_gone(found.class_id, found.seats, found.start, facts)
    staff = staff_of(found, facts)
    return staff is not None and of_booking(found, found.start, staff, facts).is_taken(facts)


ARRIVED = Command("ARRIVED", "ARRIVED 12", arrived, takes_words=False)
DONE = Command("DONE", "DONE 12 left knee much better", done)
NOSHOW = Command("NOSHOW", "NOSHOW 12", no_show, takes_words=False)
