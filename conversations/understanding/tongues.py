"""Which language a text is surely in: by its script, or by words that only one language file holds."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from conversations.languages import read_file
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of

_SCRIPTS = {"ar": re.compile("[\u0621-\u064a]{2}"), "hi": re.compile("[\u0904-\u0939]")}
_LATIN = re.compile("[a-z]")
_TOLD_BY = ("numbers", "dates", "times", "words", "answers", "intents", "choices", "names", "services")
_STRONG = (("dates", "weekdays"), ("dates", "months"), ("dates", "days"), ("intents", "alone", "greeting"),
           ("intents", "anywhere", "greeting"), ("intents", "anywhere", "thanks"))  # fmt: skip
"""Lists whose words tell a language even one by one."""
_NOT_TELLING = ("lookalikes", "plain", "currencies", "street", "noise", "labels", "units", "order",
                "asks", "tells", "tells_behind", "joins", "therefore", "offers",
                "lasts", "lasting", "kisses", "dated", "birthdays", "paid", "addresses", "roads", "halved",
                "grades", "grade_leads", "pay", "pay_by_card", "pay_by_phone")  # fmt: skip
_ENOUGH = 4
"""So many words of a language tell it, where no word does alone."""
_CLEARLY = 2
"""Words more than English knows."""
_ALONE = 4
"""Letters of a word that tells a language all by itself."""


def read_language(text: str, words: Sequence[str]) -> str:
    """The code of the language, "" where the words do not tell. English words count little among those of another."""
    if not _LATIN.search(text):
        return next((code for code, script in _SCRIPTS.items() if script.search(text)), "")
    only = _words_of_one()
    telling = [word for word in words if word in only]
    if not telling:
        return _by_coverage(words)
    votes = [only[word] for word in telling]
    english = votes.count("en")
    others = [code for code in votes if code != "en"]
    if len(set(others)) > 1:
        (first, most), (_, next_most) = Counter(others).most_common(2)
        return first if most > 1 and most > 2 * next_most else _by_coverage(words)
    code, count = (others[0], len(others)) if others else ("en", english)
    if count > 1 and (code == "en" or count >= english):
        return code
    strong = any(len(word) >= _ALONE and only[word] == code and word in _strong() for word in telling)
    return code if strong and not (code != "en" and english) else _by_coverage(words)


class _Tongue(NamedTuple):
    """What one language is told by."""

    words: frozenset[str]
    strong: frozenset[str]
    """Those that tell it even one by one."""


@cache
def _tongues() -> Mapping[str, _Tongue]:
    """Each file is let go of again: most languages are never spoken here."""
    return {code: _tongue(read_file(code)) for code in codes()}


def _tongue(table: Mapping[str, Any]) -> _Tongue:
    strong: set[str] = set()
    for path in _STRONG:
        part: Any = table
        for name in path:
            part = part.get(name, {})
        strong.update(word for phrase in _phrases(part) for word in words_of(fold(phrase)))
    return _Tongue(frozenset(_words(table)), frozenset(strong))


def _by_coverage(words: Sequence[str]) -> str:
    """The language that knows clearly more of the words than English and any other does, though each may be shared."""
    tongues = _tongues()
    english = sum(map(tongues["en"].words.__contains__, words))
    if len(words) < max(_ENOUGH, english + _CLEARLY):
        return ""
    known = sorted([(sum(map(own.words.__contains__, words)), code) for code, own in tongues.items()], reverse=True)
    (most, code), (next_most, _) = known[:2]
    return code if most >= max(_ENOUGH, english + _CLEARLY) and most > next_most else ""


@cache
def codes() -> tuple[str, ...]:
    """The languages that have a file."""
    names = (entry.name for entry in files("conversations.languages").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def _words_of_one() -> Mapping[str, str]:
    """Words that stand in the phrases of a single language, and which that is."""
    seen: dict[str, str] = {}
    for code, tongue in _tongues().items():
        for word in tongue.words:
            seen[word] = "" if seen.get(word, code) != code else code
    return {word: code for word, code in seen.items() if code}


@cache
def _strong() -> frozenset[str]:
    return frozenset(word for tongue in _tongues().values() for word in tongue.strong)


def _words(table: Mapping[str, Any]) -> Iterable[str]:
    for name in _TOLD_BY:
        for phrase in _phrases(table.get(name, {})):
            yield from (word for word in words_of(fold(phrase)) if word.isalpha() and len(word) > 1)


def _phrases(part: Any) -> Iterable[str]:
    if isinstance(part, str):
        yield part.lstrip("#+")
    elif isinstance(part, list):
        for each in part:
            yield from _phrases(each)
    elif isinstance(part, dict):
        for key, each in part.items():
            if key not in _NOT_TELLING:
                yield from _phrases(each)
