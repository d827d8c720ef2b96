"""DUE and ADDSTEP: another day for a milestone, and one more milestone."""

from collections.abc import Iterator
from datetime import date

from conversations.commands.base import Command, Outcome
from conversations.commands.engaged import ONLY_BEFORE_REF, about, title
from conversations.commands.tick import Fitting, milestone_in, none_fits, which
from conversations.commands.words import without
from conversations.engagements.effects import AddMilestone, MoveMilestone
from conversations.engagements.named import MOST_WORDS
from conversations.engagements.opening import LONGEST_TITLE
from conversations.engagements.values import day_of, read_day
from conversations.engagements.views import EngagementView
from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.understanding import Certainty, DateReading


def due(found: EngagementView, words: str, facts: Facts) -> Outcome:
    said, called = _parted(found, words, facts)
    if not called:
        return Outcome(say("command_needs_words", example=DUE.example))
    fitting = milestone_in(found, called, facts)
    if not fitting:
        return none_fits(found, called, facts)
    day = day_of(said, facts)
    if isinstance(day, Reply):
        return Outcome(day)
    if len(fitting) > 1:
        return which(DUE.word, (Fitting(found, one) for one in fitting), facts, day.isoformat())
    (milestone,) = fitting
    reply = say("milestone_moved", ref=found.ref, name=found.name, title=title(milestone, found, facts), day=day)
    return Outcome(reply, (MoveMilestone(found.id, found.version, milestone.id, day),))


def _parted(found: EngagementView, words: str, facts: Facts) -> tuple[DateReading, str]:
    """The day and the words for the milestone: what the day leaves of the text, else, where a title has words of days
    in it, the first of its words that are a milestone before a day."""
    ways = _ways(words, facts)
    first = next(ways)
    for said, called in (first, *ways):
        if said.certainty is Certainty.CERTAIN and milestone_in(found, called, facts):
            return said, called
    return first


def _ways(words: str, facts: Facts) -> Iterator[tuple[DateReading, str]]:
    whole = read_day(words, facts)
    yield whole, without(words, whole.words)
    pieces = words.split()[: 2 * MOST_WORDS]
    for place in range(1, len(pieces)):
        yield read_day(" ".join(pieces[place:]), facts), " ".join(pieces[:place]).rstrip(",:")


def add_step(found: EngagementView, words: str, facts: Facts) -> Outcome:
    """With the day that stands behind a comma, else with the one that is named at all."""
    called, _, last = (part.strip() for part in words.rpartition(","))
    said = read_day(last, facts)
    if not called or said.certainty is Certainty.NOTHING or without(last, said.words):
        said = read_day(words, facts)
        called = without(words, said.words)
        is_word_of_title = said.certainty is not Certainty.CERTAIN and not any(map(str.isdigit, words))
        if is_word_of_title or said.certainty is Certainty.NOTHING or not called:
            return _added(found, words, None)
    day = day_of(said, facts)
    return Outcome(day) if isinstance(day, Reply) else _added(found, called, day)


def _added(found: EngagementView, called: str, day: date | None) -> Outcome:
    called = " ".join(called.split())
    if len(called) > LONGEST_TITLE:
        return Outcome(say("value_too_long", longest=LONGEST_TITLE))
    reply = say("milestone_added_undated", ref=found.ref, name=found.name, title=called)
    if day is not None:
        reply = say("milestone_added", ref=found.ref, name=found.name, title=called, day=day)
    return Outcome(reply, (AddMilestone(found.id, found.version, called, day),))


DUE = Command("DUE", "DUE W4 venue 12 May", act=about(due, "DUE W4 venue 12 May"), only_before=ONLY_BEFORE_REF)
ADDSTEP = Command("ADDSTEP", "ADDSTEP W4 cake tasting, 3 May", act=about(add_step, "ADDSTEP W4 cake tasting, 3 May"))
