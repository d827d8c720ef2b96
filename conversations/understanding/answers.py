"""Yes or no, in words or signs."""

from collections.abc import Sequence

from conversations.understanding.meaning import Answer
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import begins, consists_of, without


def read_answer(words: Sequence[str], signs: Sequence[str], known: Vocabulary) -> Answer | None:
    """A yes or no that opens the text ("no, Tuesday instead") or is all of it; else a 👍 or 👎 anywhere."""
    said = {name: known.phrase_set("answers", name) for name in ("yes", "no", "neither", "yes_alone", "no_alone")}
    start = 0
    while opener := begins(words[start:], known.phrase_set("answers", "openers")):
        start += opener
    lengths = {name: begins(words[start:], said[name]) for name in ("neither", "no", "yes")}
    longest = max(lengths, key=lambda name: lengths[name])
    if lengths[longest]:
        return {"yes": Answer.YES, "no": Answer.NO}.get(longest)
    alone = without(words, known.phrase_set("answers", "polite"))
    if consists_of(alone, said["yes_alone"] | said["yes"]):
        return Answer.YES
    if consists_of(alone, said["no_alone"] | said["no"]):
        return Answer.NO
    shown = {
        answer
        for answer, name in ((Answer.YES, "yes_signs"), (Answer.NO, "no_signs"))
        if not known.single("answers", name).isdisjoint(signs)
    }
    return shown.pop() if len(shown) == 1 else None
