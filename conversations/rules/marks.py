"""By what somebody is recognised in what others wrote: numbers however they are spaced, addresses, names, sentences."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers

GONE = "…"
"""Stands where somebody's name or number stood."""
SHORTEST_NAME, SHORTEST_NUMBER, SHORTEST_WORDS = 2, 7, 8
_BETWEEN = r"[\s().\-/\u00a0]{0,3}"
_TOLD_APART = 6
"""The last digits of a number, by which a database finds where it may stand."""


@dataclass(frozen=True)
class Marks:
    """`numbers` are E.164 or a channel's own, `words` what was said of or by somebody."""

    numbers: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @cached_property
    def _sure(self) -> re.Pattern[str] | None:
        """What is nobody else's."""
        return _any([*map(re.escape, _longest_first(self.emails)), *_numbers(self.numbers)])

    @cached_property
    def _whole(self) -> re.Pattern[str] | None:
        """And what may be another's too."""
        names = [rf"(?<!\w){_spaced(one)}(?!\w)" for one in _longest_first(self.names)]
        words = [_spaced(one) for one in _longest_first(self.words)]
        return _any([*map(re.escape, _longest_first(self.emails)), *_numbers(self.numbers), *words, *names])

    def out_of(self, value: Any, *, names: bool) -> Any:
        """A text, or JSON's values, without them; without their names and words only where that is said."""
        pattern = self._whole if names else self._sure
        return value if pattern is None else _without(value, pattern)

    def likely(self, *, names: bool) -> tuple[list[str], list[str]]:
        """What a database may look for: texts, and digits that stand somewhere behind each other."""
        texts = [*self.emails, *((*self.names, *self.words) if names else ())]
        firsts = {max(re.split(r"\s+", text), key=len) for text in texts}
        return sorted(firsts), sorted({_digits(one)[-_TOLD_APART:] for one in self.numbers if _digits(one)})


def marks(numbers: Iterable[str], emails: Iterable[str], names: Iterable[str], words: Iterable[str]) -> Marks:
    """Of what is long enough to be recognised by."""
    spoken = (one.strip() for text in words for one in re.split(r"[;\n]", text))
    return Marks(
        frozenset(one for one in numbers if len(_digits(one)) >= SHORTEST_NUMBER or (one and not _digits(one))),
        frozenset(one.strip() for one in emails if "@" in one),
        frozenset(one.strip() for one in names if len(one.strip()) >= SHORTEST_NAME),
        frozenset(one for one in spoken if len(one) >= SHORTEST_WORDS),
    )


def _any(patterns: Iterable[str]) -> re.Pattern[str] | None:
    found = "|".join(patterns)
    return re.compile(found, re.IGNORECASE) if found else None


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=len, reverse=True)


def _spaced(text: str) -> str:
    return r"\s+".join(re.escape(part) for part in text.split())


def _numbers(numbers: Iterable[str]) -> list[str]:
    found: list[str] = []
    for number in sorted(numbers):
        if not number.startswith("+"):
            found.append(re.escape(number))
            if re.fullmatch(r"\d+\D.*", number):
                found += _numbers([f"+{_digits(number.partition('@')[0])}"])
            continue
        found.append(rf"(?<!\d)(?:\+|00)?{_BETWEEN}{_BETWEEN.join(_digits(number))}(?!\d)")
        national = _national(number)
        if len(national) >= SHORTEST_NUMBER:
            found.append(rf"(?<!\d)0?{_BETWEEN}{_BETWEEN.join(national)}(?!\d)")
    return found


def _national(number: str) -> str:
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return ""


def _digits(text: str) -> str:
    return "".join(one for one in text if one.isascii() and one.isdigit())


def _without(value: Any, pattern: re.Pattern[str]) -> Any:
    match value:
        case str():
            return pattern.sub(GONE, value)
        case list():
            return [_without(each, pattern) for each in value]
        case dict():
            return {_without(name, pattern): _without(each, pattern) for name, each in value.items()}
    return value
