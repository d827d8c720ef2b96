"""The words of one language, made ready for look-up: its own first, then English, for people mix them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from conversations.languages import language
from conversations.understanding.kinds import Kind
from conversations.understanding.misspelt import Spelling
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import GLUED, Meaning, Table, Words, phrases_of, shift_of
from conversations.understanding.tokens import words_of
from conversations.understanding.word_lists import lists_of

_NONE: frozenset[Words] = frozenset()
_NO_WORDS: frozenset[str] = frozenset()
_REPAIRED = {Kind.WEEKDAY, Kind.MONTH, Kind.RELATIVE_DAY, Kind.TONIGHT, Kind.PART, Kind.WEEKEND}


_LONG_ENOUGH = 7
"""Letters from which an English word is recognised misspelt in another language: "todas" is no "today"."""
_HEARD = frozenset({"answers", "choices", "intents.alone", "intents.anywhere"})


_NEVER_ATTACHED = {Kind.OTHER, Kind.SOFT, Kind.NOISE, Kind.GREETING, Kind.PRAISE, Kind.LABEL, Kind.STREET, Kind.NOT}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Phrases of one language with English behind it. `lists` are the folded lists that need no kind, by table;
    `months` its own words for months, also those that are first something else ("mar", Tuesday and March)."""

    phrases: Mapping[str, Meaning]
    glued: Mapping[str, Meaning]
    months: Mapping[str, int]
    led_weekdays: Mapping[str, Mapping[str, int]]
    """Weekdays that are none without the word before them ("كل اثنين": "two" alone), by that word."""
    may_greet: frozenset[str]
    clock_shift: int
    """How many hours later a spoken hour lies than it is written: the `until` of the language's numbers."""
    reach: Mapping[str, int]
    """How many words the longest phrase has that opens with a word."""
    lists: Mapping[tuple[str, str], frozenset[Words]]
    singles: Mapping[tuple[str, str], frozenset[str]]
    spelling: Spelling
    order: tuple[str, ...]
    attached: tuple[str, ...]
    """Small words that are written onto the next one, longest first."""
    openings: frozenset[str]
    """The words that a phrase begins with."""
    telling: frozenset[str]
    """The words that may follow an attached one."""

    def phrase_set(self, table: str, name: str) -> frozenset[Words]:
        """The phrases of one list as tuples of words; empty where the language has no such list."""
        return self.lists.get((table, name), _NONE)

    def single(self, table: str, name: str) -> frozenset[str]:
        """The one-word phrases of one list."""
        return self.singles.get((table, name), _NO_WORDS)

    def is_idle(self, word: str) -> bool:
        """Whether a word, by itself, tells nothing of a service: small talk, or a word of dates and times."""
        return word in self.phrases or (word,) in self.phrase_set("services", "noise")

    def repaired(self, word: str) -> Meaning | None:
        """What the word means that `word` misspells or shortens; None where that may be one thing or another."""
        meant = {self.phrases[other] for other in self.spelling.meant(word)}
        return meant.pop() if len(meant) == 1 else None


_ALSO = {"tl": "fil", "tgl": "fil"}


def short_code(code: str) -> str:
    """The name of a language's file: "pt-BR" → "pt"."""
    short = code[:8].replace("_", "-").split("-")[0].lower()
    return _ALSO.get(short, short)


_BEHIND_ENGLISH = {"IN": "hi", "KE": "sw", "PH": "fil", "TZ": "sw", "UG": "sw"}
"""By region, the language whose words of days and hours stand in English texts ("kesho 3pm")."""
_LENT = ("numbers", "dates", "times")


def vocabulary(code: str, region: str = "") -> Vocabulary:
    """The words of `code` ("es", "pt-BR"), with English behind them; English alone where the language is unknown, with
    the words for days and hours that are said with it in that region."""
    lender = _BEHIND_ENGLISH.get(region.upper(), "")
    return _vocabulary(code, lender if lender and short_code(code) == "en" else "")


@lru_cache(maxsize=32)
def _vocabulary(code: str, lender: str) -> Vocabulary:
    tables = [language("en")]
    short = short_code(code)
    if lender:
        lent = language(lender)
        words = {
            name: lent["words"].get(name, ())
            for name in ("soft", "fits", "asks", "tells", "names", "name_follows", "near")
        }
        return _built([*tables, {"words": words, **{name: lent[name] for name in _LENT}}])
    if short != "en" and short.isascii() and short.isalpha():
        with suppress(FileNotFoundError):
            own = language(short)
            tables = [own, own.get("borrowed", {}), *tables]
    return _built(tables)


