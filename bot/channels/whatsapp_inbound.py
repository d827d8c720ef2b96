"""What the webhooks of WhatsApp's Cloud API say: whether they are genuine, the messages and the statuses in them."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from bot.channels.reading import clean, own_id, phone_of, raw_of
from bot.channels.unreadable import Unreadable
from bot.channels.whatsapp_codes import FAILURES, STATUSES
from bot.logs import log
from conversations.delivery import Delivery, SendFailure
from conversations.languages import language
from conversations.messages import Inbound, StatusReport

WHATSAPP_CLOUD: Final = "whatsapp_cloud"
LONGEST_BODY: Final = 3 * 1024 * 1024
"""Bytes of one webhook, which may hold a thousand messages and statuses."""
TAG: Final = "textbook-"
"""What stands before our outbox id in `biz_opaque_callback_data`: another program on the number has its own tags."""
LONGEST_ID: Final = 140
FILES: Final = frozenset({"image", "audio", "video", "document", "sticker"})
WORDLESS: Final = FILES | {"location", "contacts", "order", "unsupported"}
KINDS: Final = WORDLESS | {"text", "button", "interactive", "reaction"}
"""What a person says to us. Others (edit, revoke, system) tell of another message or of their account."""
Fields = Mapping[str, Any]


class WhatsAppInbound:
    """Reads the webhooks of one phone number id.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview"""

    def __init__(self, app_secret: str, verify_token: str, phone_number_id: str) -> None:
        self._secret = app_secret.encode()
        self._token = verify_token.encode()
        self._number = phone_number_id

    def subscribes(self, query: Mapping[str, str]) -> bool:
        """Whether Meta asks, with our own word, to call this address from now on."""
        token = query.get("hub.verify_token", "").encode("utf-8", "replace")
        return query.get("hub.mode") == "subscribe" and bool(self._token) and hmac.compare_digest(token, self._token)

    def verify(self, raw: bytes, signature: str | None) -> bool:
        """Whether Meta signed these very bytes. `signature` is the X-Hub-Signature-256 header."""
        expected = f"sha256={hmac.new(self._secret, raw, hashlib.sha256).hexdigest()}"
        found = (signature or "").encode("utf-8", "replace")
        return bool(self._secret) and hmac.compare_digest(found, expected.encode())

    def parse(self, raw: bytes) -> Iterator[Inbound | StatusReport]:
        """Every message and status for our number, in order; what we do not know is logged and left out. Raises
        Unreadable where the body is no JSON object."""
        for change in _listed(_json(raw), "entry", "changes"):
            value = _object(change, "value")
            if clean(change.get("field")) != "messages":
                _ignored("field", clean(change.get("field")))
            elif clean(_object(value, "metadata").get("phone_number_id")) != self._number:
                _ignored("phone_number", "")
            else:
                yield from _happened(value)


def _happened(value: Fields) -> Iterator[Inbound | StatusReport]:
    names = _names(value)
    ours = clean(_object(value, "metadata").get("display_phone_number")).lstrip("+")
    for message in _listed(value, "messages"):
        inbound = None if ours and clean(message.get("from")) == ours else _message(message, names)
        if inbound is not None:
            yield inbound
        else:
            _ignored("message", clean(message.get("type")))
    for status in _listed(value, "statuses"):
        report = _report(status)
        if report is not None:
            yield report
        else:
            _ignored("status", clean(status.get("status")))
    for error in _listed(value, "errors"):
        log.warning("webhook_tells_error", provider=WHATSAPP_CLOUD, code=clean(error.get("code")))


def _message(message: Fields, names: Mapping[str, str]) -> Inbound | None:
    """One message; None where it is a group's, of a kind that nobody answers, or has no id or no sender."""
    kind, provider_id = clean(message.get("type")), _id(message.get("id"))
    sender, user = _id(message.get("from")).lstrip("+"), _id(message.get("from_user_id"))
    content = _object(message, kind)
    is_reaction = kind == "reaction"
    if kind not in KINDS or message.get("group_id") or not provider_id or not (sender or user):
        return None
    if is_reaction and not _is_answer(clean(content.get("emoji"))):
        return None  # a sign that is neither yes nor no, or one that was taken back
    address = f"+{sender}" if sender.isdigit() else sender or user
    pressed = _pressed(content)
    words = content.get("body") or content.get("text") or content.get("emoji") or content.get("caption")
    text = clean(words) or clean(pressed.get("title"))
    quoted = content.get("message_id") if is_reaction else _object(message, "context").get("id")
    return Inbound(
        channel=WHATSAPP_CLOUD,
        provider_id=provider_id,
        address=address,
        phone=phone_of(address),
        text=text,
        profile_name=names.get(sender) or names.get(user, ""),
        media=_media(kind, message) if kind in WORDLESS or (kind == "interactive" and not pressed) else (),
        quoted_id=_id(quoted),
        button=_id(pressed.get("id") or content.get("payload")),
        is_reaction=is_reaction,
        sent_at=_moment(message.get("timestamp")),
        raw=raw_of(message, text),
    )


