"""What a coordinator may have meant to command, where their text is no command: one slip away from one."""

import re

from rapidfuzz.distance import OSA

from conversations.commands.base import Call, Command
from conversations.commands.book import number_in
from conversations.commands.keywords import keywords
from conversations.commands.parse import parse
from conversations.commands.words import read
from conversations.facts import Facts
from conversations.understanding import Context, understand
from conversations.understanding.normalise import fold
from conversations.understanding.vocabulary import vocabulary

_FIRST = re.compile(r"\s*([^\W\d_]+)(.*)", re.DOTALL)
_FIGURES = re.compile(r"\s*([^\W\d_]+)[\s:]+(\+?\d[\d().-]*)\s+([^\W\d_]+)")
_FIGURES_OF_A_NUMBER = 5
"""So many figures are a telephone number, if a wrong one."""
_SHORTEST = 4
"""Letters of a word that may hold a slip."""


def near(text: str, facts: Facts) -> Call | None:
    """The one command that a text is, but for one slip in its first word, with what that command takes behind it. None
    where the word says something by itself, or may be two commands."""
    found = _FIRST.fullmatch(text)
    if found is None or "\n" in text.strip() or len(word := fold(found[1])) < _SHORTEST or _means(word, facts):
        return None
    words = keywords(facts.language)
    meant = {
        command for said, command in words.items() if len(said) >= _SHORTEST and OSA.distance(word, said) == 1
    }  # fmt: skip
    calls = [call for command in meant for call in parse(f"{command}{found[2]}", facts.language) if _fits(call)]
    return calls[0] if len(calls) == 1 else None


def wrong_number(text: str, facts: Facts) -> str:
    """What stands where the number of BOOK belongs and can be none ("book 12 Walk haircut saturday 15:00"); "" where
    the figures say something of a booking ("book 2 cuts", "book 3pm")."""
    found = _FIGURES.match(text)
    if found is None or keywords(facts.language).get(fold(found[1])) != "BOOK":
        return ""
    said = found[2].strip()
    if said.startswith("+") or len(re.sub(r"\D", "", said)) >= _FIGURES_OF_A_NUMBER:
        return "" if number_in(said, facts.business.region)[0] else said
    understood = read(text, facts)
    used = " ".join((understood.date.words, understood.time.words, *understood.words.values()))
    is_name = _says_nothing(found[3], facts)
    return said if understood.service_ids and is_name and said not in re.findall(r"\d+", used) else ""


def _says_nothing(word: str, facts: Facts) -> bool:
    """Whether a word says nothing of a booking, as a name does."""
    said = read(word, facts)
    return said.is_slotless and fold(word) not in vocabulary(facts.language).phrases


def _means(word: str, facts: Facts) -> bool:
    known = vocabulary(facts.language)
    understood = understand(word, Context(facts.now, facts.language, services=tuple(facts.services())))
    is_said = not understood.is_slotless or understood.intent is not None or understood.answer is not None
    is_whole = word in known.phrases and known.repaired(word) is None
    return is_said or is_whole or (word,) in known.phrase_set("services", "noise")


def _fits(call: Call) -> bool:
    """Whether something stands behind a word that needs it, and nothing in so many words behind an answer's."""
    command: Command = call.command
    if command.run is not None:
        return bool(call.ids or call.series or len(call.rest.split()) <= 1)
    return command.act is None or bool(call.rest) or command.word == "UNDO"
