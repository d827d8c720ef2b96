"""What holds digits but no date or time: addresses of the net, phone numbers, prices, long numbers."""

import re
from collections.abc import Set

TAKEN_OUT = "¤"
"""Stands where something was taken out, so that its neighbours do not become neighbours."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@.]{1,64}\.[^\W\d][^\s@]*|@[^\W\d_]+(?:[._][^\W_]+)+")
_DIGIT = re.compile("[0-9]")
_SIGN = re.compile("[$£€₹₱₦¥₪﷼%]")
_MONEY_SIGN = re.compile(r"[$£€₹₱₦¥₪﷼]\s?[0-9][0-9.,]*k?|[0-9][0-9.,]*\s?[$£€₹₱₦¥₪﷼%]")
_MONEY_RANGE = re.compile(r"[$£€₹₱₦¥₪﷼]\s?([0-9]{1,6})\s?(?:-|to|a|o|or|ou)\s?([0-9]{2,6})(?![0-9:./h-]| ?[ap]\.?m)")
_AMOUNT = re.compile(r"(?<![0-9])([0-9][0-9.,]*) ?([^\W\d_]+|%)")
_MONEY_WORD_FIRST = re.compile(r"\b([^\W\d_]{2,8}) ?[0-9][0-9.,]*")
_THOUSANDS = re.compile(r"(?<![0-9:/.-])[0-9]{1,3}(?: [0-9]{3})* [05]00(?![0-9:/.h]| ?[ap]\.?m)")
_RUN = re.compile(r"(?<![0-9/:])\+?\(?[0-9][0-9 ().-]{5,}[0-9]")
"""From a first digit to a last one, as far apart as those of a telephone number at least."""
_DATE = re.compile(
    r"(?:[0-9]{1,2}([ ./-])[0-9]{1,2}\1[0-9]{2}(?:[0-9]{2})?|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2})(?![0-9./-])"
)
_SIGNED_DATE = re.compile(
    r"(?<![0-9./-])(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2})(?![0-9./-])"
)
_SHORTEST_NUMBER = 7
_HOURS = re.compile(r"(?:[0-9]{1,2} )?(?:[01][0-9]|2[0-3])[0-5][0-9] ?[- ] ?(?:[01][0-9]|2[0-3])[0-5][0-9]")


def without_noise(text: str, currencies: Set[str]) -> str:
    """A folded text with what is no date or time taken out. `currencies` are the words for money."""
    if "@" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(TAKEN_OUT, text)
    if not _DIGIT.search(text):
        return text
    if _SIGN.search(text):
        text = _MONEY_RANGE.sub(lambda found: TAKEN_OUT if _ascends(found[1], found[2]) else found[0], text)
        text = _MONEY_SIGN.sub(TAKEN_OUT, text)
    if "00" in text:
        text = _THOUSANDS.sub(TAKEN_OUT, text)
    text = _AMOUNT.sub(lambda found: TAKEN_OUT if found[2] in currencies else found[0], text)
    text = _MONEY_WORD_FIRST.sub(lambda found: TAKEN_OUT if found[1] in currencies else found[0], text)
    if len(text) < _SHORTEST_NUMBER:
        return text
    return _RUN.sub(lambda found: TAKEN_OUT if _is_phone(found[0]) else found[0], text)


def _ascends(first: str, second: str) -> bool:
    """ "R$ 150 a 200"; "$50 - 10" may be a price and an hour."""
    return int(first) < int(second) and len(second) > 2


def may_hold_phone(text: str) -> bool:
    """Whether a text holds as many figures behind each other as the shortest telephone number."""
    return _RUN.search(text) is not None


def phone_in(text: str) -> str:
    """The first telephone number in a text, as it was typed; "" where it holds none."""
    for found in _RUN.finditer(text):
        if _is_phone(found[0]):
            return found[0]
    return ""


def _is_phone(run: str) -> bool:
    """Seven digits or more (nine, when all are pairs, as in "10 30 - 11 30"), but no full date and no "1530-1630"."""
    if _DATE.fullmatch(run) or _HOURS.fullmatch(run):
        return False
    groups = [len(group) for group in re.findall("[0-9]+", _SIGNED_DATE.sub(" ", run))]
    return sum(groups) >= (_SHORTEST_NUMBER if max(groups, default=0) > 2 else 9)
