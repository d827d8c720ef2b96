"""What a text tells beside its wish: of "my flight lands at noon, could i come at 3 on friday" what is asked for is the
wish; the flight, the wedding, the day that is left are no part of it."""

from collections.abc import Sequence
from itertools import pairwise

from conversations.understanding.bare_hours import counts
from conversations.understanding.kinds import SOFT, THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import places

_JOINING = frozenset({Kind.OR, Kind.AND, Kind.SLASH})
_BESIDE = THE | {Kind.ON, Kind.AT, Kind.ABOUT}
_SENTENCES_END = frozenset(".!?;؟।")
_CLAUSES_END = frozenset({Kind.COMMA, Kind.MARK})
_QUESTION = frozenset("?؟")
_SUITING = frozenset({Kind.FITS, Kind.OR})
_FEWEST_TOLD = 3
"""Words that make a story of a sentence."""


def without_backdrop(
    found: Sequence[Found], out: frozenset[int], lexemes: Sequence[Lexeme], known: Vocabulary, *, moves: bool
) -> list[Found]:
    """The same without the days and the hours that are only told of, where others are wished for. `out` are the places
    that are refused; `moves`: what is left keeps its hour."""
    if len(found) < 2:
        return list(found)
    dated = [place for place, item in enumerate(found) if item.day is not None and place not in out]
    clocks = [place for place, item in enumerate(found) if item.said and item.said.clock and place not in out]
    if len(dated) < 2 and len(clocks) < 2:
        return list(found)
    timed = [place for place in clocks if _is_timed(found, place, lexemes)]
    if len(dated) < 2 and len(timed) < 2:
        return list(found)
    clauses = _Clauses(lexemes, found, known)
    dropped: set[int] = set()
    for among in (dated, timed):
        told = {place for place in among if _is_told(place, among, found, lexemes, clauses)}
        told |= _without_offered(_of_events(among, found, clauses), among, found, lexemes)
        told |= {place for place in among if found[place].end <= clauses.question}
        told |= {place for place in among if _is_joined(place, told, found, lexemes)}
        if told and told != set(among):
            dropped |= told
    beside = set() if moves else _hours_of(dropped, found, lexemes)
    gone = dropped | beside
    return [item._replace(day=None, said=EMPTY) if place in gone else item for place, item in enumerate(found)]


class _Clauses:
    """Where a text asks, where it tells, and where its clauses begin: places among its lexemes."""

    def __init__(self, lexemes: Sequence[Lexeme], found: Sequence[Found], known: Vocabulary) -> None:
        said = [(word, place) for place, each in enumerate(lexemes) for word in words_of(each.text, marks=True)]
        words = [word for word, _ in said]
        names = ("asks", "tells", "tells_behind", "joins", "therefore", "offers")
        lists = (*(("words", name) for name in names), ("services", "add_behind"))
        asks, tells, self.tells_behind, joins, therefore, offers, self.also = (
            [said[at][1] for at in places(words, known.phrase_set(*listed))] for listed in lists
        )
        self.tells = sorted({*tells, *self.tells_behind})
        starts = {item.start for item in found}
        opening = {*therefore, *(at for at in offers if at and lexemes[at - 1].kind in _CLAUSES_END)}
        self.asks = sorted({*asks, *(at for at in opening if _next_word(at, lexemes) in starts)})
        self.ends = [at for at, each in enumerate(lexemes) if each.kind is Kind.MARK and each.text in _SENTENCES_END]
        marks = [at for at, lexeme in enumerate(lexemes) if lexeme.kind in _CLAUSES_END]
        self.begins = sorted({*marks, *joins, *self.asks})
        self.question = self._last_question(found, lexemes)

    def _last_question(self, found: Sequence[Found], lexemes: Sequence[Lexeme]) -> int:
        """Where the question begins that names a day with its hour, behind sentences that only tell ("there's a wake on
        tuesday. monday at 5 any good?"); 0 where there is none."""
        if len(self.ends) < 2 or lexemes[self.ends[-1]].text not in _QUESTION or self.ends[-1] < found[-1].end:
            return 0
        start = self.ends[-2]
        asked = [item for item in found if item.start > start]
        is_whole = any(item.day is not None for item in asked) and any(item.said and item.said.clock for item in asked)
        before = [lexeme.kind for lexeme in lexemes[:start]]
        tells = before.count(Kind.OTHER) >= _FEWEST_TOLD and not _SUITING & set(before)
        starts_anew = lexemes[start].text not in _QUESTION and lexemes[start + 1].kind not in _JOINING
        is_other = not self.adds(start) and all(at > start for at in self.asks)
        return start if is_whole and tells and starts_anew and is_other else 0

    def asks_for(self, place: int) -> int | None:
        """Where the sentence asks that the lexeme at `place` is in, before it; None where it does not."""
        since = max((end for end in self.ends if end < place), default=-1)
        return next((at for at in reversed(self.asks) if since < at <= place), None)

    def adds(self, place: int) -> bool:
        """Whether what is asked for from there on comes beside the rest ("saturday too")."""
        return any(at >= place for at in self.also)

    def clause_of(self, place: int) -> int:
        """Which clause of the text the lexeme at `place` is in."""
        return sum(at <= place for at in self.begins)


