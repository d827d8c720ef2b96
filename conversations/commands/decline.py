"""DECLINE: a pending request is refused; the client reads the reason and three other times."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands import series
from conversations.commands.base import Command, Outcome, handled
from conversations.commands.changing import told, warned
from conversations.commands.words import read
from conversations.effects import Decline, RefuseMove
from conversations.facts import Facts
from conversations.languages import language
from conversations.replies import say
from conversations.understanding import Certainty
from conversations.understanding.normalise import fold


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if found.proposed_by_client and (wish := facts.proposal(found.id)):
        reply = say("command_move_refused", id=found.id, when=found.start, client=found.client)
        return warned(found, reply, RefuseMove(wish.id, found.id, rest))
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    effect = Decline(found.id, found.version, rest, of_whole_day=_of_whole_day(found, rest, facts))
    return told(found, say("command_declined", id=found.id), effect)


def _of_whole_day(found: BookingView, reason: str, facts: Facts) -> bool:
    """Whether the reason speaks of the day, and not of the hour: then no other hour of it is offered."""
    said = f" {fold(reason)} "
    phrases = [phrase for code in ("en", facts.language) for phrase in language(code)["refusals"]["that_day"]]
    if any(f" {fold(phrase)} " in said for phrase in phrases):
        return True
    understood = read(reason, facts, day=found.start.date())
    names_hours = understood.time.certainty is not Certainty.NOTHING
    return found.start.date() in understood.date.dates and not names_hours


COMMAND = Command("DECLINE", "DECLINE 12 fully booked that day", run, series.decline, answers_requests=True)
