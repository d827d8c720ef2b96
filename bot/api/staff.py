"""Staff: who works here, when, and what they give; admins change it."""

from datetime import date
from typing import Any

from bot.api.business_edited import Changed, Trial, edited, lock
from bot.api.endpoint import ADMINS, EVERYBODY, Call, endpoint
from bot.api.pages_of import by_number
from bot.api.problems import missing
from bot.api.staff_written import DateWanted, NewStaff, StaffChange, StaffMember, in_the_file, line_of, written
from bot.api.values import YEARS, Page, PageAsked
from conversations.business import Staff
from handlers.business_hours import dated
from handlers.console.business_changed import NEW, Data, Subject, changed
from models.business_keys import number_of, service_keys, staff_keys


@endpoint("GET", "/api/staff", EVERYBODY)
def listed(call: Call, query: PageAsked) -> Page[StaffMember]:
    """Who works here."""
    return by_number(call.profile.staff, query, lambda one: _written(call, one))


@endpoint("GET", "/api/staff/{staff_id}", EVERYBODY)
def one(call: Call, staff_id: int) -> StaffMember:
    """One staff member."""
    found = next((each for each in call.profile.staff if each.id == staff_id), None)
    if found is None:
        raise missing("staff member")
    return _written(call, found)


@endpoint("POST", "/api/staff", ADMINS, problems=(404,))
def add(call: Call, query: Trial, body: NewStaff) -> Changed:
    """Somebody works here from now on."""
    made: list[str] = []

    def edit(data: Data) -> Data:
        with_them = changed(data, Subject.STAFF, NEW, {"name": [body.name]})
        assert with_them is not None
        made.append(with_them["staff"][-1]["key"])
        return _with_table(call, with_them, made[-1], body)

    return edited(call, edit, lambda session: number_of(made[-1], staff_keys(session)), is_trial=query.dry_run)


@endpoint("PATCH", "/api/staff/{staff_id}", ADMINS, represents=one, lock=lock)
def change(call: Call, staff_id: int, query: Trial, body: StaffChange) -> Changed:
    """Change a staff member. Bookings that would fall outside their hours stand, and are named."""
    key = _key(call, staff_id)
    return edited(
        call, lambda data: _with_table(call, data, key, body), lambda _session: staff_id, is_trial=query.dry_run
    )


@endpoint("DELETE", "/api/staff/{staff_id}", ADMINS, represents=one, lock=lock)
def leaves(call: Call, staff_id: int, query: Trial) -> Changed:
    """They work here no more. What is booked with them stands, and is named."""
    key = _key(call, staff_id)

    def edit(data: Data) -> Data:
        without = changed(data, Subject.STAFF, key, {"gone": ["yes"]})
        assert without is not None
        return without

    return edited(call, edit, lambda _session: staff_id, is_trial=query.dry_run, status=409)


@endpoint("PUT", "/api/staff/{staff_id}/dates/{day}", ADMINS)
def set_date(call: Call, staff_id: int, day: str, query: Trial, body: DateWanted) -> Changed:
    """Other hours on one day, or none at all."""
    return _dates(call, staff_id, day, query, body)


@endpoint("DELETE", "/api/staff/{staff_id}/dates/{day}", ADMINS)
def drop_date(call: Call, staff_id: int, day: str, query: Trial) -> Changed:
    """The weekly hours hold on that day again, or what holds for the whole business."""
    return _dates(call, staff_id, day, query, None)


def _dates(call: Call, staff_id: int, said: str, query: Trial, wanted: DateWanted | None) -> Changed:
    key, day = _key(call, staff_id), _day(said)

    def edit(data: Data) -> Data:
        table = _table(data["staff"], key)
        own = [each for line in table.get("dates", []) for each in dated(line)]
        kept = [f"{on} {_hours(hours)}" for on, hours in own if on != day]
        if wanted is None and len(kept) == len(own):
            raise missing("day with hours of its own")
        table["dates"] = kept if wanted is None else [*kept, *line_of(day, wanted)]
        return data

    return edited(call, edit, lambda _session: staff_id, is_trial=query.dry_run)


def _written(call: Call, found: Staff) -> StaffMember:
    profile, by = call.profile, call.by
    gives = [each.id for each in profile.services if found.id in each.staff_ids]
    email = None if by.is_client else profile.email_of_staff.get(found.id, "")
    return written(found, gives, email, call.circumstances.now.astimezone(found.zone).date())


def _key(call: Call, staff_id: int) -> str:
    one(call, staff_id)
    return staff_keys(call.session)[staff_id]


def _with_table(call: Call, data: Data, key: str, wanted: StaffChange) -> Data:
    tables: list[Data] = data["staff"]
    table = _table(tables, key)
    tables[tables.index(table)] = in_the_file(wanted, table)
    if "service_ids" in wanted.model_fields_set:
        keys = service_keys(call.session)
        if not set(wanted.service_ids) <= set(keys):
            raise missing("service")
        _give(data.get("services", []), key, {keys[number] for number in wanted.service_ids})
    return data


def _give(services: list[Data], staff: str, wanted: set[str]) -> None:
    """Who gave something before keeps their place in it."""
    for service in services:
        there = list(service.get("staff", []))
        if service["key"] in wanted:
            service["staff"] = there if staff in there else [*there, staff]
        else:
            service["staff"] = [each for each in there if each != staff]


def _table(tables: list[Data], key: str) -> Data:
    return next(table for table in tables if table["key"] == key)


def _day(said: str) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise missing("day") from None
    if day.year not in YEARS:
        raise missing("day")
    return day


def _hours(hours: Any) -> str:
    return "closed" if hours is None else f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"
