"""The business as a business file again: what is stored, which the environment may still beat."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import time
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from conversations.business import ANY
from handlers.business_file import DAYS, BusinessFile
from models.business import (
    booking_policies,
    business,
    coordinators,
    service_staff,
    services,
    staff,
    staff_shifts,
)

Fields = dict[str, Any]


def business_dumped(session: Session) -> BusinessFile:
    """What business_loaded() would answer with no difference; only fields that say something are set.

    Raises sqlalchemy.exc.NoResultFound where no business is loaded."""
    row = session.execute(select(business)).one()
    coordinator_keys = _keys(session, coordinators)
    staff_keys, service_keys = _keys(session, staff), _keys(session, services)
    works, gives = _works(session), _gives(session, staff_keys)
    tables: dict[str, Any] = {
        "business": _said(
            row,
            "name",
            "timezone",
            "region",
            "language",
            "currency",
            "phone",
            "address",
            "nudge_minutes",
            "put_by_minutes",
            "quiet_hours",
        ),
        "coordinators": [_coordinator(c) for c in _active(session, coordinators, coordinators.c.id)],
        "staff": [
            {**_staff(s, coordinator_keys), **({"hours": hours(works[s.id])} if s.id in works else {})}
            for s in _active(session, staff, staff.c.position, staff.c.id)
        ],
        "services": [
            {**_service(s, row.currency, coordinator_keys), **({"staff": gives[s.id]} if s.id in gives else {})}
            for s in _active(session, services, services.c.position, services.c.id)
        ],
        "policies": [
            _policy(p, staff_keys, service_keys)
            for p in session.execute(select(booking_policies).order_by(booking_policies.c.id))
            if p.staff_id in {ANY, *staff_keys} and p.service_id in {ANY, *service_keys}
        ],
    }
    return BusinessFile.model_validate({name: table for name, table in tables.items() if table})


def hours(shifts: Iterable[tuple[int, time, time]]) -> list[str]:
    """(weekday, opens, closes) each → "Mon-Fri 09:00-18:00": neighbouring days with equal hours together, in the order
    of the week; a run across Sunday night is one line too."""
    days: dict[tuple[time, time], Counter[int]] = {}
    for weekday, opens, closes in shifts:
        days.setdefault((opens, closes), Counter())[weekday] += 1
    lines: list[tuple[int, time, str]] = []
    for (opens, closes), count in days.items():
        while count:  # more than one round only where the very same hours were written twice
            for first, last in _runs(set(count)):
                name = DAYS[first].title() + (f"-{DAYS[last].title()}" if last != first else "")
                lines.append((first, opens, f"{name} {opens:%H:%M}-{closes:%H:%M}"))
            count -= Counter(set(count))
    return [line for _, _, line in sorted(lines)]


def _runs(days: set[int]) -> list[tuple[int, int]]:
    """{0, 1, 2, 5} → (0, 2), (5, 5)."""
    if len(days) == len(DAYS):
        return [(0, len(DAYS) - 1)]
    firsts = [day for day in sorted(days) if (day - 1) % len(DAYS) not in days]
    return [(first, _last(first, days)) for first in firsts]


def _last(first: int, days: set[int]) -> int:
    while (first + 1) % len(DAYS) in days:
        first = (first + 1) % len(DAYS)
    return first


def _coordinator(row: Row[Any]) -> Fields:
    return {"key": row.name_key, **_said(row, "name", "phone", "channel", "language", default="is_default")}


def _staff(row: Row[Any], coordinator_keys: Mapping[int, str]) -> Fields:
    return {"key": row.name_key, **_said(row, "name", "timezone"), **_coordinated(row, coordinator_keys)}


def _service(row: Row[Any], currency: str, coordinator_keys: Mapping[int, str]) -> Fields:
    price = Decimal(row.price).scaleb(-get_currency_precision(row.currency))
    return {
        "key": row.name_key,
        **_said(row, "name", "aliases", "minutes"),
        "price": format(price, "f"),
        **({"currency": row.currency} if row.currency != currency else {}),
        **_said(row, "session_type", "category", "place"),
        **_coordinated(row, coordinator_keys),
    }


def _policy(row: Row[Any], staff_keys: Mapping[int, str], service_keys: Mapping[int, str]) -> Fields:
    whose = {"staff": staff_keys.get(row.staff_id), "service": service_keys.get(row.service_id)}
    says = {name: value for name, value in row._asdict().items() if name not in ("id", "staff_id", "service_id")}
    return {name: value for name, value in {**whose, **says}.items() if value is not None}


def _coordinated(row: Row[Any], keys: Mapping[int, str]) -> Fields:
    key = keys.get(row.coordinator_id)
    return {"coordinator": key} if key else {}


def _said(row: Row[Any], *names: str, **renamed: str) -> Fields:
    """The fields that are not empty; `renamed` are those called otherwise in the file."""
    columns = {**{name: name for name in names}, **renamed}
    found = {field: getattr(row, column) for field, column in columns.items()}
    return {field: value for field, value in found.items() if value not in ("", [], False, None)}


def _active(session: Session, table: Table, *order: Any) -> list[Row[Any]]:
    return list(session.execute(select(table).where(table.c.active.is_(True)).order_by(*order)))


def _keys(session: Session, table: Table) -> dict[int, str]:
    rows = session.execute(select(table.c.id, table.c.name_key).where(table.c.active.is_(True)))
    return {row.id: row.name_key for row in rows}


def _works(session: Session) -> dict[int, list[tuple[int, time, time]]]:
    found: dict[int, list[tuple[int, time, time]]] = {}
    for row in session.execute(select(staff_shifts)):
        found.setdefault(row.staff_id, []).append((row.weekday, row.opens, row.closes))
    return found


def _gives(session: Session, staff_keys: Mapping[int, str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(select(service_staff).order_by(service_staff.c.position)):
        if row.staff_id in staff_keys:
            found.setdefault(row.service_id, []).append(staff_keys[row.staff_id])
    return found
