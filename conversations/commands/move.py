"""MOVE: a booking gets another time at once, without asking the client, who is told."""

from collections.abc import Sequence

from conversations.booking import BookingStatus, BookingView
from conversations.classes import ClassView
from conversations.commands import series
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import STANDS, stands_no_longer, told, with_line
from conversations.commands.times import LOOK_AHEAD, not_to_be_had, of_booking, staff_of, taken
from conversations.commands.words import named_staff, read_moment
from conversations.effects import ChangeClass, Move
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    refusal = stands_no_longer(found, facts)
    if refusal is not None:
        return refusal
    if found.class_id is not None:
        return _to_class(found, rest, facts)
    if found.status is BookingStatus.PENDING:
        return Outcome(say("command_move_pending", id=found.id, when=found.start))
    named = named_staff(rest, tuple(facts.staff()), facts.language)
    staff = named.staff or staff_of(found, facts)
    if staff is None or not rest:
        return Outcome(say("command_needs_words", example=COMMAND.example))
    if staff.id != found.staff_id:  # whoever has it now may keep it
        wished = [service for service in facts.services() if service.id in found.service_ids]
        refusal = not_to_be_had(staff, wished, facts)
        if refusal is not None:
            return refusal
    moment = read_moment(named.rest, facts, staff, found.start.date())
    if moment.unclear or (moment.day is None and moment.at is None and named.staff is None):
        return Outcome(say("command_time_unclear", id=found.id, word=COMMAND.word))
    start = moment.start(found.start, facts)
    if start is None:
        return Outcome(say("command_time_gap", id=found.id, at=moment.at or found.start.time()))
    if start == found.start and staff.id == found.staff_id:
        return Outcome(say("command_move_same", id=found.id, when=start))
    if start <= facts.now:
        return Outcome(say("command_time_past", id=found.id, when=start))
    wanted = of_booking(found, start, staff, facts)
    if wanted.is_taken(facts):
        return taken(found, wanted, facts)
    reply = say("command_moved", id=found.id, client=found.client, when=start, staff=staff.name, before=found.start)
    return with_line(told(found, reply, Move(found.id, found.version, start, staff.id)), wanted.warning)


def _to_class(found: BookingView, rest: str, facts: Facts) -> Outcome:
    """Seats in another class of the same course, which must begin at the time that was written."""
    moment = read_moment(rest, facts, staff_of(found, facts), found.start.date())
    if moment.unclear or (moment.day is None and moment.at is None):
        return Outcome(say("command_time_unclear", id=found.id, word=COMMAND.word))
    start = moment.start(found.start, facts)
    if start is None:
        return Outcome(say("command_time_gap", id=found.id, at=moment.at or found.start.time()))
    if start == found.start:
        return Outcome(say("command_move_same", id=found.id, when=start))
    others = facts.classes(found.service_ids[0], facts.now, start + LOOK_AHEAD)
    wanted = next((each for each in others if each.start == start), None)
    if wanted is None:
        near = sorted((each for each in others if each.free >= found.seats), key=lambda each: abs(each.start - start))
        named = ", ".join(render(say("near_moment", when=each.start), facts.language) for each in near[:3])
        return Outcome(say("command_no_class", id=found.id, service=found.service, when=start, near=named))
    if any(each.class_id == wanted.id and each.client_id == found.client_id for each in _in_class(wanted, facts)):
        return Outcome(say("command_in_class", id=found.id, client=found.client, when=start))
    if wanted.free < found.seats:
        return Outcome(say("command_class_full", id=found.id, when=start, left=say("seats_left", count=wanted.free)))
    reply = say("command_moved", id=found.id, client=found.client, when=start, staff=wanted.staff, before=found.start)
    return told(found, reply, ChangeClass(found.id, found.version, wanted.id))


def _in_class(wanted: ClassView, facts: Facts) -> Sequence[BookingView]:
    return [each for each in facts.bookings_between(wanted.start, wanted.end) if each.status in STANDS]


COMMAND = Command("MOVE", "MOVE 12 tomorrow 16:00", run, series.move, single=True)
