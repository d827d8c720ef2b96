"""What Twilio's webhooks say: whether they are genuine, the messages and the statuses in them."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha1
from hmac import compare_digest, digest
from urllib.parse import parse_qs, unquote_to_bytes, urlsplit

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from werkzeug.datastructures import MultiDict

from bot.channels.reading import clean, own_id, phone_of, raw_of
from bot.channels.twilio_codes import FAILURES, OUTBOX, SMS, STATUSES, WHATSAPP
from bot.channels.unreadable import Unreadable
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport

Fields = Mapping[str, str]


class TwilioInbound:
    """Reads the webhooks of one account. `numbers` are our own senders, SMS and WhatsApp alike, as E.164."""

    def __init__(self, auth_token: str, numbers: Iterable[str]) -> None:
        self._token = auth_token.encode()
        self._validator = RequestValidator(auth_token)
        self._numbers = frozenset(numbers)

    def verify(self, url: str, form: Mapping[str, str], signature: str | None) -> bool:
        """Whether Twilio signed this request. `url` is the public one, query as received; `form` the posted fields with
        all their values, empty for a GET. https://www.twilio.com/docs/usage/security"""
        if signature is None or ("?" in url and "bodySHA256" in parse_qs(urlsplit(url).query)):
            return False  # JSON posts sign a hash of a body that a form does not hold; messages never come that way
        return self._is_plainly_signed(url, form, signature) or bool(self._validator.validate(url, form, signature))

    def _is_plainly_signed(self, url: str, form: Mapping[str, str], signature: str) -> bool:
        """As nearly all are: over this very URL, each field once. Twilio's own library, which takes ten times as long,
        is asked about all others."""
        if isinstance(form, MultiDict):
            return False
        words = url + "".join([name + form[name] for name in sorted(form)])
        expected = b64encode(digest(self._token, words.encode(), sha1))
        return compare_digest(expected, signature.encode("utf-8", "replace"))

    def parse(self, form: Mapping[str, str]) -> tuple[Inbound, ...]:
        """The message in a webhook's fields (of a GET: its query); none where it is one of our own. A message without
        words (media, a location) has the text "". Raises Unreadable.
        https://www.twilio.com/docs/messaging/guides/webhook-request"""
        channel, address = _sender(_required(form, "From"))
        provider_id = _required(form, "MessageSid", "SmsMessageSid", "SmsSid")
        if address in self._numbers:
            return ()
        text = _first(form, "Body", "ButtonText", "ListTitle")
        message = Inbound(
            channel=channel,
            provider_id=provider_id,
            address=address,
            phone=phone_of(address),
            text=text,
            profile_name=_first(form, "ProfileName"),
            media=_media(form),
            quoted_id=_first(form, "OriginalRepliedMessageSid"),
            button=_first(form, "ButtonPayload", "ListId"),
            opt_out=_opt_out(form),
            raw=raw_of(form, text),
        )
        return (message,)


def fields_of(body: bytes) -> Fields:
    """The fields of a posted form; a MultiDict where one of them comes more than once. None where it is no UTF-8."""
    try:
        text = body.decode().replace("+", " ")
    except UnicodeDecodeError:
        return {}
    pairs = []
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        pairs.append((_decoded(name) if "%" in name else name, _decoded(value) if "%" in value else value))
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else MultiDict(pairs)


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode(errors="werkzeug.url_quote")


def parse_status(form: Mapping[str, str], query: Mapping[str, str]) -> tuple[StatusReport, ...]:
    """What a status callback reports; none where its status is no news of a message of ours. `query` is that of the
    callback's URL. Raises Unreadable. https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    provider_id = _required(form, "MessageSid", "SmsSid")
    word = _required(form, "MessageStatus", "SmsStatus").lower()
    status = Delivery.READ if _first(form, "EventType") == "READ" else STATUSES.get(word)
    if status is None:
        return ()
    code = _first(form, "ErrorCode")
    report = StatusReport(
        channel=_channel_of_status(form),
        provider_id=provider_id,
        status=status,
        failure=_failure(code) if status is Delivery.FAILED else None,
        code=code,
        outbox_id=own_id(query.get(OUTBOX, "")),
    )
    return (report,)


def _failure(code: str) -> SendFailure:
    # Accepted, then lost without a reason we know: one more try may pass, and then a person must know.
    known = FAILURES.get(int(code)) if code.isascii() and code.isdigit() else None
    return known or SendFailure.UNREACHABLE


def _sender(raw: str) -> tuple[str, str]:
    prefix, colon, rest = raw.partition(":")
    if colon and prefix != WHATSAPP:
        raise Unreadable(f"a Twilio channel we do not speak: {prefix[:20]}")
    address = rest if colon else raw
    if address.startswith(" "):  # a plus sign that was posted as it is, not as %2B
        address = f"+{address.strip()}"
    if not address.strip("+ "):
        raise Unreadable("Twilio webhook with an empty From")
    return (WHATSAPP if colon else SMS), address


def _channel_of_status(form: Mapping[str, str]) -> str:
    ends = (_first(form, "From"), _first(form, "To"))
    return WHATSAPP if any(end.startswith(f"{WHATSAPP}:") for end in ends) else SMS


def _required(form: Mapping[str, str], *names: str) -> str:
    if value := _first(form, *names):
        return value
    raise Unreadable(f"Twilio webhook without {names[0]}")


def _first(form: Mapping[str, str], *names: str) -> str:
    for name in names:
        if (value := form.get(name)) and (value := clean(value)):
            return value
    return ""


def _media(form: Mapping[str, str]) -> tuple[str, ...]:
    count = _first(form, "NumMedia")
    most = min(int(count), 10) if count.isascii() and count.isdigit() else 0
    return tuple([url for index in range(most) if (url := _first(form, f"MediaUrl{index}"))])


def _opt_out(form: Mapping[str, str]) -> str:
    word = _first(form, "OptOutType").upper()
    return word if word in ("STOP", "START", "HELP") else ""
