"""Requests that are paid in one: those of a series. One of them leads. Its link is paid on, and whoever pays it pays
what all of them still want; when it is over before the others are, the next one leads."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.money import Money
from conversations.payments import PaymentMethod, PaymentStatus, RequestStatus
from conversations.rules.mpesa import can_push
from conversations.rules.payments import reminder_of_payment
from models.bookings import bookings_of_series
from models.payments import (
    change_payment,
    change_request,
    living_payments,
    payments_of_request,
    request_by_id,
    requests_led_by,
)
from models.scheduled_notices import NoticeKind, plan_notice


def together(session: Session, request: Row[Any]) -> list[Row[Any]]:
    """All that are paid in one with it, as they now are: itself first, then the others in their order."""
    lead = lead_of(session, request)
    others = sorted((lead, *requests_led_by(session, lead.id)), key=lambda one: one.id)
    itself = request_by_id(session, request.id)
    assert itself is not None
    return [itself, *(one for one in others if one.id != request.id)]


def open_together(session: Session, request: Row[Any]) -> list[Row[Any]]:
    return [one for one in together(session, request) if one.status is RequestStatus.OPEN]


def left_of(session: Session, request: Row[Any]) -> int:
    """What all of them still want."""
    return sum(one.amount - one.paid for one in open_together(session, request))


def lead_of(session: Session, request: Row[Any]) -> Row[Any]:
    """The one that leads; where it has passed that on, the one that does now."""
    while request.lead_id is not None:
        found = request_by_id(session, request.lead_id)
        assert found is not None
        request = found
    return request


def lead_to_join(session: Session, series_id: int | None, now: datetime) -> Row[Any] | None:
    """What another visit of the series was asked for at this very moment: approved together, paid in one."""
    if series_id is None:
        return None
    asked = (request_by_id(session, row.request_id) for row in bookings_of_series(session, series_id) if row.request_id)
    return next((lead for lead in asked if lead is not None and lead.created_at == now), None)


def fit_prompts(session: Session, lead: Row[Any], phone: str, now: datetime) -> None:
    """A prompt that has not gone out yet asks for all of it, or is not sent where that is more than can be asked so."""
    left = Money(left_of(session, lead), lead.currency)
    for row in living_payments(payments_of_request(session, lead.id)):
        if row.method is PaymentMethod.MPESA and row.begun_at is None:
            over = {} if can_push(left, phone) else {"status": PaymentStatus.EXPIRED, "look_at": None}
            change_payment(session, row, now, amount=left.amount, **over)


def pass_on(session: Session, request: Row[Any], now: datetime) -> None:
    """Where it wants nothing any more, and others were to be paid with it, the first of those leads now: its link is
    that link, and what was begun to pay them is about it."""
    old, led = request_by_id(session, request.id), requests_led_by(session, request.id)
    lead = next((one for one in led if one.status is RequestStatus.OPEN), None)
    if old is None or old.status is RequestStatus.OPEN or lead is None:
        return
    change_request(session, old, now, status=old.status, token=None, lead_id=lead.id)
    change_request(session, lead, now, status=RequestStatus.OPEN, token=old.token, lead_id=None)
    for one in led:
        if one.id != lead.id:
            change_request(session, one, now, status=one.status, lead_id=lead.id)
    for row in living_payments(payments_of_request(session, old.id)):
        change_payment(session, row, now, request_id=lead.id, booking_id=lead.booking_id)
    at = reminder_of_payment(lead.created_at, lead.due_at)
    if at is not None and at > now:
        plan_notice(session, NoticeKind.PAYMENT_DUE, at, booking_id=lead.booking_id, about=lead.due_at)
