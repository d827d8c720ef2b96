"""WhatsApp's Cloud API as tests see it: the messages endpoint with its limits and errors, and signed webhooks to us."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.fakes.twilio_server import the_time

VERSION = "v25.0"
STATUS_OF_CODE = {190: 401, 10: 403, 4: 400, 130429: 429, 131056: 400, 131000: 500, 131016: 500}
"""HTTP statuses vary and say little: the code decides."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that Meta took from us, as we wrote it."""

    id: str
    payload: Mapping[str, Any]

    @property
    def to(self) -> str:
        return str(self.payload.get("to") or self.payload.get("recipient"))

    @property
    def tag(self) -> str:
        return str(self.payload.get("biz_opaque_callback_data", ""))

    @property
    def text(self) -> str:
        """The words a person reads, without what stands on buttons."""
        kind = self.payload["type"]
        if kind == "template":
            (body,) = self.payload["template"]["components"]
            return str(body["parameters"][0]["text"])
        return str(self.payload["text"]["body"] if kind == "text" else self.payload["interactive"]["body"]["text"])

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """The id and the title of each reply button, or row of a list."""
        action = self.payload.get("interactive", {}).get("action", {})
        replies = [button["reply"] for button in action.get("buttons", ())]
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        return [(one["id"], one["title"]) for one in (*replies, *rows)]


