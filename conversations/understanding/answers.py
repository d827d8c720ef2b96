"""Yes or no, in words or signs."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from conversations.understanding.meaning import Answer
from conversations.understanding.phrases import Words
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, consists_of, without


def read_answer(words: Sequence[str], signs: Sequence[str], known: Vocabulary) -> Answer | None:
    """A yes or no that opens the text ("no, Tuesday instead") or is all of it; else a 👍 or 👎 anywhere."""
    said = _said(known)
    shown = {answer for answer, listed in _signs(known) if not listed.isdisjoint(signs)}
    spoken, in_words = _in_words(words, said) if words and words[0] in _openings(known) else (False, None)
    meant = shown | ({in_words} if in_words else set())
    return meant.pop() if len(meant) == 1 and not (spoken and in_words is None) else None


@lru_cache(maxsize=32)
def _said(known: Vocabulary) -> dict[str, frozenset[Words]]:
    names = ("yes", "no", "neither", "yes_alone", "no_alone", "openers", "polite")
    said = {name: known.phrase_set("answers", name) for name in names}
    return said | {f"all_{name}": said[f"{name}_alone"] | said[name] for name in ("yes", "no")}


@lru_cache(maxsize=32)
def _signs(known: Vocabulary) -> tuple[tuple[Answer, frozenset[str]], ...]:
    return (Answer.YES, known.single("answers", "yes_signs")), (Answer.NO, known.single("answers", "no_signs"))


@lru_cache(maxsize=32)
def _openings(known: Vocabulary) -> frozenset[str]:
    """The words that open an answer, or small talk before it."""
    return frozenset(phrase[0] for phrases in _said(known).values() for phrase in phrases)


def _in_words(words: Sequence[str], said: Mapping[str, frozenset[Words]]) -> tuple[bool, Answer | None]:
    """Whether the words open with something like an answer, and which one it is ("no idea" is none)."""
    start = 0
    while opener := begins(words[start:], said["openers"]):
        start += opener
    rest = words[start:]
    sizes = {name: begins(rest, said[name]) for name in ("neither", "no", "yes")}
    longest = max(sizes, key=sizes.__getitem__)
    if sizes[longest]:
        return True, {"yes": Answer.YES, "no": Answer.NO}.get(longest)
    alone = without(words, said["polite"])
    if consists_of(alone, said["all_yes"]):
        return True, Answer.YES
    if consists_of(alone, said["all_no"]):
        return True, Answer.NO
    return False, None
