"""The words of one language, made ready for look-up: its own first, then English, for people mix them."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from conversations.languages import language
from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

Words = tuple[str, ...]
Table = Mapping[str, Any]

GLUED = "#"
"""Before a phrase: only where it is glued to a number."""

_MARKERS = {
    "numbers": {"suffixes": Kind.SUFFIX, "prefixes": Kind.PREFIX, "pronouns": Kind.ONE, "article": Kind.ARTICLE},
    "words": {
        "plain": Kind.OTHER,
        "or": Kind.OR, "the": Kind.THE, "on": Kind.ON, "for": Kind.FOR,
        "people": Kind.PEOPLE, "group": Kind.GROUP, "street": Kind.STREET, "soft": Kind.SOFT, "noise": Kind.NOISE,
    },
    "dates": {
        "tonight": Kind.TONIGHT, "next": Kind.NEXT, "this": Kind.THIS, "last": Kind.LAST, "in": Kind.IN,
        "ago": Kind.AGO, "hence": Kind.HENCE, "weekend": Kind.WEEKEND, "day": Kind.DAY, "months_unit": Kind.MONTHS_UNIT,
        "not": Kind.NOT, "not_good": Kind.NOT_GOOD, "coming": Kind.COMING, "day_lead": Kind.DAY_LEAD,
        "day_mark": Kind.DAY_MARK,
    },
    "times": {
        "quarter": Kind.QUARTER, "minus": Kind.MINUS,
        "past": Kind.PAST, "to": Kind.TO, "at": Kind.AT, "after": Kind.AFTER, "before": Kind.BEFORE, "from": Kind.FROM,
        "onwards": Kind.ONWARDS, "or_before": Kind.OR_BEFORE, "between": Kind.BETWEEN, "ish": Kind.ISH,
        "about": Kind.ABOUT,
        "hours": Kind.HOURS, "minutes": Kind.MINUTES, "greeting": Kind.GREETING,
    },
}  # fmt: skip
"""Lists of the language file that only mark a kind; what carries a value is read in `_valued`."""

_REPAIRED = {Kind.WEEKDAY, Kind.MONTH, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.PART}


class Meaning(NamedTuple):
    """What a phrase is; `value` and `until` as its kind says."""

    kind: Kind
    value: int = 0
    until: int = 0


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Phrases of one language with English behind it. `lists` are the folded lists that need no kind, by table."""

    phrases: Mapping[str, Meaning]
    glued: Mapping[str, Meaning]
    repairable: tuple[str, ...]
    lookalikes: frozenset[str]
    may_greet: frozenset[str]
    longest: int
    lists: Mapping[str, Mapping[str, frozenset[Words]]]
    order: tuple[str, ...]

    def phrase_set(self, table: str, name: str) -> frozenset[Words]:
        """The phrases of one list as tuples of words; empty where the language has no such list."""
        return self.lists.get(table, {}).get(name, frozenset())

    def single(self, table: str, name: str) -> frozenset[str]:
        """The one-word phrases of one list."""
        return frozenset(words[0] for words in self.phrase_set(table, name) if len(words) == 1)

    def is_idle(self, word: str) -> bool:
        """Whether a word, by itself, tells nothing of a service: small talk, or a word of dates and times."""
        return word in self.phrases or (word,) in self.phrase_set("services", "noise")

    def repaired(self, word: str) -> Meaning | None:
        """The day, month or part of day that `word` misspells: one slip from five letters, two from eight."""
        if len(word) < 5 or len(word) > 14 or word in self.lookalikes:
            return None
        slips = 2 if len(word) >= 8 else 1
        near = extractOne(word, self.repairable, scorer=OSA.distance, score_cutoff=slips)
        if near is None or near[0][0] != word[0] or len(near[0]) < (8 if near[1] == 2 else 5):
            return None
        return self.phrases[near[0]]


@lru_cache(maxsize=32)
def vocabulary(code: str) -> Vocabulary:
    """The words of `code` ("es", "pt-BR"), with English behind them; English alone where the language is unknown."""
    tables = [language("en")]
    short = code[:8].replace("_", "-").split("-")[0].lower()
    if short != "en" and short.isascii() and short.isalpha():
        with suppress(FileNotFoundError):
            tables.insert(0, language(short))
    return _built(tables)


