"""UltraMsg as tests see it: its queue, its way of saying no with a 200, and its unsigned webhooks towards us."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import requests

from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.fakes.twilio_server import the_time

OUR_NUMBER = "15005550009@c.us"


@dataclass(slots=True)
class Queued:
    """A message in UltraMsg's queue. `number` is the queue's, not WhatsApp's id."""

    number: int
    to: str
    body: str
    reference: str
    created: datetime
    ack: str = ""

    @property
    def whatsapp_id(self) -> str:
        return f"true_{_chat(self.to)}_3EB0{self.number:04X}"


class FakeUltraMsg(FaultyServer):
    """One instance, its number given with or without the word. `is_boolean` answers `sent` as true instead of "true";
    `heeds_reference` off is a list that ignores the filter."""

    def __init__(self, instance: str, token: str, clock: Callable[[], datetime] = the_time) -> None:
        super().__init__()
        self.instance = instance.removeprefix("instance")
        self.token = token
        self.clock = clock
        self.is_boolean = False
        self.heeds_reference = True
        self.next_error: object = None
        """What the next send is answered with, status 200."""
        self._messages: list[Queued] = []
        self._incoming = 0

    @property
    def messages(self) -> tuple[Queued, ...]:
        with self.lock:
            return tuple(self._messages)

    def keep(self, to: str, body: str, reference: str) -> Queued:
        """Queue a message; also the way to put an old one there."""
        with self.lock:
            message = Queued(len(self._messages) + 1, to, body, reference, self.clock())
            self._messages.append(message)
            return message

    def text(self, url: str, from_: str, body: str, /, is_form: bool = False, **fields: object) -> requests.Response:
        """Deliver what somebody texted; `fields` add to `data` or replace what is in it."""
        return post_webhook(url, self.text_payload(from_, body, **fields), is_form)

    def text_payload(self, from_: str, body: str, /, **fields: object) -> dict[str, object]:
        """The webhook of a text, with a new id each time. `from_` is a number or a chat's whole address."""
        with self.lock:
            self._incoming += 1
            known = f"false_{_chat(from_)}_3EB1{self._incoming:04X}"
        who = {"id": known, "from": _chat(from_), "to": OUR_NUMBER, "author": "", "pushname": "Ana", "ack": ""}
        what = {"type": "chat", "body": body, "media": "", "fromMe": False, "self": False, "isForwarded": False}
        when = {"time": int(self.clock().timestamp())}
        return self._event("message_received", {**who, **what, **when, **fields})

    def report(self, message: Queued, ack: str, url: str, has_reference: bool = True) -> requests.Response:
        """Call the webhook with what became of the message."""
        message.ack = ack
        return post_webhook(url, self.ack_payload(message, ack, has_reference))

    def ack_payload(self, message: Queued, ack: str, has_reference: bool = True) -> dict[str, object]:
        """The webhook that says a message has come so far."""
        reference = {"referenceId": message.reference} if has_reference else {}
        return self._event("message_ack", {**self._own(message), "ack": ack, **reference})

    def create_payload(self, message: Queued) -> dict[str, object]:
        """The webhook that tells a message's WhatsApp id."""
        return self._event("message_create", {**self._own(message), "ack": "", "referenceId": message.reference})

    def reply(self, asked: Asked) -> Answer:
        instance, _, path = asked.path.removeprefix("/instance").partition("/")
        if not asked.path.startswith("/instance") or instance != self.instance:
            return _json(404, {"error": "instance not found"})
        if {**asked.query, **asked.form}.get("token") != self.token:
            return _json(200, {"error": "Wrong token. Please provide token as a GET parameter."})
        match asked.method, path:
            case "POST", "messages/chat":
                return self._send(asked.form)
            case "GET", "messages":
                return self._list(asked.query)
            case "GET", "instance/status":
                status = {"accountStatus": {"status": "authenticated", "substatus": "connected"}}
                return _json(200, {"status": status})
        return _json(404, {"error": "path not found"})

    def error_body(self, status: int, code: int) -> object:
        return {"error": f"refused with {code or status}"}

    def _send(self, form: Mapping[str, str]) -> Answer:
        if error := self.next_error or _fault_of(form):
            self.next_error = None
            return _json(200, {"error": error})
        message = self.keep(form["to"], form["body"], form.get("referenceId", ""))
        sent: object = True if self.is_boolean else "true"
        return _json(200, {"sent": sent, "message": "ok", "id": message.number})

    def _list(self, query: Mapping[str, str]) -> Answer:
        asked = query.get("referenceId") if self.heeds_reference else None
        found = [kept for kept in reversed(self._messages) if asked in (None, kept.reference)]
        size, page = int(query.get("limit", "10")), int(query.get("page", "1"))
        rows = [_row(kept) for kept in found[(page - 1) * size : page * size]]
        return _json(200, {"total": len(found), "pages": -(-len(found) // size), "limit": size, "messages": rows})

    def _own(self, message: Queued) -> dict[str, object]:
        who = {"id": message.whatsapp_id, "from": OUR_NUMBER, "to": _chat(message.to), "pushname": "Desk"}
        return {**who, "type": "chat", "body": message.body, "media": "", "fromMe": True, "self": False}

    def _event(self, event_type: str, data: Mapping[str, object]) -> dict[str, object]:
        return {"event_type": event_type, "instanceId": self.instance, "data": dict(data)}


def post_webhook(url: str, payload: Mapping[str, object], is_form: bool = False) -> requests.Response:
    """Deliver a webhook, as JSON or as a form whose `data` is JSON."""
    content_type = "application/x-www-form-urlencoded" if is_form else "application/json"
    return requests.post(url, data=raw(payload, is_form), headers={"Content-Type": content_type}, timeout=60)


def raw(payload: Mapping[str, object], is_form: bool = False) -> bytes:
    """The bytes of such a webhook."""
    if is_form:
        return urlencode({**payload, "data": json.dumps(payload["data"])}).encode()
    return json.dumps(payload).encode()


def _fault_of(form: Mapping[str, str]) -> object:
    if not form.get("to"):
        return [{"to": "to is required"}]
    if not form.get("body"):
        return [{"body": "body is required"}]
    return {"body": "must be at most 4096 characters"} if len(form["body"]) > 4096 else None


def _row(kept: Queued) -> dict[str, object]:
    state = {"priority": 10, "status": "sent", "ack": kept.ack, "type": "chat"}
    dates = {"created_at": int(kept.created.timestamp()), "sent_at": int(kept.created.timestamp())}
    return {"id": kept.number, "referenceId": kept.reference, "to": _chat(kept.to), "body": kept.body, **state, **dates}


def _chat(address: str) -> str:
    return address if "@" in address else f"{address.removeprefix('+')}@c.us"


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body))
