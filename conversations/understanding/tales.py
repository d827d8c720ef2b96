"""What a text tells rather than wishes: when a business is open, which bill or which person is meant ("the bill of 5
march", "the lady of the morning"), what thanks are for, and what happened ("she bumped her head on saturday")."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import FOR_HOUR, HAD
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, holds, may_hold, without

_SENTENCES_END = frozenset({Kind.MARK, Kind.COMMA})
_AHEAD = frozenset({Kind.NEXT, Kind.COMING})
_MAY_BE_GONE = frozenset({
    "weekday", "weekend", "named_day", "day_month", "month_day", "month", "month_of_year", "day_of_month",
    "number_of_month", "number_on", "days_of_month", "season", "this_part", "tonight", "weekday_number",
})  # fmt: skip
_LONG = frozenset({"month", "month_of_year", "named_day", "season", "week"})
_TELLING = frozenset({
    Kind.OTHER, Kind.SOFT, Kind.DID, Kind.LABEL, Kind.THING, Kind.UNIT, Kind.PEOPLE, Kind.YEAR, Kind.NOISE,
})  # fmt: skip
"""What a tale has, and "tomorrow at 3" has not."""
_BESIDE = THE | {Kind.ON, Kind.AT, Kind.ABOUT}
"""What may stand between a day and its hour."""
_NEAR = 6
"""Words from a paper to the day that tells it apart ("that pic on your page from december")."""
_SHORTEST_VERB = 5
"""Letters from which a word may be a verb by its beginning or its end."""
_YEARS_LONG_GONE = 2
_LATER = frozenset({Kind.AFTER, Kind.HENCE})
_QUESTION = frozenset("?؟")


def without_tales(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary, today: date) -> list[Found]:
    """The same without the days and hours that are only told of."""
    if not found or _TELLING.isdisjoint([lexeme.kind for lexeme in lexemes]):
        return list(found)
    words = [word for lexeme in lexemes for word in words_of(lexeme.text)]
    marks = _marks(known)
    may_have_happened = _may_have_happened(words, lexemes, marks)
    after = {place for place, item in enumerate(found) if _is_outlived(item, words, lexemes, known)}
    if not after and not may_have_happened and marks.openings.isdisjoint(words):
        return list(found)
    told = after | {place for place in range(len(found)) if _tells_apart(found, place, lexemes, known)}
    told |= _of_the_business(found, words, lexemes, known)
    if may_hold(words, known.phrase_set("intents.anywhere", "thanks")):
        told |= {place for place, item in enumerate(found) if _is_thanked_for(item, lexemes, known)}
    if may_have_happened:
        told |= {place for place, item in enumerate(found) if _has_happened(item, lexemes, known, today)}
    if not told:
        return list(found)
    told |= _hours_of(told, found, lexemes)
    return [item._replace(day=None, said=EMPTY) if place in told else item for place, item in enumerate(found)]


class _Marks(NamedTuple):
    """The words that open what tells something, those that open what happened, and how verbs of the past begin and
    end: by themselves, or behind their subject."""

    openings: frozenset[str]
    happened: frozenset[str]
    beginnings: tuple[str, ...]
    endings: tuple[str, ...]
    endings_after_subject: tuple[str, ...]
    any_endings: tuple[str, ...]


@lru_cache(maxsize=32)
def _marks(known: Vocabulary) -> _Marks:
    def opening(*names: str) -> frozenset[str]:
        return frozenset(phrase[0] for name in names for phrase in known.phrase_set("topics", name))

    thanks = frozenset(phrase[0] for phrase in known.phrase_set("intents.anywhere", "thanks"))
    endings, after_subject = (
        tuple(known.single("topics", name)) for name in ("past_endings", "past_endings_after_subject")
    )
    return _Marks(
        opening("opening_hours", "usually", "papers", "strangers", "named_for", "lasted", "stayed") | thanks,
        opening("happened", "had") | known.single("words", "since"),
        tuple(known.single("topics", "past_beginnings")),
        endings,
        after_subject,
        (*endings, *after_subject),
    )


def _may_have_happened(words: Sequence[str], lexemes: Sequence[Lexeme], marks: _Marks) -> bool:
    """Whether there is a verb of the past at all, or a year."""
    kinds = [each.kind for each in lexemes]
    if Kind.DID in kinds or Kind.YEAR in kinds or not marks.happened.isdisjoint(words):
        return True
    if Kind.OTHER not in kinds:
        return False
    unknown = [each.text for each in lexemes if each.kind is Kind.OTHER]
    return any(word.endswith(marks.any_endings) or word.startswith(marks.beginnings) for word in unknown)


def _of_the_business(
    found: Sequence[Found], words: Sequence[str], lexemes: Sequence[Lexeme], known: Vocabulary
) -> set[int]:
    """ "What are your timings, 9 to 6?", "it took from 2 to 5", "do you usually open in ramadan?", "do you usually
    close at lunch, 1 to 2?"; "your hours on friday" asks of a day."""
    if all(item.day is None for item in found) and holds(words, known.phrase_set("topics", "opening_hours")):
        return set(range(len(found)))
    if all(item.day is None for item in found) and holds(words, known.phrase_set("topics", "lasted")):
        return {place for place, item in enumerate(found) if item.said is not None and item.said.after is not None}
    if all(item.day is None for item in found) and holds(words, known.phrase_set("topics", "stayed")):
        return {place for place, item in enumerate(found) if _has_stayed(item, lexemes, known)}
    usually, opens = known.phrase_set("topics", "usually"), known.phrase_set("topics", "opens")
    if holds(words, usually) and holds(words, opens):
        asks = holds(words, known.phrase_set("words", "asks"))
        suits = any(each.kind is Kind.FITS and (each.text,) not in opens for each in lexemes)
        clocks = [item for item in found if item.said and (item.said.clock or item.said.after or item.said.before)]
        is_timed = len(clocks) < 2 and not asks and not suits and all(item.day is None for item in found)
        return {place for place, item in enumerate(found) if is_timed or item.rule in _LONG}
    return set()


