"""What a person wants done, from words anywhere in their text."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.meaning import Intent
from conversations.understanding.phrases import Words
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import matches, without


class Wished(NamedTuple):
    """The wish, or None; and the words it was read from."""

    intent: Intent | None
    words: str = ""


def read_intent(words: Sequence[str], signs: Sequence[str], known: Vocabulary) -> Wished:
    """`words` are the text's, `signs` its punctuation: a lone "?" asks for help. Of several wishes
    the weightiest wins."""
    alone = tuple(without(words, known.phrase_set("answers", "polite")) or (words or signs))
    for intent in Intent:
        if alone in known.phrase_set("intents.alone", intent.value):
            return Wished(intent, " ".join(alone))
    by_first = _by_first_word(known)
    wished: dict[Intent, str] = {}
    for place, word in enumerate(words):
        for phrase, intent in by_first.get(word, ()):
            if matches(words[place:], phrase):
                wished.setdefault(intent, " ".join(phrase))
    return next(
        (Wished(Intent(name), wished[Intent(name)]) for name in known.order if Intent(name) in wished), Wished(None)
    )


@lru_cache(maxsize=32)
def _by_first_word(known: Vocabulary) -> dict[str, tuple[tuple[Words, Intent], ...]]:
    found: dict[str, tuple[tuple[Words, Intent], ...]] = {}
    for intent in Intent:
        for said in known.phrase_set("intents.anywhere", intent.value):
            phrase = tuple(word for word in said if word == "*" or word[0].isalnum())
            found[phrase[0]] = (*found.get(phrase[0], ()), (phrase, intent))
    return found