def _media(kind: str, message: Fields) -> tuple[str, ...]:
    """What came that is no text: Meta's id of a file, a place or a phone number as an address of its own (RFC 5870,
    RFC 3966), else the name of its kind."""
    content = _object(message, kind)
    if kind in FILES and (file := _id(content.get("id"))):
        return (file,)
    place = clean(content.get("latitude")), clean(content.get("longitude"))
    if kind == "location" and all(place):
        return (f"geo:{','.join(place)}",)
    phones = [_id(phone.get("phone")) for phone in _listed(message, "contacts", "phones")]
    return tuple(f"tel:{phone}" for phone in phones if phone) or (kind,)


def _pressed(content: Fields) -> Fields:
    """The button or row that was picked, {} where an interactive answer is another (a form)."""
    return _object(content, "button_reply") or _object(content, "list_reply")


def _is_answer(emoji: str) -> bool:
    """Whether a sign says yes or no, in whichever colour of skin."""
    signs = language("en")["answers"]
    return bool(emoji) and emoji.startswith((*signs["yes_signs"], *signs["no_signs"]))


def _report(status: Fields) -> StatusReport | None:
    """One status; None where its word is no news of ours, or it names no message."""
    provider_id, found = _id(status.get("id")), STATUSES.get(clean(status.get("status")).lower())
    if found is None or not provider_id:
        return None
    code = next((clean(error.get("code")) for error in _listed(status, "errors")), "")
    tag = clean(status.get("biz_opaque_callback_data"))
    return StatusReport(
        channel=WHATSAPP_CLOUD,
        provider_id=provider_id,
        status=found,
        failure=_failure(code) if found is Delivery.FAILED else None,
        code=code,
        outbox_id=own_id(tag.removeprefix(TAG)) if tag.startswith(TAG) else None,
    )


def _failure(code: str) -> SendFailure:
    """Why an accepted message was lost; for a reason we do not know a person must look."""
    known = FAILURES.get(int(code)) if code.isascii() and code.isdigit() and len(code) < 10 else None
    return known or SendFailure.UNREACHABLE


def _names(value: Fields) -> dict[str, str]:
    """The names that people gave themselves, by number and by user id."""
    names: dict[str, str] = {}
    for contact in _listed(value, "contacts"):
        name = clean(_object(contact, "profile").get("name"))
        names |= {clean(contact.get(key)): name for key in ("wa_id", "user_id") if contact.get(key)}
    return names


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unreadable("WhatsApp webhook that is no JSON object")
    return found


def _listed(fields: Fields, name: str, *deeper: str) -> list[dict[str, Any]]:
    """The objects in a list, or in the lists inside of them; anything else counts as none."""
    found = fields.get(name)
    objects = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [inner for one in objects for inner in _listed(one, *deeper)] if deeper else objects


def _object(fields: Fields, name: str) -> dict[str, Any]:
    found = fields.get(name)
    return found if isinstance(found, dict) else {}


def _id(value: object) -> str:
    """An id as it is stored: one that is too long is cut, the same way each time it comes."""
    return clean(value)[:LONGEST_ID]


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(clean(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _ignored(what: str, kind: str) -> None:
    log.info("webhook_ignored", provider=WHATSAPP_CLOUD, what=what, kind=kind[:40])
