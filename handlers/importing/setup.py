"""What an import is told once: whose services and staff there are, here and among those who have left, and what holds
where a row says nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversations.booking import BookingType
from conversations.understanding.days import MONTH_FIRST
from handlers.importing.columns import Cells
from handlers.importing.rows import BadValue
from handlers.profile import Profile
from models.business import service_staff, services, staff


@dataclass(frozen=True, slots=True)
class KnownStaff:
    id: int
    name: str
    zone: ZoneInfo
    is_active: bool


@dataclass(frozen=True, slots=True)
class KnownService:
    id: int
    name: str
    minutes: int
    price: int
    currency: str
    session_type: str
    resource_kind: str
    is_class: bool
    is_active: bool
    staff_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the command line says: keys of business.toml, and how dates are written; "" where it does not say."""

    staff: str = ""
    service: str = ""
    dates: str = ""


@dataclass(frozen=True, slots=True)
class ImportSetup:
    profile: Profile
    staff: Mapping[str, KnownStaff]
    """By key and by name, in small letters."""
    services: Mapping[str, KnownService]
    """The same, and by other names."""
    region: str
    dates: str
    own_staff: KnownStaff | None
    own_service: KnownService | None

    def service_of(self, cells: Cells, *, is_class: bool) -> KnownService:
        """Raises BadValue where it is none of ours, or is not had like that."""
        name = cells.text("service")
        found = self.services.get(name.casefold()) if name else self.own_service
        if found is None:
            raise BadValue(
                f'service "{name}" is none of business.toml' if name else "it names no service: give --service"
            )
        if found.is_class is not is_class:
            how = "in classes" if found.is_class else "one on one"
            raise BadValue(f"{found.name} is had {how}")
        return found

    def staff_of(self, cells: Cells, service: KnownService) -> KnownStaff:
        """Whom the row names, else the one who gives the service. Raises BadValue."""
        name = cells.text("staff")
        if name:
            if (found := self.staff.get(name.casefold())) is None:
                raise BadValue(f'staff "{name}" is nobody in business.toml')
            return found
        if self.own_staff is not None:
            return self.own_staff
        if len(service.staff_ids) == 1:
            return next(one for one in self.staff.values() if one.id == service.staff_ids[0])
        raise BadValue("it names nobody who gives it: give --staff")


def import_setup(session: Session, profile: Profile, defaults: Defaults) -> ImportSetup:
    """Raises BadValue where a default is not in the business."""
    people = _staff(session, profile)
    known = _services(session)
    if defaults.staff and defaults.staff.casefold() not in people:
        raise BadValue(f'staff "{defaults.staff}" is nobody in business.toml')
    if defaults.service and defaults.service.casefold() not in known:
        raise BadValue(f'service "{defaults.service}" is none of business.toml')
    region = profile.business.region.upper()
    order = "" if not region else "mdy" if region in MONTH_FIRST else "dmy"
    return ImportSetup(
        profile, people, known, region, defaults.dates or order,
        people.get(defaults.staff.casefold()), known.get(defaults.service.casefold()),
    )  # fmt: skip


def _staff(session: Session, profile: Profile) -> dict[str, KnownStaff]:
    found: dict[str, KnownStaff] = {}
    # Who works here beats a namesake who has left; a key beats a name.
    for row in session.execute(select(staff).order_by(staff.c.active, staff.c.id.desc())):
        zone = ZoneInfo(row.timezone) if row.timezone else profile.business.zone
        found[row.name.casefold()] = KnownStaff(row.id, row.name, zone, row.active)
    by_id = {one.id: one for one in found.values()}
    for row in session.execute(select(staff)):
        zone = ZoneInfo(row.timezone) if row.timezone else profile.business.zone
        found[row.name_key] = by_id.get(row.id) or KnownStaff(row.id, row.name, zone, row.active)
    return found


def _services(session: Session) -> dict[str, KnownService]:
    gives: dict[int, list[int]] = {}
    for row in session.execute(select(service_staff).order_by(service_staff.c.position)):
        gives.setdefault(row.service_id, []).append(row.staff_id)
    rows = session.execute(select(services).order_by(services.c.active, services.c.id.desc())).all()
    made = [
        (
            row,
            KnownService(
                row.id, row.name, row.minutes, row.price, row.currency, row.session_type, row.resource_kind,
                row.booking_type is BookingType.GROUP_SESSION, row.active, tuple(gives.get(row.id, ())),
            ),
        )
        for row in rows
    ]  # fmt: skip
    found = {alias.casefold(): one for row, one in made for alias in row.aliases}
    found |= {row.name.casefold(): one for row, one in made}
    found |= {row.name_key: one for row, one in made}
    return found
