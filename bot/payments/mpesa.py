"""Asking for money on a Kenyan phone: Daraja's STK push, and the question what became of it.

https://developer.safaricom.co.ke/APIs/MpesaExpressSimulate, …/MpesaExpressQuery
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.database import Database
from bot.payments.base import Asked, Begun, Known, ProviderAway, ProviderRefused, ProviderUnclear
from bot.payments.mpesa_codes import code_of, failure, is_still_running, is_token_refused, words_of
from bot.payments.mpesa_token import SharedToken, open_token
from bot.payments.mpesa_wire import Answer, api_base, ask
from config import Settings
from conversations.payments import Outcome, PaymentNews
from conversations.rules.mpesa import NAIROBI, mpesa_number, result_of, whole_shillings

PUSH, QUERY = "/mpesa/stkpush/v1/processrequest", "/mpesa/stkpushquery/v1/query"
LONGEST_REFERENCE = 12
DESCRIPTION = "Booking"
_DONE = "0"


@dataclass(frozen=True, slots=True)
class Shop:
    """Who is paid. `shortcode` is the number of the paybill, and `till` "" then; of a till it is the head office's."""

    shortcode: str
    passkey: str = field(repr=False)
    till: str = ""

    @property
    def kind(self) -> str:
        return "CustomerBuyGoodsOnline" if self.till else "CustomerPayBillOnline"


class Mpesa:
    """One shop at Daraja. A push is a prompt on somebody's phone, and Daraja tells no second one from the first: it is
    sent once, and again only where it surely was not done."""

    def __init__(
        self, shop: Shop, token: SharedToken, callback_url: str, base: str, now: Callable[[], datetime]
    ) -> None:
        self._shop, self._token, self._callback_url, self._base, self._now = shop, token, callback_url, base, now

    def begin(self, asked: Asked) -> Begun:
        """Let the client's phone ask for it. Raises ProviderRefused, ProviderAway, ProviderUnclear."""
        shillings, number = whole_shillings(asked.amount), mpesa_number(asked.phone)
        if shillings is None:
            raise ProviderRefused("amount", "not whole shillings within the limits")
        if not number:
            raise ProviderRefused("phone", "not a Kenyan mobile number")
        reference = f"BK{asked.booking_id}"
        if len(reference) > LONGEST_REFERENCE:
            raise ProviderRefused("reference", "too long")
        wanted = {
            "TransactionType": self._shop.kind,
            "Amount": shillings,
            "PartyA": number,
            "PartyB": self._shop.till or self._shop.shortcode,
            "PhoneNumber": number,
            "CallBackURL": self._callback_url,
            "AccountReference": reference,
            "TransactionDesc": DESCRIPTION,
        }
        answer = self._ask(PUSH, wanted)
        code = answer.text("ResponseCode")
        if code and code != _DONE:
            raise ProviderRefused(code, words_of(answer.text("ResponseDescription")))
        checkout_id = answer.text("CheckoutRequestID")
        if not code or not checkout_id:
            raise failure(answer)
        return Begun(checkout_id, answer.text("MerchantRequestID"))

    def look(self, known: Known) -> PaymentNews:
        """What became of it. Neither amount nor receipt is told. Raises ProviderRefused, ProviderAway."""
        try:
            return self._look(known)
        except ProviderUnclear as error:
            raise ProviderAway(str(error)) from None  # a question can always be asked again

    def end(self, known: Known) -> PaymentNews:
        """A prompt cannot be taken back, it runs out by itself: so what has become of it."""
        return self.look(known)

    def _look(self, known: Known) -> PaymentNews:
        answer = self._ask(QUERY, {"CheckoutRequestID": known.checkout_id})
        if is_still_running(answer):
            return PaymentNews(Outcome.PROCESSING, known.payment_id, known.checkout_id)
        code = answer.text("ResultCode")
        if not code:
            raise failure(answer)
        if answer.text("CheckoutRequestID") != known.checkout_id:
            raise ProviderAway("an answer about another payment")
        return PaymentNews(
            result_of(code).outcome, known.payment_id, known.checkout_id, answer.text("MerchantRequestID"),
            code=code, words=words_of(answer.text("ResultDesc")),
        )  # fmt: skip

    def _ask(self, path: str, wanted: Mapping[str, Any]) -> Answer:
        """One request; where its token is refused nothing was done, and a fresh one is tried once."""
        token = self._token.get()
        answer = self._send(path, wanted, token)
        if is_token_refused(answer):
            answer = self._send(path, wanted, self._token.get(refused=token))
            if is_token_refused(answer):
                raise ProviderAway(f"a fresh token was refused {code_of(answer)}".strip())
        return answer

    def _send(self, path: str, wanted: Mapping[str, Any], token: str) -> Answer:
        return ask("POST", self._base + path, f"Bearer {token}", {**self._signed(), **wanted})

    def _signed(self) -> dict[str, str]:
        """Who asks, and when: the password holds the same moment."""
        moment = timestamp(self._now())
        password = base64.b64encode(f"{self._shop.shortcode}{self._shop.passkey}{moment}".encode()).decode()
        return {"BusinessShortCode": self._shop.shortcode, "Password": password, "Timestamp": moment}


def open_mpesa(settings: Settings, database: Database, now: Callable[[], datetime]) -> Mpesa:
    """The shop that is set up. Nothing is asked of anybody yet."""
    shop = Shop(settings.mpesa_shortcode, settings.mpesa_passkey.get_secret_value(), settings.mpesa_till)
    return Mpesa(shop, open_token(settings, database, now), callback_url(settings), api_base(settings), now)


def callback_url(settings: Settings) -> str:
    """Where Daraja tells what became of a push. Words such as mpesa in it may be refused (UNCONFIRMED)."""
    return f"{settings.public_url}{settings.mpesa_callback_path}/{settings.mpesa_callback_secret.get_secret_value()}"


def timestamp(now: datetime) -> str:
    """Nairobi time by usage; Daraja's page names no zone (UNCONFIRMED)."""
    return now.astimezone(NAIROBI).strftime("%Y%m%d%H%M%S")
