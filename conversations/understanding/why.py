"""When "why not" asks for a reason, and when it is a yes."""

from collections.abc import Sequence

from conversations.dialogue import Awaiting
from conversations.understanding.meaning import Answer, Intent
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import without

_YES_IS_ASKED = (Awaiting.CONFIRMATION, Awaiting.PROPOSAL, Awaiting.PICK_UP)
_QUESTION = frozenset("?؟")


def settle(
    intent: Intent | None,
    answer: Answer | None,
    words: Sequence[str],
    signs: Sequence[str],
    awaiting: Awaiting,
    known: Vocabulary,
) -> tuple[Intent | None, Answer | None]:
    """ "Sure, why not" is a yes, and so is a bare "why not!" where one is asked; "no, because I can't", which some
    languages write alike, is a no."""
    if intent is not Intent.WHY_NOT:
        return intent, answer
    is_question = not _QUESTION.isdisjoint(signs)
    if _left(words, known, "openers", "polite"):
        if answer is Answer.NO and not is_question:
            return None, answer
        is_yes = answer is Answer.YES and not _left(words, known, "openers", "polite", "yes", "yes_alone")
    else:
        is_yes = awaiting in _YES_IS_ASKED and not (is_question and answer is None)
        answer = None
    return (None, Answer.YES) if is_yes else (intent, answer)


def _left(words: Sequence[str], known: Vocabulary, *listed: str) -> list[str]:
    """What is said but "why not" and the answers of these lists."""
    asked = known.phrase_set("intents.anywhere", "why_not")
    return without(words, asked.union(*(known.phrase_set("answers", each) for each in listed)))
