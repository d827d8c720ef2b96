"""What a text speaks of, which tells what its figures are: of a door's code "is it 1530?" asks for no time, of a price
"1500 next door" tells none, and "2nd or 3rd?" are floors where a floor was spoken of."""

from collections.abc import Sequence
from functools import lru_cache

from conversations.understanding import doors, marks
from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import places

_ORDINALS = frozenset({Kind.ORDINAL, Kind.ORDINAL_WORD})
_FIGURES = frozenset({Kind.LONG, Kind.YEAR})
_COUNTED = _ORDINALS | _FIGURES | {Kind.NUMBER}
_OF_THE_CLOCK = frozenset({
    Kind.MERIDIEM, Kind.OCLOCK, Kind.HOUR_MARK, Kind.COLON, Kind.HOURS, Kind.PART, Kind.DOT, Kind.NUMBER, Kind.ADDED,
})  # fmt: skip
_DAYS = frozenset({Kind.WEEKDAY, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.MONTH, Kind.PART, Kind.NAMED_DAY})
_DATED = frozenset({Kind.MONTH, Kind.WEEKDAY, Kind.WEEKEND, Kind.WEEK, Kind.DAY})
"""What an ordinal makes a date of."""
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_SMALL = THE | SOFT | {Kind.ON, Kind.IN, Kind.AT}
_MAY_HAVE_A_DOOR = frozenset({Kind.ORDINAL, Kind.DAY_LEAD})
_OUT_OF = frozenset({Kind.SLASH, Kind.FROM})
_FIGURE_TOPICS = ("codes", "prices", "years")
_TOPICS = (
    *_FIGURE_TOPICS, "storeys", "pressures", "ages", "subjects", "doors", "numbered", "marked", "children", "aged",
    "maybe_at", "videos", "compared",
)  # fmt: skip
_SHORTEST_NOUN = 5
"""Letters from which an unknown word may be a plural."""
_SYSTOLIC, _DIASTOLIC = range(8, 26), range(4, 16)
"""Of a blood pressure that is said in tens ("14/9")."""


def without_topics(found: Sequence[Lexeme], words: Vocabulary) -> tuple[Lexeme, ...]:
    """The same with the figures of what is spoken of as words that say nothing of a date or a time."""
    kinds = {lexeme.kind for lexeme in found}
    if kinds.isdisjoint(_COUNTED):
        return tuple(found)
    openings = _openings(words)
    if openings.keys().isdisjoint([each.text.partition(" ")[0] for each in found]):
        return _without(_lettered(found, kinds, ()), found)
    said = [(word, place) for place, lexeme in enumerate(found) for word in words_of(lexeme.text)]
    spoken = [word for word, _ in said]
    opened = {topic for word in spoken if word in openings for topic in openings[word]}

    def named(topic: str) -> list[int]:
        if topic not in opened:
            return []
        return [said[at][1] for at in places(spoken, words.phrase_set("topics", topic))]

    taken = _lettered(found, kinds, named("doors"))
    taken |= doors.numbered(found, named("numbered"), named("compared"))
    if not kinds.isdisjoint(_OUT_OF):
        taken |= marks.marks(found, named("marked"))
    if Kind.COLON in kinds and kinds.isdisjoint(_DAYS):
        taken |= marks.minutes(found, named("videos"))
    if Kind.NUMBER in kinds:
        taken |= marks.ages(found, named("children"), named("aged"))
    if not kinds.isdisjoint(_FIGURES) and any(named(topic) for topic in _FIGURE_TOPICS):
        taken |= {place for place, lexeme in enumerate(found) if lexeme.kind in _FIGURES and _is_figure(found, place)}
    if not kinds.isdisjoint(_ORDINALS):
        taken |= _storeys(found, named("storeys"))
    if Kind.SLASH in kinds and named("pressures"):
        taken |= _pressures(found)
    if Kind.ADDED in kinds and "ages" in opened:
        taken |= _ages(found, words.single("topics", "ages"))
    if "subjects" in opened:
        taken |= _had(found, words.single("topics", "subjects"))
    if "since" in opened:
        taken |= _since(found, words.single("words", "since"))
    if "maybe_at" in opened:
        taken |= _counted(found, words)
    return _without(taken, found)


def _without(taken: set[int], found: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    if not taken:
        return tuple(found)
    return tuple(each._replace(kind=Kind.NOISE) if place in taken else each for place, each in enumerate(found))


def _lettered(found: Sequence[Lexeme], kinds: set[Kind], named: Sequence[int]) -> set[int]:
    """The numbers with a letter that name a door; `named` are the places of the words for doors."""
    taken = set() if kinds.isdisjoint(_MAY_HAVE_A_DOOR) else doors.with_a_door(found)
    if Kind.MERIDIEM not in kinds:
        return taken
    clauses = {_clause(found, place) for place in named}
    last = _clause(found, len(found))
    return taken | doors.lettered(found, [at in clauses for at in range(last + 1)])


@lru_cache(maxsize=32)
def _openings(words: Vocabulary) -> dict[str, frozenset[str]]:
    """The topics that each word may open."""
    listed = [(name, words.phrase_set("topics", name)) for name in _TOPICS]
    listed.append(("since", words.phrase_set("words", "since")))
    openings: dict[str, frozenset[str]] = {}
    for name, phrases in listed:
        for phrase in phrases:
            openings[phrase[0]] = openings.get(phrase[0], frozenset()) | {name}
    return openings


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
    return bool(after and after[0] in _DATED) or not _DAYS.isdisjoint(before)


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


def _counted(found: Sequence[Lexeme], words: Vocabulary) -> set[int]:
    """The number of "las 4 piezas", "can do 10 pushups", which something unknown in the plural follows: where no day is
    spoken of, and what leads it leads other numbers than hours as well."""
    leads, plurals = words.phrase_set("topics", "maybe_at"), tuple(words.single("topics", "plurals"))
    if not plurals or not _DAYS.isdisjoint([each.kind for each in found]):
        return set()
    return {
        place
        for place, lexeme in enumerate(found[:-1])
        if lexeme.kind is Kind.NUMBER
        and place
        and words_of(found[place - 1].text) in leads
        and found[place + 1].kind is Kind.OTHER
        and len(found[place + 1].text) >= _SHORTEST_NOUN
        and found[place + 1].text.endswith(plurals)
    }


def _since(found: Sequence[Lexeme], leads: frozenset[str]) -> set[int]:
    """The number of "lost 6 since january", no day of that month."""
    return {
        place
        for place, lexeme in enumerate(found[:-2])
        if lexeme.kind is Kind.NUMBER and found[place + 1].text in leads and found[place + 2].kind is Kind.MONTH
    }
