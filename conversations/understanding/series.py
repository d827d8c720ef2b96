"""A recurring wish whole: on which weekdays, how often in all or until when, and from when ("mon and wed 9am until
june", "10 sessions every monday 5pm")."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from conversations.dialogue import Awaiting
from conversations.understanding.days import FRIDAY_AND_SATURDAY
from conversations.understanding.kinds import THE, Kind
from conversations.understanding.meaning import Certainty, DateReading, Length, Recurrence, Unit
from conversations.understanding.repeats import count_at, is_free, read_recurrence, rhythm_phrases, weekday_at
from conversations.understanding.tokens import Token, words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

Cut = tuple[int, int]
_JOINED = frozenset({",", "&", "+", "/"})
_RANGE = frozenset({"-", "–"})
_UNITS = {Kind.DAY: Unit.DAY, Kind.WEEK: Unit.WEEK, Kind.MONTHS_UNIT: Unit.MONTH}
_WEEK = 7
SERIES_ASKED = frozenset({Awaiting.HOW_OFTEN, Awaiting.HOW_MANY, Awaiting.MODE, Awaiting.SERIES})
"""What is asked of a series, so that "8 times" alone says how long it goes on."""


class Wished(NamedTuple):
    """How often, or None; how long, as far as a number says it; the text without the words of both, and that text
    without the weekdays as well. `is_sure`: not by its weekdays alone."""

    recurrence: Recurrence | None
    length: Length | None
    rest: str
    bare: str
    is_sure: bool = True


class _Listed(NamedTuple):
    """Weekdays that stand in a row, and where."""

    days: tuple[int, ...]
    cut: Cut
    is_rhythm: bool
    """They alone say that it is every week ("tuesdays", "mon and wed"), where something says how long."""


def read_wish(text: str, pieces: Sequence[Token], known: Vocabulary, region: str, asked: Awaiting) -> Wished:
    """What a folded text says of it; `pieces` are its tokens. `asked`: of a series that is asked about, "6 weeks" says
    how long it is; a bare "8" only where that was asked."""
    of_series = asked in SERIES_ASKED
    words = [piece.text for piece in pieces]
    if not of_series and not _may_repeat(words, known):
        return Wished(None, None, text, text)
    repeated = read_recurrence(text, pieces, known)
    length, cuts = _length(words, pieces, known, asked)
    listed = _listed(words, pieces, repeated.place, cuts, known, region)
    may_be = listed is not None and listed.is_rhythm and not is_free(words, known)
    if repeated.recurrence is None and not of_series and not may_be:
        return Wished(None, None, text, text)
    recurrence = repeated.recurrence
    if recurrence is not None and listed is not None:
        unit = Unit.WEEK if recurrence.unit is Unit.DAY else recurrence.unit
        recurrence = replace(recurrence, unit=unit, weekdays=listed.days)
    elif listed is not None and may_be:
        recurrence = Recurrence(1, Unit.WEEK, text[slice(*listed.cut)], listed.days)
    cuts = [*cuts, *([repeated.cut] if repeated.cut[1] else ())]
    bare = [*cuts, *([listed.cut] if listed is not None else ())]
    is_sure = repeated.recurrence is not None or length is not None
    return Wished(recurrence, length, _without(text, cuts), _without(text, bare), is_sure)


def _may_repeat(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether one of the words opens what says how often, or they name weekdays that may by themselves."""
    often, weekdays = _openings(known)
    if not often.keys().isdisjoint(words):
        for word, behind in zip(words, (*words[1:], ""), strict=False):
            if (goes_on := often.get(word)) is not None and ("" in goes_on or behind in goes_on):
                return True
    if weekdays.isdisjoint(words):
        return False
    named = sum([word in weekdays for word in words])
    return named > 1 or any(word.startswith(known.attached) for word in words if word not in weekdays)