def _next_word(place: int, lexemes: Sequence[Lexeme]) -> int:
    """The place of the next lexeme that is no small word."""
    return next((at for at in range(place + 1, len(lexemes)) if lexemes[at].kind not in _BESIDE | SOFT), len(lexemes))


def _is_timed(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    said = found[place].said
    if said is None or said.clock is None:
        return False
    return not said.bare or counts(found, place, lexemes, time_asked=False, after_a_time=False)


def _is_told(
    place: int, among: Sequence[int], found: Sequence[Found], lexemes: Sequence[Lexeme], clauses: _Clauses
) -> bool:
    """Whether nothing has been asked yet where it stands, and another one is asked for behind it, other than as an
    alternative."""
    item = found[place]
    if clauses.asks_for(item.start) is not None:
        return False
    for other in among:
        asked = clauses.asks_for(found[other].start)
        if asked is not None and item.end <= asked:
            between = {lexeme.kind for lexeme in lexemes[item.end : found[other].start]}
            told = {lexeme.kind for lexeme in lexemes[:asked]} - {Kind.GREETING}
            return Kind.OR not in between and Kind.OTHER in told and not clauses.adds(asked)
    return False


def _of_events(among: Sequence[int], found: Sequence[Found], clauses: _Clauses) -> set[int]:
    """Those beside a word for what takes a day: the one right after it in its clause, or else right before it; or
    first the one before it, where the language puts it behind its day."""
    told: set[int] = set()
    for at in clauses.tells:
        clause = clauses.clause_of(at)
        near = [place for place in among if clauses.clause_of(found[place].start) == clause]
        after = next((place for place in near if found[place].start > at), None)
        before = next((place for place in reversed(near) if found[place].end <= at), None)
        if after is not None and (before is None or at not in clauses.tells_behind):
            told.add(after)
        elif before is not None and clauses.asks_for(found[before].start) is None:
            told.add(before)
    return told


def _without_offered(
    told: set[int], among: Sequence[int], found: Sequence[Found], lexemes: Sequence[Lexeme]
) -> set[int]:
    """The same without those that another one may take the place of: "arriving thursday at 3 or friday at 4"."""
    following = dict(pairwise(among))
    return {
        place
        for place in told
        if place not in following
        or following[place] in told
        or not _is_one_of_two({each.kind for each in lexemes[found[place].end : found[following[place]].start]})
    }


def _is_one_of_two(between: set[Kind]) -> bool:
    """ "Or", wherever it stands; "and" in one breath ("they have thursday at 3 and friday at 4")."""
    return Kind.OR in between or (Kind.AND in between and not between & (_CLAUSES_END | {Kind.OTHER}))


def _is_joined(place: int, told: set[int], found: Sequence[Found], lexemes: Sequence[Lexeme]) -> bool:
    """ "Cancel monday and friday": both."""
    gap = gap_before(found, place, lexemes)
    return place - 1 in told and bool(gap) and gap <= _JOINING


def _hours_of(dropped: set[int], found: Sequence[Found], lexemes: Sequence[Lexeme]) -> set[int]:
    """The hours and parts of a day right beside one that is dropped."""
    days = {place for place in dropped if found[place].day is not None}
    return {
        place
        for place, item in enumerate(found)
        if (item.said is not None and item.day is None)
        and (
            (place - 1 in days and gap_before(found, place, lexemes) <= _BESIDE)
            or (place + 1 in days and gap_before(found, place + 1, lexemes) <= _BESIDE)
        )
    }
