"""What an engagement begins with: the answers as values, the days of its milestones, the parts of its budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from conversations.engagements.kinds import Detail, Kind, split
from conversations.intake import said_in
from conversations.rules.milestones import due_day, tell_next
from conversations.understanding.normalise import fold

LONGEST_NAME, LONGEST_VENUE, LONGEST_TITLE, LONGEST_WORDS = 120, 200, 120, 2000


class PlannedStep(NamedTuple):
    """A milestone with its day and when it is told of next; None where it waits for the event's."""

    key: str
    title: str
    description: str
    days: int
    due: date | None
    is_late: bool
    tell_at: datetime | None
    tells_client: bool


@dataclass(frozen=True, slots=True)
class Answers:
    """A brief as values. `budget` is the middle of what was said, in minor units; `budget_said` its spelling."""

    name: str = ""
    event_date: date | None = None
    venue: str = ""
    guests: int | None = None
    budget: int | None = None
    currency: str = ""
    budget_said: str = ""
    email: str = ""
    requests: str = ""


def answers_of(brief: Mapping[str, str]) -> Answers:
    """From the spelling in which it is kept (kinds.Brief)."""
    day, guests, budget = (brief.get(key, "") for key in (Detail.EVENT_DATE, Detail.GUESTS, Detail.BUDGET))
    amount, currency = budget_of(budget) if budget else (None, "")
    return Answers(
        name=brief.get(Detail.NAME, "")[:LONGEST_NAME],
        event_date=date.fromisoformat(day) if day else None,
        venue=brief.get(Detail.VENUE, "")[:LONGEST_VENUE],
        guests=int(guests) if guests else None,
        budget=amount,
        currency=currency,
        budget_said=budget,
        email=brief.get(Detail.EMAIL, ""),
        requests=brief.get(Detail.REQUESTS, "")[:LONGEST_WORDS],
    )


def budget_of(spelled: str) -> tuple[int, str]:
    """ "5000000-10000000 USD" → the middle, in minor units, and the currency."""
    amounts, _, currency = spelled.partition(" ")
    low, _, high = amounts.partition("-")
    return (int(low) + int(high or low)) // 2, currency


def steps_of(kind: Kind, event: date | None, language: str, zone: ZoneInfo, now: datetime) -> list[PlannedStep]:
    """The milestones of a kind, titled in this language. What is late is told with the opening, and again after."""
    today = now.astimezone(zone).date()
    planned = []
    for one in kind.milestones:
        due, is_late = due_day(event, one.days, today) if event is not None else (None, False)
        tell_at = tell_next(due, zone, now) if due is not None else None
        planned.append(
            PlannedStep(
                one.key, said_in(one.titles, language), said_in(one.descriptions, language), one.days, due, is_late,
                tell_at, one.tells_client,
            )
        )  # fmt: skip
    return planned


def parts_of(kind: Kind, budget: int | None) -> list[int | None]:
    """What is planned for each share; None where the budget is not known."""
    return [*split(budget, kind.shares)] if budget is not None else [None] * len(kind.shares)


def name_key(name: str) -> str:
    """By which equal names are found: "Ana & Ben" and "ana and ben " are not told apart by case and accents."""
    return " ".join(fold(name).split())[:LONGEST_NAME]
