"""SET: one detail of an engagement becomes another."""

from conversations.commands.base import Command, Outcome
from conversations.commands.engaged import ONLY_BEFORE_REF, about
from conversations.engagements.effects import SetDetail
from conversations.engagements.kinds import Detail
from conversations.engagements.named import detail_meant, details_of
from conversations.engagements.opening import budget_of
from conversations.engagements.values import read_value, shown_value
from conversations.engagements.views import EngagementView
from conversations.facts import Facts
from conversations.languages.render import render
from conversations.replies import Reply, say

EXAMPLE = "SET W4 guests 120"


def change(found: EngagementView, words: str, facts: Facts) -> Outcome:
    detail, told = detail_meant(words, found.kind, facts.language)
    if detail is None:
        fields = ", ".join(render(called(one), facts.language) for one in details_of(found.kind))
        return Outcome(say("engagement_set_which", ref=found.ref, fields=fields, example=EXAMPLE))
    if not told:
        return Outcome(say("command_needs_words", example=EXAMPLE))
    value = read_value(detail, told, facts, currency=found.currency)
    if isinstance(value, Reply):
        return Outcome(value)
    if detail is Detail.BUDGET and _mixes_currencies(found, value):
        return Outcome(say("budget_other_currency", ref=found.ref, currency=found.currency))
    key = "engagement_event_set" if detail is Detail.EVENT_DATE else "engagement_set"
    reply = say(key, ref=found.ref, name=found.name, field=called(detail), value=shown_value(detail, value))
    return Outcome(reply, (SetDetail(found.id, found.version, detail, value),))


def _mixes_currencies(found: EngagementView, budget: str) -> bool:
    """Whether money was spent already, in another currency than this budget's."""
    is_spent = any(line.spent.amount for line in found.lines)
    return bool(budget) and is_spent and budget_of(budget)[1] != found.currency


def called(detail: Detail) -> Reply:
    return say(f"detail_{detail}")


COMMAND = Command("SET", EXAMPLE, act=about(change, EXAMPLE), only_before=ONLY_BEFORE_REF)
