"""The shape of business.toml: every field checked, with the line of the fault in plain words."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import is_currency
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from conversations.booking import BookingType
from conversations.intake import QuestionKind
from conversations.languages import spoken
from conversations.money import minor_units
from conversations.payments import PaymentRule
from conversations.rules.emails import is_address
from conversations.rules.holidays import check_place
from conversations.rules.policies import Approval, AtDeadline, Terms
from conversations.rules.quiet_hours import read_quiet_hours
from handlers.business_classes import ClassTable, check_classes
from handlers.business_hours import dated, shifts
from handlers.calendar_loaded import CalendarTable, check_calendars


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("wanted an IANA time zone such as Asia/Qatar")
    return name


def _email(address: str) -> str:
    if address and not is_address(address):
        raise ValueError("wanted an email address such as sara@example.com")
    return address


def _currency(code: str) -> str:
    if not is_currency(code):
        raise ValueError("wanted an ISO 4217 currency such as USD")
    return code


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


def _language(code: str) -> str:
    if code and code not in spoken():
        raise ValueError(f"wanted one of {', '.join(spoken())}")
    return code


Language = Annotated[str, AfterValidator(_language)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Phone = Annotated[str, Field(pattern=r"^(\+\d{7,15})?$")]
Email = Annotated[str, AfterValidator(_email)]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
QuietHoursText = Annotated[str, AfterValidator(_quiet_hours)]
TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
Dates = Annotated[tuple[str, ...], AfterValidator(_dates)]
Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]
ReminderMinutes = Annotated[int, Field(ge=10, le=30 * 24 * 60)]
AgreementText = Annotated[str, Field(min_length=1, max_length=20_000)]
QuestionText = Annotated[str, Field(min_length=1, max_length=300)]
Texts = (
    QuestionText
    | Annotated[dict[Annotated[str, AfterValidator(_language), Field(min_length=2)], QuestionText], Field(min_length=1)]
)
AnswerWords = Annotated[str, Field(min_length=2, max_length=60)]


class _Table(BaseModel):
    """A misspelt field is a fault, not a wish ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BusinessTable(_Table):
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


class AnswerTable(_Table):
    """What is said, in one language, to a question that has one of these words."""

    about: Key
    language: Annotated[str, AfterValidator(_language), Field(min_length=2)]
    words: Annotated[tuple[AnswerWords, ...], Field(min_length=1, max_length=50)]
    text: Annotated[str, Field(min_length=1, max_length=600)]


class CoordinatorTable(_Table):
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


class StaffTable(_Table):
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


class ResourceTable(_Table):
    key: Key
    name: Name
    kind: Key


class AgreementTable(_Table):
    """What a client agrees to before a service is booked: one text, or one for each language."""

    version: Annotated[str, Field(pattern=r"^[\w.-]{1,40}$")]
    text: AgreementText | dict[Annotated[str, AfterValidator(_language), Field(min_length=2)], AgreementText]

    @field_validator("text")
    @classmethod
    def _is_written(cls, text: str | dict[str, str]) -> str | dict[str, str]:
        if not text:
            raise ValueError("wanted a text")
        return text


class QuestionTable(_Table):
    """One question of an intake. `text`, and each of the `choices`, is one text, or one for each language."""

    key: Key
    text: Texts
    kind: QuestionKind = QuestionKind.TEXT
    required: bool = False
    choices: Annotated[tuple[Texts, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _chooses_between_some(self) -> Self:
        if (self.kind is QuestionKind.CHOICE) != (len(self.choices) > 1):
            raise ValueError("a question of the kind choice has two choices or more, and no other has any")
        return self


class ServiceTable(_Table):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=120)]
    aliases: tuple[str, ...] = ()
    minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60
    price: Annotated[Decimal, Field(ge=0, le=10_000_000)] = Decimal("79.00")
    currency: Currency | None = None
    staff: tuple[str, ...] = ()
    booking_type: BookingType = BookingType.ONE_ON_ONE
    session_type: Literal["individual", "couples", "family", "group"] = "individual"
    category: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
    resource: Annotated[str, Field(pattern=r"^([a-z0-9_-]{1,40})?$")] = ""
    is_video: bool = False
    agreement: AgreementTable | None = None
    intake: Annotated[tuple[QuestionTable, ...], Field(max_length=30)] = ()
    reminder_minutes: Annotated[tuple[ReminderMinutes, ...], Field(max_length=5)] = (24 * 60, 2 * 60)
    coordinator: str = ""


class PolicyTable(_Table):
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

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        whose = " ".join(part for part in (self.staff, self.service) if part) or "the business"
        horizon = timedelta(days=self.horizon_days if self.horizon_days is not None else Terms().horizon_days)
        if timedelta(minutes=self.notice_minutes or 0) >= horizon:
            raise ValueError(f"policy of {whose}: the notice is longer than the horizon, so nothing could be booked")
        if self.daily_cap is not None and self.weekly_cap is not None and self.daily_cap > self.weekly_cap:
            raise ValueError(f"policy of {whose}: more bookings a day than a week")
        return self


class BusinessFile(_Table):
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
            minor_units(service.price, service.currency or self.business.currency)
        for person in self.staff:
            _must_be_there(f"staff {person.key}: coordinator", {person.coordinator} - {""}, coordinators)
        for coordinator in self.coordinators:
            others = coordinators - {coordinator.key}
            _must_be_there(f"coordinator {coordinator.key}: backup", {coordinator.backup} - {""}, others)
        for policy in self.policies:
            for money in (policy.cancel_fee, policy.deposit):
                minor_units(money or Decimal(0), self.business.currency)
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


def _must_be_there(what: str, wanted: set[str], there: set[str]) -> None:
    if missing := wanted - there:
        raise ValueError(f"{what} {', '.join(sorted(missing))} is not in the file")
