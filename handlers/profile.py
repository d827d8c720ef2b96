"""The business as values, read whole, and read again only when it has changed."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from functools import cached_property, lru_cache, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from conversations.booking import BookingType
from conversations.business import ANY, Agreement, Business, FrequentAnswer, Money, Service, Shift, Staff
from conversations.engagements import engagement_of_service
from conversations.intake import Question, QuestionKind
from conversations.payments import PaymentMethod
from conversations.rules.policies import Policy, Terms, terms
from conversations.rules.quiet_hours import QuietHours, read_quiet_hours
from conversations.rules.routes import CONSOLE, console_address
from conversations.session_types import Name, SessionType, of_type
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
    version_now,
)
from models.operators import Role, commanding_operators

Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class Coordinator:
    """A phone that receives requests. `phone` is E.164, or "" where none is set."""

    id: int
    name: str
    phone: str
    channel: str
    language: str
    is_default: bool
    zone: ZoneInfo
    quiet_hours: QuietHours | None = None
    backup_id: int | None = None
    digest_at: str = ""
    summary_at: str = ""
    email: str = ""
    operator_id: int | None = None
    """The operator who commands from the console, where it is no phone."""

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
    public_url: str = ""
    """Where the clients' pages are reached; "" where they are not."""
    seals: bool = False
    """There is a key by which the answers to an intake are sealed; without one nobody is asked."""
    pays_by: tuple[PaymentMethod, ...] = ()
    """The payment providers that are set up."""


@dataclass(frozen=True)
class Profile:
    """The whole business as it stood at one version."""

    version: int
    business: Business
    services: tuple[Service, ...]
    staff: tuple[Staff, ...]
    policies: tuple[Policy, ...]
    coordinators: tuple[Coordinator, ...]
    names_of_services: Mapping[int, Name]
    """Of every service there ever was, as people read it."""
    coordinator_of_service: Mapping[int, int]
    coordinator_of_staff: Mapping[int, int]
    resources: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """The numbers of the resources of each kind."""
    email_of_staff: Mapping[int, str] = field(default_factory=dict)
    commanders: tuple[Coordinator, ...] = ()
    """Who may command by a page or a program: operators anything, and staff, whom the deeds keep to what is theirs."""
    commanders_by_phone: tuple[Coordinator, ...] = ()
    """Those of them who have a phone of their own, as they text from it."""
    main_of_variant: Mapping[int, int] = field(default_factory=dict)
    """The service whose other session types these are."""

    def terms(self, staff_id: int, service_id: int) -> Terms:
        """A session type has the terms of its service."""
        return self._terms(staff_id, self.main_of_variant.get(service_id, service_id))

    def coordinator_in(self, conversation: Row[Any]) -> Coordinator | None:
        """Who commands in this conversation: a coordinator by phone, an operator by phone or from the console."""
        return self.coordinator_at(conversation.channel, conversation.address)

    def coordinator_at(self, channel: str, address: str) -> Coordinator | None:
        """As coordinator_in(), of whoever writes from there."""
        return (self._at_console if channel == CONSOLE else self._by_phone).get(address)

    @cached_property
    def texting(self) -> tuple[Coordinator, ...]:
        """Who commands by text. A phone that is a coordinator's and an operator's is the coordinator's."""
        return tuple(one for one in (*self.coordinators, *self.commanders_by_phone) if one.phone)

    def called(self, actor: str) -> str:
        """ "coordinator:1", "operator:3" → their name, or their number; "" for anybody else."""
        return self._names_of_actors.get(actor, "")

    def coordinator_for(self, service_id: int, staff_id: int) -> Coordinator | None:
        """Who answers requests for this service with this staff member: its coordinator, theirs, else the default."""
        wanted = self.coordinator_of_service.get(service_id) or self.coordinator_of_staff.get(staff_id)
        return self._by_id.get(wanted, self._default) if wanted is not None else self._default

    def quiet_hours_of(self, coordinator: Coordinator) -> QuietHours | None:
        """When this coordinator is not reminded: their own quiet hours, else the business's."""
        return coordinator.quiet_hours or self.business.quiet_hours

    def backup_of(self, coordinator: Coordinator) -> Coordinator | None:
        """Who stands in for this coordinator, where they can be reached by another phone."""
        found = next((c for c in self.coordinators if c.id == coordinator.backup_id), None)
        return found if found is not None and found.phone and found.phone != coordinator.phone else None

    @cached_property
    def _by_phone(self) -> Mapping[str, Coordinator]:
        return _first_of_each((one.phone, one) for one in self.texting)

    @cached_property
    def _at_console(self) -> Mapping[str, Coordinator]:
        return _first_of_each((one.phone, one) for one in self.commanders)

    @cached_property
    def _by_id(self) -> Mapping[int, Coordinator]:
        return _first_of_each((one.id, one) for one in self.coordinators)

    @cached_property
    def _names_of_actors(self) -> Mapping[str, str]:
        names = {f"operator:{one.operator_id}": one.name for one in self.commanders}
        return names | {f"coordinator:{one.id}": one.called for one in self.coordinators}

    @cached_property
    def quotes_by_country(self) -> bool:
        """Whether a price depends on where a client's number is from."""
        return any(service.other_prices for service in self.services)

    @cached_property
    def _default(self) -> Coordinator | None:
        return next((one for one in self.coordinators if one.is_default), None)

    @cached_property
    def _terms(self) -> Callable[[int, int], Terms]:
        """Those of one staff member's service are asked for several times a turn."""
        return lru_cache(maxsize=256)(partial(terms, self.policies))


