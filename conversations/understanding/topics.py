"""What a text speaks of, which tells what its figures are: of a door's code "is it 1530?" asks for no time, of a price
"1500 next door" tells none, and "2nd or 3rd?" are floors where a floor was spoken of."""

from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, holds

_ORDINALS = frozenset({Kind.ORDINAL, Kind.ORDINAL_WORD})
_FIGURES = frozenset({Kind.LONG, Kind.YEAR})
_COUNTED = _ORDINALS | _FIGURES | {Kind.NUMBER}
_OF_THE_CLOCK = frozenset({
    Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON, Kind.HOURS, Kind.PART, Kind.DOT, Kind.NUMBER, Kind.ADDED,
})  # fmt: skip
_DAYS = frozenset({Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.MONTH, Kind.PART, Kind.NAMED_DAY})
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_SMALL = THE | SOFT | {Kind.ON, Kind.IN, Kind.AT}
_FIGURE_TOPICS = ("codes", "prices", "years")
_TOPICS = (*_FIGURE_TOPICS, "storeys", "pressures", "ages", "subjects")
_SYSTOLIC, _DIASTOLIC = range(8, 26), range(4, 16)
"""Of a blood pressure that is said in tens ("14/9")."""


def without_topics(found: Sequence[Lexeme], words: Vocabulary) -> tuple[Lexeme, ...]:
    """The same with the figures of what is spoken of as words that say nothing of a date or a time."""
    kinds = {lexeme.kind for lexeme in found}
    if kinds.isdisjoint(_COUNTED) or _openings(words).isdisjoint([each.text.partition(" ")[0] for each in found]):
        return tuple(found)
    said = [(word, place) for place, lexeme in enumerate(found) for word in words_of(lexeme.text)]
    spoken = [word for word, _ in said]
    taken: set[int] = set()
    if not kinds.isdisjoint(_FIGURES) and any(
        holds(spoken, words.phrase_set("topics", each)) for each in _FIGURE_TOPICS
    ):
        taken |= {place for place, lexeme in enumerate(found) if lexeme.kind in _FIGURES and _is_figure(found, place)}
    if not kinds.isdisjoint(_ORDINALS):
        storeys = words.phrase_set("topics", "storeys")
        taken |= _storeys(found, [place for at, (_, place) in enumerate(said) if begins(spoken[at:], storeys)])
    if Kind.SLASH in kinds and holds(spoken, words.phrase_set("topics", "pressures")):
        taken |= _pressures(found)
    if Kind.ADDED in kinds:
        taken |= _ages(found, words.single("topics", "ages"))
    taken |= _had(found, words.single("topics", "subjects"))
    taken |= _since(found, words.single("words", "since"))
    return tuple(each._replace(kind=Kind.NOISE) if place in taken else each for place, each in enumerate(found))


@lru_cache(maxsize=32)
def _openings(words: Vocabulary) -> frozenset[str]:
    listed = (*(words.phrase_set("topics", name) for name in _TOPICS), words.phrase_set("words", "since"))
    return frozenset(phrase[0] for phrases in listed for phrase in phrases)


def _is_figure(found: Sequence[Lexeme], place: int) -> bool:
    """Without a mark of the clock, no day beside it, no "at" before it and no "free" behind it."""
    beside = [each.kind for each in found[max(0, place - 2) : place] if each.kind not in _SMALL - {Kind.AT}]
    after = [each.kind for each in found[place + 1 : place + 3] if each.kind not in _SMALL]
    is_led = bool(place) and found[place - 1].kind in (Kind.AT, Kind.COLON)
    is_free = place + 1 < len(found) and found[place + 1].kind is Kind.FITS
    return (
        not is_led
        and not is_free
        and after[:1] not in [[kind] for kind in _OF_THE_CLOCK | _DAYS]
        and not _DAYS & set(beside)
    )


def _storeys(found: Sequence[Lexeme], named: Sequence[int]) -> set[int]:
    """The ordinals of the clauses that name a floor, with those that are joined to them; where such a clause has none,
    all ("which floor, 1st or 2nd?")."""
    if not named:
        return set()
    open_ = [place for place, each in enumerate(found) if each.kind in _ORDINALS and not _is_dated(found, place)]
    clauses = {_clause(found, place) for place in named}
    inside = {place for place in open_ if _clause(found, place) in clauses}
    return inside or set(open_)


def _is_dated(found: Sequence[Lexeme], place: int) -> bool:
    after = [each.kind for each in found[place + 1 : place + 4] if each.kind not in _SMALL]
    before = [each.kind for each in found[max(0, place - 2) : place] if each.kind not in _SMALL]
    return after[:1] == [Kind.MONTH] or not _DAYS.isdisjoint(before)


def _clause(found: Sequence[Lexeme], place: int) -> int:
    """Which clause the lexeme is in."""
    return sum(each.kind in _CLAUSES_END for each in found[:place])


def _pressures(found: Sequence[Lexeme]) -> set[int]:
    """ "14/9", "120/80"."""
    taken: set[int] = set()
    for place in range(1, len(found) - 1):
        high, sign, low = found[place - 1 : place + 2]
        if sign.kind is Kind.SLASH and high.value in _SYSTOLIC and low.value in _DIASTOLIC and high.value > low.value:
            taken |= {place - 1, place, place + 1}
    return taken


def _ages(found: Sequence[Lexeme], ages: frozenset[str]) -> set[int]:
    """ "Miaka 5 na nusu": years and a half."""
    taken: set[int] = set()
    for place, lexeme in enumerate(found):
        if lexeme.kind is not Kind.NUMBER:
            continue
        before, after = found[place - 1] if place else None, found[place + 1] if place + 1 < len(found) else None
        if before is None or after is None:
            continue
        if before.text in ages and after.kind is Kind.ADDED:
            taken |= {place, place + 1}
    return taken


def _had(found: Sequence[Lexeme], subjects: frozenset[str]) -> set[int]:
    """The "a" of "elle a 11 de moyenne", which is a verb, but leads an hour elsewhere ("à 11")."""
    return {
        place
        for place, lexeme in enumerate(found[1:-1], start=1)
        if lexeme.kind is Kind.AT
        and found[place - 1].text in subjects
        and found[place + 1].kind is Kind.NUMBER
        and (place + 2 == len(found) or found[place + 2].kind not in _OF_THE_CLOCK)
    }


def _since(found: Sequence[Lexeme], leads: frozenset[str]) -> set[int]:
    """The number of "lost 6 since january", no day of that month."""
    return {
        place
        for place, lexeme in enumerate(found[:-2])
        if lexeme.kind is Kind.NUMBER and found[place + 1].text in leads and found[place + 2].kind is Kind.MONTH
    }
