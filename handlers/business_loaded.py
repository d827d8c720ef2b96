"""business.toml was loaded: the tables say what the file says. Safe to repeat; what left the file is switched off."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from conversations.business import ANY
from conversations.money import minor_units
from handlers.business_file import BusinessFile
from handlers.business_hours import dated, shifts
from handlers.business_services import AgreementTable, QuestionTable, ServiceTable
from handlers.calendar_loaded import calendars_loaded
from handlers.classes_loaded import CannotLoad, classes_loaded
from handlers.profile import Overrides, Profiles
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

BEATEN_BY_NOTHING = Overrides()


def business_loaded(
    session: Session, file: BusinessFile, now: datetime, overrides: Overrides = BEATEN_BY_NOTHING
) -> list[str]:
    """Bring the tables to what the file says; a line for each difference there was. Classes are held in the zone that
    `overrides` give to the business.

    Raises CannotLoad where a class session can neither be scheduled, changed nor removed as the file wants it, or an
    agreement has another text and no other version, or an intake is asked and there is no key."""
    changes: list[str] = []
    coordinator_ids = _upsert(session, coordinators, "coordinator", _coordinator_rows(file), changes)
    _backups(session, file, coordinator_ids, changes)
    staff_ids = _upsert(session, staff, "staff", _staff_rows(file, coordinator_ids), changes)
    _upsert(session, resources, "resource", _resource_rows(file), changes)
    if not overrides.seals and (asks := [table.key for table in file.services if table.intake]):
        raise CannotLoad(
            f"service {', '.join(asks)}: an intake is asked, and there is no key to seal its answers by: set"
            " ENCRYPTION_KEY"
        )
    service_rows = _service_rows(file, coordinator_ids)
    _check_versions(session, service_rows)
    service_ids = _upsert(session, services, "service", service_rows, changes)
    for key, main in _variants(file).items():
        session.execute(update(services).where(services.c.name_key == key).values(variant_of=service_ids[main.key]))
    hours = [
        {"staff_id": staff_ids[person.key], "weekday": day, "opens": opens, "closes": closes}
        for person in file.staff
        for line in person.hours
        for day, opens, closes in shifts(line)
    ]
    _replace(session, staff_shifts, "hours", hours, changes)
    _replace(session, date_overrides, "dates", _date_rows(file, staff_ids), changes)
    gives = [
        {"service_id": service_ids[key], "staff_id": staff_ids[person], "position": position}
        for key, service in _rows_of(file).items()
        for position, person in enumerate(service.staff)
    ]
    _replace(session, service_staff, "who gives which service", gives, changes)
    policies = [
        {
            **policy.model_dump(exclude={"staff", "service"}),
            "cancel_fee": _minor(policy.cancel_fee, file.currency_of(policy.service)),
            "deposit": _minor(policy.deposit, file.currency_of(policy.service)),
            "staff_id": staff_ids.get(policy.staff, ANY),
            "service_id": service_ids.get(policy.service, ANY),
        }
        for policy in file.policies
    ]
    _replace(session, booking_policies, "policies", policies, changes)
    calendars_loaded(session, file.calendars, staff_ids, changes)
    _business(session, file, changes)
    changes += classes_loaded(session, file.classes, Profiles(overrides).current(session), staff_ids, service_ids, now)
    return changes


def _coordinator_rows(file: BusinessFile) -> dict[str, dict[str, Any]]:
    single = len(file.coordinators) == 1
    return {
        table.key: {
            "name": table.name, "phone": table.phone, "channel": table.channel, "language": table.language,
            "timezone": table.timezone, "quiet_hours": table.quiet_hours, "digest_at": table.digest_at,
            "summary_at": table.summary_at, "email": table.email, "is_default": table.default or single, "active": True,
        }
        for table in file.coordinators
    }  # fmt: skip


def _staff_rows(file: BusinessFile, coordinator_ids: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    return {
        table.key: {
            "name": table.name, "timezone": table.timezone, "position": position, "active": True,
            "coordinator_id": coordinator_ids.get(table.coordinator), "meeting_provider": table.meeting_provider,
            "meeting_link": table.meeting_link, "meeting_passcode": table.meeting_passcode, "email": table.email,
        }
        for position, table in enumerate(file.staff)
    }  # fmt: skip


def _resource_rows(file: BusinessFile) -> dict[str, dict[str, Any]]:
    return {
        table.key: {"name": table.name, "kind": table.kind, "position": position, "active": True}
        for position, table in enumerate(file.resources)
    }


def _date_rows(file: BusinessFile, staff_ids: Mapping[str, int]) -> list[dict[str, Any]]:
    whose = [(ANY, file.business.dates), *((staff_ids[person.key], person.dates) for person in file.staff)]
    return [
        {"staff_id": staff_id, "day": day, "opens": hours and hours[0], "closes": hours and hours[1]}
        for staff_id, lines in whose
        for line in lines
        for day, hours in dated(line)
    ]


def _minor(price: Decimal | None, currency: str) -> int | None:
    return None if price is None else minor_units(price, currency)


def _backups(session: Session, file: BusinessFile, coordinator_ids: Mapping[str, int], changes: list[str]) -> None:
    """Who stands in for whom: another coordinator, who may come later in the file."""
    there = {row.id: row.backup_id for row in session.execute(select(coordinators.c.id, coordinators.c.backup_id))}
    for table in file.coordinators:
        number, backup = coordinator_ids[table.key], coordinator_ids.get(table.backup)
        if there[number] != backup:
            session.execute(update(coordinators).where(coordinators.c.id == number).values(backup_id=backup))
            changes.append(f"~ coordinator {table.key}: backup")


def _rows_of(file: BusinessFile) -> dict[str, ServiceTable]:
    """Every service, and behind it each other session type of it as one of its own, by its key."""
    return {
        key: one
        for table in file.services
        for key, one in (
            (table.key, table),
            *((f"{table.key}.{each}", table.of_type(each)) for each in table.session_types),
        )
    }


def _variants(file: BusinessFile) -> dict[str, ServiceTable]:
    """The services of which others are session types, by the keys of these."""
    return {f"{table.key}.{each}": table for table in file.services for each in table.session_types}


def _service_rows(file: BusinessFile, coordinator_ids: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    rows = {}
    for position, (key, table) in enumerate(_rows_of(file).items()):
        currency = table.currency or file.business.currency
        rows[key] = {
            "name": table.name, "aliases": list(table.aliases), "minutes": table.minutes,
            "price": minor_units(table.price, currency), "currency": currency,
            "prices": {other: minor_units(price, other) for other, price in table.prices.items()},
            "booking_type": table.booking_type, "session_type": table.session_type.value,
            "category": table.category, "engagement": table.engagement, "place": table.place,
            "resource_kind": table.resource,
            "is_video": table.is_video, **_agreement(table.agreement, file.business.language),
            "intake": [_question(question, file.business.language) for question in table.intake],
            "reminder_minutes": list(table.reminder_minutes),
            "position": position, "active": True,
            "coordinator_id": coordinator_ids.get(table.coordinator),
        }  # fmt: skip
    return rows


def _agreement(table: AgreementTable | None, language: str) -> dict[str, Any]:
    if table is None:
        return {"agreement_version": "", "agreement": {}}
    return {"agreement_version": table.version, "agreement": _by_language(table.text, language)}


def _question(table: QuestionTable, language: str) -> dict[str, Any]:
    asked = {"key": table.key, "text": _by_language(table.text, language), "kind": table.kind.value}
    choices = [_by_language(choice, language) for choice in table.choices]
    return {**asked, "required": table.required, "choices": choices}


def _by_language(text: str | dict[str, str], language: str) -> dict[str, str]:
    return {language: text} if isinstance(text, str) else text


def _check_versions(session: Session, wanted: Mapping[str, dict[str, Any]]) -> None:
    """Who agreed to a version agreed to its text."""
    for row in session.execute(select(services).where(services.c.agreement_version != "")):
        new = wanted.get(row.name_key, {"agreement_version": ""})
        if new["agreement_version"] == row.agreement_version and new["agreement"] != row.agreement:
            raise CannotLoad(
                f"service {row.name_key}: the agreement has another text, and version {row.agreement_version} still: "
                "give it another version, and clients are asked anew"
            )


def _upsert(
    session: Session, table: Table, what: str, wanted: Mapping[str, dict[str, Any]], changes: list[str]
) -> dict[str, int]:
    """Rows by their key: new ones are inserted, others changed where they differ, those not wanted switched off."""
    there = {row.name_key: row for row in session.execute(select(table))}
    for key, values in wanted.items():
        if key not in there:
            session.execute(insert(table).values(name_key=key, **values))
            changes.append(f"+ {what} {key}")
            continue
        differing = [name for name, value in values.items() if getattr(there[key], name) != value]
        if differing:
            session.execute(update(table).where(table.c.name_key == key).values(**values))
            changes.append(f"~ {what} {key}: {', '.join(differing)}")
    for key, row in there.items():
        if key not in wanted and row.active:
            session.execute(update(table).where(table.c.name_key == key).values(active=False))
            changes.append(f"- {what} {key}")
    return {row.name_key: row.id for row in session.execute(select(table.c.name_key, table.c.id))}


def _replace(session: Session, table: Table, what: str, wanted: list[dict[str, Any]], changes: list[str]) -> None:
    """Rows without a key of their own: the whole table says what the file says."""
    names = list(wanted[0]) if wanted else [column.name for column in table.c if column.name != "id"]
    there = [{name: getattr(row, name) for name in names} for row in session.execute(select(table))]
    if sorted(map(repr, there)) == sorted(map(repr, wanted)):
        return
    session.execute(delete(table))
    if wanted:
        session.execute(insert(table), wanted)
    changes.append(f"~ {what}")


def _answers(file: BusinessFile) -> dict[str, dict[str, Any]]:
    """What is told about what, by language."""
    answers: dict[str, dict[str, Any]] = {}
    for table in file.answers:
        told = {"words": list(table.words), "text": table.text}
        answers.setdefault(table.about, {})[table.language] = told
    return answers


def _business(session: Session, file: BusinessFile, changes: list[str]) -> None:
    """The one row, whose version tells every process that something has changed."""
    values = {**file.business.model_dump(exclude={"dates"}), "answers": _answers(file)}
    row = session.execute(select(business)).one_or_none()
    if row is None:
        session.execute(insert(business).values(id=1, version=1, **values))
        changes.append("+ business")
        return
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    if differing:
        changes.append(f"~ business: {', '.join(differing)}")
    if changes:
        session.execute(update(business).values(version=row.version + 1, **values))
