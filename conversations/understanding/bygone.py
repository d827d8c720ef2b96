"""What is told of days that are gone: "llamé el lunes", "lundi j'ai appelé", "thanks for yesterday", "a headache since
monday"."""

from collections.abc import Sequence

from conversations.understanding.dates import PAST
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.lexeme import Lexeme
from conversations.understanding.neighbours import EITHER_WAY, FOR_HOUR, HAD, PAID
from conversations.understanding.scan import Found, gap_before
from conversations.understanding.times import EMPTY
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import holds

_FARTHEST = 3
_AFTER_THE_VERB = THE | {Kind.ON, Kind.AT, Kind.ME, Kind.OTHER, Kind.THIS}
_BEFORE_THE_SUM = frozenset({Kind.SOFT, Kind.ME, Kind.OTHER, Kind.ON, Kind.THE, Kind.NUMBER, Kind.LONG, Kind.NOISE})
_BEFORE_THE_VERB = frozenset({Kind.SOFT, Kind.ME, Kind.OTHER})
_OPENING = THE | {Kind.ON, Kind.GREETING, Kind.MARK, Kind.COMMA, Kind.THIS}
_BESIDE = THE | {Kind.ON, Kind.AT, Kind.COMMA, Kind.ABOUT}
_OPEN = frozenset({"day_of_month", "number_of_month", "days_of_month", "month"})
_PAST_BY_ITS_WORDS = frozenset({"relative", "weekdays_ago", "in_units", "time_ago", "last_few", "ago", "last"})
_FEWEST_TOLD = 2
"""Words besides a day that is gone that make a story of it, rather than a mistaken wish ("haircut yesterday")."""
_RIGHT_BESIDE = _BESIDE - {Kind.COMMA}
_RUNS_ON = frozenset({Kind.TO, Kind.DASH, Kind.BEFORE, Kind.OR, Kind.AND})


def told_of_the_past(found: Sequence[Found], lexemes: Sequence[Lexeme]) -> list[Found]:
    """What was found, without the days, and their hours, that a verb in the past tells of: they are no wish. What is
    past by its own words is so wherever the verb stands ("yesterday i called"), another day only beside it."""
    if Kind.DID not in [lexeme.kind for lexeme in lexemes]:
        return list(found)
    told: list[Found] = []
    gone = False
    for place, item in enumerate(found):
        if item.day is not None:
            gone = _is_told(found, place, lexemes)
        elif gone:
            gone = gap_before(found, place, lexemes) <= _BESIDE
        told.append(item._replace(day=None, said=EMPTY) if gone else item)
    return told


