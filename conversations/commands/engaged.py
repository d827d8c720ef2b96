"""Which engagement a command is about: "W4", and what its coordinator reads of it."""

import re
from collections.abc import Callable
from datetime import date

from conversations.commands.base import Listing, Outcome
from conversations.engagements.named import milestone_title
from conversations.engagements.states import EngagementStatus
from conversations.engagements.views import EngagementView, MilestoneView
from conversations.facts import Facts
from conversations.replies import Reply, say

REF = re.compile(r"#?([^\W\d_])\s?(\d{1,9})(?!\w)[\s,،:]*")
ONLY_BEFORE_REF = re.compile(rf"\Z|{REF.pattern}")


def engagement_in(text: str, facts: Facts) -> tuple[EngagementView | Reply | None, str]:
    """The one that a text begins with, or that there is none of that letter and number; None where it names none."""
    named = REF.match(text)
    if named is None:
        return None, text
    found = facts.engagement(int(named[2]))
    if found is None or found.kind.letter.casefold() != named[1].casefold():
        return say("engagement_unknown", ref=f"{named[1].upper()}{int(named[2])}"), text[named.end() :]
    return found, text[named.end() :]


def about(
    do: Callable[[EngagementView, str, Facts], Outcome], example: str, *, needs_words: bool = True
) -> Callable[[str, Facts], Outcome]:
    """A command about one engagement that goes on, which has to be named."""

    def act(rest: str, facts: Facts) -> Outcome:
        found, words = engagement_in(rest, facts)
        if found is None:
            return Outcome(say("engagement_needs_ref", example=example))
        if isinstance(found, Reply):
            return Outcome(found)
        if found.status is EngagementStatus.CLOSED:
            return Outcome(say("engagement_closed", ref=found.ref, name=found.name))
        if needs_words and not words:
            return Outcome(say("command_needs_words", example=example))
        return do(found, words, facts)

    return act


def shown(tell: Callable[[EngagementView, Facts], Listing], example: str) -> Callable[[str, Facts], Listing]:
    """A list about one engagement, whatever became of it; the only one under way where none is named."""

    def show(rest: str, facts: Facts) -> Listing:
        found, _ = engagement_in(rest, facts)
        if isinstance(found, Reply):
            return Listing(found)
        under_way = facts.engagements() if found is None else ()
        if len(under_way) == 1:
            found = under_way[0]
        return Listing(say("engagement_needs_ref", example=example)) if found is None else tell(found, facts)

    return show


def title(milestone: MilestoneView, found: EngagementView, facts: Facts) -> str:
    """As this coordinator reads it."""
    return milestone_title(milestone, found.kind, facts.language, facts.business.language)


def languages(facts: Facts) -> tuple[str, ...]:
    """Those in which names of milestones and budget lines are understood."""
    return tuple(dict.fromkeys((facts.language, "en", facts.business.language)))


def dated(day: date | None) -> Reply:
    return say("dated", day=day) if day is not None else say("engagement_undated")


def upcoming(found: EngagementView, facts: Facts, done: tuple[int, ...] = ()) -> Reply | str:
    """The open milestone that is due first, those that are `done` now left out; nothing where none is open."""
    first = found.next_milestone(without=done)
    return say("engagement_next", title=title(first, found, facts), date=dated(first.due)) if first is not None else ""
