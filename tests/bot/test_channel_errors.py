"""What a broken exchange says about a message, for every kind of break that requests knows."""

import pytest
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError, SSLError

from bot.channels.errors import not_answered, seconds, without
from conversations.delivery import SendFailure

POOL = None


def given_up(reason: Exception) -> MaxRetryError:
    return MaxRetryError(POOL, "/messages?token=t0ken", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (requests.ConnectTimeout(given_up(ConnectTimeoutError())), SendFailure.BUSY),
        (requests.ConnectionError(given_up(NewConnectionError(POOL, "refused"))), SendFailure.BUSY),  # type: ignore[arg-type]
        (requests.ConnectionError(ProtocolError("Connection aborted.")), SendFailure.UNCERTAIN),
        (requests.ConnectionError(given_up(ProtocolError("reset"))), SendFailure.UNCERTAIN),
        (requests.ConnectionError(), SendFailure.UNCERTAIN),
        (requests.ReadTimeout(), SendFailure.UNCERTAIN),
        (requests.exceptions.SSLError(given_up(SSLError("bad record"))), SendFailure.UNCERTAIN),
        (requests.exceptions.ChunkedEncodingError(), SendFailure.UNCERTAIN),
        (requests.exceptions.ContentDecodingError(), SendFailure.UNCERTAIN),
        (requests.exceptions.InvalidURL(), SendFailure.SETUP),
        (requests.exceptions.MissingSchema(), SendFailure.SETUP),
        (requests.exceptions.InvalidHeader(), SendFailure.SETUP),
        (requests.JSONDecodeError("no", "", 0), SendFailure.UNCERTAIN),
    ],
    ids=repr,
)
def test_only_what_surely_never_left_is_called_so(error: requests.RequestException, expected: SendFailure) -> None:
    failure = not_answered(error)
    assert (expected, type(error).__name__) == (failure.failure, failure.words)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (None, None),
        ("", None),
        ("Fri, 20 Nov 2026 12:00:00 GMT", None),
        ("-1", None),
        ("²", None),
    ],
)
def test_a_wait_is_seconds_or_nothing(header: str | None, expected: float | None) -> None:
    assert expected == seconds(header)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("see you", "Refused:\n  no route ", "Refused: no route"),
        ("see  you", "cannot send see\nyou now", ""),
        ("see you", "x" * 300, "x" * 200),
        ("see you", "x" * 300 + "see you", ""),
    ],
)
def test_a_providers_words_never_hold_the_text(text: str, words: str, expected: str) -> None:
    assert expected == without(text, words)
