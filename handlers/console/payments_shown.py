"""What clients are asked to pay and what came of it, as operators read it: the list, one request with its whole story,
and what is to be given back by hand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.booking import BookingStatus, BookingView
from conversations.money import Money
from conversations.payments import BookingMoney, PaymentStatus, RequestStatus
from conversations.session_types import Name
from handlers.circumstances import Circumstances
from handlers.payment_bundles import lead_of, together
from handlers.payment_taken import money_of
from handlers.profile import Profile
from handlers.views import booking_view, called
from models.bookings import KEPT, booking_by_id
from models.money_listing import (
    EVERYBODYS,
    Asked,
    Whose,
    attempts_of,
    entries_about,
    refunds_about,
    refunds_listed,
    request_listed,
    requests_listed,
    unasked_listed,
)
from models.payments import payments_of_request, request_by_id
from models.refunds import owed_by_hand

PAGE = 40
OVERDUE, CREDIT = "overdue", "credit"
OWES = (*KEPT, BookingStatus.NO_SHOW)
"""Bookings for which money may be written down."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request of the list. `methods` are those that have brought money, else the last that was tried."""

    id: int
    booking_id: int
    service: Name
    start: datetime
    client: str
    amount: Money
    paid: Money
    asked_at: datetime
    due_at: datetime
    status: str
    methods: tuple[str, ...]
    has_proof: bool
    paid_with: int | None
    """The request that it is paid with: those of a series are paid in one."""


@dataclass(frozen=True, slots=True)
class ToGiveBack:
    """A refund that a person makes by hand."""

    id: int
    booking_id: int | None
    request_id: int | None
    service: Name
    client: str
    method: str
    amount: Money
    owed: Money
    """All that is to be given back of its booking."""
    reason: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Unasked:
    """Money that came though no request asked for it: noted by hand, or paid ahead."""

    id: int
    booking_id: int | None
    service: Name
    client: str
    received: Money
    credited: Money
    refunded: Money
    method: str
    reference: str
    noted_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to pay."""

    id: int
    method: str
    status: str
    amount: Money
    received: Money
    credited: Money
    refunded: Money
    transaction_id: str
    words: str
    """What its provider said of it."""
    proof: str
    proof_kind: str
    verified_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GoesBack:
    """One refund."""

    id: int
    method: str
    status: str
    amount: Money
    reason: str
    words: str
    is_by_hand: bool
    done_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    at: datetime
    account: str
    amount: Money
    payment_id: int
    booking_id: int | None
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the client has shown and nobody has looked at. `amount` is what they say it is."""

    kind: str
    words: str
    amount: Money
    is_as_asked: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Whole:
    """A request with everything that belongs to it."""

    line: Line
    booking: BookingView
    money: BookingMoney
    left: Money
    """What PAID writes down where no amount is named; nothing where nothing is due."""
    owes: bool
    """Money may be written down for its booking."""
    instructions: str
    link: str
    lapses_at: datetime
    proof: Proof | None
    attempts: tuple[Attempt, ...]
    refunds: tuple[GoesBack, ...]
    entries: tuple[Entry, ...]
    together: tuple[Line, ...]
    """The others that are paid in one with it."""


def request_lines(
    session: Session, asked: Asked, before: int | None, circumstances: Circumstances, limit: int = PAGE,
    whose: Whose = EVERYBODYS,
) -> tuple[list[Line], int | None]:  # fmt: skip
    """A page of the list, and before which request the next one begins; None on the last."""
    rows = list(requests_listed(session, asked, before, circumstances.now, limit + 1, whose))
    lines = _lines(session, rows[:limit], circumstances)
    return lines, lines[-1].id if len(rows) > limit else None


