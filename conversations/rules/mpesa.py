"""What M-Pesa takes and what its result codes mean. Its own list of codes is not complete: one that nobody knows says
only that it failed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from conversations.money import Money
from conversations.payments import Outcome

NAIROBI = ZoneInfo("Africa/Nairobi")
CURRENCY = "KES"
CENTS = 100
LEAST, MOST = 1, 250_000
"""Whole shillings of one payment."""
_MOBILE = re.compile(r"(?:(?:\+|00)?254(?:\(0\))?|0)([17][0-9]{8})")
_BETWEEN = str.maketrans("", "", " \u00a0\u202f\t-‐‑–.")


class Failure(StrEnum):
    """Why a payment came to nothing, as the client is told by the reply of `reply_key`."""

    NO_BALANCE = "no_balance"
    CANCELLED = "cancelled"
    NO_ANSWER = "no_answer"
    """The phone was off, or nobody typed the PIN in time."""
    WRONG_PIN = "wrong_pin"
    EXPIRED = "expired"
    BUSY = "busy"
    """Another prompt is open, or the same was paid a moment ago."""
    LIMITS = "limits"
    NOT_SENT = "not_sent"
    NOT_POSSIBLE = "not_possible"
    OTHER = "other"

    @property
    def reply_key(self) -> str:
        return f"mpesa_failed_{self}"


class Again(StrEnum):
    """When the client may be asked again in the same way."""

    NOW = "now"
    SOON = "soon"
    """After two minutes."""
    LATER = "later"
    OTHER_METHOD = "other_method"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Result:
    """What a result code says. `failure` and `again` are None unless it failed; `is_ours`: our own set-up is wrong,
    whoever pays."""

    outcome: Outcome
    failure: Failure | None = None
    again: Again | None = None
    is_ours: bool = False


def _failed(failure: Failure, again: Again, *, is_ours: bool = False) -> Result:
    return Result(Outcome.FAILED, failure, again, is_ours)


RUNNING = Result(Outcome.PROCESSING)
UNKNOWN = _failed(Failure.OTHER, Again.LATER)
RESULTS: Mapping[str, Result] = {
    "0": Result(Outcome.PAID),
    "4999": RUNNING,
    "1": _failed(Failure.NO_BALANCE, Again.NOW),
    "1031": _failed(Failure.CANCELLED, Again.NOW),
    "1032": _failed(Failure.CANCELLED, Again.NOW),
    "1037": _failed(Failure.NO_ANSWER, Again.NOW),
    "2001": _failed(Failure.WRONG_PIN, Again.NOW),
    "1019": _failed(Failure.EXPIRED, Again.NOW),
    "17": _failed(Failure.BUSY, Again.SOON),
    "26": _failed(Failure.BUSY, Again.SOON),
    "1001": _failed(Failure.BUSY, Again.SOON),
    "1025": _failed(Failure.NOT_SENT, Again.LATER),
    "9999": _failed(Failure.NOT_SENT, Again.LATER),
    "2": _failed(Failure.LIMITS, Again.OTHER_METHOD),
    "3": _failed(Failure.LIMITS, Again.OTHER_METHOD),
    "4": _failed(Failure.LIMITS, Again.OTHER_METHOD),
    "8": _failed(Failure.LIMITS, Again.OTHER_METHOD),
    "2028": _failed(Failure.NOT_POSSIBLE, Again.NO, is_ours=True),
    "8006": _failed(Failure.NOT_POSSIBLE, Again.NO),
    "SFC_IC0003": _failed(Failure.NOT_POSSIBLE, Again.NO),
}
"""By ResultCode, as text: callbacks bring it as a number, queries as text. Once a prompt ran out or was refused it
cannot be paid any more, so there is no EXPIRED here."""


def result_of(code: str) -> Result:
    return RESULTS.get(code.strip(), UNKNOWN)


def mpesa_number(phone: str) -> str:
    """A Kenyan mobile number, in whichever form it is written (07…, 01…, 254…, +254…), as M-Pesa wants it: 2547… or
    2541…, 12 digits. "" where it is none."""
    found = _MOBILE.fullmatch(phone.translate(_BETWEEN))
    return f"254{found[1]}" if found else ""


def whole_shillings(amount: Money) -> int | None:
    """The amount as M-Pesa takes it; None where it does not."""
    shillings, cents = divmod(amount.amount, CENTS)
    return shillings if amount.currency == CURRENCY and not cents and LEAST <= shillings <= MOST else None


def can_push(amount: Money, phone: str) -> bool:
    """Whether so much can be asked for on that phone."""
    return whole_shillings(amount) is not None and bool(mpesa_number(phone))
