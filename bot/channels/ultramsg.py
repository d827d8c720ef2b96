"""Sending by UltraMsg, an unofficial bridge over WhatsApp Web."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests

from bot.channels.base import Found, LookUp, SendError
from bot.channels.errors import not_answered, refusal, seconds, without
from bot.channels.kept_pool import kept_session
from bot.channels.reading import clean
from bot.channels.ultramsg_codes import FAILURES
from bot.channels.ultramsg_inbound import ULTRAMSG, digits_of
from conversations.delivery import SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing

API_BASE: Final = "https://api.ultramsg.com"
CLOCKS_APART: Final = timedelta(minutes=1)
FEW: Final = 10


class UltraMsgChannel:
    """One UltraMsg instance. `instance` is its number, with or without the word "instance" before it."""

    name = ULTRAMSG
    capabilities = Capabilities(longest=4096)

    def __init__(self, instance: str, token: str, api_base: str = "", timeout: float = 10.0) -> None:
        if not instance or not token:
            raise ValueError("UltraMsg needs an instance and its token")
        self._url = f"{(api_base or API_BASE).rstrip('/')}/instance{digits_of(instance)}"
        self._token = token
        self._timeout = timeout
        self._session = kept_session()

    def send(self, message: Outgoing) -> str:
        """Hand the message to UltraMsg's queue; answers its queue number. Raises SendError."""
        form = {"to": message.address, "body": message.text, "referenceId": str(message.outbox_id)}
        answer = self._ask("POST", "messages/chat", message.text, form)
        if not isinstance(answer, dict) or clean(answer.get("sent")).lower() != "true":
            raise SendError(SendFailure.UNCERTAIN, words="an answer that is neither sent nor an error")
        # A yes without a number is a yes all the same: its reports come back with our reference.
        return clean(answer.get("id")) or f"reference-{message.outbox_id}"

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:
        """Whether UltraMsg has a message with our reference. Text and time are compared too: a desk set up anew counts
        its references from the start again. Raises SendError where UltraMsg does not answer."""
        reference = str(message.outbox_id)
        query = {"referenceId": reference, "page": "1", "limit": str(FEW), "sort": "desc"}
        answer = self._ask("GET", "messages", message.text, query)
        rows = answer.get("messages") if isinstance(answer, dict) else answer
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return LookUp(Found.CANNOT_TELL)
        tagged = [row for row in rows if clean(row.get("referenceId")) == reference]
        for row in tagged:
            is_known = clean(row.get("id")) in known_ids
            if not is_known and _is_same(row, message.text) and _is_since(row, since - CLOCKS_APART):
                return LookUp(Found.YES, clean(row.get("id")))
        # Rows of other references mean the filter was not heeded, and ours may be on a later page.
        return LookUp(Found.NO if len(tagged) == len(rows) else Found.CANNOT_TELL)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    def _ask(self, method: str, path: str, text: str, fields: Mapping[str, str]) -> Any:
        """One exchange's JSON. Raises SendError for an HTTP status outside 2xx, for an `error` (often with 200) and for
        anything but JSON. `text` is kept out of the error's words."""
        where = "data" if method == "POST" else "params"
        sent: dict[str, Any] = {where: {"token": self._token, **fields}, "timeout": self._timeout}
        try:
            response = self._session.request(method, f"{self._url}/{path}", allow_redirects=False, **sent)
        except requests.RequestException as broken:
            raise not_answered(broken) from None  # the chained text would hold the token
        answer = _json(response)
        error = answer.get("error") if isinstance(answer, dict) else None
        if 200 <= response.status_code < 300 and not error:
            if answer is None:
                raise SendError(SendFailure.UNCERTAIN, words="an answer that is no JSON")
            return answer
        words = without(text, "; ".join(_leaves(error)).replace(self._token, "…"))
        wait = seconds(response.headers.get("Retry-After"))
        failure = refusal(response.status_code, _known(error))
        raise SendError(failure, str(response.status_code), words or f"HTTP {response.status_code}", wait)


def _json(response: requests.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _known(error: object) -> SendFailure | None:
    """What an `error` says of the field it names; as a bare sentence it says nothing a program could rely on."""
    named = set().union(*(part for part in error if isinstance(part, dict))) if isinstance(error, list) else error
    if not isinstance(named, set | dict):
        return None
    return next((failure for field, failure in FAILURES.items() if field in named), None)


def _leaves(error: object) -> Iterator[str]:
    if isinstance(error, dict):
        for name, part in error.items():
            yield f"{name}: {', '.join(_leaves(part))}"
    elif isinstance(error, list):
        for part in error:
            yield from _leaves(part)
    elif error:
        yield clean(error)


def _is_same(row: Mapping[str, Any], text: str) -> bool:
    return "body" not in row or clean(row["body"]).strip() == text.strip()


def _is_since(row: Mapping[str, Any], earliest: datetime) -> bool:
    """Rows whose time cannot be read count as recent: the reference already says they are ours."""
    created = clean(row.get("created_at"))
    if not created.isascii() or not created.isdigit() or len(created) > 11:
        return True
    return datetime.fromtimestamp(int(created), UTC) >= earliest