def refund_lines(
    session: Session, behind: int | None, circumstances: Circumstances, limit: int = PAGE
) -> tuple[list[ToGiveBack], int | None]:
    """A page of what is to be given back by hand, and behind which refund the next one begins."""
    rows, profile = list(refunds_listed(session, behind, limit + 1)), circumstances.profiles.current(session)
    owed = owed_by_hand(session, [row.booking_id for row in rows if row.booking_id is not None])
    lines = [
        ToGiveBack(
            row.id, row.booking_id, row.request_id, called(row, profile) if row.service_id is not None else "",
            row.client_name or row.client_phone or "", row.method, Money(row.amount, row.currency),
            Money(owed.get(row.booking_id, row.amount), row.currency), row.reason, _who(row.asked_by, profile),
            row.created_at,
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return lines, lines[-1].id if len(rows) > limit else None


def unasked_lines(
    session: Session, before: int | None, circumstances: Circumstances, limit: int = PAGE
) -> tuple[list[Unasked], int | None]:
    """A page of what came unasked, and before which payment the next one begins."""
    rows, profile = list(unasked_listed(session, before, limit + 1)), circumstances.profiles.current(session)
    lines = [
        Unasked(
            row.id, row.booking_id, called(row, profile) if row.service_id is not None else "",
            row.client_name or row.client_phone or "", Money(row.received, row.currency),
            Money(row.credited, row.currency), Money(row.refunded, row.currency), row.method, row.transaction_id or "",
            _who(row.verified_by, profile), row.paid_at or row.created_at,
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return lines, lines[-1].id if len(rows) > limit else None


def whole_request(session: Session, request_id: int, circumstances: Circumstances) -> Whole | None:
    """None where there is no such request."""
    row, request = request_listed(session, request_id), request_by_id(session, request_id)
    if row is None or request is None:
        return None
    profile = circumstances.profiles.current(session)
    booked = booking_by_id(session, row.booking_id)
    assert booked is not None
    booking, money = booking_view(booked, profile), money_of(session, row.booking_id, row.currency)
    own = payments_of_request(session, row.id)
    lead = lead_of(session, request)
    tried = own if lead.id == row.id else [*payments_of_request(session, lead.id), *own]
    numbers = [one.id for one in own]
    others = [request_listed(session, one.id) for one in together(session, request) if one.id != row.id]
    pages = profile.business.pay_pages
    return Whole(
        line=_lines(session, [row], circumstances)[0], booking=booking, money=money, left=_left(booking, money),
        owes=booking.status in OWES, instructions=row.instructions,
        link=pages + lead.token if pages and lead.token and row.status is RequestStatus.OPEN else "",
        lapses_at=row.lapses_at, proof=_proof(own, booking, money) if row.status is RequestStatus.OPEN else None,
        attempts=tuple(_attempt(one, profile) for one in tried),
        refunds=tuple(_goes_back(one, profile) for one in refunds_about(session, row.booking_id, numbers)),
        entries=tuple(_entry(one, profile) for one in entries_about(session, row.booking_id, numbers)),
        together=tuple(_lines(session, [one for one in others if one is not None], circumstances)),
    )  # fmt: skip


def _lines(session: Session, rows: Sequence[Row[Any]], circumstances: Circumstances) -> list[Line]:
    profile, tried = circumstances.profiles.current(session), defaultdict(list)
    for attempt in attempts_of(session, {row.lead_id or row.id for row in rows} | {row.id for row in rows}):
        tried[attempt.request_id].append(attempt)
    return [
        Line(
            id=row.id, booking_id=row.booking_id, service=called(row, profile), start=row.start_at,
            client=row.client_name or row.client_phone or "", amount=Money(row.amount, row.currency),
            paid=Money(row.paid, row.currency), asked_at=row.created_at, due_at=row.due_at,
            status=_status(row, circumstances.now),
            methods=_methods(tried[row.id] or tried[row.lead_id], is_paid=row.paid > 0),
            has_proof=any(one.status is PaymentStatus.PROOF_SUBMITTED for one in tried[row.id]),
            paid_with=row.lead_id,
        )
        for row in rows
    ]  # fmt: skip


def _status(row: Row[Any], now: datetime) -> str:
    is_open = row.status is RequestStatus.OPEN
    return OVERDUE if is_open and row.due_at < now else "lapsed" if row.status is RequestStatus.EXPIRED else row.status


def _methods(tried: Iterable[Row[Any]], *, is_paid: bool) -> tuple[str, ...]:
    attempts = list(tried)
    came = [str(one.method) for one in attempts if one.received]
    if is_paid and not came:
        return (CREDIT,)
    return tuple(dict.fromkeys(came)) or tuple(str(one.method) for one in attempts[-1:])


def _left(booking: BookingView, money: BookingMoney) -> Money:
    if booking.payment is not None:
        return booking.payment.left
    return Money(max(0, booking.price.amount - money.paid.amount), booking.price.currency)


def _proof(own: Sequence[Row[Any]], booking: BookingView, money: BookingMoney) -> Proof | None:
    shown = next((one for one in reversed(own) if one.status is PaymentStatus.PROOF_SUBMITTED), None)
    if shown is None:
        return None
    amount = Money(shown.amount, shown.currency)
    return Proof(
        shown.proof_kind, shown.proof, amount, amount == _left(booking, money), shown.submitted_at,
    )  # fmt: skip


def _attempt(row: Row[Any], profile: Profile) -> Attempt:
    code = row.currency
    return Attempt(
        row.id, row.method, row.status, Money(row.amount, code), Money(row.received, code), Money(row.credited, code),
        Money(row.refunded, code), row.transaction_id or "", " ".join(filter(None, (row.result_code, row.result_desc))),
        row.proof, row.proof_kind, _who(row.verified_by, profile), row.paid_at or row.submitted_at or row.created_at,
    )  # fmt: skip


def _goes_back(row: Row[Any], profile: Profile) -> GoesBack:
    is_by_hand = row.status == "pending" and row.look_at is None
    return GoesBack(
        row.id, row.method, row.status, Money(row.amount, row.currency), row.reason,
        " ".join(filter(None, (row.result_code, row.result_desc))), is_by_hand, _who(row.done_by, profile),
        row.done_at or row.created_at,
    )  # fmt: skip


def _entry(row: Row[Any], profile: Profile) -> Entry:
    return Entry(
        row.at, row.account, Money(row.amount, row.currency), row.payment_id, row.booking_id,
        _who(row.who, profile), row.why,
    )  # fmt: skip


def _who(actor: str, profile: Profile) -> str:
    """By name, where that is known."""
    return profile.called(actor) or actor.partition(":")[0]
