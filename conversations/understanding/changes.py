"""What a text adds to the services that are wanted already, or leaves out: "and a manicure", "without the cut"."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.business import Service
from conversations.understanding.phrases import Words
from conversations.understanding.tokens import Token
from conversations.understanding.visits import Part, services_in, written_onto
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, may_hold, plain, without

_MARKS = frozenset(".!?؟।,،;")


class Changed(NamedTuple):
    """Whether what is named comes beside the rest; which services are left out; and the words that name the others."""

    adds: bool
    without: tuple[int, ...]
    words: list[str]


def read_changes(pieces: Sequence[Token], words: list[str], services: Sequence[Service], known: Vocabulary) -> Changed:
    """`words` are those among the pieces, plain."""
    if not services or not words:
        return Changed(False, (), words)
    if not _may_leave_out([piece.text for piece in pieces], known):
        return Changed(_adds(words, known) or written_onto(pieces[0], services, known) > 0, (), words)
    left_out: list[int] = []
    kept: list[Token] = []
    for clause in _clauses(pieces):
        out = _left_out(clause, services, known)
        left_out += services_in(clause[out.start : out.stop], services, known) if out else ()
        kept += [piece for place, piece in enumerate(clause) if place not in out]
    named = [plain(piece.text) for piece in kept if piece.is_word]
    adds = _adds(named, known) or written_onto(pieces[0], services, known) > 0
    return Changed(adds, tuple(left_out), named)


def _clauses(pieces: Sequence[Token]) -> list[Part]:
    """The text cut at its signs."""
    clauses: list[list[Token]] = [[]]
    for piece in pieces:
        if piece.text in _MARKS:
            clauses.append([])
        else:
            clauses[-1].append(piece)
    return [tuple(clause) for clause in clauses]


def _left_out(clause: Part, services: Sequence[Service], known: Vocabulary) -> range:
    """The words of a clause from "without" on, where a service stands behind it, articles apart; or all before a word
    for it that ends the clause, where a service stands before that."""
    words = [piece.text for piece in clause]
    leads, articles = known.phrase_set("services", "without"), known.single("services", "joining")
    for start in range(len(words)):
        if size := begins(words[start:], leads):
            named = next((place for place in range(start + size, len(words)) if words[place] not in articles), start)
            if services_in(clause[named : named + 1], services, known):
                return range(start, len(words))
    end = _ends(words, known.phrase_set("services", "without_behind"))
    return range(end) if end and services_in(clause[end - 1 : end], services, known) else range(0)


def _may_leave_out(said: Sequence[str], known: Vocabulary) -> bool:
    """Whether a text holds a word for it at all."""
    return any(may_hold(said, known.phrase_set("services", listed)) for listed in ("without", "without_behind"))


def _adds(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether a text opens with "and" or "add", answers and small talk apart, or ends with "too"."""
    add, behind = known.phrase_set("services", "add"), known.phrase_set("services", "add_behind")
    if not may_hold(words, add) and not may_hold(words, behind):
        return False
    small_talk = _small_talk(known)
    start = 0
    while not begins(words[start:], add) and (size := begins(words[start:], small_talk)):
        start += size
    return bool(begins(words[start:], add) or _ends(without(words, small_talk), behind))


@lru_cache(maxsize=32)
def _small_talk(known: Vocabulary) -> frozenset[Words]:
    return frozenset().union(*(known.phrase_set("answers", each) for each in ("yes", "openers", "polite")))


def _ends(words: Sequence[str], phrases: frozenset[Words]) -> int:
    """Where the phrase starts that the words end with, behind at least one other; 0 where none does."""
    return next((place for place in range(1, len(words)) if begins(words[place:], phrases) == len(words) - place), 0)
