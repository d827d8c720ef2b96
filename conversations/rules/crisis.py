"""Words of somebody who may harm themselves. A booking desk cannot help; it must not answer with a menu either."""

from functools import cache

from conversations.languages import language, spoken


def is_crisis(text: str) -> bool:
    """Whether a text holds such words, in whichever language."""
    padded = f" {' '.join(text.casefold().split())} "
    return any(phrase in padded for phrase in _phrases())


@cache
def _phrases() -> tuple[str, ...]:
    return tuple(word.casefold() for code in spoken() for word in language(code).get("crisis", {}).get("words", ()))
