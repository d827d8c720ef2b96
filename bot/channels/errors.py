"""What goes wrong between us and a provider, told apart by one question: may the message have been taken?"""

from http.client import HTTPException

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

from bot.channels.base import SendError
from conversations.delivery import SendFailure

LONGEST_WORDS = 200


Broken = requests.RequestException | HTTPError | HTTPException | OSError
"""How `requests`, the pool beneath it and Python's own client tell that an exchange broke."""


def not_answered(error: Broken) -> SendError:
    """What a broken exchange says about the message. BUSY only where it surely never left, SETUP where the address we
    call is no address; everything else may have been taken, so UNCERTAIN. The words are the kind of error alone: its
    own text holds the URL, and with it phone numbers and tokens."""
    told = error.reason if isinstance(error, MaxRetryError) and error.reason is not None else error
    return SendError(_failure(error), words=type(told).__name__)


def refusal(status: int, known: SendFailure | None = None) -> SendFailure:
    """The failure behind an HTTP status outside 2xx; `known` is what the provider's own code says, and counts first.

    A 4xx we have no word for was surely not taken, and repeats of it cost nothing; but whether the text, the number or
    our account is at fault only a person can find out. So SETUP, which alarms, and not CONTENT, which would bury the
    message. A redirect means we call the wrong place: SETUP too."""
    if known is not None:
        return known
    if status == 429:
        return SendFailure.TOO_FAST
    if status >= 500 or status == 408:
        return SendFailure.UNCERTAIN
    return SendFailure.SETUP


def seconds(retry_after: str | None) -> float | None:
    """The Retry-After header as seconds; its other form, a date, is left to our own back-off (RFC 9110, 10.2.3)."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def without(text: str, words: str) -> str:
    """A provider's words on one short line, or nothing at all where they repeat the message they are about."""
    line = " ".join(words.split())
    return "" if " ".join(text.split()) in line else line[:LONGEST_WORDS]


def _failure(error: Broken) -> SendFailure:
    if isinstance(error, ValueError) and not isinstance(error, requests.JSONDecodeError):
        return SendFailure.SETUP  # requests' InvalidURL, MissingSchema and their like: nothing was sent
    cause = error if isinstance(error, HTTPError) else error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    never_left = isinstance(reason, NewConnectionError | ConnectTimeoutError)
    return SendFailure.BUSY if never_left else SendFailure.UNCERTAIN
