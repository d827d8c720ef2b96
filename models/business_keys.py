"""What services and staff are called in the business file, by their numbers."""

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from models.business import services, staff


def service_keys(session: Session) -> dict[int, str]:
    """Of those on the list; a session type has its service's table, and no key of its own."""
    return _keys(session, services, services.c.variant_of.is_(None))


def staff_keys(session: Session) -> dict[int, str]:
    """Of those who work here."""
    return _keys(session, staff)


def number_of(key: str, keys: dict[int, str]) -> int | None:
    """The number of who or what is called so."""
    return next((number for number, called in keys.items() if called == key), None)


def _keys(session: Session, table: Table, *conditions: object) -> dict[int, str]:
    rows = session.execute(select(table.c.id, table.c.name_key).where(table.c.active.is_(True), *conditions))  # type: ignore[arg-type]
    return {row.id: row.name_key for row in rows}
