"""Months and feasts that are the background of what is told: "my mother passed in november", "desde la caída de
febrero", "दिवाली से दर्द है"; and "kal" where it was yesterday ("kal wali massage mast thi")."""

from collections.abc import Sequence
from typing import NamedTuple

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import EITHER_WAY
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.tales import VERBS, is_led_to, is_past_verb
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, holds, may_hold, without

_LONG = frozenset({"month", "month_of_year", "named_day", "season"})
_BESIDE = THE | {Kind.ON, Kind.AT, Kind.ABOUT, Kind.IN, Kind.COMMA}
_SENTENCE_ENDS = frozenset({Kind.MARK, Kind.COMMA})
_CLAUSE_ENDS = _SENTENCE_ENDS | {Kind.AND, Kind.OR}
_AHEAD = frozenset({Kind.NEXT, Kind.COMING})
_WISHES = (("words", "asks"), ("topics", "wishing"))
_NEAR = 4
"""Words from "since" to the day ("desde la caída de febrero")."""
_FEWEST_TOLD = 4
"""Words that make a story of what has been so since."""
_LONGEST = 6
"""Words of a phrase that is looked for."""
_AUXILIARY_REACH = 3
"""Words from an auxiliary to its participle ("a été opérée")."""


def without_memories(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary) -> list[Found]:
    """The same without those in a clause that tells of the past, or of what has been so since, and wishes for nothing
    there."""
    told = {
        place
        for place, item in enumerate(found)
        if (_is_bare(found, place, lexemes) and _is_remembered(item, lexemes, known))
        or (
            _is_either_way(item, lexemes)
            and (
                _was_so(_clause_of(item, lexemes, known.single("words", "joins")), known)
                or _is_of_what_was(item, lexemes, known)
            )
        )
    }
    if not told:
        return list(found)
    return [item._replace(day=None, said=EMPTY) if place in told else item for place, item in enumerate(found)]


class _Clause(NamedTuple):
    """What stands before and behind a wording in its clause."""

    before: Sequence[Lexeme]
    after: Sequence[Lexeme]


