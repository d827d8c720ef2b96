"""ARRIVED, START, END, DONE, NOSHOW: what becomes of a visit, as the day goes on."""

from datetime import timedelta

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.commands.times import of_booking, seats_are_gone, staff_of
from conversations.effects import EndCall, Mark, StartCall
from conversations.facts import Facts
from conversations.replies import say
from conversations.rules.calls import minutes_of_call
from conversations.rules.transitions import TRANSITIONS

EARLY = timedelta(hours=2)
"""Nobody is taken for arrived longer than this before the start."""
LATE = timedelta(minutes=10)


def arrived(found: BookingView, _rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.CONFIRMED:
        return _not_now(found)
    if facts.now < found.start - EARLY:
        return Outcome(say("command_too_early", id=found.id, when=found.start))
    reply = say("command_arrived_done", id=found.id, client=found.client, service=found.service, staff=found.staff)
    return Outcome(reply, (Mark(found.id, found.version, BookingStatus.IN_PROGRESS, _attendance(found, facts)),))


def start(found: BookingView, _rest: str, facts: Facts) -> Outcome:
    """The call begins, of who is here already as well."""
    if found.call_started is not None and found.status is BookingStatus.IN_PROGRESS:
        return Outcome(say("command_call_begun", id=found.id, at=found.call_started.time()))
    if found.status not in (BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS):
        return _not_now(found)
    if facts.now < found.start - EARLY:
        return Outcome(say("command_too_early", id=found.id, when=found.start))
    reply = say("command_started", id=found.id, client=found.client, service=found.service, at=facts.now.time())
    attendance = _attendance(found, facts) if found.status is BookingStatus.CONFIRMED else ""
    return Outcome(reply, (StartCall(found.id, found.version, attendance),))


def end(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """The call that began is over, and the session with it."""
    if found.status is not BookingStatus.IN_PROGRESS and found.status is not BookingStatus.CONFIRMED:
        return _not_now(found)
    if found.call_started is None or found.status is BookingStatus.CONFIRMED:
        return Outcome(say("command_call_not_begun", id=found.id))
    minutes = minutes_of_call(found.call_started, facts.now)
    reply = say("command_ended", id=found.id, client=found.client, service=found.service, minutes=minutes)
    return Outcome(reply, (EndCall(found.id, found.version, rest),))


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


def _attendance(found: BookingView, facts: Facts) -> str:
    return "late" if facts.now > found.start + LATE else "attended"


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
START = Command("START", "START 12", start, takes_words=False)
END = Command("END", "END 12 left knee much better", end)
NOSHOW = Command("NOSHOW", "NOSHOW 12", no_show, takes_words=False)
