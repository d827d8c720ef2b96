"""What a client wants the business to know: "note: …", "I'm allergic to latex"."""

import re
from typing import NamedTuple

from conversations.understanding.noise import TAKEN_OUT
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins

_CLAUSE = re.compile(r"[^,.;!?،؛؟।]+(?:[.,](?=\d)[^,.;!?،؛؟।]+)*")
_SENTENCE_END = re.compile(r"[.!?؟।](?:\s|$)")
_LEADING = " ,.:;-"


class Noted(NamedTuple):
    """The note as it was typed, or ""; and the text without it."""

    note: str
    rest: str


def read_note(text: str, known: Vocabulary) -> Noted:
    """From a tidy text. What stands behind "note:" up to the sentence's end, else a clause that speaks of what is
    worth knowing; a clause that holds a number, or is the only one, stays in the text as well."""
    clauses = list(_CLAUSE.finditer(text))
    for clause in clauses:
        said = words_of(fold(clause[0]))
        if size := begins(said, known.phrase_set("notes", "leads")):
            return _behind_lead(text, clause.start(), said[:size])
        if any(begins(said[place:], known.phrase_set("notes", "about")) for place in range(len(said))):
            note = clause[0].strip()
            if len(clauses) == 1 or any(character.isdecimal() for character in note):
                return Noted(note, text)
            return Noted(note, f"{text[: clause.start()]}{TAKEN_OUT}{text[clause.end() :]}")
    return Noted("", text)


def _behind_lead(text: str, start: int, lead: tuple[str, ...]) -> Noted:
    end = _SENTENCE_END.search(text, start)
    sentence = text[start : end.start() if end else len(text)]
    at = 0
    for _ in lead:  # the lead's words, however they are typed
        at = next((i for i in range(at, len(sentence)) if sentence[i].isalnum()), len(sentence))
        at = next((i for i in range(at, len(sentence)) if not sentence[i].isalnum()), len(sentence))
    note = sentence[at:].strip(_LEADING)
    if not note:
        return Noted("", text)
    return Noted(note, f"{text[:start]}{TAKEN_OUT}{text[start + len(sentence) :]}")
