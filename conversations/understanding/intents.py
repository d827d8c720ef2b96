"""What a person wants done, from words anywhere in their text."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from conversations.understanding.meaning import PAYING, Intent
from conversations.understanding.phrases import Words
from conversations.understanding.vocabulary import Vocabulary
from conversations.understanding.wording import matches, without


class Wished(NamedTuple):
    """The wish, or None; and the words it was read from."""

    intent: Intent | None
    words: str = ""


def read_intent(words: Sequence[str], signs: Sequence[str], known: Vocabulary, *, may_owe: bool = True) -> Wished:
    """`words` are the text's, `signs` its punctuation: a lone "?" asks for help. Of several wishes
    the weightiest wins. `may_owe`: of paying as well."""
    alone = tuple(without(words, known.phrase_set("answers", "polite")) or (words or signs))
    if (intent := _by_all_words(known).get(alone)) and (may_owe or intent not in PAYING):
        return Wished(intent, " ".join(alone))
    by_first = _by_first_word(known)
    wished: dict[str, Wished] = {}
    for place, word in enumerate(words):
        if not (phrases := by_first.get(word)):
            continue
        rest = words[place:]
        for phrase, intent in phrases:
            if (may_owe or intent not in PAYING) and matches(rest, phrase):
                wished.setdefault(intent, Wished(intent, " ".join(phrase)))
    if wished:
        return next((wished[name] for name in known.order if name in wished), Wished(None))
    opens_with_cancel = alone[:1] in known.phrase_set("intents.alone", Intent.CANCEL)
    return Wished(Intent.CANCEL, alone[0]) if opens_with_cancel else Wished(None)


@lru_cache(maxsize=32)
def _by_all_words(known: Vocabulary) -> dict[Words, Intent]:
    """The wishes that are all of a text; of two with the same words the one that is listed first."""
    listed = reversed([(intent, known.phrase_set("intents.alone", intent.value)) for intent in Intent])
    return {phrase: intent for intent, phrases in listed for phrase in phrases}


@lru_cache(maxsize=32)
def _by_first_word(known: Vocabulary) -> dict[str, tuple[tuple[Words, Intent], ...]]:
    """The wishes that stand anywhere, by the word they open with, the longest first."""
    found: dict[str, tuple[tuple[Words, Intent], ...]] = {}
    for intent in Intent:
        for said in sorted(known.phrase_set("intents.anywhere", intent.value), key=_longest_first):
            phrase = tuple(word for word in said if word == "*" or word[0].isalnum())
            found[phrase[0]] = (*found.get(phrase[0], ()), (phrase, intent))
    return found


def _longest_first(phrase: Words) -> tuple[int, Words]:
    return -len(phrase), phrase
