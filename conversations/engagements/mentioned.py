"""A detail that a text names ("guests 120", "the venue is Oasis", "150 guests"), and what it says of it."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import islice

from conversations.engagements.kinds import Detail, Kind, Question
from conversations.languages import language
from conversations.understanding.normalise import fold

LATEST = 7
"""The word of a text by which a detail is named at the latest: farther on it is only spoken of."""
_READ = 24
"""Words; what stands behind them is value."""
_WORD = re.compile(r"[^\s,.:;=!?]+")
_SIGNS = re.compile(r"(?:,(?!\s*\d{4}\b)|[;.!?،؛؟।])+(?=\s|$)|\n")
_IN_FIGURES = (Detail.EVENT_DATE, Detail.GUESTS, Detail.BUDGET, Detail.EMAIL)
"""May stand before its name: "150 guests"."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """`value` is "" where the text only names it ("change the venue"); `is_led`: other words than small ones stand
    before the name."""

    question: Question
    value: str
    is_led: bool = False


def mentioned(text: str, kind: Kind, code: str) -> Mentioned | None:
    """By the words of this language and English; the one named first."""
    said = " ".join(text.split())
    words = list(islice(_WORD.finditer(said), _READ))
    folded = [fold(word.group()) for word in words]
    for at in range(min(LATEST, len(folded))):
        for name, question in _names(kind.questions, code):
            if tuple(folded[at : at + len(name)]) == name:
                return _of(question, said, words, folded, at, at + len(name), code)
    return None


def clauses(text: str) -> list[str]:
    """What stands between signs; "June 12, 2027" is one."""
    return [clause.strip() for clause in _SIGNS.split(text) if clause.strip()]


def joined(clause: str, code: str) -> list[str]:
    """What stands between words that join ("and")."""
    joins = "|".join(re.escape(word) for word in _words(code, "joins"))
    return [part.strip() for part in re.split(rf"\s(?:{joins})\s", clause, flags=re.IGNORECASE)]


def without_opening(text: str, code: str) -> str:
    """ "It's Villa Rosa", "we are Ana & Ben": what follows."""
    said = " ".join(text.split())
    for opening in sorted(_words(code, "openings"), key=len, reverse=True):
        size = len(opening.split())
        first, rest = said.split()[:size], said.split()[size:]
        if rest and fold(" ".join(first)) == opening:
            return " ".join(rest)
    return said


def _of(
    question: Question, said: str, words: list[re.Match[str]], folded: list[str], at: int, end: int, code: str
) -> Mentioned | None:
    links, leads = _words(code, "links"), _words(code, "leads")
    behind = end
    while behind < len(folded) and folded[behind] in links:
        behind += 1
    value = said[words[behind].start() :].strip() if behind < len(words) else ""
    before = [word for word in folded[:at] if word not in leads and word not in links]
    if before and question.detail not in _IN_FIGURES:
        return None  # "our lovely place" tells nothing of it
    if before:
        value = f"{said[: words[at].start()]} {value}".strip()
    return Mentioned(question, value, bool(before))


@cache
def _words(code: str, name: str) -> frozenset[str]:
    return frozenset(fold(word) for spoken in ("en", code) for word in language(spoken)["briefs"][name])


@cache
def _names(questions: tuple[Question, ...], code: str) -> list[tuple[tuple[str, ...], Question]]:
    """The longest first."""
    found = {
        (tuple(fold(name).split()), question)
        for question in questions
        for spoken in ("en", code)
        for name in question.called.get(spoken, ())
    }
    return sorted(found, key=lambda named: (-len(named[0]), questions.index(named[1])))
