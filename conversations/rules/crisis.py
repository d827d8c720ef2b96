"""Words of somebody who may harm themselves. A booking desk cannot help; it must not answer with a menu either."""

from functools import cache, lru_cache

from conversations.languages import words_everywhere


@lru_cache(maxsize=64)
def is_crisis(text: str) -> bool:
    """Whether a text holds such words, in whichever language. Several ask of one text."""
    padded = f" {' '.join(text.casefold().split())} "
    return any(map(padded.__contains__, _phrases()))  # all of them, of nearly every text


@cache
def _phrases() -> tuple[str, ...]:
    return tuple(word.casefold() for word in words_everywhere("crisis"))