def _is_told(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    item = found[place]
    if item.day is None:
        return False
    if _is_past(item) or _is_either_way(item, lexemes) or _is_paid_today(found, place, lexemes):
        return True
    if _was_lately(found, place, lexemes):
        return True
    return _is_open(item, lexemes) and (_follows_a_verb(found, place, lexemes) or _opens_before_a_verb(item, lexemes))


def _is_either_way(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """ "Kal", of a verb in the past; what was paid may be paid for it, unless that was said right after it ("kal 500
    bheje")."""
    if item.rule != "relative" or lexemes[item.start].until != EITHER_WAY:
        return False
    verbs = [at for at, lexeme in enumerate(lexemes) if lexeme.kind is Kind.DID]
    if any(lexemes[at].value != PAID for at in verbs):
        return True
    return any({each.kind for each in lexemes[item.end : at]} <= _BEFORE_THE_SUM for at in verbs if at >= item.end)


def _is_paid_today(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "I paid 50 today", "nimetuma 500 kwa mpesa leo"; "paid 50 for today" says what for."""
    item = found[place]
    if not place or found[place - 1].rule != "paid" or not _is_today(item, lexemes):
        return False
    is_for = lexemes[item.start - 1].kind is Kind.FOR
    return not is_for and gap_before(found, place, lexemes) <= _AFTER_THE_VERB | {Kind.FOR}


def _is_today(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    return item.rule == "this_part" or (item.rule == "relative" and not lexemes[item.start].value)


def _was_lately(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    """ "Reservé para el 5 de marzo", said on the 10th: nobody tells of an appointment a year ahead."""
    item = found[place]
    if item.day is None or item.day.gone is None:
        return False
    since = found[place - 1].end if place else 0
    return any(lexeme.kind is Kind.DID for lexeme in lexemes[max(since, item.start - _FARTHEST - 1) : item.start])


def _is_open(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    """A day that may be gone as well as to come: a weekday, a number or a month alone, today."""
    if item.day is None:
        return False
    return item.day.weekday is not None or item.rule in _OPEN or _is_today(item, lexemes)


def _follows_a_verb(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    since = found[place - 1].end if place else 0
    for back, lexeme in enumerate(reversed(lexemes[since : found[place].start])):
        if lexeme.kind is Kind.DID:
            return lexeme.value != HAD
        if back >= _FARTHEST or lexeme.kind not in _AFTER_THE_VERB or _is_for_a_day(lexeme):
            return False
    return False


def _is_for_a_day(lexeme: Lexeme) -> bool:
    """ "Para el", "pra", which name a day to come; "el" may name one that is gone."""
    return (lexeme.kind is Kind.DAY_LEAD and " " in lexeme.text) or (
        lexeme.kind is Kind.AT and lexeme.until == FOR_HOUR
    )


def _opens_before_a_verb(item: Found, lexemes: Sequence[Lexeme]) -> bool:
    if any(lexeme.kind not in _OPENING for lexeme in lexemes[: item.start]):
        return False
    for lexeme in lexemes[item.end : item.end + _FARTHEST]:
        if lexeme.kind is Kind.DID:
            return lexeme.value != HAD
        if lexeme.kind not in _BEFORE_THE_VERB:
            return False
    return False


def without_bygone(found: Sequence[Found], lexemes: Sequence[Lexeme], known: Vocabulary) -> list[Found]:
    """The same without what is past by its own words in a text that asks for nothing ("left my scarf there last week"),
    and without the moment since which something has been so."""
    over = {place for place, item in enumerate(found) if _is_over(item)}
    since: set[int] = set()
    leads = known.single("words", "since")
    if not leads.isdisjoint([lexeme.text for lexeme in lexemes]):
        since = {place for place, item in enumerate(found) if _is_since(item, lexemes, leads)}
    if not over and not since:
        return list(found)
    words = [word for lexeme in lexemes for word in words_of(lexeme.text)]
    been = known.phrase_set("words", "been")
    told = over if over and (_is_a_story(found, lexemes, words, known) or holds(words, been)) else set()
    told |= {place for place in since if _is_past(found[place])}
    since = _with_their_own({place for place in since if not _runs_on(found, place, lexemes)}, found, lexemes)
    others = any(item.day is not None and place not in since for place, item in enumerate(found))
    if since and (others or holds(words, been)):
        told |= since
    gone = _with_their_own(told, found, lexemes)
    return [item._replace(day=None, said=EMPTY) if place in gone else item for place, item in enumerate(found)]


def _is_past(item: Found) -> bool:
    return item.day is not None and item.day.reason == PAST


def _is_over(item: Found) -> bool:
    if item.day is not None:
        return item.rule in _PAST_BY_ITS_WORDS and _is_past(item)
    return item.said is not None and item.said.over


def _is_a_story(found: Sequence[Found], lexemes: Sequence[Lexeme], words: Sequence[str], known: Vocabulary) -> bool:
    """Whether enough is told, and nothing asked; or somebody gives thanks."""
    if holds(words, known.phrase_set("words", "asks")):
        return False
    read = {place for item in found for place in range(item.start, item.end)}
    told = sum(lexeme.kind is Kind.OTHER for place, lexeme in enumerate(lexemes) if place not in read)
    return told >= _FEWEST_TOLD or holds(words, known.phrase_set("intents.anywhere", "thanks"))


def _is_since(item: Found, lexemes: Sequence[Lexeme], leads: frozenset[str]) -> bool:
    start = item.start
    while start > 0 and lexemes[start - 1].kind in _BESIDE:
        start -= 1
    return any(lexeme.text in leads for lexeme in lexemes[max(0, start - 1) : item.start + 1])


def _runs_on(found: Sequence[Found], place: int, lexemes: Sequence[Lexeme]) -> bool:
    return place + 1 < len(found) and bool(gap_before(found, place + 1, lexemes) & _RUNS_ON)


def _with_their_own(told: set[int], found: Sequence[Found], lexemes: Sequence[Lexeme]) -> set[int]:
    """Those with the hours, parts and day right beside each: one day in all."""
    gone = set(told)
    for place in told:
        dated = found[place].day is not None
        if dated and place and found[place - 1].day is None and gap_before(found, place, lexemes) <= _RIGHT_BESIDE:
            gone.add(place - 1)
        for after in range(place + 1, len(found)):
            is_day = found[after].day is not None
            if (is_day and dated) or not gap_before(found, after, lexemes) <= _RIGHT_BESIDE:
                break
            dated = dated or is_day
            gone.add(after)
    return gone
