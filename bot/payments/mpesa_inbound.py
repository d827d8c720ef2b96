"""What Daraja's callbacks say of a push: whether they come by the address that only it knows, and what is in them.

They are unsigned, assumed to come once at most, and may come before the push was answered. Whoever reads them asks
Daraja before money counts as paid.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any, Final

from bot.channels.reading import clean
from bot.channels.unreadable import Unreadable
from bot.payments.mpesa_codes import words_of
from config import Settings
from conversations.money import Money, minor_units
from conversations.payments import Outcome, PaymentNews
from conversations.rules.mpesa import CURRENCY, NAIROBI, result_of

ACCEPTED: Final = {"ResultCode": 0, "ResultDesc": "Accepted"}
"""The answer to every callback that is genuine, whatever it says."""
LONGEST_ID, LONGEST_CODE, LONGEST = 80, 16, 20
"""Characters of a payment's id, a result code, and anything else; theirs have 32, 10 and 14."""
_LARGEST = Decimal(10**9)


class MpesaInbound:
    """Reads the callbacks of one shop. `secret` is the last part of their path; `sources` the addresses or networks
    they may come from, none for any."""

    def __init__(self, secret: str, sources: Iterable[str] = ()) -> None:
        self._secret = secret.encode()
        self._networks = tuple(ip_network(source, strict=False) for source in sources)

    def verify(self, secret: str, source: str = "") -> bool:
        """Whether the secret is ours, and the address it comes from one of those it may."""
        is_ours = bool(self._secret) and hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret)
        return is_ours and (not self._networks or self._is_from_there(source))

    def parse(self, raw: bytes) -> tuple[str, PaymentNews]:
        """An id of the call, the same when it is repeated, and its news. What is repeated with another result, or
        another receipt, is another call. Raises Unreadable."""
        call = _call(raw)
        checkout_id, code = (
            _required(call, "CheckoutRequestID", LONGEST_ID),
            _required(call, "ResultCode", LONGEST_CODE),
        )
        news = PaymentNews(
            result_of(code).outcome,
            checkout_id=checkout_id,
            merchant_id=_optional(call.get("MerchantRequestID"), LONGEST_ID),
            code=code,
            words=words_of(clean(call.get("ResultDesc"))),
        )
        if news.outcome is not Outcome.PAID:
            return f"{checkout_id}:{code}", news
        items = _items(call)
        paid = replace(
            news,
            transaction_id=_optional(items.get("MpesaReceiptNumber")).upper(),
            amount=_money(items.get("Amount")),
            phone=_optional(items.get("PhoneNumber")),
            at=_moment(items.get("TransactionDate")),
        )
        return f"{checkout_id}:{code}:{paid.transaction_id}".rstrip(":"), paid

    def _is_from_there(self, source: str) -> bool:
        try:
            address = ip_address(source)
        except ValueError:
            return False
        address = getattr(address, "ipv4_mapped", None) or address
        return any(address in network for network in self._networks)


def open_inbound(settings: Settings) -> MpesaInbound:
    """What reads the callbacks of the shop that is set up."""
    sources = [source.strip() for source in settings.mpesa_callback_sources.split(",") if source.strip()]
    return MpesaInbound(settings.mpesa_callback_secret.get_secret_value(), sources)


def _call(raw: bytes) -> Mapping[str, Any]:
    try:
        call = json.loads(raw, parse_float=Decimal)["Body"]["stkCallback"]
    except (ValueError, LookupError, TypeError, RecursionError):
        call = None
    if not isinstance(call, dict):
        raise Unreadable("M-Pesa callback without Body.stkCallback")
    return call


def _required(call: Mapping[str, Any], name: str, longest: int) -> str:
    """A field that must be there."""
    if value := _optional(call.get(name), longest):
        return value
    raise Unreadable(f"M-Pesa callback without {name}")


def _optional(value: object, longest: int = LONGEST) -> str:
    """Numbers come as numbers or as text; "" for what is too long to be one of theirs."""
    text = "" if isinstance(value, bool) else clean(value).strip()
    return text if len(text) <= longest else ""


def _items(call: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata by name, in whichever order it came; what has no value is left out."""
    metadata = call.get("CallbackMetadata")
    listed = metadata.get("Item") if isinstance(metadata, dict) else None
    found = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return {clean(item.get("Name")): item["Value"] for item in found if item.get("Value") is not None}


def _money(value: object) -> Money | None:
    """None where nothing is said. Raises Unreadable for what is no amount."""
    if value is None:
        return None
    try:
        amount = Decimal(_optional(value))
        cents = minor_units(amount, CURRENCY) if 0 < amount < _LARGEST else 0
    except (ArithmeticError, ValueError):
        cents = 0
    if not cents:
        raise Unreadable("M-Pesa callback with an Amount that is none")
    return Money(cents, CURRENCY)


def _moment(value: object) -> datetime | None:
    """20260105143022, in Nairobi."""
    try:
        return datetime.strptime(_optional(value), "%Y%m%d%H%M%S").replace(tzinfo=NAIROBI)
    except ValueError:
        return None
