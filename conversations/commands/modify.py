"""MODIFY: another time is held and offered to the client; words alone are passed on, and a time is asked for."""

from datetime import datetime

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome, handled
from conversations.commands.changing import warned, with_line
from conversations.commands.times import of_booking, staff_of, taken
from conversations.commands.words import read_moment
from conversations.effects import AskAnotherTime, Propose
from conversations.facts import Facts
from conversations.replies import Reply, say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    if not rest:
        return Outcome(say("command_needs_words", example=COMMAND.example))
    moment = read_moment(rest, facts, staff_of(found, facts), found.start.date())
    if moment.unclear:
        return Outcome(say("command_time_unclear", id=found.id, word=COMMAND.word))
    if moment.day is None and moment.at is None:
        reply = say("command_asked", id=found.id, client=found.client)
        return warned(found, reply, AskAnotherTime(found.id, found.version, rest))
    if found.class_id is not None:
        return Outcome(say("command_class_time", id=found.id, service=found.service))
    start = moment.start(found.start, facts)
    if start is None:
        return Outcome(say("command_time_gap", id=found.id, at=moment.at or found.start.time()))
    return _propose(found, start, moment.words, facts)


def _propose(found: BookingView, start: datetime, words: str, facts: Facts) -> Outcome:
    staff = staff_of(found, facts)
    if start == found.start:
        return Outcome(say("command_time_same", id=found.id, when=start))
    if start <= facts.now:
        return Outcome(say("command_time_past", id=found.id, when=start))
    warning: Reply | str = ""
    if staff is not None:
        wanted = of_booking(found, start, staff, facts)
        if wanted.is_taken(facts):
            return taken(found, wanted, facts)
        warning = wanted.warning
    reply = say("command_proposed", id=found.id, when=start, client=found.client)
    return with_line(warned(found, reply, Propose(found.id, found.version, start, words)), warning)


COMMAND = Command("MODIFY", "MODIFY 12 Tuesday 17:00", run, single=True, answers_requests=True)
