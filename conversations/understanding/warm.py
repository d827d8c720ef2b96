"""What is built once, built before the first text comes."""

from datetime import UTC, datetime

from conversations.languages import words_everywhere
from conversations.understanding.amount_words import lexicon
from conversations.understanding.fallback import fall_back
from conversations.understanding.meaning import Context
from conversations.understanding.normalise import fold
from conversations.understanding.tokens import tokens, words_of
from conversations.understanding.understand import understand

_ONCE = datetime(2026, 1, 5, 12, tzinfo=UTC)
_TEXT = "hello, friday the 9th at 3pm or some other day please"


def warm_up(language: str) -> None:
    """Build the words of `language`, what tells languages apart and what is heard in all of them, and load the parser
    of the last resort."""
    lexicon(language)
    words_everywhere("crisis")
    for region in ("", "US"):
        understand(_TEXT, Context(now=_ONCE, language=language, region=region))
        fall_back("9 January 2026", language, _ONCE, region)
    for kept in (fold, tokens, words_of):
        kept.cache_clear()  # full of the phrases that were built, of which most are never texted
