"""What capitals tell in a text as it was typed: a house in a road ("23 Admiralty Way"), and a person whose name is a
day or a month ("is this Sunday Adeyemi's clinic?")."""

import re
from functools import lru_cache

from conversations.understanding.kinds import Kind
from conversations.understanding.meaning import Context
from conversations.understanding.names import means_nothing_else
from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.normalise import fold
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary

_DIGIT = re.compile("[0-9]")
_LATEST_HOUR = 12
_LONGEST = 3
"""Words before a name that tell it is one."""
_NEAR = 32
"""Characters that hold so many words."""


def without_houses(text: str, known: Vocabulary) -> str:
    """Without the number and the name of a road, where the name and the kind of road have capitals and the rest of the
    text has not."""
    if not _DIGIT.search(text) or text.islower() or text.istitle():
        return text

    def unread(found: re.Match[str]) -> str:
        before = known.phrases.get("".join(words_of(fold(text[: found.start()]), marks=True)[-1:]))
        may_be_hour = before is not None and before.kind is Kind.AT and int(found[1]) <= _LATEST_HOUR
        is_road = known.phrases.keys().isdisjoint(words_of(fold(found[2])))
        return TAKEN_OUT if is_road and not may_be_hour else found[0]

    return _house(known.single("words", "roads")).sub(unread, text)


def without_people(text: str, known: Vocabulary, context: Context) -> str:
    """Without a name and surname that somebody is asked for by, where the surname means nothing else and names no
    service."""
    if text.islower():
        return text

    def unnamed(found: re.Match[str]) -> str:
        before = words_of(fold(text[max(0, found.start() - _NEAR) : found.start()]))
        asked = known.phrase_set("names", "asked")
        is_led = any(before[-size:] in asked for size in range(1, min(_LONGEST, len(before)) + 1))
        surname = found[1].partition("'")[0]
        taken = {word for service in context.services for word in words_of(fold(service.name))}
        return TAKEN_OUT if is_led and means_nothing_else([surname], known, taken) else found[0]

    return _person(known.phrase_set("words", "names")).sub(unnamed, text)


@lru_cache(maxsize=32)
def _house(roads: frozenset[str]) -> re.Pattern[str]:
    kinds = "|".join(sorted(road.title() for road in roads))
    return re.compile(rf"(?<![\w:.,/-])([0-9]{{1,4}})[A-Za-z]?,? ((?:[A-Z][^\W\d_]+(?:'s)? ){{1,2}})(?:{kinds})(?!\w)")


@lru_cache(maxsize=32)
def _person(names: frozenset[Words]) -> re.Pattern[str]:
    said = "|".join(sorted(" ".join(name).title() for name in names))
    return re.compile(rf"(?<!\w)(?:{said}) ([A-Z][^\W\d_]+(?:'s)?)(?!\w)")
