"""Services: what can be booked, by whom it is given and what it costs whoever asks; admins change the list."""

from bot.api.business_edited import Changed, Edit, Trial, edited, lock
from bot.api.endpoint import ADMINS, EVERYBODY, Call, endpoint
from bot.api.pages_of import by_number
from bot.api.problems import Problem, missing
from bot.api.services_written import NewService, Service, ServiceChange, in_the_file, written
from bot.api.values import Page, PageAsked
from conversations.business import Service as Offered
from handlers.console.business_changed import NEW, Data, Subject, changed
from handlers.quoted_services import services_for
from models.business_keys import number_of, service_keys, staff_keys


@endpoint("GET", "/api/services", EVERYBODY)
def listed(call: Call, query: PageAsked) -> Page[Service]:
    """What can be booked; each session type of a service is one of its own. Clients see what somebody gives."""
    return by_number(_offered(call), query, lambda one: written(one, call.by))


@endpoint("GET", "/api/services/{service_id}", EVERYBODY)
def one(call: Call, service_id: int) -> Service:
    """One service."""
    return written(_named(call, service_id), call.by)


@endpoint("POST", "/api/services", ADMINS, problems=(404,))
def add(call: Call, query: Trial, body: NewService) -> Changed:
    """Put a service on the list."""

    made: list[str] = []

    def edit(data: Data) -> Data:
        with_it = changed(data, Subject.SERVICE, NEW, {"name": [body.name]})
        assert with_it is not None
        made.append(with_it["services"][-1]["key"])
        return _with_table(call, with_it, made[-1], body)

    return edited(call, edit, lambda session: number_of(made[-1], service_keys(session)), is_trial=query.dry_run)


@endpoint("PATCH", "/api/services/{service_id}", ADMINS, represents=one, lock=lock)
def change(call: Call, service_id: int, query: Trial, body: ServiceChange) -> Changed:
    """Change a service; of its session types, through the main one."""
    key = _key(call, service_id)
    edit: Edit = lambda data: _with_table(call, data, key, body)  # noqa: E731
    return edited(call, edit, lambda _session: service_id, is_trial=query.dry_run)


@endpoint("DELETE", "/api/services/{service_id}", ADMINS, represents=one, lock=lock)
def take_off(call: Call, service_id: int, query: Trial) -> Changed:
    """Take a service off the list, with its policies; what is booked stays."""
    key = _key(call, service_id)

    def edit(data: Data) -> Data:
        without = changed(data, Subject.SERVICE, key, {"gone": ["yes"]})
        assert without is not None
        return without

    return edited(call, edit, lambda _session: service_id, is_trial=query.dry_run, status=409)


def _offered(call: Call) -> list[Offered]:
    """Those that are theirs to see, as they are quoted them."""
    found = services_for(call.session, call.profile, call.by.client_id)
    return [each for each in found if each.staff_ids or not call.by.is_client]


def _named(call: Call, service_id: int) -> Offered:
    found = next((each for each in _offered(call) if each.id == service_id), None)
    if found is None:
        raise missing("service")
    return found


def _key(call: Call, service_id: int) -> str:
    found = _named(call, service_id)
    if found.variant_of is not None:
        raise Problem(409, "session_type", f"It is a session type of service {found.variant_of}: change that.")
    return service_keys(call.session)[service_id]


def _with_table(call: Call, data: Data, key: str, wanted: ServiceChange) -> Data:
    tables, currency = data["services"], data["business"].get("currency", "USD")
    at = next(number for number, table in enumerate(tables) if table["key"] == key)
    try:
        tables[at] = in_the_file(wanted, tables[at], staff_keys(call.session), currency)
    except KeyError:
        raise missing("staff member") from None
    return data