def _first_of_each(named: Iterable[tuple[Key, Coordinator]]) -> dict[Key, Coordinator]:
    """Of several with one key the first counts."""
    found: dict[Key, Coordinator] = {}
    for key, one in named:
        found.setdefault(key, one)
    return found


class Profiles:
    """Keeps the newest profile this process has read: one small query a turn tells whether it still holds."""

    def __init__(self, overrides: Overrides) -> None:
        self.overrides = overrides
        self._kept: Profile | None = None

    def current(self, session: Session) -> Profile:
        """Raises NoBusiness before one is loaded."""
        version = version_now(session)
        if version is None:
            raise NoBusiness("no business is loaded: run `python -m bot load business.toml`")
        return self.of_version(session, version)

    def of_version(self, session: Session, version: int) -> Profile:
        """The profile, where its version is known already."""
        kept = self._kept
        if kept is None or kept.version != version:
            kept = self._kept = _read(session, self.overrides)
        return kept


class KnownProfile(Profiles):
    """A profile that was read before, for a transaction that may not see all of it."""

    def __init__(self, profile: Profile, overrides: Overrides) -> None:
        super().__init__(overrides)
        self._known = profile

    def current(self, _session: Session) -> Profile:
        return self._known

    def of_version(self, _session: Session, _version: int) -> Profile:
        return self._known


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
    dates = _dates(session)
    people = session.execute(select(staff).where(staff.c.active.is_(True)).order_by(staff.c.position, staff.c.id)).all()
    offered = session.execute(
        select(services).where(services.c.active.is_(True)).order_by(services.c.position, services.c.id)
    ).all()
    working = {person.id for person in people}
    commanding = commanding_operators(session)
    everything = session.execute(select(services.c.id, services.c.name, services.c.session_type, services.c.variant_of))
    named = everything.all()
    typed = {s.variant_of for s in offered} | {s.id for s in named if s.variant_of}
    return Profile(
        version=row.version,
        business=Business(
            name=overrides.name or row.name,
            zone=zone,
            region=overrides.region or row.region,
            language=overrides.language or row.language,
            currency=row.currency,
            phone=row.phone,
            address=row.address,
            nudge_after=timedelta(minutes=row.nudge_minutes) if row.nudge_minutes else None,
            put_by_after=timedelta(minutes=row.put_by_minutes),
            quiet_hours=read_quiet_hours(row.quiet_hours),
            review_link=row.review_link,
            pages=f"{overrides.public_url}/b/" if overrides.public_url else "",
            pays_by=overrides.pays_by,
            payment_instructions=row.payment_instructions,
            intake_pages=f"{overrides.public_url}/intake/" if overrides.public_url else "",
            agreement_pages=f"{overrides.public_url}/agreement/" if overrides.public_url else "",
            pay_pages=f"{overrides.public_url}/pay/" if overrides.public_url else "",
            answers=tuple(
                FrequentAnswer(about, code, tuple(told["words"]), told["text"])
                for about, by_language in row.answers.items()
                for code, told in by_language.items()
            ),
        ),
        services=tuple(
            Service(
                s.id, s.name, s.minutes, Money(s.price, s.currency), tuple(s.aliases),
                tuple(i for i in gives.get(s.id, []) if i in working), SessionType(s.session_type), s.place,
                (s.resource_kind,) if s.resource_kind else (), s.booking_type is BookingType.GROUP_SESSION,
                s.is_video, _agreements(s), _intake(s) if overrides.seals else (), s.variant_of, s.id in typed,
                tuple(Money(amount, currency) for currency, amount in s.prices.items()),
                engagement=engagement_of_service(s.engagement, s.category, s.name),
            )
            for s in offered
        ),
        staff=tuple(
            Staff(
                p.id, p.name, ZoneInfo(p.timezone) if p.timezone else zone, tuple(shifts.get(p.id, [])),
                {**dates.get(ANY, {}), **dates.get(p.id, {})}, row.holidays,
            )
            for p in people
        ),
        policies=tuple(
            Policy(**{name: value for name, value in p._asdict().items() if name != "id"})
            for p in session.execute(select(booking_policies))
        ),
        coordinators=tuple(_coordinators(session, overrides, zone)),
        names_of_services={s.id: of_type(s.name, s.session_type) if s.id in typed else s.name for s in named},
        coordinator_of_service={s.id: s.coordinator_id for s in offered if s.coordinator_id},
        coordinator_of_staff={p.id: p.coordinator_id for p in people if p.coordinator_id},
        resources=_resources(session),
        email_of_staff={p.id: p.email for p in people if p.email},
        commanders=tuple(_commander(row, console_address(row.id), CONSOLE, zone) for row in commanding),
        commanders_by_phone=tuple(
            _commander(row, row.phone, "", zone) for row in commanding if row.phone and row.role != Role.STAFF
        ),
        main_of_variant={s.id: s.variant_of for s in named if s.variant_of},
    )  # fmt: skip


