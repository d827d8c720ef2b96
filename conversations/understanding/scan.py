"""One pass over a text that finds every wording of a date or a time, left to right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conversations.understanding import date_rules, times
from conversations.understanding.dates import Day, Today
from conversations.understanding.kinds import Kind, letters
from conversations.understanding.lexemes import Lexeme, letters_of
from conversations.understanding.times import Said


@dataclass(frozen=True, slots=True)
class Found:
    """A wording of a date (`day`) or of a time (`said`): the lexemes from `start` to `end`."""

    rule: str
    start: int
    end: int
    day: Day | None = None
    said: Said | None = None


_DATE_RULES = [(name, re.compile(letters(pattern)), rule) for name, (pattern, rule) in date_rules.RULES.items()]
_TIME_RULES = [(name, re.compile(letters(pattern)), rule) for name, (pattern, rule) in times.RULES.items()]
_BEGINS = re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern, _ in (*_DATE_RULES, *_TIME_RULES)))


def scan(lexemes: Sequence[Lexeme], today: Today) -> list[Found]:
    """Every date and time wording in order; none overlaps another."""
    text = letters_of(lexemes)
    found: list[Found] = []
    place = 0
    while begins := _BEGINS.search(text, place):
        place = begins.start()
        if here := _at(text, place, lexemes, today):
            found.append(here)
        place = here.end if here else place + 1
    return found


def _at(text: str, place: int, lexemes: Sequence[Lexeme], today: Today) -> Found | None:
    for name, pattern, date_rule in _DATE_RULES:
        if (match := pattern.match(text, place)) and (day := date_rule(lexemes[place : match.end()], today)):
            return Found(name, place, match.end(), day=day)
    for name, pattern, time_rule in _TIME_RULES:
        if (match := pattern.match(text, place)) and (said := time_rule(lexemes[place : match.end()])):
            return Found(name, place, match.end(), said=said)
    return None


_SKIPPED_BEFORE = frozenset(
    {Kind.ON, Kind.THE, Kind.AT, Kind.SOFT, Kind.ARTICLE, Kind.IN, Kind.ABOUT, Kind.THIS, Kind.FOR}
)
_JOINING = frozenset({Kind.OR, Kind.AND, Kind.SLASH})


def ruled_out(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> frozenset[int]:
    """The places in `found` of what is said not to suit: "not friday", "friday or saturday doesn't work"."""
    out: set[int] = set()
    for place, item in enumerate(found):
        gap = gap_before(found, place, lexemes)
        chained = place - 1 in out and (
            (bool(gap) and gap <= _JOINING) or (not gap and found[place - 1].said is None and item.said is not None)
        )
        if chained or _refused_before(item, found[place - 1].end if place else 0, lexemes):
            out.add(place)
    for place in range(len(found) - 1, -1, -1):
        after = found[place + 1] if place + 1 < len(found) else None
        chained = after is not None and place + 1 in out and gap_before(found, place + 1, lexemes) == {Kind.OR}
        if chained or _refused_after(found[place], lexemes):
            out.add(place)
    return frozenset(out)


def gap_before(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> set[Kind]:
    """The kinds of words between one wording and the one before it."""
    begins = found[place - 1].end if place else 0
    return {lexeme.kind for lexeme in lexemes[begins : found[place].start]}


def _refused_before(item: Found, since: int, lexemes: Sequence[Lexeme]) -> bool:
    for lexeme in reversed(lexemes[since : item.start]):
        if lexeme.kind is Kind.NOT:
            return True
        if lexeme.kind not in _SKIPPED_BEFORE:
            return False
    return False


def _refused_after(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    for lexeme in lexemes[item.end :]:
        if lexeme.kind is Kind.NOT_GOOD:
            return True
        if lexeme.kind is not Kind.SOFT:
            return False
    return False
