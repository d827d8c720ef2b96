"""Policies: what holds for a staff member, a service, both or everything; and what holds in the end, with every default
filled in. In a path "any" stands for all of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.api.business_edited import Changed, Trial, edited, lock
from bot.api.endpoint import ADMINS, READERS, Call, endpoint
from bot.api.policies_written import Policy, PolicyWanted, Terms
from bot.api.problems import missing
from bot.api.values import LARGEST_ID, Page, PageAsked, cursor
from conversations.business import ANY
from conversations.money import major_units
from conversations.rules import policies as rules
from handlers.console.business_changed import Data
from models.business_keys import service_keys, staff_keys

ALL = "any"


@endpoint("GET", "/api/policies", READERS)
def listed(call: Call, query: PageAsked) -> Page[Policy]:
    """Every policy; of those that speak of the same, the most specific holds."""
    behind = query.behind(_place) or (-1, -1)
    ordered = sorted(call.profile.policies, key=_whose)
    found = [each for each in ordered if _whose(each) > behind]
    items = [_written(each) for each in found[: query.limit]]
    return Page(items=items, next=cursor(*_whose(found[query.limit - 1])) if len(found) > query.limit else None)


@endpoint("GET", "/api/policies/{staff}/{service}", READERS)
def one(call: Call, staff: str, service: str) -> Policy:
    """The policy of a staff member (or "any") and a service (or "any"), where there is one."""
    wanted = _number(staff), _number(service)
    found = next((each for each in call.profile.policies if _whose(each) == wanted), None)
    if found is None:
        raise missing("policy")
    return _written(found)


@endpoint("GET", "/api/policies/{staff}/{service}/terms", READERS)
def terms(call: Call, staff: str, service: str) -> Terms:
    """What holds for this staff member and this service."""
    staff_id, service_id = _number(staff), _number(service)
    _see(staff_id, {one.id for one in call.profile.staff}, "staff member")
    _see(service_id, {one.id for one in call.profile.services}, "service")
    return Terms(**asdict(call.profile.terms(staff_id, service_id)))


@endpoint("PUT", "/api/policies/{staff}/{service}", ADMINS, represents=one, lock=lock)
def put(call: Call, staff: str, service: str, query: Trial, body: PolicyWanted) -> Changed:
    """Write a policy, instead of the one there is."""
    whose = _keys(call, staff, service)

    def edit(data: Data) -> Data:
        currency = _currency(data, whose.get("service", ""))
        said = body.model_dump(mode="json", exclude_none=True)
        sums = {name: major_units(said[name], currency) for name in ("cancel_fee", "deposit") if name in said}
        tables = data.setdefault("policies", [])
        at = next((number for number, each in enumerate(tables) if _is_of(each, whose)), len(tables))
        tables[at : at + 1] = [whose | said | sums]
        return data

    return edited(call, edit, lambda _session: None, is_trial=query.dry_run)


@endpoint("DELETE", "/api/policies/{staff}/{service}", ADMINS, represents=one, lock=lock)
def drop(call: Call, staff: str, service: str, query: Trial) -> Changed:
    """This policy holds no more."""
    one(call, staff, service)
    whose = _keys(call, staff, service)

    def edit(data: Data) -> Data:
        data["policies"] = [each for each in data.get("policies", []) if not _is_of(each, whose)]
        return data

    return edited(call, edit, lambda _session: None, is_trial=query.dry_run, status=409)


def _written(found: rules.Policy) -> Policy:
    return Policy(**asdict(found))


def _whose(found: rules.Policy) -> tuple[int, int]:
    return found.staff_id, found.service_id


def _place(said: Any) -> tuple[int, int]:
    staff_id, service_id = said
    if type(staff_id) is not int or type(service_id) is not int:
        raise ValueError
    return staff_id, service_id


def _number(said: str) -> int:
    if said == ALL:
        return ANY
    if not said.isascii() or not said.isdigit() or said[0] == "0" or int(said[:20]) > LARGEST_ID:
        raise missing("policy")
    return int(said)


def _see(number: int, there: set[int], what: str) -> None:
    if number != ANY and number not in there:
        raise missing(what)


def _keys(call: Call, staff: str, service: str) -> dict[str, str]:
    """How the business file names whose policy it is."""
    wanted: tuple[tuple[str, str, Mapping[int, str]], ...] = (
        ("staff", staff, staff_keys(call.session)), ("service", service, service_keys(call.session)),
    )  # fmt: skip
    found: dict[str, str] = {}
    for name, said, keys in wanted:
        if (number := _number(said)) != ANY:
            _see(number, set(keys), name)
            found[name] = keys[number]
    return found


def _is_of(table: Data, whose: dict[str, str]) -> bool:
    return all(table.get(name, "") == whose.get(name, "") for name in ("staff", "service"))


def _currency(data: Data, service: str) -> str:
    own = next((each.get("currency") for each in data.get("services", []) if each["key"] == service), None)
    return str(own or data["business"].get("currency", "USD"))