def _has_stayed(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "Elles sont restées une heure et demie au lieu de trois": behind the verb, in its sentence."""
    before = [word for each in _clause_before(lexemes, item.start) for word in words_of(each.text)]
    return holds(before, known.phrase_set("topics", "stayed"))


def _tells_apart(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """Whether the day or the part of the day only says which paper or which person is meant."""
    item = found[place]
    is_part = item.said is not None and item.said.part is not None
    is_read = item.day is not None or (item.said is not None and not item.said.is_empty)
    following = lexemes[item.end : item.end + 1]
    if is_read and following and following[0].text in known.single("topics", "named_for"):
        return True
    if item.day is None and not is_part:
        return False
    papers, strangers = known.single("topics", "papers"), known.single("topics", "strangers")
    links = known.single("topics", "links")
    opening = lexemes[item.start]
    start = item.start
    is_linked = any(word in links for word in words_of(opening.text)[:1])
    while start and (lexemes[start - 1].kind in THE or lexemes[start - 1].text in links):
        is_linked = is_linked or lexemes[start - 1].text in links
        start -= 1
    near = _clause_before(lexemes, start)[-_NEAR:]
    beside = near if is_linked and not is_part else near[-1:]
    named = papers | strangers if is_linked or is_part else papers
    if any(not named.isdisjoint(words_of(each.text)) for each in beside):
        return True
    after = lexemes[item.end : item.end + 2]
    if is_part and after and after[0].text in strangers:
        return True
    behind = known.single("topics", "links_behind")
    return len(after) > 1 and after[0].text in behind and after[1].text in papers | strangers


def _is_outlived(item: Found, words: Sequence[str], lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "After 3 weeks of physio my back is better", "still strong after 3 weeks": how long something went on, in a text
    that wishes for nothing."""
    if item.rule != "in_units" or _LATER.isdisjoint([each.kind for each in lexemes[item.start : item.end]]):
        return False
    if any(each.kind is Kind.MARK and each.text in _QUESTION for each in lexemes):
        return False
    left = without(words, known.phrase_set("topics", "outlived"))
    if holds(left, known.phrase_set("words", "asks")) or holds(left, known.phrase_set("topics", "wishing")):
        return False
    of_what = [each.kind for each in lexemes[item.end : item.end + 2]]
    is_of_something = (
        lexemes[item.start].kind is Kind.AFTER
        and of_what[:1] in ([Kind.ON], [Kind.FROM])
        and of_what[1:] in ([Kind.OTHER], [Kind.THING])
    )
    return is_of_something or len(left) < len(words)


def _clause_before(lexemes: Sequence[Lexeme], place: int) -> Sequence[Lexeme]:
    since = max((at for at in range(place) if lexemes[at].kind in _SENTENCES_END), default=-1)
    return lexemes[since + 1 : place]


def _is_thanked_for(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "Thanks for this morning", "aaj subah ke liye thank you"; "thanks for friday" may be of one to come."""
    part = item.said is not None and item.said.part is not None
    if not part and not _is_of_today(item, lexemes):
        return False
    leads = known.phrase_set("topics", "for_which")
    before = [word for each in _clause_before(lexemes, item.start) for word in words_of(each.text)]
    after = [word for each in lexemes[item.end : item.end + 4] for word in words_of(each.text)]
    thanks = known.phrase_set("intents.anywhere", "thanks")
    led = holds(before, thanks) and any(begins(before[at:], leads) for at in range(len(before)))
    return led or (holds(after, thanks) and any(begins(after[at:], leads) for at in (0, 1)))


def _is_of_today(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    if item.rule in ("this_part", "tonight"):
        return True
    is_this = item.start > 0 and lexemes[item.start - 1].kind is Kind.THIS
    return item.rule == "relative" and (is_this or not lexemes[item.start].value)


def _has_happened(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary, today: date) -> bool:
    """Whether the clause tells of something that happened, and wishes for nothing."""
    day = item.day
    if day is None:
        return False
    inside = lexemes[item.start : item.end]
    if any(each.kind in _AHEAD for each in inside):
        return False
    years = [each.value for each in inside if each.kind is Kind.YEAR]
    if _is_counted_since(item, lexemes, known):
        return True
    is_over = day.reason == PAST
    if is_over and years and years[-1] <= today.year - _YEARS_LONG_GONE:
        return sum(each.kind is Kind.OTHER for each in lexemes) > 1
    if not is_over and (item.rule not in _MAY_BE_GONE or (years and years[-1] > today.year)):
        return False
    clause = _clause_of(item, lexemes, known)
    words = [word for each in clause for word in words_of(each.text)]
    happened = holds(words, known.phrase_set("topics", "happened"))
    is_a_gift = happened and item.rule == "named_day"
    if not is_over and not is_a_gift and is_led_to(item, lexemes, known):
        return False
    if not happened and any(each.kind is Kind.FITS for each in clause):
        return False
    if holds(words, known.phrase_set("words", "asks")) or holds(words, known.phrase_set("topics", "wishing")):
        return False
    return happened or any(is_past_verb(clause, at, known, is_over=is_over) for at in range(len(clause)))


def _is_counted_since(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "Lost 6 since january"."""
    leads = known.single("words", "since")
    return item.start > 1 and any(
        lexemes[at].text in leads and lexemes[at - 1].kind in (Kind.NOISE, Kind.UNIT)
        for at in (item.start - 1, item.start)
    )


def is_led_to(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> bool:
    """ "I called for friday", "llamé para el jueves": the day of what was called for, which is to come."""
    start = item.start
    while start and lexemes[start - 1].kind in _BESIDE and not _is_for(lexemes[start - 1], known):
        start -= 1
    return _is_for(lexemes[item.start], known) or (start > 0 and _is_for(lexemes[start - 1], known))


def _is_for(lexeme: Lexeme, known: Vocabulary) -> bool:
    """ "For", "para", "para el", "pra", "about"."""
    if lexeme.kind is Kind.AT and lexeme.until == FOR_HOUR:
        return True
    meaning = known.phrases.get(words_of(lexeme.text)[0]) if words_of(lexeme.text) else None
    return lexeme.kind in (Kind.FOR, Kind.TO, Kind.ABOUT) or (meaning is not None and meaning.kind is Kind.FOR)


def _clause_of(item: Found, lexemes: Sequence[Lexeme], known: Vocabulary) -> Sequence[Lexeme]:
    """What stands from the last mark or joining word to the next one, without the wording itself."""
    joins = known.single("words", "joins")
    start, end = item.start, item.end
    while start and lexemes[start - 1].kind not in _SENTENCES_END and lexemes[start - 1].text not in joins:
        start -= 1
    stops = _SENTENCES_END | {Kind.AND, Kind.OR}
    while end < len(lexemes) and lexemes[end].kind not in stops and lexemes[end].text not in joins:
        end += 1
    return [*lexemes[start : item.start], *lexemes[item.end : end]]


VERBS = frozenset({Kind.DID, Kind.OTHER, Kind.SOFT, Kind.THING})
"""What a verb of the past may be taken for."""


def is_past_verb(clause: Sequence[Lexeme], at: int, known: Vocabulary, *, is_over: bool) -> bool:
    """A verb of the lists, or a word with the endings or the beginnings of one; where these belong to other words as
    well, behind its subject ("everybody loved")."""
    lexeme = clause[at]
    if lexeme.kind is Kind.DID:
        return is_over or lexeme.value != HAD
    words = words_of(lexeme.text)
    if not words or lexeme.kind not in VERBS:
        return False
    if is_over and not known.single("topics", "had").isdisjoint(words):
        return True
    word = words[-1]
    if len(word) < _SHORTEST_VERB or word in known.single("topics", "no_past"):
        return False
    marks = _marks(known)
    if word.startswith(marks.beginnings) or word.endswith(marks.endings):
        return True
    return word.endswith(marks.endings_after_subject) and (at == 0 or _has_subject(clause[:at], known))


def _has_subject(before: Sequence[Lexeme], known: Vocabulary) -> bool:
    subjects = known.single("topics", "past_subjects")
    near = [word for each in before[-2:] for word in words_of(each.text)]
    return bool(near) and (near[-1] in subjects or (len(near) > 1 and near[-2] in subjects))


def _hours_of(told: set[int], found: Sequence[Found], lexemes: Sequence[Lexeme]) -> set[int]:
    """The hours and parts of the day right beside a day that is told of."""
    days = {place for place in told if found[place].day is not None}
    return {
        place
        for place, item in enumerate(found)
        if item.day is None
        and (
            (place - 1 in days and gap_before(found, place, lexemes) <= _BESIDE)
            or (place + 1 in days and gap_before(found, place + 1, lexemes) <= _BESIDE)
        )
    }
