"""TICK and UNTICK: milestones are done, or open again; also in plain words ("venue done")."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from conversations.commands.base import Command, Outcome
from conversations.commands.engaged import REF, about, engagement_in, languages, title, upcoming
from conversations.dialogue import Option, Subject
from conversations.engagements.effects import TickMilestones
from conversations.engagements.named import milestones_meant
from conversations.engagements.states import OPEN
from conversations.engagements.views import EngagementView, MilestoneView
from conversations.facts import Facts
from conversations.languages import language
from conversations.languages.render import render
from conversations.replies import Reply, say
from conversations.rules.milestones import progress
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

MOST_ASKED, MOST_LINES = 9, 12
LONGEST = 80
"""Characters of a plain text that may say that something is done."""
_NUMBER = re.compile(r"#(\d{1,9})")
_ASKS = ("?", "؟", "？")
_REF_LAST = re.compile(rf"(.*\S)\s+({REF.pattern})")


@dataclass(frozen=True, slots=True)
class Fitting:
    """A milestone that may be meant, and whose it is."""

    of: EngagementView
    milestone: MilestoneView


def milestone_in(found: EngagementView, words: str, facts: Facts) -> list[MilestoneView]:
    """Those that these words mean, or the one with this number ("#17"), by which a list of several names it."""
    numbered = _NUMBER.fullmatch(words.strip())
    if numbered is not None:
        return [one for one in found.milestones if one.id == int(numbered[1])]
    return milestones_meant(words, found, languages(facts)) or milestones_meant(
        _without_small(words, facts.language), found, languages(facts)
    )


def which(word: str, fitting: Iterable[Fitting], facts: Facts, behind: str = "") -> Outcome:
    """Asks which of several is meant; each answer is the whole command."""
    options = []
    for number, each in enumerate(list(fitting)[:MOST_ASKED], 1):
        label = say(
            "milestone_option", ref=each.of.ref, name=each.of.name, title=title(each.milestone, each.of, facts)
        )  # fmt: skip
        whole = f"{word} {each.of.ref} #{each.milestone.id} {behind}".strip()
        options.append(Option(str(number), Subject.COMMAND, whole, render(label, facts.language)))
    return Outcome(say("command_which", tuple(options)))


def none_fits(found: EngagementView, words: str, facts: Facts) -> Outcome:
    titles = ", ".join(title(one, found, facts) for one in found.milestones)
    return Outcome(say("milestone_unknown", ref=found.ref, words=words[:LONGEST], titles=titles))


def tick(rest: str, facts: Facts) -> Outcome:
    if not rest or engagement_in(rest, facts)[0] is not None:
        return about(_tick, TICK.example)(rest, facts)
    fitting = _open_ones(rest, facts.engagements(), facts)
    if not fitting:
        return Outcome(say("milestone_unknown_at_all", words=rest[:LONGEST], example=TICK.example))
    if len(fitting) > 1:
        return which(TICK.word, fitting, facts)
    return _changed(fitting[0].of, (fitting[0].milestone,), facts, done=True)


def _tick(found: EngagementView, words: str, facts: Facts) -> Outcome:
    return _change(found, words, facts, done=True)


def _untick(found: EngagementView, words: str, facts: Facts) -> Outcome:
    return _change(found, words, facts, done=False)


def _change(found: EngagementView, words: str, facts: Facts, *, done: bool) -> Outcome:
    """One milestone, or several with commas between them, of which each must be known."""
    wanted = [words] if milestone_in(found, words, facts) else _parts(words, facts.language)
    meant: list[MilestoneView] = []
    for part in wanted:
        fitting = milestone_in(found, part, facts)
        if not fitting:
            return none_fits(found, part, facts)
        changing = [one for one in fitting if one.completed != done]
        if len(changing) > 1:
            command = TICK if done else UNTICK
            return which(command.word, (Fitting(found, one) for one in changing), facts)
        meant += changing or fitting
    chosen = [one for one in meant if one.completed != done]
    if not chosen:
        key = "milestone_done_already" if done else "milestone_open_already"
        return Outcome(say(key, ref=found.ref, title=", ".join(title(one, found, facts) for one in meant)))
    return _changed(found, tuple(dict.fromkeys(chosen)), facts, done=done)


def _changed(found: EngagementView, milestones: Sequence[MilestoneView], facts: Facts, *, done: bool) -> Outcome:
    numbers = tuple(one.id for one in milestones)
    titles = ", ".join(title(one, found, facts) for one in milestones)
    percent = progress([done if one.id in numbers else one.completed for one in found.milestones])
    reply: Reply
    if done:
        reply = say(
            "milestone_ticked", ref=found.ref, name=found.name, titles=titles, progress=percent,
            next=upcoming(found, facts, numbers),
        )  # fmt: skip
    else:
        reply = say("milestone_unticked", ref=found.ref, name=found.name, titles=titles, progress=percent)
    return Outcome(reply, (TickMilestones(found.id, found.version, numbers, done),))


def _open_ones(words: str, engagements: Iterable[EngagementView], facts: Facts) -> list[Fitting]:
    """The open milestones that words fit, of any of these."""
    return [
        Fitting(found, one)
        for found in engagements
        for one in milestone_in(found, words, facts)
        if not one.completed
    ]  # fmt: skip


def ticked_in(text: str, facts: Facts) -> list[str]:
    """What a text of plain words says is done ("venue done", "rehearsal is done W4"), as TICK takes it; nothing where
    any line of it fits no open milestone."""
    found: list[str] = []
    lines = [line for line in re.split(r"[;\n]", text) if line.strip()]
    for line in lines if len(lines) <= MOST_LINES else ():
        said = _done(line, facts.language)
        if said is None:
            return []
        ref, words = said
        engagement = engagement_in(ref, facts)[0] if ref else None
        among = facts.engagements() if not ref else (engagement,) if isinstance(engagement, EngagementView) else ()
        if not _open_ones(words, (each for each in among if each.status in OPEN), facts):
            return []
        found.append(f"{ref} {words}".strip())
    return found


def _done(line: str, code: str) -> tuple[str, str] | None:
    """The engagement that a line names, "" where it names none, and what it says is done; None where it does not."""
    line = line.strip().rstrip(".! ✓✔✅👍")
    if len(line) > LONGEST or line.endswith(_ASKS):
        return None
    ref = ""
    if (first := REF.match(line)) is not None:
        ref, line = first[0].strip(" ,:"), line[first.end() :]
    elif (last := _REF_LAST.fullmatch(line)) is not None:
        line, ref = last[1].rstrip(" ,:"), last[2].strip(" ,:")
    said, (done, _) = fold(line), _phrases(code)
    phrase = next((one for one in done if said.endswith(f" {one}") or said.startswith(f"{one} ")), "")
    if not phrase:
        return None
    words = said.removesuffix(phrase) if said.endswith(phrase) else said.removeprefix(phrase)
    words = _without_small(words, code)
    return (ref, words) if words else None


def _without_small(words: str, code: str) -> str:
    """Without those that say nothing beside the name of a milestone ("the", "is")."""
    small = _phrases(code)[1]
    return " ".join(word for word in words_of(fold(words)) if word not in small)


def _parts(words: str, code: str) -> list[str]:
    """What stands between commas or an "and"."""
    return [part for part in _joints(code).split(words) if part] or [words]


@cache
def _joints(code: str) -> re.Pattern[str]:
    phrases = {phrase for spoken in ("en", code) for phrase in language(spoken)["words"]["and"]}
    either = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\s*[,،+]\s*|\s+(?:{either})\s+", re.IGNORECASE)


@cache
def _phrases(code: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """What says "done", the longest first, and small words beside it; English ones always."""
    tables = [language(spoken)["engagements"] for spoken in ("en", code)]
    done = {fold(phrase) for table in tables for phrase in table["done"]}
    beside = frozenset(fold(word) for table in tables for word in table["beside"])
    return tuple(sorted(done, key=len, reverse=True)), beside


TICK = Command("TICK", "TICK W4 venue", act=tick)
UNTICK = Command("UNTICK", "UNTICK W4 venue", act=about(_untick, "UNTICK W4 venue"))
