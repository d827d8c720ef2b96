"""The pooled, timed connection to Twilio, with its refusals turned into SendError."""

import json
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.base import SendError
from bot.channels.errors import not_answered, refusal, seconds
from bot.channels.twilio_codes import FAILURES


class TwilioWire(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client, sent to `api_base` where one is given (a stand-in, a relay), quiet in the log, and
    never waiting longer than `timeout` seconds for an answer."""

    def __init__(self, api_base: str, timeout: float, connections: int = 16) -> None:
        super().__init__(timeout=timeout)
        self._base = api_base.rstrip("/")
        adapter = HTTPAdapter(pool_maxsize=connections)
        self.session.mount("https://", adapter)
        self.session.mount("http://", adapter)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """One exchange. Raises SendError for every answer outside 2xx and for none at all."""
        try:
            response = super().request(method, self._rebased(url), *args, **kwargs)
        except requests.RequestException as error:
            raise not_answered(error) from None  # the chained text would hold the URL, and in it a phone number
        if not 200 <= response.status_code < 300:
            raise _refused(response)
        return response

    def log_request(self, kwargs: Any) -> None:
        """Nothing: the SDK would log phone numbers."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing, for the same reason."""

    def close(self) -> None:
        """Close the kept connections."""
        self.session.close()

    def _rebased(self, url: str) -> str:
        if not self._base:
            return url
        parts = urlsplit(url)
        return self._base + urlunsplit(("", "", parts.path, parts.query, ""))


def client_on(wire: TwilioWire, account_sid: str, auth_token: str) -> Any:
    """The SDK's client over this wire. The SDK turns to the process environment where it gets an empty one, so it gets
    one with an empty region."""
    return Client(account_sid, auth_token, http_client=wire, environment={"TWILIO_REGION": ""})


def _refused(response: Response) -> SendError:
    try:
        body = json.loads(response.text)
    except ValueError:
        body = {}  # a page of some proxy in between
    fields = body if isinstance(body, dict) else {}
    code = str(fields.get("code") or response.status_code)
    known = FAILURES.get(int(code)) if code.isascii() and code.isdigit() else None
    words = fields.get("message") or fields.get("detail") or fields.get("title") or f"HTTP {response.status_code}"
    wait = seconds(response.headers.get("Retry-After"))
    return SendError(refusal(response.status_code, known), code, str(words), wait)
