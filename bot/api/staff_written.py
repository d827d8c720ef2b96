"""A staff member as callers read them, and as an admin's program writes them into the business file."""

from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field

from bot.api.business_edited import without_defaults
from bot.api.values import YEARS, Id, Input, Output, Text
from conversations.business import Staff
from handlers.business_hours import written_dates, written_shifts

MOST_DATES = 400


def _within_years(day: date) -> date:
    if day.year not in YEARS:
        raise ValueError("must lie between 1990 and 2199")
    return day


Day = Annotated[date, AfterValidator(_within_years)]
TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="wall time in their zone")]


class Hours(Output):
    opens: str
    closes: str = Field(description="00:00 is midnight")


class WeeklyHours(Hours):
    weekday: int = Field(description="Monday is 0")


class DateHours(Output):
    """What replaces the weekly hours of a day; no hours: closed."""

    day: date
    hours: list[Hours]


class StaffMember(Output):
    """Who delivers."""

    id: int
    name: str
    timezone: str
    hours: list[WeeklyHours]
    dates: list[DateHours] = Field(description="today's and later, with those of the whole business")
    holidays: str = Field(description="the country, or part of one, whose public holidays are closed days")
    service_ids: list[int] = Field(description="what they give")
    email: str | None = Field(description="null for clients")


class HoursWanted(Input):
    opens: TimeOfDay
    closes: TimeOfDay


class WeeklyHoursWanted(HoursWanted):
    weekday: int = Field(ge=0, le=6, description="Monday is 0")


class StaffChange(Input):
    """What is to be different; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    name: Annotated[Text, Field(min_length=1, max_length=80)] = "-"
    email: Annotated[Text, Field(max_length=140)] = ""
    timezone: Annotated[str, Field(max_length=64, description="IANA; empty: the business's")] = ""
    hours: list[WeeklyHoursWanted] = Field([], max_length=100)
    service_ids: list[Id] = Field([], max_length=200)


class NewStaff(StaffChange):
    """Somebody new."""

    model_config = ConfigDict(json_schema_extra={})

    name: Annotated[Text, Field(min_length=1, max_length=80)]


class DateWanted(Input):
    """Of one day. No hours: closed."""

    hours: list[HoursWanted] = Field([], max_length=10)


def written(found: Staff, gives: list[int], email: str | None, today: date) -> StaffMember:
    ahead = sorted(day for day in found.dates if day >= today)[:MOST_DATES]
    return StaffMember(
        id=found.id, name=found.name, timezone=found.zone.key,
        hours=[
            WeeklyHours(weekday=one.weekday, opens=f"{one.opens:%H:%M}", closes=f"{one.closes:%H:%M}")
            for one in found.shifts
        ],
        dates=[
            DateHours(day=day, hours=[Hours(opens=f"{o:%H:%M}", closes=f"{c:%H:%M}") for o, c in found.dates[day]])
            for day in ahead
        ],
        holidays=found.holidays, service_ids=gives, email=email,
    )  # fmt: skip


def in_the_file(wanted: StaffChange, table: dict[str, Any]) -> dict[str, Any]:
    """Their table of the business file, but for what they give, which stands with the services."""
    said = wanted.model_fields_set
    found = table | {name: getattr(wanted, name) for name in ("name", "email", "timezone") if name in said}
    if "hours" in said:
        found["hours"] = written_shifts(
            (one.weekday, time.fromisoformat(one.opens), time.fromisoformat(one.closes)) for one in wanted.hours
        )
    return found


def line_of(day: date, wanted: DateWanted) -> list[str]:
    """One day's lines of the business file."""
    hours = [(time.fromisoformat(one.opens), time.fromisoformat(one.closes)) for one in wanted.hours]
    return written_dates([(day, each) for each in hours] or [(day, None)])
