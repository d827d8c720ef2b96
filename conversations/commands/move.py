"""MOVE: a booking gets another time at once, without asking the client, who is told."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands.base import Command, Outcome
from conversations.commands.changing import stands_no_longer, told, with_line
from conversations.commands.times import not_to_be_had, of_booking, staff_of, taken
from conversations.commands.words import named_staff, read_moment
from conversations.effects import Move
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    refusal = stands_no_longer(found, facts)
    if refusal is not None:
        return refusal
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


COMMAND = Command("MOVE", "MOVE 12 tomorrow 16:00", run, single=True)
