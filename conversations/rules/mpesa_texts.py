"""The text by which M-Pesa tells a payer what was paid, in English or Swahili, as a client passes it on."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from conversations.money import Money, minor_units
from conversations.rules.mpesa import CURRENCY, NAIROBI

_SHORTEST = 30
"""A code, "confirmed", an amount and "sent to" are longer."""
_FAR = 200
"""Characters behind the amount in which the moment stands, behind a name and an account."""
_CODE = r"(?<![0-9A-Z])(?=[A-Z]+[0-9])([A-Z][0-9A-Z]{9})\W{0,4}(?:confirmed|imethibitishwa)\W{0,4}"
_AMOUNT = r"(?:kshs?|kes)[. ]{0,2}((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,7})(?:\.[0-9]{1,2})?)(?![0-9])"
_SENT = r" (?:(?:sent|paid) to|z?ime(?:tumwa|lipwa) kwa) "
_YOU_SENT = r"(?:you (?:have )?(?:sent|paid)|ume(?:tuma|lipa)) "
_PAID = re.compile(rf"{_CODE}(?:{_AMOUNT}{_SENT}|{_YOU_SENT}{_AMOUNT} (?:to|kwa) )", re.IGNORECASE | re.ASCII)
"""A code, that it is done, and money that went out; what came in or was drawn proves nothing."""
_WHEN = re.compile(
    r"(?<![0-9])([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2}) (?:(?:at|saa) )?([0-9]{1,2})[:.]([0-9]{2})(?![0-9])"
    r"(?: ?([ap])\.?m(?=new|\W|$))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Money that went out by M-Pesa, as its payer was told. `at` is in Nairobi; None where it cannot be read."""

    code: str
    amount: Money
    at: datetime | None


def read_confirmation(text: str) -> Confirmation | None:
    """The first payment that the text confirms, whatever stands around it; None where it confirms none. The
    balance in it is not read."""
    if len(text) < _SHORTEST and text.isascii():
        return None
    line = " ".join(unicodedata.normalize("NFKC", text).split())
    found = _PAID.search(line)
    if found is None:
        return None
    amount = minor_units(Decimal((found[2] or found[3]).replace(",", "")), CURRENCY)
    if not amount:
        return None
    return Confirmation(found[1].upper(), Money(amount, CURRENCY), _moment(line[found.end() : found.end() + _FAR]))


def _moment(text: str) -> datetime | None:
    found = _WHEN.search(text)
    if found is None:
        return None
    day, month, year, hour, minute = (int(figure) for figure in found.groups()[:5])
    if half := (found[6] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(year if year > 99 else 2000 + year, month, day, hour, minute, tzinfo=NAIROBI)
    except ValueError:
        return None
