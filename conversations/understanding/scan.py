"""One pass over a text that finds every wording of a date or a time, left to right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from conversations.understanding import date_rules, time_rules
from conversations.understanding.dates import DateRule, Day, Today
from conversations.understanding.kinds import SOFT, THE, Kind, letters
from conversations.understanding.lexeme import Lexeme, letters_of
from conversations.understanding.meaning import Context
from conversations.understanding.openings import openings
from conversations.understanding.times import Said, TimeRule


class Found(NamedTuple):
    """A wording of a date (`day`) or of a time (`said`): the lexemes from `start` to `end`."""

    rule: str
    start: int
    end: int
    day: Day | None = None
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of the grammar, of dates or of times."""

    name: str
    pattern: re.Pattern[str]
    day: DateRule | None = None
    said: TimeRule | None = None

    def read(self, lexemes: Sequence[Lexeme], start: int, end: int, today: Today) -> Found | None:
        words = lexemes[start:end]
        if self.day is not None:
            day = self.day(words, today)
            return Found(self.name, start, end, day=day) if day else None
        said = self.said(words) if self.said is not None else None
        return Found(self.name, start, end, said=said) if said else None


@cache
def _grammar() -> list[tuple[_Rule, frozenset[str]]]:
    """Every rule, in order of preference, with what it may begin with; put together for the first text."""
    rules = (
        *(_Rule(name, re.compile(letters(pattern)), said=rule) for name, (pattern, rule) in time_rules.QUIET.items()),
        *(_Rule(name, re.compile(letters(pattern)), day=rule) for name, (pattern, rule) in date_rules.RULES.items()),
        *(_Rule(name, re.compile(letters(pattern)), said=rule) for name, (pattern, rule) in time_rules.RULES.items()),
    )
    return [(rule, openings(rule.pattern.pattern)) for rule in rules]


@cache
def _rules(kinds: str) -> tuple[_Rule, ...]:
    """The rules that fit where these two kinds stand, or the last one of a text; in order of preference."""
    first = kinds[0]
    return tuple(rule for rule, begun in _grammar() if kinds in begun or first in begun)


def scan(lexemes: Sequence[Lexeme], context: Context) -> list[Found]:
    """Every date and time wording in order; none overlaps another. Which day it is is asked where one may stand."""
    text = letters_of(lexemes)
    found: list[Found] = []
    place = 0
    while place < len(text):
        if here := _at(place, text, lexemes, context):
            found.append(here)
        place = here.end if here else place + 1
    return found


def _at(place: int, text: str, lexemes: Sequence[Lexeme], context: Context) -> Found | None:
    """What the first rule reads there that fits and does not refuse."""
    for rule in _rules(text[place : place + 2]):
        if match := rule.pattern.match(text, place):
            today = Today(context.now.date(), context.region)
            if here := rule.read(lexemes, place, match.end(), today):
                return here
    return None


def without_taken_back(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> list[Found]:
    """Of "friday, sorry i mean saturday" only Saturday: a date takes back dates, a time takes back times."""
    kinds = [lexeme.kind for lexeme in lexemes]
    if Kind.RATHER not in kinds:
        return list(found)
    rather = kinds.index(Kind.RATHER)
    after = [item for item in found if item.start > rather]
    dates, times = any(item.day for item in after), any(item.said and not item.said.is_empty for item in after)
    return [
        item
        for item in found
        if item.start > rather or not ((item.day and dates) or (item.said and times and not item.said.is_empty))
    ]


_SKIPPED_BEFORE = frozenset({Kind.ON, Kind.AT, Kind.ARTICLE, Kind.IN, Kind.ABOUT, Kind.THIS, Kind.FOR, *SOFT, *THE})
_REFUSING = frozenset({Kind.NOT, Kind.NOT_GOOD, Kind.MINUS})
_JOINING = frozenset({Kind.OR, Kind.AND, Kind.SLASH})


def ruled_out(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> frozenset[int]:
    """The places in `found` of what is said not to suit: "not friday", "friday or saturday doesn't work"."""
    if _REFUSING.isdisjoint([lexeme.kind for lexeme in lexemes]):
        return frozenset()
    out: set[int] = set()
    for place, item in enumerate(found):
        gap = gap_before(found, place, lexemes)
        chained = place - 1 in out and (
            (bool(gap) and gap <= _JOINING) or (not gap and found[place - 1].said is None and item.said is not None)
        )
        if chained or _refused_before(item, found[place - 1].end if place else 0, lexemes):
            out.add(place)
    late: set[int] = set()
    for place in range(len(found) - 1, -1, -1):
        after = found[place + 1] if place + 1 < len(found) else None
        gap = gap_before(found, place + 1, lexemes) if after is not None else set()
        is_its_time = not gap and after is not None and found[place].day is not None and after.said is not None
        chained = place + 1 in late and (gap in ({Kind.OR}, {Kind.AND}) or is_its_time)
        if chained or _refused_after(found[place], lexemes, found[place + 1 :]):
            late.add(place)
    return frozenset(out | late)


def gap_before(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> set[Kind]:
    """The kinds of words between one wording and the one before it."""
    begins = found[place - 1].end if place else 0
    return {lexeme.kind for lexeme in lexemes[begins : found[place].start]}


def _refused_before(item: Found, since: int, lexemes: Sequence[Lexeme]) -> bool:
    for lexeme in reversed(lexemes[since : item.start]):
        if lexeme.kind is Kind.NOT or (lexeme.kind is Kind.NOT_GOOD and not since):
            return True
        if lexeme.kind is Kind.MINUS and item.day is not None:
            return True
        if lexeme.kind not in _SKIPPED_BEFORE:
            return False
    return False


def _refused_after(item: Found, lexemes: Sequence[Lexeme], later: Sequence[Found]) -> bool:
    """ "Friday is no good", "el viernes no"; but "el viernes, no?" asks for it."""
    for place, lexeme in enumerate(lexemes[item.end :], start=item.end):
        if lexeme.kind is Kind.NOT_GOOD or (lexeme.kind is Kind.NOT and _is_its_own(place, lexemes, later)):
            return True
        if lexeme.kind not in SOFT and lexeme.kind is not Kind.ON:
            return False
    return False


def _is_its_own(place: int, lexemes: Sequence[Lexeme], later: Sequence[Found]) -> bool:
    """Whether the "not" at `place` refuses what stands before it: nothing later is refused by it, and nobody asks."""
    ends = next((lexeme.text for lexeme in lexemes[place:] if lexeme.kind in (Kind.COMMA, Kind.MARK)), "")
    if ends == "?":
        return False
    return not later or not _refused_before(later[0], place, lexemes)
