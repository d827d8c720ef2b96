"""The shape of business.toml: every field checked, with the line of the fault in plain words."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from babel.numbers import get_currency_precision, is_currency
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from conversations.languages import spoken
from conversations.rules.policies import Approval
from conversations.rules.quiet_hours import read_quiet_hours

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"^([a-z]{3})(?:-([a-z]{3}))? +(\d{2}:\d{2})-(\d{2}:\d{2})$")


def _zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError("wanted an IANA time zone such as Asia/Qatar")
    return name


def _currency(code: str) -> str:
    if not is_currency(code):
        raise ValueError("wanted an ISO 4217 currency such as USD")
    return code


def _quiet_hours(text: str) -> str:
    read_quiet_hours(text)
    return text


def _language(code: str) -> str:
    if code and code not in spoken():
        raise ValueError(f"wanted one of {', '.join(spoken())}")
    return code


Language = Annotated[str, AfterValidator(_language)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Phone = Annotated[str, Field(pattern=r"^(\+\d{7,15})?$")]
Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Minutes = Annotated[int, Field(ge=0, le=14 * 24 * 60)]


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
    quiet_hours: Annotated[str, AfterValidator(_quiet_hours)] = "21:00-08:00"
    put_by_minutes: Annotated[int, Field(ge=1, le=30 * 24 * 60)] = 24 * 60


class CoordinatorTable(_Table):
    key: Key
    name: Annotated[str, Field(max_length=80)] = ""
    phone: Phone = ""
    channel: Literal["", "sms", "whatsapp"] = ""
    language: Language = ""
    default: bool = False


class StaffTable(_Table):
    key: Key
    name: Name
    timezone: Zone = ""
    hours: tuple[str, ...] = ()
    coordinator: str = ""

    @field_validator("hours")
    @classmethod
    def _hours_can_be_read(cls, lines: tuple[str, ...]) -> tuple[str, ...]:
        for line in lines:
            shifts(line)
        return lines


class ServiceTable(_Table):
    key: Key
    name: Annotated[str, Field(min_length=1, max_length=120)]
    aliases: tuple[str, ...] = ()
    minutes: Annotated[int, Field(ge=5, le=24 * 60)] = 60
    price: Annotated[Decimal, Field(ge=0, le=10_000_000)] = Decimal("79.00")
    currency: Currency | None = None
    staff: tuple[str, ...] = ()
    session_type: Literal["individual", "couples", "family", "group"] = "individual"
    category: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=200)] = ""
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
    grid_minutes: Annotated[int, Field(ge=5, le=240)] | None = None


class BusinessFile(_Table):
    """The whole file. Raises pydantic.ValidationError naming each fault."""

    business: BusinessTable
    coordinators: tuple[CoordinatorTable, ...] = ()
    staff: tuple[StaffTable, ...] = ()
    services: tuple[ServiceTable, ...] = ()
    policies: tuple[PolicyTable, ...] = ()

    @model_validator(mode="after")
    def _names_fit_together(self) -> Self:
        for what, tables in (("coordinator", self.coordinators), ("staff", self.staff), ("service", self.services)):
            keys = [table.key for table in tables]
            if twice := {key for key in keys if keys.count(key) > 1}:
                raise ValueError(f"{what} {', '.join(sorted(twice))}: given twice")
        staff = {table.key for table in self.staff}
        coordinators = {table.key for table in self.coordinators}
        services = {table.key for table in self.services}
        for service in self.services:
            _must_be_there(f"service {service.key}: staff", set(service.staff), staff)
            _must_be_there(f"service {service.key}: coordinator", {service.coordinator} - {""}, coordinators)
            minor_units(service.price, service.currency or self.business.currency)
        for person in self.staff:
            _must_be_there(f"staff {person.key}: coordinator", {person.coordinator} - {""}, coordinators)
        for policy in self.policies:
            _must_be_there("policy: staff", {policy.staff} - {""}, staff)
            _must_be_there("policy: service", {policy.service} - {""}, services)
        whose = [(policy.staff, policy.service) for policy in self.policies]
        if len(set(whose)) < len(whose):
            raise ValueError("two policies are for the same staff and service: make them one")
        if sum(table.default for table in self.coordinators) > 1:
            raise ValueError("more than one coordinator is the default")
        return self


def shifts(line: str) -> list[tuple[int, time, time]]:
    """ "Mon-Fri 09:00-18:00" → (weekday, opens, closes) each; 00:00 as the end is midnight. Raises ValueError."""
    found = _HOURS.match(line.strip().lower())
    if found is None or not {found.group(1), found.group(2) or "mon"} <= set(DAYS):
        raise ValueError(f'"{line}": wanted hours such as "Mon-Fri 09:00-18:00" or "Sat 10:00-14:00"')
    first = DAYS.index(found.group(1))
    last = DAYS.index(found.group(2)) if found.group(2) else first
    try:
        opens, closes = time.fromisoformat(found.group(3)), time.fromisoformat(found.group(4))
    except ValueError:
        raise ValueError(f'"{line}": there is no such time of day') from None
    if closes != time(0) and closes <= opens:
        raise ValueError(f'"{line}": it closes before it opens; hours across midnight are two lines')
    days = [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    return [(day, opens, closes) for day in days]


def minor_units(price: Decimal, currency: str) -> int:
    """79.00 USD → 7900. Raises ValueError where the currency has no such fraction."""
    amount = price.scaleb(get_currency_precision(currency))
    if amount != amount.to_integral_value():
        raise ValueError(f"{price} {currency}: that currency has no such fraction")
    return int(amount)


def _must_be_there(what: str, wanted: set[str], there: set[str]) -> None:
    if missing := wanted - there:
        raise ValueError(f"{what} {', '.join(sorted(missing))} is not in the file")