@lru_cache(maxsize=32)
def _openings(known: Vocabulary) -> tuple[dict[str, set[str]], frozenset[str]]:
    """The words that open what says how often by itself, each with those that go on ("": it says it alone), and the
    words that open a weekday."""
    often: dict[str, set[str]] = {word: {""} for word in known.single("repeats", "weekdays_said_often")}
    for phrase in (*known.phrase_set("repeats", "working_days"), *rhythm_phrases(known)):
        often.setdefault(phrase[0], set()).add(phrase[1] if len(phrase) > 1 else "")
    weekdays = {words_of(said, marks=True)[0] for said, meant in known.phrases.items() if meant.kind is Kind.WEEKDAY}
    led = {word for weekdays_led in known.led_weekdays.values() for word in weekdays_led}
    return often, frozenset(weekdays | led)


def with_ends(
    wished: Wished, day: DateReading, read: Callable[[str], DateReading], today: date
) -> tuple[Wished, DateReading]:
    """The wish with the day that ends it, and the day that begins it where one is named beside the weekdays. `day`:
    what the text says with its weekdays. `read` reads the days of a text."""
    apart = read(wished.bare) if wished.bare != wished.rest else day
    ends = apart.latest if apart.certainty is Certainty.AMBIGUOUS else None
    if ends is not None and wished.length is None:
        wished = wished._replace(length=Length(until=ends), is_sure=wished.is_sure or apart.earliest is None)
    begins_at = apart.earliest if apart.certainty is Certainty.AMBIGUOUS else None
    if apart.certainty is Certainty.CERTAIN:
        begins_at = apart.dates[0]
    if not wished.is_sure:
        return Wished(None, None, wished.rest, wished.rest), day
    if begins_at is not None and begins_at > today:
        return wished, DateReading(Certainty.CERTAIN, (begins_at,), words=apart.words)
    if wished.recurrence is not None and (ends is not None or wished.recurrence.weekdays):
        return wished, day if day.certainty is Certainty.CERTAIN and ends is None else DateReading()
    return wished, day


def until_answered(day: DateReading, asked: Awaiting) -> Length | None:
    """What a day says of the end of a series; a bare one only where that was asked."""
    if day.certainty is Certainty.CERTAIN:
        return Length(until=day.dates[0]) if asked is Awaiting.HOW_MANY else None
    if day.latest is None or (day.earliest is not None and asked is not Awaiting.HOW_MANY):
        return None
    return Length(until=day.latest)


def _without(text: str, cuts: Sequence[Cut]) -> str:
    for start, end in sorted(cuts, reverse=True):
        text = f"{text[:start]}, {text[end:]}" if end > start else text
    return text


def _length(
    words: Sequence[str], pieces: Sequence[Token], known: Vocabulary, asked: Awaiting
) -> tuple[Length | None, list[Cut]]:
    """ "8 times", "10 sessions", "for 6 weeks", and where it stands."""
    for place in range(len(words)):
        if (found := _times(words, place, known)) or (
            found := _lasting(words, place, known, asked=asked in SERIES_ASKED)
        ):
            length, size = found
            return length, [(pieces[place].start, pieces[place + size - 1].end)]
    said = [(place, count) for place in range(len(words)) if (count := count_at(words, place, known))]
    known_kinds = {known.phrases[word].kind for word in words if word in known.phrases}
    if asked is Awaiting.HOW_MANY and len(said) == 1 and known_kinds <= {Kind.SOFT, Kind.NUMBER}:
        place, count = said[0]
        return Length(count), [(pieces[place].start, pieces[place].end)]
    return None, []


def _times(words: Sequence[str], place: int, known: Vocabulary) -> tuple[Length, int] | None:
    if size := begins(words[place:], known.phrase_set("repeats", "times_before")):
        count = count_at(words, place + size, known)
        return (Length(count), size + 1) if count else None
    if not (count := count_at(words, place, known)):
        return None
    linked = 1 if place + 1 < len(words) and words[place + 1] in known.single("repeats", "linking") else 0
    behind = begins(words[place + 1 + linked :], known.phrase_set("repeats", "times"))
    return (Length(count), 1 + linked + behind) if behind else None


