"""One HTTP exchange with Daraja, M-Pesa's API: bounded in time and size, over a connection of its own, and with nothing
of an address, a token or a body in any error.

Gateways before it answer pages too, with any status: an answer that is no JSON object says nothing of what was done.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from bot.channels.errors import not_answered, seconds
from bot.payments.base import ProviderAway, ProviderUnclear
from config import Settings
from conversations.delivery import SendFailure

API_BASE = "https://api.safaricom.co.ke"
CONNECT_SECONDS = 3.0
READ_SECONDS = 15.0
LONGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read."""
_PIECE = 8192


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `said` is empty where it was no JSON object."""

    status: int
    said: Mapping[str, Any] = field(repr=False)
    retry_after: float | None = None

    def text(self, name: str) -> str:
        """A field, which may come as a number or as text."""
        value = self.said.get(name)
        return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def api_base(settings: Settings) -> str:
    return settings.mpesa_api_base or API_BASE


def ask(method: str, url: str, authorization: str, body: Mapping[str, Any] | None = None) -> Answer:
    """Whatever is answered. A kept connection that has died would leave it unclear whether anything was done, so each
    exchange has its own; only the head of an answer may drip longer than READ_SECONDS. Raises ProviderAway where it
    surely never left, ProviderUnclear where the answer was lost."""
    deadline = time.monotonic() + CONNECT_SECONDS + READ_SECONDS
    with requests.Session() as session:
        session.auth = _Header(authorization)
        session.headers["Accept-Encoding"] = "identity"  # so that the bytes we count are those we keep
        try:
            with session.request(
                method, url, json=body, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True, allow_redirects=False
            ) as response:
                wait = seconds(response.headers.get("Retry-After"))
                return Answer(response.status_code, _object(_body(response, deadline)), wait)
        except requests.RequestException as error:
            failed = not_answered(error)  # its words are the kind of error: its own text holds the address
            if failed.failure is SendFailure.UNCERTAIN:
                raise ProviderUnclear(failed.words) from None
            raise ProviderAway(failed.words) from None
        except (OSError, HTTPError) as error:
            raise ProviderUnclear(type(error).__name__) from None


class _Header(requests.auth.AuthBase):
    """The header; requests then looks for no password in the machine's own files."""

    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._authorization
        return request


def _body(response: requests.Response, deadline: float) -> bytes:
    body = bytearray()
    while piece := response.raw.read1(_PIECE, decode_content=False):
        body += piece
        if len(body) > LONGEST_ANSWER or time.monotonic() > deadline:
            return b""
    return bytes(body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}
