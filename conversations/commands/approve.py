"""APPROVE: a pending request becomes a confirmed booking at the asked time."""

from conversations.booking import BookingStatus, BookingView
from conversations.commands import series
from conversations.commands.base import Command, Outcome, handled
from conversations.commands.changing import warned
from conversations.effects import AcceptMove, Approve
from conversations.facts import Facts
from conversations.replies import say


def run(found: BookingView, rest: str, facts: Facts) -> Outcome:
    if found.proposed_by_client and (wish := facts.proposal(found.id)):
        reply = say("command_move_accepted", id=found.id, when=wish.start, client=found.client)
        return warned(found, reply, AcceptMove(wish.id, found.id, rest))
    if found.status is not BookingStatus.PENDING:
        return handled(found)
    if found.start <= facts.now:
        return Outcome(say("command_time_past", id=found.id, when=found.start))
    until = facts.to_be_paid_by(found)
    reply = say("command_approved", id=found.id) if until is None else say("command_to_pay", id=found.id, until=until)
    if until is not None and found.payment is not None and found.payment.is_held:
        reply = say("command_taking", id=found.id, price=found.payment.left)
    return warned(found, reply, Approve(found.id, found.version, rest))


COMMAND = Command("APPROVE", "APPROVE 12", run, series.approve, answers_requests=True)
