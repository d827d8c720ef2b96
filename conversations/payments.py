"""Payments, refunds and what providers say of them, as the mind sees them. Amounts are integers in minor units."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from conversations.money import Money
from conversations.session_types import Name


class PaymentMethod(StrEnum):
    CARD = "card"
    """A Checkout page of Stripe's."""
    MPESA = "mpesa"
    """A prompt on the client's phone."""
    MANUAL = "manual"
    """A transfer with its proof, which a person looks at."""
    DESK = "desk"
    """Paid where the business is, and written down by a coordinator."""


class PaymentStatus(StrEnum):
    """Of one attempt to pay."""

    PENDING = "pending"
    PROCESSING = "processing"
    """The provider has it in hand: a prompt is on its way, or a slow method on its course."""
    PROOF_SUBMITTED = "proof_submitted"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"


class RequestStatus(StrEnum):
    """Of what is asked for a booking."""

    OPEN = "open"
    PAID = "paid"
    EXPIRED = "expired"
    """Nobody paid in time."""
    CANCELLED = "cancelled"
    """The booking was called off before it was paid."""


class RefundStatus(StrEnum):
    PENDING = "pending"
    """To be carried out: by us at the provider, or by a person who then marks it done."""
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaymentRule(StrEnum):
    """What a booking wants paid before it is confirmed."""

    NONE = "none"
    DEPOSIT = "deposit"
    FULL = "full"


class PaymentWhen(StrEnum):
    """When a client is asked for it."""

    AFTER_APPROVAL = "after_approval"
    BEFORE_APPROVAL = "before_approval"
    """A client who can pay by card has the amount held on it with the request: it is taken at the approval, and let go
    where there is none."""


class Outcome(StrEnum):
    """What has become of a payment, or of a refund, at its provider."""

    OPEN = "open"
    """Nothing yet; it can still be paid."""
    PROCESSING = "processing"
    """The client has done their part; the provider does not know yet."""
    PAID = "paid"
    FAILED = "failed"
    """It came to nothing, and cannot be paid any more."""
    AUTHORIZED = "authorized"
    """The amount is held on the card, and is to be taken or let go."""
    TRY_FAILED = "try_failed"
    """One try came to nothing; it can still be paid."""
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class PaymentNews:
    """What a provider says of one payment. It is found by our number of it, or by the provider's id."""

    outcome: Outcome
    payment_id: int | None = None
    checkout_id: str = ""
    """cs_… or ws_CO_…"""
    merchant_id: str = ""
    transaction_id: str = ""
    """What the provider calls the money that came: pi_…, or an M-Pesa receipt; "" where it does not say."""
    amount: Money | None = None
    """What came; None where the provider does not say, which then is what was asked."""
    code: str = ""
    words: str = ""
    phone: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundNews:
    """What a provider says of one refund. It is found by our number of it, or by the provider's id."""

    outcome: Outcome
    refund_id: int | None = None
    provider_refund_id: str = ""
    transaction_id: str = ""
    amount: Money | None = None
    code: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What a booking waits for."""

    request_id: int
    asked: Money
    paid: Money
    due_at: datetime
    """By when, as the client was told; aware, in the booking's zone."""
    methods: tuple[PaymentMethod, ...]
    """How it can be paid, the usual way first."""
    link: str = ""
    """Where it is paid by card; "" where pages have no address."""
    instructions: str = ""
    """How to pay by transfer, in the business's own words."""
    visits: int = 1
    """How many of a series are paid in one with it, itself among them."""
    is_hold: bool = False
    """It is only held on the card as long as the booking is not approved."""
    is_held: bool = False
    """It is held there, and is taken once the booking is approved."""

    @property
    def left(self) -> Money:
        """What is still to be paid."""
        return Money(self.asked.amount - self.paid.amount, self.asked.currency)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came, and what became of it."""

    payment_id: int
    method: PaymentMethod
    received: Money
    applied: Money
    credited: Money
    transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class BookingMoney:
    """The money of one booking, as a coordinator sees it."""

    paid: Money
    """What pays for it now."""
    kept: Money
    """What came for it and is kept as its client's credit."""
    proof: str = ""
    """What the client has shown, which nobody has looked at yet."""
    by_hand: Money | None = None
    """What a person is still to give back."""

    @property
    def returnable(self) -> Money:
        """What can be given back."""
        return Money(self.paid.amount + self.kept.amount, self.paid.currency)


@dataclass(frozen=True, slots=True)
class PackView:
    """Sessions of a service that a client has paid ahead, as many as are left."""

    service: Name
    left: int
