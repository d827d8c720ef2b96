"""A series, and what would become of one, as callers read them."""

from datetime import date, datetime

from pydantic import Field

from bot.api.values import Amount, Output
from bot.api.waitlist_written import Waiter
from conversations.booking import BookingStatus
from conversations.flows.reasons import told
from conversations.flows.series_asked import Planned
from conversations.languages.render import name_text
from conversations.money import Money
from conversations.rules.availability import Refusal
from conversations.rules.series_plans import Plan
from conversations.series import Frequency, Mode
from handlers.api.caller import Caller
from handlers.api.series_read import SeriesSeen
from handlers.profile import Profile

WALL = "%Y-%m-%dT%H:%M"


class Series(Output):
    """Recurring bookings made in one. Wall times are of `timezone`."""

    id: int
    client: Waiter
    attendee: str
    service_id: int
    service: str
    staff_id: int
    staff: str
    frequency: Frequency
    interval: int
    days_of_week: list[int] = Field(description="Monday is 0")
    count: int | None
    until: date | None
    first: str = Field(description="wall time as it began")
    timezone: str
    minutes: int
    mode: Mode
    note: str
    created_at: datetime
    visits: dict[BookingStatus, int] = Field(description="how many are in which status")
    left_out: int
    first_at: datetime | None
    last_at: datetime | None


class SeriesVisit(Output):
    number: int
    wanted: str = Field(description="wall time at which the series wants it")
    start_at: datetime | None = Field(description="null where it was left out")
    why: str | None = Field(description="what kept it from the time that is wanted")
    booking_id: int | None
    status: BookingStatus | None


class WholeSeries(Series):
    items: list[SeriesVisit]


class PlannedVisit(Output):
    number: int
    wanted: str = Field(description="wall time of the business")
    start_at: datetime | None = Field(description="null where it cannot be had")
    why: str | None = Field(description="why it cannot be had then")


class SeriesPlan(Output):
    """What would be booked, in the mode that is asked for; and how many visits each mode would book."""

    service: str
    staff_id: int = Field(description="who would deliver: name them when you ask for the series")
    staff: str
    minutes: int
    mode: Mode
    starts: list[datetime] = Field(description="say yes to just these by sending them as `starts`")
    items: list[PlannedVisit]
    conflicts: int = Field(description="how many cannot be had at their own time")
    modes: dict[Mode, int]
    price: Amount = Field(description="of all of them")


def written(seen: SeriesSeen, profile: Profile) -> Series:
    return Series(**_line(seen, profile))


def whole(seen: SeriesSeen, caller: Caller, profile: Profile) -> WholeSeries:
    assert seen.view is not None
    items = [
        SeriesVisit(
            number=item.number, wanted=item.at.strftime(WALL),
            start_at=item.booking.start if item.booking is not None else None, why=_why(item.why, caller),
            booking_id=item.booking.id if item.booking is not None else None,
            status=item.booking.status if item.booking is not None else None,
        )
        for item in seen.view.items
    ]  # fmt: skip
    return WholeSeries(**_line(seen, profile), items=items)


def plan_written(found: Planned, mode: Mode, by_mode: dict[Mode, Plan], caller: Caller) -> SeriesPlan:
    made, price, conflicts = found.plan, found.service.price, len(by_mode[Mode.SKIP].left_out)
    items = [
        PlannedVisit(
            number=item.number, wanted=item.at.strftime(WALL), start_at=item.start,
            why=_why(str(item.why or ""), caller),
        )
        for item in made.items
    ]  # fmt: skip
    return SeriesPlan(
        service=name_text(found.service.called, "en"), staff_id=made.calendar.staff.id, staff=made.calendar.staff.name,
        minutes=made.minutes, mode=mode, starts=list(made.booked), items=items,
        conflicts=conflicts, modes={
            each: 0 if conflicts and each is Mode.ALL_OR_NOTHING else len(plan.booked) for each, plan in by_mode.items()
        },
        price=Amount.of(Money(price.amount * len(made.booked), price.currency)),
    )  # fmt: skip


def _line(seen: SeriesSeen, profile: Profile) -> dict[str, object]:
    row, booked = seen.row, [each for each in seen.counted if each.status is not None]
    return {
        "id": row.id, "attendee": row.attendee, "service_id": row.service_id,
        "client": Waiter(id=row.client_id, name=row.client_name or "", phone=row.client_phone or ""),
        "service": name_text(profile.names_of_services.get(row.service_id, row.service_name), "en"),
        "staff_id": row.staff_id, "staff": row.staff_name, "frequency": row.frequency, "interval": row.interval,
        "days_of_week": list(row.days_of_week), "count": row.occurrence_count, "until": row.until_date,
        "first": row.scheduled_start.strftime(WALL), "timezone": row.timezone, "minutes": row.minutes,
        "mode": row.mode, "note": row.client_note, "created_at": row.created_at,
        "visits": {each.status: each.visits for each in booked},
        "left_out": sum(each.visits for each in seen.counted if each.status is None),
        "first_at": min((each.first_at for each in booked), default=None),
        "last_at": max((each.last_at for each in booked), default=None),
    }  # fmt: skip


def _why(why: str, caller: Caller) -> str | None:
    """Clients are told what is theirs to know."""
    if caller.is_client and why in set(Refusal):
        return told(Refusal(why)).value
    return why or None
