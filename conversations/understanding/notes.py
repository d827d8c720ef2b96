"""What a client wants the business to know: "note: …", "I'm allergic to latex"."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.noise import TAKEN_OUT, may_hold_phone, phone_in
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import first_word, tokens, words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, holds, may_hold

_CLAUSE = re.compile(r"[^,.;!?،؛؟।]+(?:[.,](?=\d)[^,.;!?،؛؟।]+)*")
_SENTENCE_END = re.compile(r"[.!?؟।](?:\s|$)")
_MOST_WORDS = 8
"""Beside a number that is one's own or somebody's: "my husband's number is …"."""
_SIGNS = ":-,=،"
"""What stands behind a heading ("note: …")."""


class Noted(NamedTuple):
    """The note as it was typed, or ""; and the text without it."""

    note: str
    rest: str


def read_note(text: str, known: Vocabulary) -> Noted:
    """From a tidy text. What stands behind "note:" up to the sentence's end, else a clause that speaks of what is
    worth knowing, else a telephone number; a clause that holds a number, or is the only one, stays in the text too."""
    if not _may_hold_one(text, known):
        return Noted("", text)
    clauses = list(_CLAUSE.finditer(text))
    for clause in clauses:
        if noted := _behind_lead(text, clause.start(), known):
            return noted
        said = words_of(fold(clause[0]))
        if holds(said, known.phrase_set("notes", "about")):
            note = clause[0].strip()
            if len(clauses) == 1 or any(character.isdecimal() for character in note):
                return Noted(note, text)
            return Noted(note, _without(text, clause.start(), clause.end()))
    return Noted(_number(clauses), text)


def _may_hold_one(text: str, known: Vocabulary) -> bool:
    """Whether a word of a plain text opens what a note is told by, or it holds a run of figures: most do neither. In
    other texts an apostrophe or an accent may part what is one word, so that they are looked through."""
    if not text.isascii() or "'" in text or may_hold_phone(text):
        return True
    words = words_of(fold(text))
    return not _openings(known).isdisjoint(words) or may_hold(words, known.phrase_set("notes", "about"))


def _number(clauses: Sequence[re.Match[str]]) -> str:
    """A telephone number that was offered, with whose it is where its clause says no more than that."""
    for clause in clauses:
        if number := phone_in(clause[0]):
            said = clause[0].replace(number, " ")
            is_alone = any(map(str.isdecimal, said)) or len(said.split()) > _MOST_WORDS
            return number if is_alone else clause[0].strip()
    return ""


def _behind_lead(text: str, start: int, known: Vocabulary) -> Noted | None:
    """What stands behind a lead at `start`, or behind a heading and a sign."""
    if fold(first_word(text, start)) not in _openings(known):
        return None
    end = _SENTENCE_END.search(text, start)
    stop = end.start() if end else len(text)
    words = [piece for piece in tokens(text[start:stop]) if piece.is_word]
    said = [fold(piece.text) for piece in words]
    lead, heading = (begins(said, known.phrase_set("notes", listed)) for listed in ("leads", "headings"))
    if not lead and not heading:
        return None
    behind = text[start + words[max(lead, heading) - 1].end : stop].lstrip()
    note = behind.strip(f"{_SIGNS}. ")
    if not note or (heading > lead and behind[0] not in _SIGNS):
        return None
    return Noted(note, _without(text, start, stop))


@lru_cache(maxsize=32)
def _openings(known: Vocabulary) -> frozenset[str]:
    """The words a lead or a heading can begin with."""
    return frozenset(phrase[0] for listed in ("leads", "headings") for phrase in known.phrase_set("notes", listed))


def _without(text: str, start: int, end: int) -> str:
    return " ".join(f"{text[:start]} {TAKEN_OUT} {text[end:]}".split())
