"""The words by which a person ends, and resumes, our texts: whole messages only, or a plain wish."""

import re
from enum import StrEnum
from functools import cache, lru_cache

from conversations.languages import words_everywhere

# 47 CFR 64.1200(a)(10) and the carriers' own lists. CANCEL alone counts on SMS only: see `bare_cancel`.
_OUT = {"stop", "stopall", "stop all", "unsubscribe", "end", "quit", "revoke", "optout", "opt out"}
_IN = {"start", "unstop"}
_HELP = {"help", "info"}
_CARRIERS = _OUT | _IN | _HELP | {"cancel"}
_SIGNS = re.compile(r"[^\w\s']")
_WISH = re.compile(
    r"\b(?:stop|quit|no more)\b(?: \w+){0,2} (?:texting|messaging|texts|messages|msgs)\b"
    r"|\b(?:do not|don't|dont|never) (?:text|message|contact) me\b"
    r"|\b(?:unsubscribe|opt me out|remove me from(?! (?:the |your |this |that )?(?:wait|line\b|queue\b)))\b"
)


class OptWord(StrEnum):
    OUT = "out"
    IN = "in"
    HELP = "help"


@lru_cache(maxsize=64)
def opt_word(text: str, *, bare_cancel: bool) -> OptWord | None:
    """What the whole message says about our texts. "please stop by at 3" says nothing; "stop texting me" does.

    Several ask of one text. `bare_cancel`: whether CANCEL alone opts out here, as it does on SMS for carrier and law
    alike."""
    folded = _folded(text)
    if folded in _OUT or folded in _out_in_other_languages() or (bare_cancel and folded == "cancel"):
        return OptWord.OUT
    if folded in _IN:
        return OptWord.IN
    if folded in _HELP:
        return OptWord.HELP
    return OptWord.OUT if _WISH.search(folded[:300]) else None


def is_carriers_word(text: str) -> bool:
    """Whether the whole message is a word that carriers answer themselves: English, and alone."""
    return _folded(text) in _CARRIERS


@lru_cache(maxsize=64)
def _folded(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", text.casefold().replace("’", "'")).split())


@cache
def _out_in_other_languages() -> frozenset[str]:
    return frozenset(map(_folded, words_everywhere("opt_out")))
