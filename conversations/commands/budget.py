"""BUDGET and SPENT: what is planned and spent of an engagement's budget."""

import re

from conversations.commands.base import Command, Listing, Outcome
from conversations.commands.engaged import ONLY_BEFORE_REF, about, languages, shown
from conversations.dialogue import Option, Subject
from conversations.engagements.effects import Spend
from conversations.engagements.named import line_title, lines_meant
from conversations.engagements.views import BudgetLineView, EngagementView
from conversations.facts import Facts
from conversations.money import Money
from conversations.replies import Reply, say
from conversations.understanding.budgets import Budget, read_budget
from conversations.understanding.sums import read_sum

_AMOUNT_LAST = re.compile(r"(.*?\S)[\s:,]+((?:[A-Z]{3}\s?|[$€£¥₹₱]\s?)?[+-]?\d.*)")
_SHOWN = 80
EXAMPLE = "SPENT W4 catering 25000"


def show(found: EngagementView, facts: Facts) -> Listing:
    if not found.lines:
        return Listing(say("budget_none", ref=found.ref, name=found.name))
    spent = sum(line.spent.amount for line in found.lines)
    head = _told("budget_head", Money(spent, found.currency), found.budget, ref=found.ref, name=found.name)
    return Listing(head, tuple(_line(line, found, facts) for line in found.lines))


def spend(found: EngagementView, words: str, facts: Facts) -> Outcome:
    parted = _AMOUNT_LAST.fullmatch(words)
    if parted is None:
        return Outcome(say("command_no_amount", example=EXAMPLE))
    said, amount = parted[1], _amount(parted[2], found, facts)
    fitting = lines_meant(said, found, languages(facts))
    if not fitting:
        titles = ", ".join(_title(line, found, facts) for line in found.lines)
        return Outcome(say("budget_no_line", ref=found.ref, words=said[:_SHOWN], titles=titles))
    if isinstance(amount, Reply):
        return Outcome(amount)
    if len(fitting) > 1:
        return _which(fitting, parted[2], found, facts)
    (line,) = fitting
    spent = Money(line.spent.amount + amount.amount, found.currency)
    reply = _told("budget_spent", spent, line.planned, ref=found.ref, name=found.name, title=_title(line, found, facts))
    return Outcome(reply, (Spend(found.id, found.version, line.key, amount),))


def _amount(text: str, found: EngagementView, facts: Facts) -> Money | Reply:
    """To the last unit where it is a sum alone; else as a budget is read ("about 25k")."""
    amount = read_sum(text, found.currency, facts.language)
    if isinstance(amount, Money):
        return amount if amount.amount else say("command_no_amount", example=EXAMPLE)
    budget = read_budget(text, found.currency, facts.language)
    if not isinstance(budget, Budget) or budget.low != budget.high:
        return say("command_no_amount", example=EXAMPLE)
    if budget.currency != found.currency:
        return say("budget_other_currency", ref=found.ref, currency=found.currency)
    return Money(budget.high, budget.currency)


def _which(fitting: list[BudgetLineView], amount: str, found: EngagementView, facts: Facts) -> Outcome:
    options = tuple(
        Option(str(number), Subject.COMMAND, f"SPENT {found.ref} {line.title} {amount}", _title(line, found, facts))
        for number, line in enumerate(fitting, 1)
    )
    return Outcome(say("command_which", options))


def _told(key: str, spent: Money, planned: Money | None, **names: str) -> Reply:
    """So much of so much; over it, by how much."""
    if planned is None:
        return say(f"{key}_unplanned", spent=spent, **names)
    if spent.amount > planned.amount:
        over = Money(spent.amount - planned.amount, spent.currency)
        return say(f"{key}_over", spent=spent, planned=planned, over=over, **names)
    return say(key, spent=spent, planned=planned, **names)


def _line(line: BudgetLineView, found: EngagementView, facts: Facts) -> Reply:
    names = {"title": _title(line, found, facts), "percent": str(line.percent)}
    return _told("budget_line", line.spent, line.planned, **names)


def _title(line: BudgetLineView, found: EngagementView, facts: Facts) -> str:
    return line_title(line, found.kind, facts.language, facts.business.language)


BUDGET = Command("BUDGET", "BUDGET W4", show=shown(show, "BUDGET W4"), only_before=ONLY_BEFORE_REF)
SPENT = Command("SPENT", EXAMPLE, act=about(spend, EXAMPLE), only_before=ONLY_BEFORE_REF)
