"""What is told of one detail of an engagement → the spelling in which it is kept (kinds.Brief), or why it cannot be."""

from datetime import date, datetime, time
from typing import assert_never

from conversations.engagements.kinds import Detail
from conversations.engagements.opening import LONGEST_NAME, LONGEST_VENUE, LONGEST_WORDS, budget_of
from conversations.facts import Facts
from conversations.money import Money
from conversations.replies import Reply, Value, say
from conversations.rules.emails import is_address
from conversations.understanding import Certainty, Context, DateReading, understand
from conversations.understanding.budgets import Unsaid, read_budget
from conversations.understanding.contacts import read_email
from conversations.understanding.head_counts import read_head_count
from conversations.understanding.normalise import tidy


def read_value(
    detail: Detail, text: str, facts: Facts, *, not_before: date | None = None, currency: str = ""
) -> str | Reply:
    """The spelling of what a text tells of this detail, or the reply that says why it is none; "" where they tell that
    the budget is not known yet.

    The event is today at the earliest, and not before `not_before`. An amount that names no currency is in `currency`,
    by default the business's."""
    match detail:
        case Detail.NAME:
            return _words(text, LONGEST_NAME)
        case Detail.VENUE:
            return _words(text, LONGEST_VENUE)
        case Detail.REQUESTS:
            return _words(text, LONGEST_WORDS)
        case Detail.EVENT_DATE:
            day = day_of(_read_event(text, facts, not_before), facts, not_before)
            return day if isinstance(day, Reply) else day.isoformat()
        case Detail.GUESTS:
            counted = read_head_count(text, facts.language)
            return say("value_guests") if counted is None else str(counted.count)
        case Detail.BUDGET:
            return _budget(text, currency or facts.business.currency, facts.language)
        case Detail.EMAIL:
            email = read_email(tidy(text)).email or text.strip()
            return email if is_address(email) else say("value_email")
        case _:
            assert_never(detail)


def shown_value(detail: Detail, spelled: str) -> Value:
    """What is kept, for a reply to show it as people write it."""
    if detail is Detail.EVENT_DATE and spelled:
        return say("dated", day=date.fromisoformat(spelled))
    if detail is Detail.BUDGET and spelled:
        _, currency = budget_of(spelled)
        low, high = (Money(int(each), currency) for each in spelled.partition(" ")[0].split("-"))
        return say("money", price=high) if low == high else say("value_range", low=low, high=high)
    return spelled or say("value_open")


def read_day(text: str, facts: Facts) -> DateReading:
    """The day that a text names, by the business's calendar."""
    context = Context(now=facts.now, language=facts.language, region=facts.business.region)
    return understand(text, context).date


def _read_event(text: str, facts: Facts, not_before: date | None) -> DateReading:
    """ "12 June" told for a visit in July is next year's."""
    said = read_day(text, facts)
    if not_before is None or len(said.dates) != 1 or not facts.now.date() <= said.dates[0] < not_before:
        return said
    begin = datetime.combine(not_before, time(), facts.now.tzinfo)
    context = Context(now=begin, language=facts.language, region=facts.business.region)
    later = understand(text, context).date
    is_same = len(later.dates) == 1 and (later.dates[0].month, later.dates[0].day) == (
        said.dates[0].month, said.dates[0].day,
    )  # fmt: skip
    return later if is_same and later.certainty is Certainty.CERTAIN else said


def day_of(said: DateReading, facts: Facts, not_before: date | None = None) -> date | Reply:
    """The one day that was said, or that it is over, too early, or has no one meaning."""
    if said.certainty is Certainty.IMPOSSIBLE and said.reason == "past" and said.dates:
        return say("value_date_past", day=said.dates[0])
    if said.certainty is not Certainty.CERTAIN or len(said.dates) != 1:
        return say("value_date_unclear")
    (day,) = said.dates
    if day < facts.now.date():
        return say("value_date_past", day=day)
    if not_before is not None and day < not_before:
        return say("value_date_early", day=day, first=say("dated", day=not_before))
    return day


def _words(text: str, longest: int) -> str | Reply:
    said = " ".join(text.split())
    if not any(map(str.isalnum, said)):
        return say("value_words")
    return say("value_too_long", longest=longest) if len(said) > longest else said


def _budget(text: str, currency: str, language: str) -> str | Reply:
    match read_budget(text, currency, language):
        case Unsaid.NO_IDEA:
            return ""
        case Unsaid.UNIT:
            return say("value_budget_unit")
        case Unsaid.NONE:
            return say("value_budget")
        case found:
            return f"{found.low}-{found.high} {found.currency}"
