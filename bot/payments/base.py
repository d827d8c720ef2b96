"""What every payment provider is: how a payment is begun, looked at, ended and given back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from conversations.business import Money
from conversations.payments import PaymentNews, RefundNews


@dataclass(frozen=True, slots=True)
class Asked:
    """One payment that is to be begun. What may be asked again with the same `key` is the same in every field."""

    payment_id: int
    booking_id: int
    amount: Money
    words: str
    """What it is for, as the client reads it: "Haircut, Wed 18 Mar 2026, 18:00"."""
    key: str
    ends_at: datetime
    """Until when it can be paid; aware."""
    phone: str = ""
    """The client's number, +254…"""
    email: str = ""
    language: str = "en"
    is_hold: bool = False
    """Whether it is to be held only, until it is captured or ended."""
    back_to: str = ""
    """Where the client comes back to, paid or not; that they come proves nothing."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment that the provider has in hand. `url` is where the client pays it, "" where they are asked on their
    phone."""

    checkout_id: str
    merchant_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """One payment as its provider knows it."""

    payment_id: int
    checkout_id: str
    amount: Money
    """What is asked; of what is held, what is to be taken."""
    transaction_id: str = ""


class ProviderRefused(Exception):
    """The provider will not do it, however often it is asked. `code` and `words` are its own, without secrets."""

    def __init__(self, code: str = "", words: str = "") -> None:
        super().__init__(f"{code} {words}".strip())
        self.code, self.words = code, words


class ProviderAway(Exception):
    """Nothing was done, and it may be asked again: it could not be reached, is busy, or answered nonsense before it did
    anything. `retry_after` in seconds, where it said so."""

    def __init__(self, words: str = "", retry_after: float | None = None) -> None:
        super().__init__(words)
        self.words, self.retry_after = words, retry_after


class ProviderUnclear(Exception):
    """Nobody can tell whether it was done: the answer was lost. What cannot be repeated without harm is not."""


class PaymentProvider(Protocol):
    """One provider. Every call waits for the network, with a time-out; all are safe from several threads at once. Each
    raises ProviderRefused, ProviderAway and ProviderUnclear."""

    def begin(self, asked: Asked) -> Begun:
        """Let the client be asked for it."""

    def look(self, known: Known) -> PaymentNews:
        """What has become of it."""

    def end(self, known: Known) -> PaymentNews:
        """Let it be paid no more, and let go what is held, where that can be done; what has become of it by then."""


class CardProvider(PaymentProvider, Protocol):
    """One that holds an amount before it takes it, and gives money back by itself."""

    def capture(self, known: Known, key: str) -> PaymentNews:
        """Take so much of what is held, and let go the rest. Repeated with the same key it is done once."""

    def refund(self, refund_id: int, transaction_id: str, amount: Money, key: str) -> RefundNews:
        """Give so much of what came as `transaction_id` back. Repeated with the same key it is done once."""

    def look_at_refund(self, provider_refund_id: str) -> RefundNews:
        """What has become of it."""
