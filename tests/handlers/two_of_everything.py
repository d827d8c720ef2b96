"""A database in which every table has rows of two staff members, whatever tables there are: a row's links lead to rows
of the same one."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Enum, LargeBinary, Numeric, String, Table, Time, insert
from sqlalchemy.orm import Session

from models.base import metadata

LINA, MAYA = 1, 2
"""Two of the demonstration's staff."""
SEARCHED = "zanzibar"
_AT = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
_FIXED = {
    ("stretches", "scarce"): "staff", ("claims", "scarce"): "staff",
    ("messages", "body"): SEARCHED,
    ("payments", "received"): 0, ("payments", "applied"): 0, ("payments", "credited"): 0,
    ("payments", "refunded"): 0,
}  # fmt: skip
_LEADS_TO = {
    "booking_id": "bookings", "conversation_id": "conversations", "series_id": "booking_series",
    "class_session_id": "class_sessions", "engagement_id": "engagements", "record_id": "client_records",
    "calendar_id": "calendars", "client_id": "clients", "pack_id": "prepaid_packs", "payment_id": "payments",
    "stretch_id": "stretches", "live_booking_id": "bookings", "live_class_id": "class_sessions",
    "operator_id": "operators", "message_id": "messages", "service_id": "services", "coordinator_id": "coordinators",
}  # fmt: skip
"""Where a column of this name leads, where no foreign key says it: to the row of the same number."""
_NOWHERE = frozenset((("clients", "merged_into"), ("services", "variant_of"), ("payment_requests", "lead_id")))
_ENDS = frozenset(("end_at", "ends_at"))
_KEPT = frozenset(("business", "staff"))
"""The demonstration's own will do."""


def number_of(who: int, place: int = 0) -> int:
    """A row's, in every table that counts its rows."""
    return 1000 * who + place


def fill(session: Session, each: int = 2) -> dict[str, dict[int, set[tuple[Any, ...]]]]:
    """Write `each` rows a table and staff member; their keys, by table and staff member."""
    made: dict[str, dict[int, set[tuple[Any, ...]]]] = {}
    for table in metadata.sorted_tables:
        if table.name in _KEPT:
            continue
        for who in (LINA, MAYA):
            rows = [_row(table, who, place) for place in range(each)]
            session.execute(insert(table), rows)
            keys = {tuple(row[column.name] for column in table.primary_key) for row in rows}
            made.setdefault(table.name, {})[who] = keys
    return made


def _row(table: Table, who: int, place: int) -> dict[str, Any]:
    return {column.name: _value(table.name, column, who, number_of(who, place)) for column in table.columns}


def _value(table: str, column: Column[Any], who: int, number: int) -> Any:
    if (table, column.name) in _NOWHERE:
        return None
    if (fixed := _FIXED.get((table, column.name))) is not None:
        return fixed
    if column.name in ("staff_id", "scarce_id"):
        return who
    leads_to = next((key.column.table.name for key in column.foreign_keys), _LEADS_TO.get(column.name))
    if leads_to is not None:
        return 1 if leads_to == "business" else number
    if column.name in ("id", "holder_id"):
        return number
    if column.name in _ENDS:
        return _AT + timedelta(hours=number, minutes=1)
    return _by_type(column, who, number)


def _by_type(column: Column[Any], who: int, number: int) -> Any:
    kind = getattr(column.type, "impl_instance", column.type)
    for types, make in _MADE:
        if isinstance(kind, types):
            return make(column, who, number)
    return 1 if column.nullable is False and not column.primary_key else number


def _text(column: Column[Any], who: int, number: int) -> str:
    length = getattr(column.type, "length", None) or 40
    return f"{column.name[:6]}{number}"[-length:]


_Make = Callable[[Column[Any], int, int], Any]
_MADE: tuple[tuple[type | tuple[type, ...], _Make], ...] = (
    (Enum, lambda column, _who, _number: column.type.enums[0]),  # type: ignore[attr-defined]
    (Boolean, lambda *_: True),
    (JSON, lambda *_: json.loads("[]")),
    (LargeBinary, lambda _column, _who, number: str(number).encode()),
    (Numeric, lambda *_: Decimal(1)),
    (Date, lambda _column, _who, number: date(2026, 3, 1) + timedelta(days=number % 900)),
    (Time, lambda *_: time(9)),
    (DateTime, lambda _column, _who, number: _AT + timedelta(hours=number)),
    (String, _text),
)
"""The first that fits; a moment is one for each row, so that no two bookings are at the same time."""