def _built(tables: list[Table]) -> Vocabulary:
    phrases: dict[str, Meaning] = {}
    glued: dict[str, Meaning] = {}
    lists: dict[tuple[str, str], frozenset[Words]] = {}
    own: frozenset[str] = frozenset()
    for table in tables:
        for said, meaning in phrases_of(table):
            known = glued if said.startswith(GLUED) else phrases
            known.setdefault(fold(said.removeprefix(GLUED)), meaning)
        own = own or frozenset(phrases)
        for name, entries in lists_of(table):
            lists[name] = lists.get(name, _NONE) | (entries if table is tables[0] else _left(name[0], entries, own))
    return Vocabulary(
        phrases=phrases,
        glued=glued,
        spelling=_spelling(tables, phrases, own),
        months={
            fold(word): number
            for number, said in enumerate(tables[0].get("dates", {}).get("months", ()), start=1)
            for word in said
        },
        led_weekdays=_led_weekdays(tables[0]),
        may_greet=frozenset(fold(word) for table in tables for word in table.get("times", {}).get("may_greet", ())),
        clock_shift=shift_of(tables[0]),
        reach=_reach(phrases),
        lists=lists,
        singles={name: frozenset(words[0] for words in said if len(words) == 1) for name, said in lists.items()},
        order=tuple(language("en")["intents"]["order"]),
        attached=tuple(sorted((each for table in tables for each in _attached(table)), key=len, reverse=True)),
        openings=frozenset(words_of(phrase, marks=True)[0] for phrase in phrases),
        telling=frozenset(words_of(said)[0] for said, meaning in phrases.items() if _can_follow(said, meaning)),
    )


def _led_weekdays(table: Table) -> dict[str, dict[str, int]]:
    dates = table.get("dates", {})
    weekdays = {fold(word): day for day, said in enumerate(dates.get("led_weekdays", ())) for word in said}
    return {fold(lead): weekdays for lead in dates.get("weekday_leads", ())}


def _left(table: str, entries: frozenset[Words], own: frozenset[str]) -> frozenset[Words]:
    """The English entries of a list in another language: no single word that means something else there ("no")."""
    if table not in _HEARD:
        return entries
    return frozenset(words for words in entries if len(words) > 1 or words[0] not in own)


def _attached(table: Table) -> Iterable[str]:
    return map(fold, table.get("words", {}).get("attached", ()))


def _can_follow(said: str, meaning: Meaning) -> bool:
    return meaning.kind not in _NEVER_ATTACHED and len(said) > 2 and len(words_of(said)[0]) > 1 and said[0].isalpha()


def _reach(phrases: Iterable[str]) -> dict[str, int]:
    reach: dict[str, int] = {}
    for phrase in phrases:
        words = words_of(phrase, marks=True)
        if words:
            reach[words[0]] = max(len(words), reach.get(words[0], 0))
    return reach


def _spelling(tables: Sequence[Table], phrases: Mapping[str, Meaning], own: frozenset[str]) -> Spelling:
    """Days, months, parts of the day and what the language lists beside them; English ones only where they are long."""
    listed = {fold(word) for word in tables[0].get("dates", {}).get("misspelt", ())}
    return Spelling(
        words=tuple(
            word
            for word, meaning in phrases.items()
            if word in listed or (_can_be_misspelt(word, meaning) and (word in own or len(word) >= _LONG_ENOUGH))
        ),
        real=frozenset(word for table in tables for word in _written(table)),
    )


def _can_be_misspelt(word: str, meaning: Meaning) -> bool:
    long_enough = len(word) >= 5 or (len(word) == 3 and meaning.kind is Kind.WEEKDAY and word.isascii())
    return meaning.kind in _REPAIRED and long_enough and word.isalpha()


def _written(written: object) -> Iterable[str]:
    """Every word that stands anywhere in a language's file."""
    if isinstance(written, str):
        yield from (word for word in fold(written).split() if word.isalpha())
    elif isinstance(written, Mapping):
        for inner in written.values():
            yield from _written(inner)
    elif isinstance(written, Sequence):
        for inner in written:
            yield from _written(inner)
