"""What holds digits but no date or time: addresses of the net, phone numbers, prices, long numbers."""

import re
from collections.abc import Set

TAKEN_OUT = "¤"
"""Stands where something was taken out, so that its neighbours do not become neighbours."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@.]{1,64}\.[^\W\d][^\s@]*")
_MONEY_SIGN = re.compile(r"[$£€₹₱₦¥₪﷼]\s?[0-9][0-9.,]*k?|[0-9][0-9.,]*\s?[$£€₹₱₦¥₪﷼%]")
_AMOUNT = re.compile(r"(?<![0-9])([0-9][0-9.,]*) ?([^\W\d_]+|%)")
_MONEY_WORD_FIRST = re.compile(r"\b([^\W\d_]{2,8}) ?[0-9][0-9.,]*")
_RUN = re.compile(r"(?<![0-9/:])\+?\(?[0-9](?:[0-9 ().-]*[0-9])?")
_DATE = re.compile(
    r"(?:[0-9]{1,2}([ ./-])[0-9]{1,2}\1[0-9]{2}(?:[0-9]{2})?|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2})(?![0-9./-])"
)
_SIGNED_DATE = re.compile(
    r"(?<![0-9./-])(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2})|[0-9]{4}([./-])[0-9]{1,2}\2[0-9]{1,2})(?![0-9./-])"
)
_HOURS = re.compile(r"(?:[0-9]{1,2} )?(?:[01][0-9]|2[0-3])[0-5][0-9] ?[- ] ?(?:[01][0-9]|2[0-3])[0-5][0-9]")


def without_noise(text: str, currencies: Set[str]) -> str:
    """A folded text with what is no date or time taken out. `currencies` are the words for money."""
    text = _MONEY_SIGN.sub(TAKEN_OUT, _ADDRESS.sub(TAKEN_OUT, text))
    text = _AMOUNT.sub(lambda found: TAKEN_OUT if found[2] in currencies else found[0], text)
    text = _MONEY_WORD_FIRST.sub(lambda found: TAKEN_OUT if found[1] in currencies else found[0], text)
    return _RUN.sub(lambda found: TAKEN_OUT if _is_phone(found[0]) else found[0], text)


def phone_in(text: str) -> str:
    """The first telephone number in a text, as it was typed; "" where it holds none."""
    return next((found[0] for found in _RUN.finditer(text) if _is_phone(found[0])), "")


def _is_phone(run: str) -> bool:
    """Seven digits or more (nine, when all are pairs, as in "10 30 - 11 30"), but no full date and no "1530-1630"."""
    if _DATE.fullmatch(run) or _HOURS.fullmatch(run):
        return False
    groups = [len(group) for group in re.findall("[0-9]+", _SIGNED_DATE.sub(" ", run))]
    return sum(groups) >= (7 if max(groups, default=0) > 2 else 9)
