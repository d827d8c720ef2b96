"""The shape of business.toml: every field checked, with the line of the fault in plain words."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, field_validator, model_validator

from conversations.booking import BookingType
from conversations.money import minor_units
from conversations.payments import PaymentRule, PaymentWhen
from conversations.rules.emails import is_address
from conversations.rules.holidays import check_place
from conversations.rules.policies import Approval, AtDeadline, Terms
from conversations.rules.quiet_hours import read_quiet_hours
from handlers.business_classes import ClassTable, check_classes
from handlers.business_fields import Currency, Key, Language, SpokenLanguage, Table
from handlers.business_hours import dated, shifts
from handlers.business_services import ServiceTable, check_prices
from handlers.calendar_loaded import CalendarTable, check_calendars


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("wanted an IANA time zone such as Asia/Qatar")
    return name


def _email(address: str) -> str:
    if address and not is_address(address):
        raise ValueError("wanted an email address such as sara@example.com")
    return address


def _quiet_hours(text: str) -> str:
    read_quiet_hours(text)
    return text


def _holidays(place: str) -> str:
    if place:
        check_place(place)
    return place


def _time_of_day(text: str) -> str:
    try:
        if text and f"{time.fromisoformat(text):%H:%M}" != text:
            raise ValueError
    except ValueError:
        raise ValueError(f'"{text}": wanted a time of day such as "07:30", or nothing') from None
    return text


def _dates(lines: tuple[str, ...]) -> tuple[str, ...]:
    for line in lines:
        dated(line)
    return lines


Name = Annotated[str, Field(min_length=1, max_length=80)]
Phone = Annotated[str, Field(pattern=r"^(\+\d{7,15})?$")]
Email = Annotated[str, AfterValidator(_email)]
Zone = Annotated[str, AfterValidator(_zone)]
QuietHoursText = Annotated[str, AfterValidator(_quiet_hours)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
Dates = Annotated[tuple[str, ...], AfterValidator(_dates)]
Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]
AnswerWords = Annotated[str, Field(min_length=2, max_length=60)]


class BusinessTable(Table):
    name: Name
    timezone: Zone
    region: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    language: Language = "en"
    currency: Currency = "USD"
    phone: Phone = ""
    address: Annotated[str, Field(max_length=200)] = ""
    nudge_minutes: Minutes = 30
    quiet_hours: QuietHoursText = "21:00-08:00"
    holidays: Annotated[str, AfterValidator(_holidays)] = ""
    dates: Dates = ()
    put_by_minutes: Annotated[int, Field(ge=1, le=30 * 24 * 60)] = 24 * 60
    review_minutes: Minutes = 0
    review_link: Annotated[str, Field(max_length=200, pattern=r"^(https?://\S+)?$")] = ""
    payment_instructions: Annotated[str, Field(max_length=500)] = ""
    transcript_months: Annotated[int, Field(ge=0, le=1200)] = 24


class AnswerTable(Table):
    """What is said, in one language, to a question that has one of these words."""

    about: Key
    language: SpokenLanguage
    words: Annotated[tuple[AnswerWords, ...], Field(min_length=1, max_length=50)]
    text: Annotated[str, Field(min_length=1, max_length=600)]


class CoordinatorTable(Table):
    key: Key
    name: Annotated[str, Field(max_length=80)] = ""
    phone: Phone = ""
    channel: Literal["", "sms", "whatsapp"] = ""
    language: Language = ""
    timezone: Zone = ""
    quiet_hours: QuietHoursText = ""
    digest_at: TimeOfDay = ""
    summary_at: TimeOfDay = ""
    backup: str = ""
    email: Email = ""
    default: bool = False


class StaffTable(Table):
    key: Key
    name: Name
    timezone: Zone = ""
    meeting_provider: Annotated[str, Field(max_length=40)] = ""
    meeting_link: Annotated[str, Field(max_length=500, pattern=r"^(https?://\S+)?$")] = ""
    meeting_passcode: Annotated[str, Field(max_length=80)] = ""
    hours: tuple[str, ...] = ()
    dates: Dates = ()
    coordinator: str = ""
    email: Email = ""

    @field_validator("hours")
    @classmethod
    def _hours_can_be_read(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            shifts(line)
        return lines


class ResourceTable(Table):
    key: Key
    name: Name
    kind: Key


class PolicyTable(Table):
    staff: str = ""
    service: str = ""
    requires_approval: Approval | None = None
    approval_minutes: Annotated[int, Field(ge=10, le=14 * 24 * 60)] | None = None
    notice_minutes: Minutes | None = None
    horizon_days: Annotated[int, Field(ge=1, le=1500)] | None = None
    buffer_before: Annotated[int, Field(ge=0, le=240)] | None = None
    buffer_after: Annotated[int, Field(ge=0, le=240)] | None = None
    hold_minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    grid_minutes: Annotated[int, Field(ge=5, le=240, multiple_of=5)] | None = None
    daily_cap: Annotated[int, Field(ge=1, le=1000)] | None = None
    weekly_cap: Annotated[int, Field(ge=1, le=7000)] | None = None
    cancel_minutes: Minutes | None = None
    cancel_fee: Annotated[Decimal, Field(ge=0, le=10_000_000)] | None = None
    open_requests: Annotated[int, Field(ge=1, le=100)] | None = None
    at_deadline: AtDeadline | None = None
    waitlist_skips_parties: bool | None = None
    payment: PaymentRule | None = None
    deposit: Annotated[Decimal, Field(gt=0, le=10_000_000)] | None = None
    deposit_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    payment_minutes: Annotated[int, Field(ge=15, le=14 * 24 * 60)] | None = None
    payment_when: PaymentWhen | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        whose = " ".join(part for part in (self.staff, self.service) if part) or "the business"
        horizon = timedelta(days=self.horizon_days if self.horizon_days is not None else Terms().horizon_days)
        if timedelta(minutes=self.notice_minutes or 0) >= horizon:
            raise ValueError(f"policy of {whose}: the notice is longer than the horizon, so nothing could be booked")
        if self.daily_cap is not None and self.weekly_cap is not None and self.daily_cap > self.weekly_cap:
            raise ValueError(f"policy of {whose}: more bookings a day than a week")
        return self


class BusinessFile(Table):
    """The whole file. Raises pydantic.ValidationError naming each fault."""

    business: BusinessTable
    coordinators: tuple[CoordinatorTable, ...] = ()
    staff: tuple[StaffTable, ...] = ()
    resources: tuple[ResourceTable, ...] = ()
    services: tuple[ServiceTable, ...] = ()
    policies: tuple[PolicyTable, ...] = ()
    answers: tuple[AnswerTable, ...] = ()
    calendars: tuple[CalendarTable, ...] = ()
    classes: tuple[ClassTable, ...] = ()

    @model_validator(mode="after")
    def _names_fit_together(self) -> Self:
        lists: dict[str, tuple[CoordinatorTable | StaffTable | ResourceTable | ServiceTable, ...]] = {
            "coordinator": self.coordinators,
            "staff": self.staff,
            "resource": self.resources,
            "service": self.services,
        }
        for what, tables in lists.items():
            keys = [table.key for table in tables]
            if twice := {key for key in keys if keys.count(key) > 1}:
                raise ValueError(f"{what} {', '.join(sorted(twice))}: given twice")
        told = [(table.about, table.language) for table in self.answers]
        if twice_told := {about for about, code in told if told.count((about, code)) > 1}:
            raise ValueError(f"answers about {', '.join(sorted(twice_told))}: given twice in one language")
        staff = {table.key for table in self.staff}
        coordinators = {table.key for table in self.coordinators}
        services = {table.key for table in self.services}
        check_calendars(self.calendars, staff)
        for service in self.services:
            _must_be_there(f"service {service.key}: staff", set(service.staff), staff)
            _must_be_there(f"service {service.key}: coordinator", {service.coordinator} - {""}, coordinators)
            _must_be_there(
                f"service {service.key}: resource", {service.resource} - {""}, {table.kind for table in self.resources}
            )
            asked = [question.key for question in service.intake]
            if twice := {key for key in asked if asked.count(key) > 1}:
                raise ValueError(f"service {service.key}: intake {', '.join(sorted(twice))}: given twice")
            check_prices(service, service.currency or self.business.currency)
        for person in self.staff:
            _must_be_there(f"staff {person.key}: coordinator", {person.coordinator} - {""}, coordinators)
        for coordinator in self.coordinators:
            others = coordinators - {coordinator.key}
            _must_be_there(f"coordinator {coordinator.key}: backup", {coordinator.backup} - {""}, others)
        for policy in self.policies:
            for money in (policy.cancel_fee, policy.deposit):
                minor_units(money or Decimal(0), self.currency_of(policy.service))
            self._check_sums(policy)
            _must_be_there("policy: staff", {policy.staff} - {""}, staff)
            _must_be_there("policy: service", {policy.service} - {""}, services)
        whose = [(policy.staff, policy.service) for policy in self.policies]
        if len(set(whose)) < len(whose):
            raise ValueError("two policies are for the same staff and service: make them one")
        if sum(table.default for table in self.coordinators) > 1:
            raise ValueError("more than one coordinator is the default")
        courses = (service for service in self.services if service.booking_type is BookingType.GROUP_SESSION)
        zones = {person.key: ZoneInfo(person.timezone or self.business.timezone) for person in self.staff}
        check_classes(self.classes, {course.key: course.staff for course in courses}, zones)
        return self

    def currency_of(self, service: str) -> str:
        """What the prices of a service are in, and the sums of its policies; by default the business's."""
        own = next((each.currency for each in self.services if each.key == service), None)
        return own or self.business.currency

    def _check_sums(self, policy: PolicyTable) -> None:
        """Raises ValueError for a sum that is to hold for prices in another currency than its own: nothing is
        converted."""
        theirs = [
            each for each in self.services if policy.service in ("", each.key) and policy.staff in ("", *each.staff)
        ]
        own = self.currency_of(policy.service)
        for name in ("deposit", "cancel_fee"):
            if not getattr(policy, name):
                continue
            held = {currency for each in theirs for currency in each.priced_in}
            held |= {self.currency_of(each.key) for each in theirs if not self._has_own(each.key, name)}
            if others := sorted(held - {own}):
                instead = ": give deposit_percent" if name == "deposit" else ""
                raise ValueError(
                    f"policy of {policy.service or 'the business'}: {name} is a sum in {own}, and there are prices in"
                    f" {', '.join(others)}{instead}"
                )

    def _has_own(self, service: str, name: str) -> bool:
        """Whether a policy of the service itself says this."""
        return any(each.service == service and getattr(each, name) is not None for each in self.policies)


def _must_be_there(what: str, wanted: set[str], there: set[str]) -> None:
    if missing := wanted - there:
        raise ValueError(f"{what} {', '.join(sorted(missing))} is not in the file")