def _dates(session: Session) -> dict[int, dict[date, tuple[tuple[time, time], ...]]]:
    """The hours that replace the weekly ones, by staff member (ANY for everybody) and date; none for a closed day."""
    found: dict[int, dict[date, tuple[tuple[time, time], ...]]] = {}
    for row in session.execute(select(date_overrides).order_by(date_overrides.c.day, date_overrides.c.opens)):
        day = found.setdefault(row.staff_id, {})
        hours = ((row.opens, row.closes),) if row.opens is not None and row.closes is not None else ()
        day[row.day] = day.get(row.day, ()) + hours
    return found


def _agreements(row: Row[Any]) -> tuple[Agreement, ...]:
    """One for all session types of a service."""
    return (Agreement(row.variant_of or row.id, row.agreement_version, row.agreement),) if row.agreement_version else ()


def _intake(row: Row[Any]) -> tuple[Question, ...]:
    return tuple(
        Question(
            row.variant_of or row.id,
            one["key"],
            one["text"],
            QuestionKind(one["kind"]),
            one["required"],
            tuple(one.get("choices", ())),
        )
        for one in row.intake
    )


def _resources(session: Session) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    active = select(resources).where(resources.c.active.is_(True))
    for row in session.execute(active.order_by(resources.c.position, resources.c.id)):
        found[row.kind] = (*found.get(row.kind, ()), row.id)
    return found


def _commander(row: Row[Any], address: str, channel: str, zone: ZoneInfo) -> Coordinator:
    """An operator answers for everything, as the default coordinator does."""
    return Coordinator(0, row.name, address, channel, "", True, zone, operator_id=row.id)


def _coordinators(session: Session, overrides: Overrides, zone: ZoneInfo) -> list[Coordinator]:
    found = []
    for row in session.execute(select(coordinators).where(coordinators.c.active.is_(True)).order_by(coordinators.c.id)):
        one = Coordinator(
            row.id, row.name, row.phone, row.channel, row.language, row.is_default,
            ZoneInfo(row.timezone) if row.timezone else zone, read_quiet_hours(row.quiet_hours), row.backup_id,
            row.digest_at, row.summary_at, row.email,
        )  # fmt: skip
        if one.is_default and overrides.coordinator_phone:
            one = replace(one, phone=overrides.coordinator_phone, channel=overrides.coordinator_channel)
        found.append(one)
    return found
