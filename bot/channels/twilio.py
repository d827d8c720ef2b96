"""Sending by Twilio: SMS and WhatsApp, two channels over one wire."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.base.values import unset  # type: ignore[import-untyped]

from bot.channels.base import Found, LookUp, SendError
from bot.channels.errors import without
from bot.channels.twilio_codes import OUTBOX, SMS, WHATSAPP
from bot.channels.twilio_wire import TwilioMessages, TwilioWire, client_on
from conversations.delivery import SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing

CAPABILITIES: Final = MappingProxyType(
    {
        SMS: Capabilities(longest=1600, carrier_answers_stop=True, bare_cancel_opts_out=True, costs_by_segment=True),
        WHATSAPP: Capabilities(longest=1600),  # Twilio's limit on Body; WhatsApp itself would take 4096
    }
)
CLOCKS_APART: Final = timedelta(minutes=1)
"""How far Twilio's clock may be from ours; its times also lack fractions of a second."""
FEW: Final = 50
"""Messages looked through where no date narrows the list: one page of Twilio's."""
TRIAL: Final = "Sent from your Twilio trial account - "
"""What trial accounts find put before every text of theirs."""
_QUOTED: Final = [quote_plus(bytes([byte])) for byte in range(256)]
_NOT_TWILIO: Final = (TwilioException, ValueError, AttributeError, TypeError)
"""What the SDK raises over an answer in another shape than Twilio's."""


class TwilioChannel:
    """One of Twilio's channels, `name` "sms" or "whatsapp". Sends from the first of `numbers` (E.164), or lets the
    Messaging Service choose where there is one. `status_callback_url` "" asks for no reports."""

    def __init__(
        self,
        name: str,
        account_sid: str,
        auth_token: str,
        numbers: Sequence[str] = (),
        messaging_service_sid: str = "",
        api_base: str = "",
        status_callback_url: str = "",
        timeout: float = 10.0,
    ) -> None:
        if not numbers and not messaging_service_sid:
            raise ValueError(f"{name} needs a number or a Messaging Service to send from")
        self.name = name
        self.capabilities = CAPABILITIES[name]
        self._service = messaging_service_sid
        self._sender = "" if messaging_service_sid else self._wire_address(numbers[0])
        same = {"MessagingServiceSid": self._service} if self._service else {"From": self._sender}
        self._same, self._callback = urlencode(same), _callback_by(status_callback_url)
        self._outgoing = TwilioMessages(api_base, account_sid, auth_token, timeout)
        self._wire = TwilioWire(api_base, timeout)
        self._login = account_sid, auth_token

    def send(self, message: Outgoing) -> str:
        """Hand the message to Twilio; answers its sid. Raises SendError.
        https://www.twilio.com/docs/messaging/api/message-resource"""
        try:
            sid = self._outgoing.create(self._form(message))
        except SendError as error:
            words = without(message.text, error.words)
            raise SendError(error.failure, error.code, words, error.retry_after) from None
        if not sid:  # a yes that is not Twilio's: some page in between, or an answer cut short
            raise SendError(SendFailure.UNCERTAIN, words="an answer without a sid")
        return sid

    def look_up(self, message: Outgoing, since: datetime, known_ids: frozenset[str]) -> LookUp:
        """Whether Twilio has this message, by recipient, sender, text and time: it takes no key of ours. Raises
        SendError where it does not answer."""
        earliest = since - CLOCKS_APART
        # DateSent is empty until the message has left Twilio's queue, so the list by day may lack the very one we want.
        narrowings = ({"date_sent_after": earliest.date().isoformat()}, {"limit": FEW})
        for narrowing in narrowings:
            for kept in self._list(message.address, narrowing):
                is_ours = kept.sid not in known_ids and self._is_from_us(kept) and _same_text(kept.body, message.text)
                if is_ours and (kept.date_created is None or kept.date_created >= earliest):
                    return LookUp(Found.YES, str(kept.sid))
        return LookUp(Found.NO)

    def close(self) -> None:
        """Close the kept connections."""
        self._outgoing.close()
        self._wire.close()

    @cached_property
    def _messages(self) -> Any:
        """The SDK's, made when something is first looked up: it takes half a second and 10 MiB."""
        return client_on(self._wire, *self._login).messages

    def _form(self, message: Outgoing) -> str:
        to, text = _quoted(self._wire_address(message.address)), _quoted(message.text)
        return f"{self._same}{self._callback(message.outbox_id)}&To={to}&Body={text}"

    def _list(self, address: str, narrowing: dict[str, Any]) -> list[Any]:
        try:
            found = self._messages.list(to=self._wire_address(address), from_=self._sender or unset, **narrowing)
        except _NOT_TWILIO:
            raise SendError(SendFailure.UNCERTAIN, words="a list that is not Twilio's") from None
        return list(found)

    def _is_from_us(self, kept: Any) -> bool:
        """Where a Messaging Service chose the sender, the list by recipient alone may hold other senders' messages."""
        return not self._service or kept.messaging_service_sid == self._service

    def _wire_address(self, address: str) -> str:
        return f"{WHATSAPP}:{address}" if self.name == WHATSAPP else address


def tagged(callback_url: str, outbox_id: int) -> str:
    """The status callback URL that carries our outbox id, the rest of its query and its fragment kept; "" stays ""."""
    if not callback_url:
        return ""
    parts = urlsplit(callback_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (OUTBOX, str(outbox_id))]
    return parts._replace(query=urlencode(query)).geturl()


def _quoted(text: str) -> str:
    """As `quote_plus` has it, byte by byte."""
    return "".join([_QUOTED[byte] for byte in text.encode()])


def _callback_by(callback_url: str) -> Callable[[int], str]:
    """The field of a form that asks for reports on one text, where any are wanted."""
    if not callback_url:
        return lambda _: ""
    whole, fragment = tagged(callback_url, 0), urlsplit(callback_url).fragment
    behind = quote_plus(f"#{fragment}") if fragment else ""
    before = quote_plus(whole).removesuffix(behind).removesuffix("0")
    return lambda outbox_id: f"&StatusCallback={before}{outbox_id}{behind}"


def _same_text(kept: str | None, ours: str) -> bool:
    return (kept or "").removeprefix(TRIAL).strip() == ours.strip()
