"""Frequent questions, answered with what the business has written down."""

from conversations.facts import Facts
from conversations.replies import Reply, say
from conversations.understanding import Intent, Understood
from conversations.understanding.questions import answered, asked

_MAY_ASK = (
    None, Intent.GREETING, Intent.THANKS, Intent.HELP, Intent.WHERE, Intent.HOURS, Intent.PRICE, Intent.BOOK,
    Intent.MY_BOOKINGS,
)  # fmt: skip
_QUESTION = frozenset("?؟")
MOST = 3


def answer(understood: Understood, text: str, facts: Facts) -> tuple[Reply, ...]:
    """The answers to what a text asks; none where it asks nothing that was written down, or answers us. Beside a wish a
    question must look like one."""
    answers = facts.business.answers
    if (
        not answers
        or understood.intent not in _MAY_ASK
        or understood.choice is not None
        or understood.answer is not None
    ):
        return ()
    if not understood.is_slotless and _QUESTION.isdisjoint(text):
        return ()
    languages = (facts.language, facts.business.language)
    return tuple(
        say("frequent_answer", text=answered(about, answers, languages)) for about in asked(text, answers)[:MOST]
    )
