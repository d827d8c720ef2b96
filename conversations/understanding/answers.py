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
    shown = {
        answer
        for answer, name in ((Answer.YES, "yes_signs"), (Answer.NO, "no_signs"))
        if not known.single("answers", name).isdisjoint(signs)
    }
    spoken, in_words = _in_words(words, said, known)
    meant = shown | ({in_words} if in_words else set())
    return meant.pop() if len(meant) == 1 and not (spoken and in_words is None) else None


@lru_cache(maxsize=32)
def _said(known: Vocabulary) -> dict[str, frozenset[Words]]:
    said = {name: known.phrase_set("answers", name) for name in ("yes", "no", "neither", "yes_alone", "no_alone")}
    return said | {f"all_{name}": said[f"{name}_alone"] | said[name] for name in ("yes", "no")}


def _in_words(
    words: Sequence[str], said: Mapping[str, frozenset[Words]], known: Vocabulary
) -> tuple[bool, Answer | None]:
    """Whether the words open with something like an answer, and which one it is ("no idea" is none)."""
    start = 0
    while opener := begins(words[start:], known.phrase_set("answers", "openers")):
        start += opener
    rest = words[start:]
    longest = max(("neither", "no", "yes"), key=lambda name: begins(rest, said[name]))
    if begins(rest, said[longest]):
        return True, {"yes": Answer.YES, "no": Answer.NO}.get(longest)
    alone = without(words, known.phrase_set("answers", "polite"))
    if consists_of(alone, said["all_yes"]):
        return True, Answer.YES
    if consists_of(alone, said["all_no"]):
        return True, Answer.NO
    return False, None
