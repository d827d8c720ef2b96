"""Which of the questions that a business has written answers for a text asks."""

from collections.abc import Iterable, Sequence

from conversations.business import FrequentAnswer
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.tokens import tokens, words_of
from conversations.understanding.wording import matches, plain


def asked(text: str, answers: Sequence[FrequentAnswer]) -> tuple[str, ...]:
    """What it asks about, in the order of the answers: by their words, in whichever language, as whole words."""
    words = [plain(piece.text) for piece in tokens(fold(tidy(text))) if piece.is_word]
    phrases = {answer: [words_of(fold(said)) for said in answer.words] for answer in answers}
    about = (answer.about for answer in answers if any(_holds(words, phrase) for phrase in phrases[answer]))
    return tuple(dict.fromkeys(about))


def answered(about: str, answers: Iterable[FrequentAnswer], languages: Sequence[str]) -> str:
    """What is said to it, in the first of these languages that it is written in, else in any."""
    told = {answer.language: answer.text for answer in answers if answer.about == about}
    return next((told[code] for code in languages if code in told), next(iter(told.values())))


def _holds(words: Sequence[str], phrase: Sequence[str]) -> bool:
    return any(matches(words[place:], tuple(phrase)) for place in range(len(words)))
