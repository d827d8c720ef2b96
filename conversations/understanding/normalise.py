"""One spelling for all the ways a text can be typed: digits, spaces, case, accents, invisible marks."""

import re
import unicodedata
from functools import lru_cache

LONGEST = 600
"""Characters that are read; a booking needs no more, and every later cost is bounded by it."""
_ENDS = LONGEST // 2 - 2
"""Of a longer text its beginning and its end: people tell their story first, and what they wish last."""

KEPT = 4096

_UNSEEN = re.compile("[\u00ad\u0640\u20e3\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0000-\U000e01ef]")
"""Soft hyphen, tatweel, keycap frame, variation selectors, skin tones, tags."""
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f\u0670\u093c]")
"""Latin accents, Arabic vowel signs and the hamza on its seat, the Hindi nukta."""
_ALIKE = str.maketrans(
    {
        "\u0649": "\u064a",
        "\u06cc": "\u064a",
        "\u0629": "\u0647",
        "\u06a9": "\u0643",
        "\u0671": "\u0627",
        "\u0901": "\u0902",
    }
)
"""Letters that people type for one another: Arabic ى ی ي, ة ه, ک ك, ٱ ا; Hindi ँ ं."""
_APOSTROPHES = re.compile("[’‘ʼ`´′＇]")
_DASHES = re.compile("[‐‑‒–—―−﹘－]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_UNPRINTED = re.compile("[\\x00-\\x1f\\x7f]")
_ELIDED = re.compile(r"'(?=(?:s|t|ll|re|ve|m|d|clock)\b)")


def tidy(text: str) -> str:
    """The text retyped plainly: NFKC, ASCII digits, single spaces, nothing invisible, at most 600 characters."""
    if len(text) > LONGEST:
        text = _shortened(text)
    if text.isascii():
        return " ".join(_UNPRINTED.sub(" ", text).replace("`", "'").split())
    text = unicodedata.normalize("NFKC", _APOSTROPHES.sub("'", _UNSEEN.sub("", text)))[:LONGEST]
    text = _DASHES.sub("-", _APOSTROPHES.sub("'", text))
    if not text.isprintable() or _OTHER_DIGIT.search(text):
        text = "".join(map(_plain, text))
    return " ".join(text.split())


def _shortened(text: str) -> str:
    """Its beginning and its end, in whole words where there are any."""
    begins, ends = text[:_ENDS], text[-_ENDS:]
    return f"{begins.rpartition(' ')[0] or begins} … {ends.partition(' ')[2] or ends}"


@lru_cache(maxsize=KEPT)
def fold(text: str) -> str:
    """For comparing: tidy, without case, accents and apostrophes ("What's" → "whats", "d'accord" → "d accord").

    The last results are kept: one text is folded by every reader, and the same names and words come all day."""
    text = tidy(text)
    if text.isascii():
        return " ".join(_ELIDED.sub("", text.lower()).replace("'", " ").split())
    text = unicodedata.normalize("NFD", text.casefold())
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", text).translate(_ALIKE))
    return " ".join(_ELIDED.sub("", text).replace("'", " ").split())[:LONGEST]


@lru_cache(maxsize=KEPT)
def _plain(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Cc" or category.startswith("Z"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else character
