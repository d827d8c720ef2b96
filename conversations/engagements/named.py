"""What people mean by the words they have for a milestone, a budget line, a detail or a kind of engagement."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import TypeVar

from rapidfuzz import fuzz

from conversations.engagements import kinds
from conversations.engagements.kinds import Detail, Kind, Words
from conversations.engagements.views import BudgetLineView, EngagementView, MilestoneView
from conversations.intake import said_in
from conversations.languages import language
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

Named = TypeVar("Named", MilestoneView, BudgetLineView)

MOST_WORDS = 12
"""Of a name of a milestone; more are no name."""
_ALWAYS = (Detail.NAME, Detail.EVENT_DATE, Detail.EMAIL)
"""Details that every engagement has, whatever its kind asks for."""
_WHOLE, _WORDS, _BEGUN, _SLIPS, _NOT = 4, 3, 2, 1, 0
_SPELLED = 80.0
_FEWEST_LETTERS, _FEWEST_WITH_SLIPS = 3, 4
_GAP = re.compile(r"\s+|:\s*")


def milestone_title(milestone: MilestoneView, kind: Kind, *languages: str) -> str:
    """In the first of these languages that its kind has it in; else as it is kept, as what a person has added is."""
    known = kind.milestone(milestone.key)
    titles = _in(known.titles, languages) if known is not None else ()
    return next(iter(titles), milestone.title)


def line_title(line: BudgetLineView, kind: Kind, *languages: str) -> str:
    known = next((share for share in kind.shares if share.key == line.key), None)
    return line.title if known is None else said_in(known.titles, *languages)


def milestones_meant(said: str, found: EngagementView, languages: Collection[str]) -> list[MilestoneView]:
    """Those that these words fit best, by their titles in any of these languages."""
    titled = [(each, (each.title, *_titles(found.kind, each.key, languages))) for each in found.milestones]
    return [each for each, fit in _best(said, titled) if fit]


def lines_meant(said: str, found: EngagementView, languages: Collection[str]) -> list[BudgetLineView]:
    shares = {share.key: share.titles for share in found.kind.shares}
    titled = [(each, (each.title, each.key, *_in(shares.get(each.key, {}), languages))) for each in found.lines]
    return [each for each, fit in _best(said, titled) if fit]


def detail_meant(said: str, kind: Kind, code: str) -> tuple[Detail | None, str]:
    """The detail that a text begins with, by the longest words that mean one, and what stands behind them; or in front
    of them where that is a figure ("120 guests")."""
    known = _called(kind, code)
    ends = [gap.start() for gap in _GAP.finditer(said)] + [len(said)]
    for end in reversed(ends[:MOST_WORDS]):
        detail = known.get(fold(said[:end]))
        if detail is not None:
            return detail, said[end:].lstrip(" :=")
    figure, _, behind = said.partition(" ")
    counted = known.get(fold(behind)) if any(map(str.isdigit, figure)) else None
    return counted, figure if counted is not None else said


def details_of(kind: Kind) -> tuple[Detail, ...]:
    """What is kept of an engagement of this kind, in the order it is asked for."""
    return tuple(dict.fromkeys((*(question.detail for question in kind.questions), *_ALWAYS)))


def kind_meant(said: str) -> tuple[str, str]:
    """The kind that a text begins with ("wedding", "wedding:beach"), by its name in any language, and what stands
    behind it; "" where there is none."""
    known = _kinds()
    ends = [gap.start() for gap in re.finditer(r"[\s,،:]+", said)] + [len(said)]
    for end in reversed(ends[:MOST_WORDS]):
        kind = known.get(fold(said[:end]))
        if kind is not None:
            return kind, said[end:].lstrip(" ,،:")
    return "", said


def kind_names() -> list[str]:
    """What kinds and their variants are called in any language, as it is written and folded, the longest first."""
    words = [each for kind in kinds().values() for each in (kind.names, *(one.names for one in kind.variants))]
    names = {name for each in words for name in each.values()}
    return sorted(names | set(map(fold, names)), key=len, reverse=True)


@cache
def _kinds() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in kinds().values():
        found.update({fold(name): kind.key for name in kind.names.values()})
        for variant in kind.variants:
            found.update({fold(name): f"{kind.key}:{variant.key}" for name in variant.names.values()})
    return found


def _called(kind: Kind, code: str) -> dict[str, Detail]:
    """Every folded phrase that means a detail of this kind, in English and in this language."""
    found: dict[str, Detail] = {}
    for spoken in ("en", code):
        general = language(spoken)["engagements"]["called"]
        for detail in details_of(kind):
            found.update({fold(phrase): detail for phrase in general.get(detail, ())})
        for question in kind.questions:
            found.update({fold(phrase): question.detail for phrase in question.called.get(spoken, ())})
    return found


def _titles(kind: Kind, key: str, languages: Collection[str]) -> Sequence[str]:
    known = kind.milestone(key)
    return () if known is None else _in(known.titles, languages)


def _in(titles: Words, languages: Collection[str]) -> Sequence[str]:
    return [titles[code] for code in languages if code in titles]


def _best(said: str, titled: Iterable[tuple[Named, Sequence[str]]]) -> list[tuple[Named, int]]:
    """Those that fit as well as the best does."""
    words = words_of(fold(said))
    if not 0 < len(words) <= MOST_WORDS:
        return []
    scored = [(each, max(_fit(words, words_of(fold(title))) for title in titles)) for each, titles in titled]
    top = max((fit for _, fit in scored), default=_NOT)
    return [(each, fit) for each, fit in scored if fit == top]


def _fit(said: tuple[str, ...], title: tuple[str, ...]) -> int:
    """How well every word that was said is one of the title."""
    if said == title:
        return _WHOLE
    return min((max((_spelled(word, other) for other in title), default=_NOT) for word in said), default=_NOT)


def _spelled(said: str, wanted: str) -> int:
    if said == wanted:
        return _WORDS
    if min(len(said), len(wanted)) < _FEWEST_LETTERS or said.isdecimal() or wanted.isdecimal():
        return _NOT
    if wanted.startswith(said) or wanted.endswith(said):
        return _BEGUN
    is_slip = min(len(said), len(wanted)) >= _FEWEST_WITH_SLIPS and fuzz.ratio(said, wanted) >= _SPELLED
    return _SLIPS if is_slip else _NOT
