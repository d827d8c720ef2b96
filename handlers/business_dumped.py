"""The business as a business file again: what is stored, which the environment may still beat."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from conversations.booking import BookingType
from conversations.business import ANY
from conversations.intake import QuestionKind
from conversations.money import major_units
from handlers.business_file import BusinessFile
from handlers.business_hours import Hours, written_dates, written_shifts
from handlers.calendar_loaded import calendars_dumped
from handlers.classes_loaded import classes_dumped
from models.business import (
    booking_policies,
    business,
    coordinators,
    date_overrides,
    resources,
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
    works, gives, dates = _works(session), _gives(session, staff_keys), _dates(session)
    types = _session_types(session)
    currencies = {each.id: each.currency for each in session.execute(select(services.c.id, services.c.currency))}
    tables: dict[str, Any] = {
        "business": {
            **_said(row, "name", "timezone", "region", "language", "currency", "phone", "address"),
            "nudge_minutes": row.nudge_minutes,
            "quiet_hours": row.quiet_hours,
            **_said(row, "put_by_minutes", "holidays", "review_minutes", "review_link", "payment_instructions"),
            "transcript_months": row.transcript_months,
            **_lines("dates", dates.get(ANY, [])),
        },
        "coordinators": [_coordinator(c, coordinator_keys) for c in _active(session, coordinators, coordinators.c.id)],
        "staff": [
            {
                **_staff(s, coordinator_keys),
                **({"hours": written_shifts(works[s.id])} if s.id in works else {}),
                **_lines("dates", dates.get(s.id, [])),
            }
            for s in _active(session, staff, staff.c.position, staff.c.id)
        ],
        "resources": [
            {"key": r.name_key, **_said(r, "name", "kind")}
            for r in _active(session, resources, resources.c.position, resources.c.id)
        ],
        "services": [
            {
                **_service(s, row.currency, coordinator_keys),
                **({"staff": gives[s.id]} if s.id in gives else {}),
                **({"session_types": types[s.id]} if s.id in types else {}),
            }
            for s in _active(session, services, services.c.position, services.c.id)
            if s.variant_of is None
        ],
        "policies": [
            _policy(p, currencies.get(p.service_id, row.currency), staff_keys, service_keys)
            for p in session.execute(select(booking_policies).order_by(booking_policies.c.id))
            if p.staff_id in {ANY, *staff_keys} and p.service_id in {ANY, *service_keys}
        ],
        "answers": [
            {"about": about, "language": code, **told}
            for about, by_language in row.answers.items()
            for code, told in by_language.items()
        ],
        "calendars": calendars_dumped(session, staff_keys),
        "classes": classes_dumped(session, staff_keys, service_keys),
    }
    return BusinessFile.model_validate({name: table for name, table in tables.items() if table})


def _coordinator(row: Row[Any], keys: Mapping[int, str]) -> Fields:
    backup = keys.get(row.backup_id)
    return {
        "key": row.name_key,
        **_said(
            row, "name", "phone", "channel", "language", "timezone", "quiet_hours", "digest_at", "summary_at", "email"
        ),
        **({"backup": backup} if backup else {}),
        **_said(row, default="is_default"),
    }


def _staff(row: Row[Any], coordinator_keys: Mapping[int, str]) -> Fields:
    said = _said(row, "name", "timezone", "meeting_provider", "meeting_link", "meeting_passcode", "email")
    return {"key": row.name_key, **said, **_coordinated(row, coordinator_keys)}


def _service(row: Row[Any], currency: str, coordinator_keys: Mapping[int, str]) -> Fields:
    return {
        "key": row.name_key,
        **_said(row, "name", "aliases", "minutes"),
        "price": major_units(row.price, row.currency),
        **({"currency": row.currency} if row.currency != currency else {}),
        **_prices(row),
        **({} if row.booking_type is BookingType.ONE_ON_ONE else {"booking_type": row.booking_type}),
        **_said(row, "session_type", "category", "engagement", "place", "is_video", resource="resource_kind"),
        **({"agreement": _agreement(row)} if row.agreement_version else {}),
        **({"intake": [_question(one) for one in row.intake]} if row.intake else {}),
        "reminder_minutes": row.reminder_minutes,
        **_coordinated(row, coordinator_keys),
    }


def _session_types(session: Session) -> dict[int, dict[str, Fields]]:
    """By service, its other session types: what each of them costs, and how long it takes, where that is not the
    same."""
    rows = _active(session, services, services.c.position, services.c.id)
    mains = {row.id: row for row in rows if row.variant_of is None}
    found: dict[int, dict[str, Fields]] = {}
    for row in rows:
        if (main := mains.get(row.variant_of)) is not None:
            is_priced = (row.price, row.prices) != (main.price, main.prices)
            priced = {"price": major_units(row.price, row.currency), **_prices(row)} if is_priced else {}
            long = {"minutes": row.minutes} if row.minutes != main.minutes else {}
            found.setdefault(main.id, {})[row.session_type] = {**priced, **long}
    return found


def _prices(row: Row[Any]) -> Fields:
    prices = {currency: major_units(amount, currency) for currency, amount in row.prices.items()}
    return {"prices": prices} if prices else {}


def _agreement(row: Row[Any]) -> Fields:
    return {"version": row.agreement_version, "text": row.agreement}


def _question(one: Fields) -> Fields:
    said = {"key": one["key"], "text": one["text"]}
    if one["kind"] != QuestionKind.TEXT:
        said["kind"] = one["kind"]
    return {**said, **({"required": True} if one["required"] else {}), **_choices(one)}


def _choices(one: Fields) -> Fields:
    return {"choices": one["choices"]} if one["choices"] else {}


def _policy(row: Row[Any], currency: str, staff_keys: Mapping[int, str], service_keys: Mapping[int, str]) -> Fields:
    whose = {"staff": staff_keys.get(row.staff_id), "service": service_keys.get(row.service_id)}
    says = {name: value for name, value in row._asdict().items() if name not in ("id", "staff_id", "service_id")}
    for name in ("cancel_fee", "deposit"):
        if says[name] is not None:
            says[name] = major_units(says[name], currency)
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


def _dates(session: Session) -> dict[int, list[tuple[date, Hours | None]]]:
    found: dict[int, list[tuple[date, Hours | None]]] = {}
    for row in session.execute(select(date_overrides)):
        found.setdefault(row.staff_id, []).append((row.day, (row.opens, row.closes) if row.opens is not None else None))
    return found


def _lines(name: str, dates: list[tuple[date, Hours | None]]) -> Fields:
    return {name: written_dates(dates)} if dates else {}


def _gives(session: Session, staff_keys: Mapping[int, str]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.execute(select(service_staff).order_by(service_staff.c.position)):
        if row.staff_id in staff_keys:
            found.setdefault(row.service_id, []).append(staff_keys[row.staff_id])
    return found