class FakeWhatsApp(FaultyServer):
    """One phone number id of one app. `code_for` refuses every message to an address with a code; `outside` are those
    whose 24 hours are over."""

    def __init__(
        self, phone_number_id: str, token: str, app_secret: str, clock: Callable[[], datetime] = the_time
    ) -> None:
        super().__init__()
        self.phone_number_id = phone_number_id
        self.token = token
        self.app_secret = app_secret
        self.clock = clock
        self.code_for: dict[str, int] = {}
        self.outside: set[str] = set()
        self._messages: list[Taken] = []
        self._incoming = 0

    @property
    def messages(self) -> tuple[Taken, ...]:
        with self.lock:
            return tuple(self._messages)

    def message(self, from_: str, type_: str = "text", content: Any = None, /, **fields: Any) -> dict[str, Any]:
        """One message of a webhook, with a new id each time. `content` of a text is its words; `fields` add to it."""
        with self.lock:
            self._incoming += 1
            same = {"from": from_.lstrip("+"), "id": f"wamid.IN{self._incoming}"}
        what = {"body": content} if type_ == "text" else content
        when = {"timestamp": str(int(self.clock().timestamp()))}
        return {**same, **when, "type": type_, type_: what, **fields}

    def pressed(self, from_: str, taken: Taken, title: str, /) -> dict[str, Any]:
        """The message that comes when somebody presses the button, or picks the row, that begins so."""
        found, whole = next((id_, shown) for id_, shown in taken.buttons if shown.startswith(title))
        kind = f"{taken.payload['interactive']['type']}_reply"
        content = {"type": kind, kind: {"id": found, "title": whole}}
        return self.message(from_, "interactive", content, context={"from": "15005550009", "id": taken.id})

    def status(self, taken: Taken, word: str, code: int = 0, tagged: bool = True) -> dict[str, Any]:
        """One status of a webhook."""
        same = {"id": taken.id, "status": word, "timestamp": str(int(self.clock().timestamp()))}
        tag = {"biz_opaque_callback_data": taken.tag} if tagged else {}
        errors = {"errors": [{**_error(code), "href": "https://example.test"}]} if code else {}
        pricing = {"pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}}
        return {**same, "recipient_id": taken.to, **tag, **errors, **pricing}

    def webhook(self, *happened: Mapping[str, Any], name: str = "Ana", phone_number_id: str = "") -> bytes:
        """The body that carries these messages and statuses."""
        messages = [one for one in happened if "status" not in one]
        statuses = [one for one in happened if "status" in one]
        who = {one["from"] for one in messages if "from" in one}
        contacts = [{"profile": {"name": name}, "wa_id": number} for number in sorted(who)]
        number = phone_number_id or self.phone_number_id
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15005550009", "phone_number_id": number},
        }
        if messages:
            value |= {"contacts": contacts, "messages": messages}
        if statuses:
            value |= {"statuses": statuses}
        return body_of({"id": "100200300", "changes": [{"field": "messages", "value": value}]})

    def signature(self, raw: bytes) -> dict[str, str]:
        """The headers with which Meta delivers this body."""
        signed = hmac.new(self.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature-256": f"sha256={signed}", "Content-Type": "application/json"}

    def deliver(self, url: str, *happened: Mapping[str, Any], name: str = "Ana") -> requests.Response:
        """Call the webhook with these messages and statuses."""
        raw = self.webhook(*happened, name=name)
        return requests.post(url, data=raw, headers=self.signature(raw), timeout=60)

    def reply(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != f"Bearer {self.token}":
            return self._refuse(190)
        home = f"/{VERSION}/{self.phone_number_id}"
        match asked.method, asked.path.removeprefix(home):
            case "GET", "":
                return _json(200, {"display_phone_number": "+1 500-555-0009", "id": self.phone_number_id})
            case "POST", "/messages":
                return self._send(json.loads(asked.body))
        return self._refuse(100)

    def error_body(self, status: int, code: int) -> object:
        return {"error": {**_error(code or status), "type": "OAuthException", "fbtrace_id": "A1"}}

    def _send(self, payload: dict[str, Any]) -> Answer:
        to = str(payload.get("to") or payload.get("recipient") or "")
        is_late = to in self.outside and payload.get("type") != "template"
        if code := self.code_for.get(to) or (131047 if is_late else _fault_of(payload)):
            return self._refuse(code)
        with self.lock:
            taken = Taken(f"wamid.OUT{len(self._messages) + 1}", payload)
            self._messages.append(taken)
        contact = {"input": to, "wa_id": to}
        return _json(200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": taken.id}]})

    def _refuse(self, code: int) -> Answer:
        status = STATUS_OF_CODE.get(code, 400)
        return _json(status, self.error_body(status, code))


def body_of(*entries: Mapping[str, Any]) -> bytes:
    """A webhook's bytes, with letters escaped as Meta does: other bytes than ours would be."""
    return json.dumps({"object": "whatsapp_business_account", "entry": list(entries)}).encode()


def _fault_of(payload: Mapping[str, Any]) -> int:
    if payload.get("messaging_product") != "whatsapp" or not (payload.get("to") or payload.get("recipient")):
        return 131008
    if "to" in payload and not str(payload["to"]).isdigit():
        return 131009
    match payload.get("type"):
        case "text":
            return 0 if 0 < len(payload["text"]["body"]) <= 4096 else 131009
        case "interactive":
            return 0 if _fits(payload["interactive"]) else 131009
        case "template":
            text = payload["template"]["components"][0]["parameters"][0]["text"]
            broken = not text or any(sign in text for sign in ("\n", "\t", "     "))
            return 132012 if broken else 0
    return 131051


def _fits(interactive: Mapping[str, Any]) -> bool:
    action, body = interactive["action"], interactive["body"]["text"]
    if interactive["type"] == "button":
        titles = [button["reply"]["title"] for button in action["buttons"]]
        ids = [button["reply"]["id"] for button in action["buttons"]]
        shown = 1 <= len(titles) <= 3 and len({*titles}) == len(titles) == len({*ids}) and len(body) <= 1024
        return bool(body) and shown and all(0 < _units(title) <= 20 for title in titles)
    rows = [row for section in action["sections"] for row in section["rows"]]
    opens = 0 < _units(action["button"]) <= 20
    fit = all(0 < _units(row["title"]) <= 24 and _units(row.get("description", "")) <= 72 for row in rows)
    apart = len({row["id"] for row in rows}) == len(rows)
    return bool(body) and len(body) <= 4096 and opens and fit and apart and 1 <= len(rows) <= 10


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _error(code: int) -> dict[str, Any]:
    details = {"messaging_product": "whatsapp", "details": f"Details of {code}"}
    return {"code": code, "title": f"Error {code}", "message": f"(#{code}) Refused", "error_data": details}


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body))
