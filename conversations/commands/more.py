"""MORE: what of a list did not fit the last text."""

from conversations.commands.base import Command, Outcome
from conversations.facts import Facts
from conversations.replies import say


def none_left(_rest: str, _facts: Facts) -> Outcome:
    return Outcome(say("command_no_more"))


COMMAND = Command("MORE", "MORE", act=none_left, takes_words=False, may_be_an_answer=True)
