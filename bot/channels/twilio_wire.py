"""The timed connections to Twilio, with its refusals turned into SendError: kept ones to send by, and the SDK's."""

import json
import re
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.base import SendError
from bot.channels.errors import not_answered, refusal, seconds
from bot.channels.kept_pool import KeptPool
from bot.channels.twilio_codes import FAILURES

HOME = "https://api.twilio.com"
_PLAIN_SID = re.compile(rb'\s*\{[^{}]*?(?<!\\)"sid"\s*:\s*"(\w+)".*\}\s*', re.DOTALL)
"""Of a yes whose fields hold no others, as far as its sid: within a text, each quotation mark has a backslash before
it."""


class TwilioMessages:
    """Where an account's messages are handed in. Twilio's SDK would take four times as long over each."""

    def __init__(self, api_base: str, account_sid: str, auth_token: str, timeout: float) -> None:
        self._url = f"{api_base.rstrip('/') or HOME}/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._login = account_sid, auth_token
        self._timeout = timeout

    def create(self, form: str) -> str:
        """The sid of what Twilio has made of this form, "" where its yes has none. Raises SendError for every answer
        outside 2xx and for none at all."""
        try:
            pool = self._pool
        except (requests.RequestException, OSError) as error:
            raise not_answered(error) from None
        answer = pool.post(form)
        if not answer.is_yes:
            raise _refused(answer.status, answer.body, answer.retry_after)
        return sid_in(answer.body)

    def close(self) -> None:
        """Close the kept connections."""
        if "_pool" in vars(self):
            self._pool.close()

    @cached_property
    def _pool(self) -> KeptPool:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        return KeptPool(self._url, self._timeout, self._login, headers)


class TwilioWire(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client, sent to `api_base` where one is given (a stand-in, a relay), quiet in the log, and
    never waiting longer than `timeout` seconds for an answer."""

    def __init__(self, api_base: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = api_base.rstrip("/")

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """One exchange. Raises SendError for every answer outside 2xx and for none at all."""
        try:
            response = super().request(method, self._rebased(url), *args, **kwargs)
        except requests.RequestException as error:
            raise not_answered(error) from None  # the chained text would hold the URL, and in it a phone number
        if not 200 <= response.status_code < 300:
            raise _refused(response.status_code, response.text, response.headers.get("Retry-After"))
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


def sid_in(body: bytes) -> str:
    """ "" where it has none, or is no JSON."""
    if plain := _PLAIN_SID.fullmatch(body):
        return plain[1].decode()
    return str(_fields(body).get("sid") or "")


def _fields(body: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}  # a page of some proxy in between
    return found if isinstance(found, dict) else {}


def _refused(status: int, text: str | bytes, retry_after: str | None) -> SendError:
    fields = _fields(text)
    code = str(fields.get("code") or status)
    known = FAILURES.get(int(code)) if code.isascii() and code.isdigit() else None
    words = fields.get("message") or fields.get("detail") or fields.get("title") or f"HTTP {status}"
    return SendError(refusal(status, known), code, str(words), seconds(retry_after))
