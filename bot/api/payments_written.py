"""What was asked of a client, and what came of it, as callers read it."""

from datetime import datetime

from pydantic import Field

from bot.api.endpoint import Call
from bot.api.values import Amount, Output, Page, PageAsked, cursor, number_behind
from conversations.languages.render import name_text
from conversations.payments import PaymentMethod, PaymentStatus
from handlers.console.payments_shown import Attempt, Entry, GoesBack, Line, Whole, request_lines
from models.money_listing import Asked, Whose


class Payment(Output):
    """What was asked for one booking."""

    id: int
    booking_id: int
    service: str
    start_at: datetime
    client: str
    asked: Amount
    paid: Amount
    asked_at: datetime
    due_at: datetime
    status: str = Field(description="open, overdue, paid, lapsed or cancelled")
    methods: list[PaymentMethod | str] = Field(description='what has brought money ("credit" too), else the last try')
    has_proof: bool = Field(description="a proof waits to be looked at")
    paid_with: int | None = Field(description="the payment of the same series in which this one is paid")


class Tried(Output):
    """One attempt to pay."""

    id: int
    method: PaymentMethod
    status: PaymentStatus
    amount: Amount
    received: Amount
    credited: Amount
    refunded: Amount
    transaction_id: str
    words: str = Field(description="what its provider said of it")
    proof_kind: str
    proof: str
    verified_by: str | None = Field(description="for staff alone")
    at: datetime


class Refund(Output):
    id: int
    method: PaymentMethod
    status: str
    amount: Amount
    reason: str
    words: str
    is_by_hand: bool
    done_by: str | None = Field(description="for staff alone")
    at: datetime


class LedgerLine(Output):
    at: datetime
    account: str
    amount: Amount
    attempt_id: int
    booking_id: int | None
    who: str
    why: str


class WholePayment(Payment):
    """With everything that belongs to it."""

    left: Amount
    kept_as_credit: Amount
    returnable: Amount
    instructions: str
    page: str
    held_until: datetime
    attempts: list[Tried]
    refunds: list[Refund]
    ledger: list[LedgerLine] | None = Field(description="for staff alone")
    paid_in_one_with: list[int]


def payments_page(call: Call, query: PageAsked, asked: Asked, whose: Whose) -> Page[Payment]:
    """A page of what was asked of these, newest first."""
    before = query.behind(number_behind)
    lines, last = request_lines(call.session, asked, before, call.circumstances, query.limit, whose)
    return Page(items=[Payment(**_line(line)) for line in lines], next=cursor(last) if last is not None else None)


def whole(found: Whole, *, for_client: bool) -> WholePayment:
    """Who looked at it and what the ledger says is for staff."""
    return WholePayment(
        **_line(found.line), left=Amount.of(found.left), kept_as_credit=Amount.of(found.money.kept),
        returnable=Amount.of(found.money.returnable), instructions=found.instructions, page=found.link,
        held_until=found.lapses_at, attempts=[_tried(one, for_client=for_client) for one in found.attempts],
        refunds=[_refund(one, for_client=for_client) for one in found.refunds],
        ledger=None if for_client else [_ledger_line(one) for one in found.entries],
        paid_in_one_with=[one.id for one in found.together],
    )  # fmt: skip


def _line(one: Line) -> dict[str, object]:
    return {
        "id": one.id, "booking_id": one.booking_id, "service": name_text(one.service, "en"), "start_at": one.start,
        "client": one.client, "asked": Amount.of(one.amount), "paid": Amount.of(one.paid), "asked_at": one.asked_at,
        "due_at": one.due_at, "status": one.status, "methods": list(one.methods), "has_proof": one.has_proof,
        "paid_with": one.paid_with,
    }  # fmt: skip


def _tried(one: Attempt, *, for_client: bool) -> Tried:
    return Tried(
        id=one.id, method=PaymentMethod(one.method), status=PaymentStatus(one.status), amount=Amount.of(one.amount),
        received=Amount.of(one.received), credited=Amount.of(one.credited), refunded=Amount.of(one.refunded),
        transaction_id=one.transaction_id, words=one.words, proof_kind=one.proof_kind, proof=one.proof,
        verified_by=None if for_client else one.verified_by, at=one.at,
    )  # fmt: skip


def _refund(one: GoesBack, *, for_client: bool) -> Refund:
    return Refund(
        id=one.id, method=PaymentMethod(one.method), status=one.status, amount=Amount.of(one.amount),
        reason=one.reason, words=one.words, is_by_hand=one.is_by_hand,
        done_by=None if for_client else one.done_by, at=one.at,
    )  # fmt: skip


def _ledger_line(one: Entry) -> LedgerLine:
    return LedgerLine(
        at=one.at, account=one.account, amount=Amount.of(one.amount), attempt_id=one.payment_id,
        booking_id=one.booking_id, who=one.who, why=one.why,
    )  # fmt: skip
