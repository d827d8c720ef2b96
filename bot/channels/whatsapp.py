"""Sending by WhatsApp's Cloud API, Meta's own."""

import json
from datetime import datetime
from functools import cached_property
from textwrap import shorten
from typing import Any, Final

import requests

from bot.channels.base import Found, LookUp, SendError
from bot.channels.errors import not_answered, refusal, seconds, without
from bot.channels.kept_line import Answer
from bot.channels.kept_pool import KeptPool
from bot.channels.reading import clean
from bot.channels.whatsapp_codes import FAILURES
from bot.channels.whatsapp_inbound import TAG, WHATSAPP_CLOUD
from conversations.characters import units
from conversations.delivery import SendFailure
from conversations.layout import Capabilities, Shape, numbered, shape
from conversations.messages import Outgoing, button_id

API_BASE: Final = "https://graph.facebook.com"
LONGEST_TITLE: Final = 24
"""Units of a row's title; its description shows the whole of a longer label."""
SIGN_OF_A_LIST: Final = "☰"
OUTSIDE_WINDOW: Final = "outside_window"
Payload = dict[str, Any]


class WhatsAppChannel:
    """One phone number id. `template` is "name:language" of an approved template whose body is one parameter; with ""
    nothing is sent to who has not written within 24 hours."""

    name = WHATSAPP_CLOUD

    def __init__(
        self, version: str, token: str, phone_number_id: str, template: str = "", api_base: str = "",
        timeout: float = 10.0,
    ) -> None:  # fmt: skip
        if not token or not phone_number_id:
            raise ValueError("WhatsApp needs a token and a phone number id")
        self.capabilities = Capabilities(longest=4096, buttons=3, rows=10, templates_outside_window=bool(template))
        self._url = f"{(api_base or API_BASE).rstrip('/')}/{version}/{phone_number_id}/messages"
        self._token = token
        self._template = template
        self._timeout = timeout

    def send(self, message: Outgoing) -> str:
        """Hand the message to Meta; answers its id. Outside the 24 hours, whether we know of it or are told, the
        template goes out instead. Raises SendError.
        https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages"""
        if message.is_window_open:
            try:
                return self._post(message, self._free(message))
            except SendError as error:
                if error.failure is not SendFailure.WINDOW_CLOSED or not self._template:
                    raise
        if not self._template:
            words = "they last wrote over 24 hours ago, and WHATSAPP_TEMPLATE is not set"
            raise SendError(SendFailure.WINDOW_CLOSED, OUTSIDE_WINDOW, words)
        return self._post(message, self._templated(message))

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:  # noqa: ARG002
        """Meta lists nothing: the status that carries our tag is waited for."""
        return LookUp(Found.CANNOT_TELL)

    def close(self) -> None:
        """Close the kept connections."""
        if "_pool" in vars(self):
            self._pool.close()

    def _free(self, message: Outgoing) -> Payload:
        match shape(message.text, message.choices, self.capabilities):
            case Shape.BUTTONS:
                action, kind = _buttons(message), "button"
            case Shape.LIST:
                action, kind = _list(message), "list"
            case Shape.NUMBERED:
                body = numbered(message.text, message.choices)
                return {"type": "text", "text": {"body": body, "preview_url": False}}
        return {
            "type": "interactive",
            "interactive": {"type": kind, "body": {"text": message.text}, "action": action},
        }

    def _templated(self, message: Outgoing) -> Payload:
        """A parameter may hold neither line breaks nor tabs nor more than four spaces in a row."""
        name, _, language = self._template.partition(":")
        lines = (" ".join(line.split()) for line in numbered(message.text, message.choices).splitlines())
        text = {"type": "text", "text": " · ".join(line for line in lines if line)}
        body = {"type": "body", "parameters": [text]}
        return {"type": "template", "template": {"name": name, "language": {"code": language}, "components": [body]}}

    def _post(self, message: Outgoing, payload: Payload) -> str:
        whole = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.address),
            "biz_opaque_callback_data": f"{TAG}{message.outbox_id}",
            **payload,
        }
        try:
            pool = self._pool
        except (requests.RequestException, OSError) as broken:
            raise not_answered(broken) from None  # the chained text would hold the URL
        response = pool.post(json.dumps(whole))
        answer = _json(response.body)
        if not response.is_yes or "error" in answer:
            raise self._refused(response, answer, message.text)
        sent = answer.get("messages")
        first = sent[0] if isinstance(sent, list) and sent and isinstance(sent[0], dict) else {}
        if not (provider_id := clean(first.get("id"))):
            raise SendError(SendFailure.UNCERTAIN, words="an answer without an id")
        return provider_id

    @cached_property
    def _pool(self) -> KeptPool:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Accept": "*/*"}
        return KeptPool(self._url, self._timeout, None, headers)

    def _refused(self, response: Answer, answer: Payload, text: str) -> SendError:
        error = answer["error"] if isinstance(answer.get("error"), dict) else {}
        code = clean(error.get("code"))
        known = FAILURES.get(int(code)) if code.isascii() and code.isdigit() and len(code) < 10 else None
        data = error.get("error_data")
        said = clean(data.get("details")) if isinstance(data, dict) else ""
        words = without(text, (said or clean(error.get("message"))).replace(self._token, "…"))
        wait, status = seconds(response.retry_after), response.status
        return SendError(refusal(status, known), code or str(status), words or f"HTTP {status}", wait)


def _recipient(address: str) -> Payload:
    """A phone number, or the opaque id of a person who shows none."""
    return {"to": address.removeprefix("+")} if address.startswith("+") else {"recipient": address}


def _buttons(message: Outgoing) -> Payload:
    replies = [{"id": button_id(key, message.outbox_id), "title": label} for key, label in message.choices]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _list(message: Outgoing) -> Payload:
    """The rows, each with the key that a person may type instead, and the button that opens them."""
    rows = [_row(key, label, message.outbox_id) for key, label in message.choices]
    return {
        "button": f"{SIGN_OF_A_LIST} {message.choices[0][0]}–{message.choices[-1][0]}",
        "sections": [{"rows": rows}],
    }


def _row(key: str, label: str, outbox_id: int) -> Payload:
    whole = f"{key}. {label}"
    row = {"id": button_id(key, outbox_id), "title": whole}
    if units(whole) <= LONGEST_TITLE:
        return row
    widest = max(1, LONGEST_TITLE - units(whole) + len(whole))
    return {**row, "title": shorten(whole, widest, placeholder="…"), "description": label}


def _json(body: bytes) -> Payload:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