def _built(tables: list[Table]) -> Vocabulary:
    phrases: dict[str, Meaning] = {}
    glued: dict[str, Meaning] = {}
    lists: dict[str, dict[str, frozenset[Words]]] = {}
    for table in tables:
        for said, meaning in _phrases(table):
            known = glued if said.startswith(GLUED) else phrases
            known.setdefault(fold(said.removeprefix(GLUED)), meaning)
        for name, entries in _lists(table):
            kept = lists.setdefault(name[0], {})
            kept[name[1]] = kept.get(name[1], frozenset()) | entries
    return Vocabulary(
        phrases=phrases,
        glued=glued,
        repairable=tuple(word for word, meaning in phrases.items() if _can_be_misspelt(word, meaning)),
        lookalikes=frozenset(fold(word) for table in tables for word in table.get("dates", {}).get("lookalikes", ())),
        may_greet=frozenset(fold(word) for table in tables for word in table.get("times", {}).get("may_greet", ())),
        longest=max(len(words_of(phrase, marks=True)) for phrase in phrases),
        lists=lists,
        order=tuple(tables[-1]["intents"]["order"]),
    )


def _can_be_misspelt(word: str, meaning: Meaning) -> bool:
    return meaning.kind in _REPAIRED and len(word) >= 5 and word.isalpha()


def _phrases(table: Table) -> Iterable[tuple[str, Meaning]]:
    yield from _valued(table)
    for name, markers in _MARKERS.items():
        for key, kind in markers.items():
            yield from ((said, Meaning(kind)) for said in table.get(name, {}).get(key, ()))


def _valued(table: Table) -> Iterable[tuple[str, Meaning]]:
    dates, times, numbers = table.get("dates", {}), table.get("times", {}), table.get("numbers", {})
    for kind, said_by_value in (
        (Kind.WEEKDAY, enumerate(dates.get("weekdays", ()))),
        (Kind.MONTH, enumerate(dates.get("months", ()), start=1)),
        (Kind.RELATIVE_DAY, dates.get("days", {}).items()),
        (Kind.NAMED_DAY, ((day.replace("-", ""), said) for day, said in dates.get("named", {}).items())),
        (Kind.WEEK, dates.get("weeks", {}).items()),
        (Kind.DAY, dates.get("day_counts", {}).items()),
        (Kind.MONTHS_UNIT, dates.get("month_counts", {}).items()),
        (Kind.HOURS, times.get("hour_counts", {}).items()),
        (Kind.NUMBER, numbers.get("words", {}).items()),
        (Kind.NUMBER, _composed(numbers)),
        (Kind.ORDINAL_WORD, numbers.get("ordinals", {}).items()),
        (Kind.MERIDIEM, ((0, times.get("am", ())), (12, times.get("pm", ())))),
        (Kind.NAMED, ((_minutes(clock), said) for clock, said in times.get("named", {}).items())),
        (Kind.SPOKEN, ((_minutes(clock), said) for clock, said in times.get("spoken", {}).items())),
        (Kind.ADDED, times.get("added", {}).items()),
        (Kind.LEANING, times.get("before_hour", {}).items()),
        (Kind.HALF, ((30, times.get("half", ())), (-30, times.get("half_to", ())))),
        (Kind.TO, ((1, times.get("to_hour", ())),)),
        (Kind.AT, ((times.get("clock_shift", 0), times.get("shifted", ())),)),
        (Kind.OCLOCK, ((times.get("as_said_from", 0), times.get("oclock", ())),)),
        (Kind.HOUR_MARK, ((times.get("as_said_from", 0), times.get("hour_mark", ())),)),
        (Kind.AND, ((1 if times.get("and_adds") else 0, table.get("words", {}).get("and", ())),)),
    ):
        yield from ((phrase, Meaning(kind, int(value))) for value, said in said_by_value for phrase in said)
    for span, said in times.get("parts", {}).items():
        start, _, end = span.partition("-")
        yield from ((phrase, Meaning(Kind.PART, _minutes(start), _minutes(end))) for phrase in said)


def _composed(numbers: Table) -> Iterable[tuple[int, Iterable[str]]]:
    """The numbers from 11 to 59 that are said as tens and a unit, after the language's patterns."""
    words = {int(value): said for value, said in numbers.get("words", {}).items()}
    words[1] = [*words.get(1, ()), *numbers.get("pronouns", ())]
    for tens in (10, 20, 30, 40, 50):
        patterns = numbers.get("compose" if tens > 10 else "compose_teens", ())
        for unit in range(1, 10):
            yield (
                tens + unit,
                [
                    pattern.format(tens=ten, unit=one)
                    for pattern in patterns
                    for ten in words.get(tens, ())
                    for one in words.get(unit, ())
                ],
            )


def _lists(table: Table) -> Iterable[tuple[tuple[str, str], frozenset[Words]]]:
    for name, inner in (
        *((name, table.get(name, {})) for name in ("answers", "choices", "names", "services")),
        *((f"intents.{where}", table.get("intents", {}).get(where, {})) for where in ("alone", "anywhere")),
        ("words", {"currencies": table.get("words", {}).get("currencies", ())}),
    ):
        for key, said in inner.items():
            yield (name, key), frozenset(words_of(fold(phrase), marks=True) for phrase in said)


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
