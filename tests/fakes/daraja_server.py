"""Daraja, M-Pesa's API, as tests see it: tokens that kill each other, prompts that are open until somebody does
something about them, and callbacks as bodies for the test to post, once, twice or never."""

import base64
import json
import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.fakes.faulty_server import Answer, Asked, FaultyServer
from tests.fakes.twilio_server import the_time

NAIROBI = ZoneInfo("Africa/Nairobi")
RUNNING = "500.001.1001", "The transaction is being processed"
WORDS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "1032": "Request cancelled by user",
    "1037": "DS timeout user cannot be reached",
    "2001": "The initiator information is invalid.",
    "1019": "Transaction has expired",
    "1001": "Unable to lock subscriber, a transaction is already in process for the current subscriber",
}
CALLED_AT = r"https://[^/:]+\.[a-z]+/[!-~]+"
STATUS_OF_CODE = {"404.001.03": 404, "404.001.01": 404, "405.001": 405}


@dataclass(slots=True)
class Prompt:
    """A push that was taken. `result` is None while it is open; `receipt` is there once it is paid."""

    checkout_id: str
    merchant_id: str
    asked: Mapping[str, Any]
    result: str | None = None
    receipt: str = ""
    at: datetime | None = None


class FakeDaraja(FaultyServer):
    """One app and one shop. Faults by method: GET is the token, POST are push and query. `on_push` is called with each
    prompt before its push is answered."""

    def __init__(
        self,
        key: str,
        secret: str,
        shortcode: str,
        passkey: str,
        clock: Callable[[], datetime] = the_time,
        till: str = "",
    ) -> None:
        super().__init__()
        self.key, self.secret, self.shortcode, self.passkey, self.till = key, secret, shortcode, passkey, till
        self.clock = clock
        self.expires_in: object = "3599"
        self.answers_about = ""
        """The id that queries answer with, whatever they asked about."""
        self.calls_to = CALLED_AT
        """What a callback's address must be like."""
        self.on_push: Callable[[Prompt], None] | None = None
        self.prompts: list[Prompt] = []
        self.tokens: list[str] = []
        """Every token that was given; only the last is good."""
        self._is_expired = False
        self._refusals: deque[tuple[str, str, int]] = deque()

    def expire_token(self) -> None:
        """From now on the last token is refused too."""
        self._is_expired = True

    def refuse_next(self, code: str, words: str = "Refused", status: int = 0, times: int = 1) -> None:
        """Answer the next pushes or queries with this error, having done nothing."""
        with self.lock:
            self._refusals.extend([(code, words, status)] * times)

    def pay(self, prompt: Prompt) -> bytes:
        """The client types the PIN; the callback that follows."""
        with self.lock:
            prompt.result, prompt.at = "0", self.clock()
            prompt.receipt = f"UA{self.prompts.index(prompt) + 10:08d}"
        return self.callback(prompt)

    def fail(self, prompt: Prompt, code: str) -> bytes:
        """It comes to nothing; the callback that follows."""
        prompt.result = code
        return self.callback(prompt)

    def callback(
        self, prompt: Prompt, items: Sequence[Mapping[str, Any]] | None = None, is_text: bool = False, **fields: Any
    ) -> bytes:
        """The body of the callback for the prompt as it stands; `items` and `fields` replace what is in it. `is_text`:
        the result code comes as text."""
        assert prompt.result is not None
        is_number = prompt.result.isdigit() and not is_text
        call: dict[str, Any] = {
            "MerchantRequestID": prompt.merchant_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResultCode": int(prompt.result) if is_number else prompt.result,
            "ResultDesc": WORDS.get(prompt.result, "Failed"),
        }
        if prompt.result == "0":
            call["CallbackMetadata"] = {"Item": list(self.items(prompt) if items is None else items)}
        return json.dumps({"Body": {"stkCallback": {**call, **fields}}}).encode()

    def items(self, prompt: Prompt) -> list[dict[str, Any]]:
        assert prompt.at is not None
        return [
            {"Name": "Amount", "Value": float(prompt.asked["Amount"])},
            {"Name": "MpesaReceiptNumber", "Value": prompt.receipt},
            {"Name": "Balance"},
            {"Name": "TransactionDate", "Value": int(prompt.at.astimezone(NAIROBI).strftime("%Y%m%d%H%M%S"))},
            {"Name": "PhoneNumber", "Value": int(prompt.asked["PhoneNumber"])},
        ]

    def reply(self, asked: Asked) -> Answer:
        if asked.path == "/oauth/v1/generate":
            return self._give_token(asked)
        if asked.headers.get("Authorization") != f"Bearer {self._living_token()}":
            sent = asked.headers.get("Authorization", "").removeprefix("Bearer ")
            return self._refuse("404.001.03", f"Invalid Access Token - {sent}")
        if self._refusals:
            return self._refuse(*self._refusals.popleft())
        if asked.method != "POST":
            return self._refuse("405.001", "Method not allowed")
        body = json.loads(asked.body)
        match asked.path:
            case "/mpesa/stkpush/v1/processrequest":
                return self._push(body)
            case "/mpesa/stkpushquery/v1/query":
                return self._query(body)
        return self._refuse("404.001.01", "Resource not found")

    def error_body(self, status: int, code: int) -> object:
        return _error(f"{status}.{code:03d}", "Refused")

    def _living_token(self) -> str:
        return self.tokens[-1] if self.tokens and not self._is_expired else "none"

    def _give_token(self, asked: Asked) -> Answer:
        if asked.method != "GET" or asked.query.get("grant_type") != "client_credentials":
            return self._refuse("400.008.02", "Invalid grant type passed")
        login = base64.b64encode(f"{self.key}:{self.secret}".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {login}":
            return self._refuse("400.008.01", "Invalid Authentication passed")
        self.tokens.append(f"t0ken{len(self.tokens):024d}")
        self._is_expired = False
        return _json(200, {"access_token": self.tokens[-1], "expires_in": self.expires_in})

    def _push(self, body: Mapping[str, Any]) -> Answer:
        if words := self._fault_of(body):
            return self._refuse(*words)
        if any(p.result is None and p.asked["PhoneNumber"] == body["PhoneNumber"] for p in self.prompts):
            return self._refuse("500.001.1001", f"[MerchantValidate] - {WORDS['1001']}")
        number = len(self.prompts) + 1
        prompt = Prompt(f"ws_CO_{body['Timestamp']}{number:04d}", f"29115-{number}", body)
        self.prompts.append(prompt)
        if self.on_push:
            self.on_push(prompt)
        said = "Success. Request accepted for processing"
        ids = {"MerchantRequestID": prompt.merchant_id, "CheckoutRequestID": prompt.checkout_id}
        return _json(200, {**ids, "ResponseCode": "0", "ResponseDescription": said, "CustomerMessage": said})

    def _fault_of(self, body: Mapping[str, Any]) -> tuple[str, str] | None:
        amount, kind = body.get("Amount"), "CustomerBuyGoodsOnline" if self.till else "CustomerPayBillOnline"
        faults = (
            ("BusinessShortCode", body.get("BusinessShortCode") != self.shortcode),
            ("Timestamp", not re.fullmatch(r"20[0-9]{12}", str(body.get("Timestamp")))),
            ("TransactionType", body.get("TransactionType") != kind),
            ("Amount", not isinstance(amount, int) or not 1 <= amount <= 250_000),
            ("PhoneNumber", not re.fullmatch(r"254[17][0-9]{8}", str(body.get("PhoneNumber")))),
            ("PartyA", body.get("PartyA") != body.get("PhoneNumber")),
            ("PartyB", body.get("PartyB") != (self.till or self.shortcode)),
            ("CallBackURL", not re.fullmatch(self.calls_to, str(body.get("CallBackURL")))),
            ("AccountReference", not re.fullmatch(r"[A-Za-z0-9]{1,12}", str(body.get("AccountReference")))),
            ("TransactionDesc", not re.fullmatch(r"[A-Za-z0-9]{1,13}", str(body.get("TransactionDesc")))),
        )
        for field, is_wrong in faults:
            if is_wrong:
                return "400.002.02", f"Bad Request - Invalid {field}"
        return None if self._is_signed(body) else ("500.001.1001", "Wrong credentials")

    def _query(self, body: Mapping[str, Any]) -> Answer:
        if not self._is_signed(body):
            return self._refuse("500.001.1001", "Wrong credentials")
        prompt = next((p for p in self.prompts if p.checkout_id == body.get("CheckoutRequestID")), None)
        if prompt is None:
            return self._refuse("400.002.02", "Bad Request - Invalid CheckoutRequestID")
        if prompt.result is None:
            return self._refuse(*RUNNING)
        ids = {"MerchantRequestID": prompt.merchant_id, "CheckoutRequestID": self.answers_about or prompt.checkout_id}
        said = {"ResponseCode": "0", "ResponseDescription": "The service request has been accepted successsfully"}
        return _json(
            200, {**said, **ids, "ResultCode": prompt.result, "ResultDesc": WORDS.get(prompt.result, "Failed")}
        )

    def _is_signed(self, body: Mapping[str, Any]) -> bool:
        wanted = f"{self.shortcode}{self.passkey}{body.get('Timestamp')}"
        return body.get("Password") == base64.b64encode(wanted.encode()).decode()

    def _refuse(self, code: str, words: str, status: int = 0) -> Answer:
        first = code.partition(".")[0]
        return _json(status or STATUS_OF_CODE.get(code, int(first) if first.isdigit() else 500), _error(code, words))


def _error(code: str, words: str) -> dict[str, str]:
    return {"requestId": "1234-5678-1", "errorCode": code, "errorMessage": words}


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body))
