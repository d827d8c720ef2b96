"""The waiting list: what somebody is offered where a class, or a time, is full."""

from collections.abc import Sequence

from conversations.classes import ClassView
from conversations.dialogue import Awaiting, Dialogue, Option, Subject
from conversations.effects import LetGo
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.turn import Turn


def ask_to_wait(
    dialogue: Dialogue, found: ClassView, others: Sequence[ClassView], facts: Facts, lead: tuple[Reply, ...] = ()
) -> Turn:
    """A class has fewer seats left than are wanted: those that are, the waiting list, or another class."""
    choices = [(Subject.WAIT, str(found.id), say("wait_option"))]
    if found.free:
        choices.append((Subject.SEATS, str(found.free), say("seats_option", count=found.free)))
    for each in others:
        left = say("seats_left", count=each.free)
        label = say("class_option", when=each.start, name=each.name, staff=each.staff, left=left)
        choices.append((Subject.CLASS, str(each.id), label))
    options = tuple(
        Option(str(number), subject, value, render(label, facts.language))
        for number, (subject, value, label) in enumerate(choices, start=1)
    )
    key = "class_few" if found.free else "class_full"
    reply = say(key, options, service=found.name, when=found.start, left=say("seats_left", count=found.free))
    return Turn(dialogue.asking(Awaiting.FULL, options), (*lead, reply), (LetGo(),))
