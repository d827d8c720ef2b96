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
    """ "Sure, why not", and a bare "why not!" where a YES is asked, is one; "no, because I can't", which some languages
    write alike, is a no."""
    if intent is not Intent.WHY_NOT:
        return intent, answer
    is_question = not _QUESTION.isdisjoint(signs)
    if answer is Answer.NO and not is_question:
        return None, answer
    if answer is None and (is_question or awaiting not in _YES_IS_ASKED):
        return intent, answer
    return (None, Answer.YES) if _is_bare(words, known) else (intent, answer)


def _is_bare(words: Sequence[str], known: Vocabulary) -> bool:
    """Whether nothing is said but "why not", a yes and small talk."""
    heard = frozenset.union(
        known.phrase_set("intents.anywhere", "why_not"),
        *(known.phrase_set("answers", listed) for listed in ("yes", "yes_alone", "openers", "polite")),
    )
    return not without(words, heard)
