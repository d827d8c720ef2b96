"""Payments: what was asked of clients, what came of it, and what staff do about it."""

from pydantic import Field

from bot.api.deeds import done
from bot.api.endpoint import DESK, EVERYBODY, STAFF, Call, endpoint
from bot.api.payments_written import Payment, WholePayment, payments_page, whole
from bot.api.problems import Problem, missing
from bot.api.session_deeds import Verified
from bot.api.session_wishes import Reason
from bot.api.values import MOST_MONEY, Amount, Id, Input, Output, Page, PageAsked, cursor, number_behind
from conversations.languages.render import name_text
from conversations.money import Money, major_units
from conversations.payments import PaymentMethod
from handlers.api.caller import Party
from handlers.api.deeds import one_line
from handlers.console.payments_shown import Whole, refund_lines, unasked_lines, whole_request
from handlers.payment_asked_again import asked_again, proof_refused
from handlers.pending_request import lock_booking
from models.money_listing import Asked, Whose

OFFICE = DESK | {Party.VIEWER}


class Listed(PageAsked):
    """Which payments."""

    status: Asked = Field(Asked.ALL, description="left out, all of them")
    client_id: Id | None = None
    booking_id: Id | None = None


class Sum(Input):
    """An amount in minor units; left out, all of it."""

    amount: int | None = Field(None, ge=1, le=MOST_MONEY)


class ToGiveBack(Output):
    """A refund that a person makes by hand."""

    id: int
    payment_id: int | None
    booking_id: int | None
    service: str
    client: str
    method: PaymentMethod
    amount: Amount
    reason: str
    asked_by: str


class Unasked(Output):
    """Money that came though no payment was asked for."""

    id: int
    booking_id: int | None
    client: str
    method: PaymentMethod
    received: Amount
    credited: Amount
    refunded: Amount
    reference: str


@endpoint("GET", "/api/payments", EVERYBODY)
def listed(call: Call, query: Listed) -> Page[Payment]:
    """What was asked, newest first. Clients and staff see their own."""
    by = call.by
    if by.is_client and query.client_id not in (None, by.client_id):
        return Page(items=[])
    whose = Whose(
        client_id=by.client_id if by.is_client else query.client_id, booking_id=query.booking_id,
        staff_id=(by.staff_id or 0) if by.sees_own_only and not by.is_client else None,
    )  # fmt: skip
    return payments_page(call, query, query.status, whose)


@endpoint("GET", "/api/payments/unasked", OFFICE)
def unasked(call: Call, query: PageAsked) -> Page[Unasked]:
    """Money that came though nobody was asked for it, newest first."""
    lines, last = unasked_lines(call.session, query.behind(number_behind), call.circumstances, query.limit)
    items = [
        Unasked(
            id=one.id, booking_id=one.booking_id, client=one.client, method=PaymentMethod(one.method),
            received=Amount.of(one.received), credited=Amount.of(one.credited), refunded=Amount.of(one.refunded),
            reference=one.reference,
        )
        for one in lines
    ]  # fmt: skip
    return Page(items=items, next=cursor(last) if last is not None else None)


@endpoint("GET", "/api/payments/to-give-back", OFFICE)
def to_give_back(call: Call, query: PageAsked) -> Page[ToGiveBack]:
    """What is to be given back by hand, the longest waiting first."""
    lines, last = refund_lines(call.session, query.behind(number_behind), call.circumstances, query.limit)
    items = [
        ToGiveBack(
            id=one.id, payment_id=one.request_id, booking_id=one.booking_id, service=name_text(one.service, "en"),
            client=one.client, method=PaymentMethod(one.method), amount=Amount.of(one.amount), reason=one.reason,
            asked_by=one.asked_by,
        )
        for one in lines
    ]  # fmt: skip
    return Page(items=items, next=cursor(last) if last is not None else None)


@endpoint("GET", "/api/payments/{payment_id}", EVERYBODY)
def one(call: Call, payment_id: int) -> WholePayment:
    """One payment with its attempts, refunds and lines of the ledger."""
    return whole(_found(call, payment_id), for_client=call.by.is_client)


def _lock(call: Call, payment_id: int) -> None:
    lock_booking(call.session, _found(call, payment_id).booking.id)


@endpoint("POST", "/api/payments/{payment_id}/verify", STAFF, represents=one, lock=_lock)
def verify(call: Call, payment_id: int, body: Verified) -> WholePayment:
    """The money is there: what is left to pay, or this amount. As `PUT /api/sessions/{id}/verify-payment`."""
    found, amount = _found(call, payment_id), body.amount
    if body.reference and amount is None:  # what stands first behind PAID is an amount, where it may be one
        amount = found.left.amount
    if amount == 0:
        raise Problem(409, "nothing_to_pay", "Nothing is left to pay for it.")
    words = f"PAID {found.booking.id} {_sum(found, amount)} {one_line(body.reference, is_single=True)}"
    return _commanded(call, payment_id, words)


@endpoint("POST", "/api/payments/{payment_id}/refuse", STAFF, represents=one, lock=_lock)
def refuse(call: Call, payment_id: int, body: Reason) -> WholePayment:
    """The money that a proof speaks of is not there. The client reads so, with the reason, and can show another."""
    _found(call, payment_id)
    if not proof_refused(call.session, payment_id, body.reason, call.by.who, call.circumstances):
        raise Problem(409, "no_proof", "No proof waits to be looked at.")
    return one(call, payment_id)


@endpoint("POST", "/api/payments/{payment_id}/refund", STAFF, represents=one, lock=_lock)
def refund(call: Call, payment_id: int, body: Sum) -> WholePayment:
    """Give back all that came for it, or this amount."""
    found = _found(call, payment_id)
    return _commanded(call, payment_id, f"REFUND {found.booking.id} {_sum(found, body.amount)}")


@endpoint("POST", "/api/payments/{payment_id}/refunded", STAFF, represents=one, lock=_lock)
def refunded(call: Call, payment_id: int, body: Sum) -> WholePayment:
    """What was to be given back by hand has been; an amount is compared with what it was."""
    found = _found(call, payment_id)
    return _commanded(call, payment_id, f"REFUND {found.booking.id} DONE {_sum(found, body.amount)}")


@endpoint("POST", "/api/payments/{payment_id}/ask-again", STAFF, represents=one, lock=_lock)
def ask_again(call: Call, payment_id: int) -> WholePayment:
    """Remind the client of it now, and how it is paid."""
    _found(call, payment_id)
    if not asked_again(call.session, payment_id, call.by.who, call.circumstances):
        raise Problem(409, "nothing_to_pay", "It does not wait to be paid, or its client cannot be reached.")
    return one(call, payment_id)


def _found(call: Call, payment_id: int) -> Whole:
    """What is theirs to see. Raises Problem."""
    found = whole_request(call.session, payment_id, call.circumstances)
    if found is None or not call.by.may_see(client_id=found.booking.client_id, staff_id=found.booking.staff_id):
        raise missing("payment")
    return found


def _sum(found: Whole, amount: int | None) -> str:
    """As a command takes it."""
    return as_words(Money(amount, found.line.amount.currency)) if amount is not None else ""


def as_words(money: Money) -> str:
    return f"{major_units(money.amount, money.currency)} {money.currency}"


def _commanded(call: Call, payment_id: int, words: str) -> WholePayment:
    done(call, words.strip())
    return one(call, payment_id)
