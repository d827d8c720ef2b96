"""SMS: the encoding a text needs, the segments it costs, and its cheapest spelling that reads the same.

The alphabet is that of 3GPP TS 23.038 (GSM 03.38), 6.2.1 and 6.2.1.1. A segment holds 140 octets; of several that are
joined each holds 134, for six are its header (TS 23.040, 9.2.3.24.1)."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from conversations.characters import are_single, characters, units
from conversations.values import made_often


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@made_often
@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs as SMS."""

    encoding: Encoding
    count: int


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASIC = frozenset(f"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ÄÖÑÜ§¿äöñüà{LETTERS}")
"""One septet each."""
EXTENSION = frozenset("\f^{}\\[~]|€")
"""An escape and a septet each, never parted."""
_ESCAPED = re.compile(f"[{re.escape(''.join(sorted(EXTENSION)))}]")
_ALPHABET = re.compile(f"[{re.escape(''.join(sorted(BASIC | EXTENSION)))}]*")
_MARKS = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
"""Signs and emoji, as we begin our texts with, which have no cheaper spelling."""
SIZES = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}
"""Septets or UTF-16 units in a segment that is alone, and in each of several."""
_SECOND_OF_TWO = range(0xDC, 0xE0)
"""What the second unit of a code point begins with."""
EQUALS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´ʹʻʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‹", "<"),
        **dict.fromkeys("›", ">"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys(
            "\t\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
        ),
        **dict.fromkeys("\u2028\u2029\x0b\x85", "\n"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2061\ufeff", ""),
        **dict.fromkeys("•∙·", "-"),
        "⁄": "/",
        "…": "...",
    }
)
"""Typography → what a telephone of 1992 writes for it. What is invisible between GSM's letters goes. Letters and emoji
have no equal: a name keeps its accents, and a mark its meaning."""


def segments(text: str) -> Segments:
    """What a text costs, as it stands."""
    if not is_gsm(text):
        return Segments(Encoding.UCS_2, _count_wide(text))
    escaped = len(_ESCAPED.findall(text))
    septets = (1 + (sign in EXTENSION) for sign in text) if escaped else None
    return Segments(Encoding.GSM_7, _count(len(text) + escaped, Encoding.GSM_7, septets))


@lru_cache(maxsize=16)
def is_gsm(text: str) -> bool:
    """Whether every character is in the alphabet that takes seven bits. Asked of a text once for its spelling, and once
    for its cost."""
    return _ALPHABET.fullmatch(text) is not None


def cheapest(text: str) -> str:
    """The same words as they cost least. Look-alikes are taken only where that alone brings the whole text into GSM's
    alphabet at no more segments: beside an emoji or another script they would save nothing, and it stays as it is."""
    if is_gsm(text) or _MARKS.search(text):
        return text
    plain = unicodedata.normalize("NFC", text).translate(EQUALS)
    return plain if is_gsm(plain) and segments(plain).count <= segments(text).count else text


def _count_wide(text: str) -> int:
    """How many segments a text costs in UTF-16."""
    total = units(text)
    alone, joined = SIZES[Encoding.UCS_2]
    if total <= alone:
        return 1
    if are_single(text):
        return _count(total, Encoding.UCS_2, None) if total == len(text) else _count_pairs(text, total, joined)
    of_each = len if total == len(text) else units  # where no code point is two units, counting them is enough
    return _count(total, Encoding.UCS_2, map(of_each, characters(text, joined)))


def _count_pairs(text: str, total: int, joined: int) -> int:
    """The same of single code points, some of which are two units that are never parted."""
    encoded = text.encode("utf-16-be")
    count = at = 0
    while at < total:
        at += joined
        if at < total and encoded[2 * at] in _SECOND_OF_TWO:
            at -= 1
        count += 1
    return count


def _count(total: int, encoding: Encoding, sizes: Iterable[int] | None) -> int:
    """How many segments hold characters of these sizes, `total` together, none of which is cut in two; None: each is
    one, and none can be."""
    alone, joined = SIZES[encoding]
    if total <= alone:
        return 1
    if sizes is None:
        return -(-total // joined)
    count, used = 1, 0
    for size in sizes:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count
