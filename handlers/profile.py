"""The business as values, read whole, and read again only when it has changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from conversations.business import Business, Money, Service, Shift, Staff
from conversations.rules.policies import Policy, Terms, terms
from conversations.rules.quiet_hours import read_quiet_hours
from models.business import (
    booking_policies,
    business,
    coordinators,
    service_staff,
    services,
    staff,
    staff_shifts,
)


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A phone that receives requests. `phone` is E.164, or "" where none is set."""

    id: int
    name: str
    phone: str
    channel: str
    language: str
    is_default: bool

    @property
    def called(self) -> str:
        return self.name or self.phone


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the environment says of the business; it beats what is stored. Empty means it does not say."""

    name: str = ""
    zone: ZoneInfo | None = None
    region: str = ""
    language: str = ""
    coordinator_phone: str = ""
    coordinator_channel: str = ""


@dataclass(frozen=True)
class Profile:
    """The whole business as it stood at one version."""

    version: int
    business: Business
    services: tuple[Service, ...]
    staff: tuple[Staff, ...]
    policies: tuple[Policy, ...]
    coordinators: tuple[Coordinator, ...]
    names_of_services: Mapping[int, str]
    """Of every service there ever was."""
    coordinator_of_service: Mapping[int, int]
    coordinator_of_staff: Mapping[int, int]

    def terms(self, staff_id: int, service_id: int) -> Terms:
        return terms(self.policies, staff_id, service_id)

    def coordinator_by_phone(self, address: str) -> Coordinator | None:
        return next((c for c in self.coordinators if c.phone and c.phone == address), None)

    def coordinator_for(self, service_id: int, staff_id: int) -> Coordinator | None:
        """Who answers requests for this service with this staff member: its coordinator, theirs, else the default."""
        wanted = self.coordinator_of_service.get(service_id) or self.coordinator_of_staff.get(staff_id)
        own = next((c for c in self.coordinators if c.id == wanted), None)
        return own or next((c for c in self.coordinators if c.is_default), None)


class Profiles:
    """Keeps the newest profile this process has read: one small query a turn tells whether it still holds."""

    def __init__(self, overrides: Overrides) -> None:
        self.overrides = overrides
        self._kept: Profile | None = None

    def current(self, session: Session) -> Profile:
        """Raises NoBusiness before one is loaded."""
        version = session.execute(select(business.c.version).where(business.c.id == 1)).scalar_one_or_none()
        if version is None:
            raise NoBusiness("no business is loaded: run `python -m bot load business.toml`")
        kept = self._kept
        if kept is None or kept.version != version:
            kept = self._kept = _read(session, self.overrides)
        return kept


class NoBusiness(Exception):
    """The database holds no business yet."""


def _read(session: Session, overrides: Overrides) -> Profile:
    row = session.execute(select(business)).one()
    zone = overrides.zone or ZoneInfo(row.timezone)
    gives: dict[int, list[int]] = {}
    for link in session.execute(select(service_staff).order_by(service_staff.c.position)):
        gives.setdefault(link.service_id, []).append(link.staff_id)
    shifts: dict[int, list[Shift]] = {}
    for shift in session.execute(select(staff_shifts).order_by(staff_shifts.c.weekday, staff_shifts.c.opens)):
        shifts.setdefault(shift.staff_id, []).append(Shift(shift.weekday, shift.opens, shift.closes))
    people = session.execute(select(staff).where(staff.c.active.is_(True)).order_by(staff.c.position, staff.c.id)).all()
    offered = session.execute(
        select(services).where(services.c.active.is_(True)).order_by(services.c.position, services.c.id)
    ).all()
    working = {person.id for person in people}
    return Profile(
        version=row.version,
        business=Business(
            name=overrides.name or row.name,
            zone=zone,
            region=overrides.region or row.region,
            language=overrides.language or row.language,
            phone=row.phone,
            address=row.address,
            nudge_after=timedelta(minutes=row.nudge_minutes) if row.nudge_minutes else None,
            put_by_after=timedelta(minutes=row.put_by_minutes),
            quiet_hours=read_quiet_hours(row.quiet_hours),
        ),
        services=tuple(
            Service(
                s.id, s.name, s.minutes, Money(s.price, s.currency), tuple(s.aliases),
                tuple(i for i in gives.get(s.id, []) if i in working), s.session_type, s.place,
            )
            for s in offered
        ),
        staff=tuple(
            Staff(p.id, p.name, ZoneInfo(p.timezone) if p.timezone else zone, tuple(shifts.get(p.id, [])))
            for p in people
        ),
        policies=tuple(
            Policy(**{name: value for name, value in p._asdict().items() if name != "id"})
            for p in session.execute(select(booking_policies))
        ),
        coordinators=tuple(_coordinators(session, overrides)),
        names_of_services={s.id: s.name for s in session.execute(select(services.c.id, services.c.name))},
        coordinator_of_service={s.id: s.coordinator_id for s in offered if s.coordinator_id},
        coordinator_of_staff={p.id: p.coordinator_id for p in people if p.coordinator_id},
    )  # fmt: skip


def _coordinators(session: Session, overrides: Overrides) -> list[Coordinator]:
    found = []
    for row in session.execute(select(coordinators).where(coordinators.c.active.is_(True)).order_by(coordinators.c.id)):
        one = Coordinator(row.id, row.name, row.phone, row.channel, row.language, row.is_default)
        if one.is_default and overrides.coordinator_phone:
            one = replace(one, phone=overrides.coordinator_phone, channel=overrides.coordinator_channel)
        found.append(one)
    return found