def _is_bare(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """A month, a feast, or what is over, without a day or an hour beside it."""
    item = found[place]
    if item.day is None or (item.rule not in _LONG and item.day.reason != PAST):
        return False
    if any(each.kind in _AHEAD for each in lexemes[item.start : item.end]):
        return False
    beside = [at for at in (place, place + 1) if 0 < at < len(found)]
    return not any(
        gap_before(found, at, lexemes) <= _BESIDE and not _is_empty(found[at - 1 if at == place else at])
        for at in beside
    )


def _is_empty(item: Found) -> bool:
    return item.day is None and (item.said is None or item.said.is_empty)


def _is_either_way(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    return item.day is not None and item.rule == "relative" and lexemes[item.start].until == EITHER_WAY


def _clause_of(item: Found, lexemes: Sequence[Lexeme], joins: frozenset[str]) -> _Clause:
    """From the last mark or joining word to the next one; a wording that opens its sentence belongs to what follows
    its comma."""
    start, end = item.start, item.end
    while start and lexemes[start - 1].kind not in _CLAUSE_ENDS and lexemes[start - 1].text not in joins:
        start -= 1
    if start == item.start and end < len(lexemes) and lexemes[end].kind is Kind.COMMA:
        end += 1
    while end < len(lexemes) and lexemes[end].kind not in _CLAUSE_ENDS and lexemes[end].text not in joins:
        end += 1
    return _Clause(lexemes[start : item.start], lexemes[item.end : end])


def _is_remembered(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    sentence = _clause_of(item, lexemes, frozenset())
    near = [word for each in lexemes[max(0, item.start - _NEAR) : item.end] for word in words_of(each.text)]
    led = without(near, known.phrase_set("words", "joins"))
    tells = any(each.kind is Kind.OTHER for each in (*sentence.before, *sentence.after))
    if tells and holds(led, known.phrase_set("topics", "since_when")):
        return True
    if _is_since(led, sentence, known) and _has_been_so(sentence, known):
        return True
    return _was_then(item, lexemes, known)


def _has_been_so(sentence: _Clause, known: Vocabulary) -> bool:
    """Whether the sentence complains, or tells what happened, and wishes for nothing."""
    both = [*sentence.before, *sentence.after]
    words = _words(both)
    said = without(words, known.phrase_set("topics", "cannot"))
    if any(holds(said, known.phrase_set(*listed)) for listed in _WISHES):
        return False
    is_so = any(holds(said, known.phrase_set(*listed)) for listed in (("topics", "ailing"), ("words", "been")))
    if is_so or len(said) < len(words) or _past(both, known) is not None:
        return True
    told = sum(each.kind is Kind.OTHER for each in both)
    return told >= _FEWEST_TOLD and not holds(said, known.phrase_set("topics", "intended"))


def _was_then(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """Whether its clause has a verb of the past, and neither an intention nor a wish behind it."""
    clause = _clause_of(item, lexemes, known.single("words", "joins"))
    said = _words([*clause.before, *clause.after])
    left = without(said, known.phrase_set("topics", "remembered"))
    if holds(left, known.phrase_set("words", "asks")) or holds(said, known.phrase_set("topics", "intended")):
        return False
    if is_led_to(item, lexemes, known) or not known.single("topics", "no_past").isdisjoint(left):
        return False
    wishing = known.phrase_set("topics", "wishing")
    verb = _past(clause.before, known)
    if verb is not None:
        return not holds([*_words(clause.before[verb + 1 :]), *_words(clause.after)], wishing)
    return _past(clause.after, known) is not None and not holds(said, wishing)


def _is_since(led: Sequence[str], clause: _Clause, known: Vocabulary) -> bool:
    """Whether it may be counted from that day, as well as begin there."""
    behind = known.single("topics", "since_behind")
    return holds(led, known.phrase_set("topics", "since_or_from")) or any(
        not behind.isdisjoint(words_of(each.text)) for each in clause.after[:1]
    )


def _past(clause: Sequence[Lexeme], known: Vocabulary) -> int | None:
    """The place of the last verb of the past; None where there is none."""
    remembered = known.phrase_set("topics", "remembered")
    auxiliaries, participles = (known.single("topics", name) for name in ("auxiliaries", "participles"))
    words = [word for each in clause for word in words_of(each.text)]
    is_any_verb = not VERBS.isdisjoint([each.kind for each in clause])
    if not (is_any_verb or may_hold(words, remembered) or not participles.isdisjoint(words)):
        return None
    places = [at for at, each in enumerate(clause) for _ in words_of(each.text)]
    for at in range(len(words) - 1, -1, -1):
        if size := begins(words[at : at + _LONGEST], remembered):
            return places[at + size - 1]
        if words[at] in participles and not auxiliaries.isdisjoint(words[max(0, at - _AUXILIARY_REACH) : at]):
            return places[at]
        if is_past_verb(clause, places[at], known, is_over=False):
            return places[at]
    return None


def _was_so(clause: _Clause, known: Vocabulary) -> bool:
    """Whether the clause ends in "was", and tells of no intention ("kal aana tha")."""
    words = _words([*clause.before, *clause.after])
    if words[-1:] == [] or words[-1] not in known.single("topics", "copulas"):
        return False
    return not any(holds(words, known.phrase_set(*listed)) for listed in (*_WISHES, ("topics", "intended")))


def _is_of_what_was(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "Kal jo cream aapne lagayi thi usse jalan hai": which one it was, told by a verb of the past."""
    which = lexemes[item.end].text if item.end < len(lexemes) else ""
    after = _words(_clause_of(item, lexemes, frozenset()).after)
    return which in known.single("topics", "which") and holds(after, known.phrase_set("topics", "remembered"))


def _words(lexemes: Sequence[Lexeme]) -> list[str]:
    """Without the small words, of which "da" is spelt like "dá"."""
    return [word for each in lexemes if each.kind is not Kind.ON for word in words_of(each.text)]