def _lasting(words: Sequence[str], place: int, known: Vocabulary, *, asked: bool) -> tuple[Length, int] | None:
    """ "For 6 weeks", "kwa wiki 6", "6 hafte tak"; without the word for it where how long was asked."""
    led = begins(words[place:], known.phrase_set("repeats", "lasting"))
    counted = _counted(words, place + led, known)
    if counted is None:
        return None
    lasting, size = counted
    behind = begins(words[place + led + size :], known.phrase_set("repeats", "lasting_behind"))
    return (Length(lasting=lasting), led + size + behind) if led or behind or asked else None


def _counted(words: Sequence[str], place: int, known: Vocabulary) -> tuple[tuple[int, Unit], int] | None:
    """A number and a unit in either order, or a unit that says its number itself."""
    if count := count_at(words, place, known):
        linked = 1 if place + 1 < len(words) and words[place + 1] in known.single("repeats", "linking") else 0
        unit = _unit(words, place + 1 + linked, known)
        return ((count * unit[0], unit[1]), 2 + linked) if unit else None
    if unit := _unit(words, place, known):
        count = count_at(words, place + 1, known)
        if count or unit[0] > 1:
            return (max(count, 1) * unit[0], unit[1]), 2 if count else 1
    return None


def _unit(words: Sequence[str], place: int, known: Vocabulary) -> tuple[int, Unit] | None:
    if place < len(words) and words[place] in known.single("repeats", "weeks_counted"):
        return 1, Unit.WEEK
    meaning = known.phrases.get(words[place]) if place < len(words) else None
    if meaning is None or meaning.kind not in _UNITS:
        return None
    return max(1, meaning.value), _UNITS[meaning.kind]


def _listed(
    words: Sequence[str], pieces: Sequence[Token], since: int, cuts: Sequence[Cut], known: Vocabulary, region: str
) -> _Listed | None:
    """The first row of weekdays from that token on, outside what is cut."""
    plural = known.single("repeats", "weekdays_said_often")
    for place in range(since, len(words)):
        if any(start <= pieces[place].start < end for start, end in cuts):
            continue
        if size := begins(words[place:], known.phrase_set("repeats", "working_days")):
            days: tuple[int, ...] = (6, 0, 1, 2, 3) if region.upper() in FRIDAY_AND_SATURDAY else (0, 1, 2, 3, 4)
            return _Listed(days, (pieces[place].start, pieces[place + size - 1].end), True)
        if weekday_at(words, place, known) is not None:
            days, size = _row(words, place, known)
            is_rhythm = len(days) > 1 or words[place] in plural
            return _Listed(days, (pieces[place].start, pieces[place + size - 1].end), is_rhythm)
    return None


def _row(words: Sequence[str], place: int, known: Vocabulary) -> tuple[tuple[int, ...], int]:
    """The weekdays from `place` on, joined by "and", a comma or "to", and how many words they take."""
    found = weekday_at(words, place, known)
    assert found is not None
    days, end = [found[0]], place + found[1]
    while (step := _next(words, end, known)) is not None:
        weekday, end, is_range = step
        between = range(days[-1] + 1, days[-1] + 1 + (weekday - days[-1]) % _WEEK) if is_range else (weekday,)
        days += [day % _WEEK for day in between]
    return tuple(dict.fromkeys(days)), end - place


def _next(words: Sequence[str], place: int, known: Vocabulary) -> tuple[int, int, bool] | None:
    """The weekday that a joining word at `place` adds, where it ends, and whether it ends a range."""
    for glued in known.attached:
        if place < len(words) and words[place].startswith(glued):
            inner = [*words[:place], words[place].removeprefix(glued)]
            if (found := weekday_at(inner, place, known)) is not None:
                return found[0], place + 1, False
    at, is_range = place, False
    while at < len(words) and at - place < 3:
        meaning = known.phrases.get(words[at])
        kind = meaning.kind if meaning is not None else None
        is_range = is_range or words[at] in _RANGE or kind is Kind.TO
        joins = words[at] in _JOINED | _RANGE or words[at] in known.single("repeats", "joining")
        if not (joins or kind in (Kind.AND, Kind.TO, Kind.ON) or kind in THE):
            return None
        at += 1
        if (found := weekday_at(words, at, known)) is not None:
            return found[0], at + found[1], is_range
    return None
