"""What UltraMsg's webhooks say: whether they are genuine, the messages and the reports in them."""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from bot.channels.reading import clean, own_id, phone_of, raw_of
from bot.channels.ultramsg_codes import ACKS
from bot.channels.unreadable import Unreadable
from conversations.delivery import Delivery
from conversations.messages import Inbound, StatusReport

ULTRAMSG = "ultramsg"
PEOPLE: Final = ("@c.us", "@s.whatsapp.net", "@lid")
"""Ends of addresses that are one person; groups, broadcasts and newsletters have others."""
WORDLESS: Final = frozenset({"location", "vcard", "multi_vcard", "sticker", "audio", "ptt"})
"""Types whose `body` is no words of the sender: a thumbnail, a contact card."""


class UltraMsgInbound:
    """Reads the webhooks of one instance. `secret` is the one in our webhook's path: UltraMsg signs nothing."""

    def __init__(self, secret: str, instance: str) -> None:
        self._secret = secret.encode()
        self._instance = digits_of(instance)

    def verify(self, secret: str, raw: bytes) -> bool:
        """Whether the secret is ours and the body is of our instance. A body nobody can read is left to `parse`."""
        is_ours = bool(self._secret) and hmac.compare_digest(secret.encode(), self._secret)
        try:
            instance = digits_of(clean(_payload(raw).get("instanceId")))
        except Unreadable:
            return is_ours
        return is_ours and instance == self._instance

    def parse(self, raw: bytes) -> tuple[Inbound | StatusReport, ...]:
        """The message or report in a body, JSON or a form whose `data` is JSON; none where it is our own, a group's or
        a kind we do not know. Raises Unreadable."""
        payload = _payload(raw)
        data = payload.get("data")
        if not isinstance(data, dict):
            raise Unreadable("UltraMsg webhook without data")
        match clean(payload.get("event_type")):
            case "message_received":
                return _message(data)
            case "message_create":
                return _report(data, Delivery.SENT)
            case "message_ack":
                return _report(data, ACKS.get(clean(data.get("ack")).lower()))
            case _:
                return ()


def digits_of(instance: str) -> str:
    """The number of an instance, which comes with and without the word before it."""
    return instance.strip().removeprefix("instance")


def _payload(raw: bytes) -> Mapping[str, Any]:
    text = raw.decode("utf-8", "replace").strip()
    fields = _json(text) if text.startswith("{") else dict(parse_qsl(text, keep_blank_values=True))
    inner = fields.get("data")
    if isinstance(inner, str):
        data = _json(inner)
        return data if "event_type" in data else {**fields, "data": data}
    return fields


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable("UltraMsg webhook that is no JSON object")
    return found


def _message(data: Mapping[str, Any]) -> tuple[Inbound, ...]:
    sender = _required(data, "from")
    if _is_yes(data.get("fromMe")) or _is_yes(data.get("self")) or not sender.endswith(PEOPLE):
        return ()
    address = sender if sender.endswith("@lid") else f"+{sender.partition('@')[0].lstrip('+')}"
    text = "" if clean(data.get("type")) in WORDLESS else clean(data.get("body"))
    message = Inbound(
        channel=ULTRAMSG,
        provider_id=_required(data, "id"),
        address=address,
        phone=phone_of(address),
        text=text,
        profile_name=clean(data.get("pushname")),
        media=(media,) if (media := clean(data.get("media"))) else (),
        quoted_id=_quoted(data.get("quotedMsg")),
        sent_at=_moment(data.get("time")),
        raw=raw_of(data, text),
    )
    return (message,)


def _report(data: Mapping[str, Any], status: Delivery | None) -> tuple[StatusReport, ...]:
    """`data.id` is WhatsApp's id, while our send was answered with a queue number: only the reference joins the two."""
    provider_id = _required(data, "id")
    is_ours = _is_yes(data.get("fromMe", True))
    if status is None or not is_ours:
        return ()
    return (StatusReport(ULTRAMSG, provider_id, status, outbox_id=own_id(data.get("referenceId"))),)


def _required(data: Mapping[str, Any], name: str) -> str:
    if value := clean(data.get(name)):
        return value
    raise Unreadable(f"UltraMsg webhook without data.{name}")


def _is_yes(value: object) -> bool:
    return clean(value).lower() in ("true", "1")


def _quoted(value: object) -> str:
    return clean(value.get("id")) if isinstance(value, dict) else ""


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(clean(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
