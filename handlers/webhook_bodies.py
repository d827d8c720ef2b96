"""What an outgoing webhook says of an event: its kind, what it is about, and the records as they are now."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from conversations.money import major_units
from conversations.rules.outgoing import booking_event, engagement_event
from models.bookings import booking_by_id, transition_by_id
from models.clients import merged_into
from models.engagement_records import activity_by_id, engagement_by_id, lines_of, milestones_of
from models.ledger import Account, entry_by_id
from models.outgoing_webhooks import Source
from models.payments import payment_by_id


@dataclass(frozen=True, slots=True)
class Telling:
    """`subject` ("booking 12"): what is told of one goes out in order. `data` is what JSON can hold."""

    kind: str
    subject: str
    data: dict[str, Any]


def telling(session: Session, event: Row[Any]) -> Telling | None:
    """What an event says; None where its row is no longer there."""
    match event.source:
        case Source.TRANSITION:
            return _transition(session, event.source_id)
        case Source.MOVE:
            booking = _booking(session, event.source_id)
            return Telling("booking.moved", f"booking {event.source_id}", {"booking": booking}) if booking else None
        case Source.ACTIVITY:
            return _activity(session, event.source_id)
        case Source.FORGOTTEN:
            return _forgotten(session, event.source_id)
    return _money(session, event.source_id)


def body_of(told: Telling, at: datetime) -> str:
    """The body as it is signed and sent, each time the same: `type`, `timestamp`, `data`."""
    return json.dumps(
        {"type": told.kind, "timestamp": _said(at), "data": told.data}, ensure_ascii=False, separators=(",", ":")
    )  # fmt: skip


def _transition(session: Session, transition_id: int) -> Telling | None:
    row = transition_by_id(session, transition_id)
    booking = _booking(session, row.booking_id) if row is not None else None
    if row is None or booking is None:
        return None
    change = {"status_before": row.before, "status": row.after, "by": row.who, "reason": row.why, "at": _said(row.at)}
    return Telling(booking_event(row.after), f"booking {row.booking_id}", {"booking": booking, "change": change})


def _activity(session: Session, activity_id: int) -> Telling | None:
    row = activity_by_id(session, activity_id)
    engagement = engagement_by_id(session, row.engagement_id) if row is not None else None
    if row is None or engagement is None:
        return None
    data = {
        "engagement": _engagement(session, engagement),
        "change": {"action": row.action, "by": row.who, "details": row.data, "at": _said(row.at)},
    }
    return Telling(engagement_event(row.action), f"engagement {engagement.id}", data)


def _forgotten(session: Session, client_id: int) -> Telling:
    """Whose records are to be forgotten elsewhere too, by the numbers under which they were told."""
    numbers = [client_id, *merged_into(session, client_id)]
    return Telling("client.forgotten", f"client {client_id}", {"client": {"id": client_id, "all_ids": numbers}})


def _money(session: Session, entry_id: int) -> Telling | None:
    entry = entry_by_id(session, entry_id)
    payment = payment_by_id(session, entry.payment_id) if entry is not None else None
    if entry is None or payment is None:
        return None
    kind = "payment.received" if entry.account is Account.RECEIVED else "payment.refunded"
    data = {
        "payment": {
            "id": payment.id, "method": payment.method, "transaction_id": payment.transaction_id,
            "booking_id": payment.booking_id, "client_id": payment.client_id,
        },
        "change": {
            "amount": _money_said(entry.amount, entry.currency), "by": entry.who, "reason": entry.why,
            "at": _said(entry.at),
        },
    }  # fmt: skip
    subject = f"booking {payment.booking_id}" if payment.booking_id is not None else f"payment {payment.id}"
    return Telling(kind, subject, data)


def _booking(session: Session, booking_id: int) -> dict[str, Any] | None:
    row = booking_by_id(session, booking_id)
    if row is None:
        return None
    return {
        "id": row.id, "type": row.booking_type, "status": row.status,
        "service": {"id": row.service_id, "name": row.service_name},
        "staff": {"id": row.staff_id, "name": row.staff_name},
        "client": {
            "id": row.client_id, "name": row.client_name, "phone": row.client_phone, "email": row.client_email,
        },
        "start": _said(row.start_at), "end": _said(row.end_at), "time_zone": row.timezone,
        "attendee": row.attendee, "seats": row.seats_reserved, "price": _money_said(row.price, row.currency),
        "class_session_id": row.class_session_id, "series_id": row.series_id, "note": row.client_note,
        "created_at": _said(row.created_at),
    }  # fmt: skip


def _engagement(session: Session, row: Row[Any]) -> dict[str, Any]:
    budget = _money_said(row.budget, row.currency) if row.budget is not None else None
    return {
        "id": row.id, "kind": row.kind, "name": row.name, "status": row.status, "progress": row.progress,
        "event_date": _said(row.event_date), "venue": row.venue, "guests": row.guests, "budget": budget,
        "requests": row.requests, "booking_id": row.booking_id, "coordinator_id": row.coordinator_id,
        "record": {
            "id": row.record_id, "client_id": row.client_id, "name": row.client_name, "email": row.email,
            "phone": row.phone,
        },
        "milestones": [
            {
                "key": one.key, "title": one.title, "description": one.description, "due_date": _said(one.due_date),
                "completed": one.completed, "completed_at": _said(one.completed_at), "is_late": one.is_late,
            }
            for one in milestones_of(session, [row.id])
        ],
        "budget_lines": [
            {
                "key": one.key, "title": one.title, "percent": one.percent,
                "spent": _money_said(one.spent, row.currency),
                "planned": _money_said(one.planned, row.currency) if one.planned is not None else None,
            }
            for one in lines_of(session, [row.id])
        ],
    }  # fmt: skip


def _said(at: datetime | date | None) -> str | None:
    """As ISO 8601; a moment in UTC."""
    if isinstance(at, datetime):
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return at.isoformat() if at is not None else None


def _money_said(amount: int, currency: str) -> dict[str, Any]:
    """`amount` in the currency's smallest unit, and `decimal` as people write it."""
    return {"amount": amount, "currency": currency, "decimal": major_units(amount, currency)}
