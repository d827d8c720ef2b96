"""The business changed from the console: what a form says becomes the changed business file, which is shown as a
difference before it is loaded."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from handlers.business_dumped import business_dumped
from handlers.business_hours import DAYS, Hours, dated, shifts, written_dates, written_shifts
from handlers.console.business_faults import CannotChange, checked
from models.business import business_version

__all__ = [
    "EVERYBODY", "LONGEST_KEY", "NEW", "NOBODY", "SETTINGS", "CannotChange", "Data", "Said", "Standing", "Subject",
    "changed", "checked", "policy_key", "said_of", "standing",
]  # fmt: skip
Data = dict[str, Any]
Said = Mapping[str, list[str]]
"""What a form says, by the name of the field."""
EVERYBODY, NEW, NOBODY = "everybody", "new", "~"
LONGEST_KEY = 29
SETTINGS = (
    "requires_approval", "approval_minutes", "at_deadline", "notice_minutes", "horizon_days", "buffer_before",
    "buffer_after", "grid_minutes", "daily_cap", "cancel_minutes", "cancel_fee", "open_requests",
)  # fmt: skip
"""Those of a policy that have a field of their own."""
_MONEY = re.compile(r"\d+,\d{1,2}")
_SHORT_HOUR = re.compile(r"(?<!\d)(\d:)")


class Subject(StrEnum):
    """What has a form of its own."""

    BUSINESS = "business"
    SERVICE = "service"
    STAFF = "staff"
    DATES = "dates"
    POLICY = "policy"
    ANSWER = "answer"
    COORDINATOR = "coordinator"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Standing:
    """The business as it stands: its version, and the file as plain data; None where none is loaded."""

    version: int
    data: Data | None


_LISTS = {
    Subject.SERVICE: "services", Subject.STAFF: "staff", Subject.COORDINATOR: "coordinators",
    Subject.RESOURCE: "resources", Subject.POLICY: "policies", Subject.ANSWER: "answers",
}  # fmt: skip
_PLAIN = {
    Subject.BUSINESS: (
        "name", "phone", "address", "quiet_hours", "holidays", "nudge_minutes", "payment_instructions", "review_link",
        "transcript_months",
    ),
    Subject.SERVICE: ("name", "minutes", "price", "resource", "place", "is_video"),
    Subject.STAFF: ("name", "email"),
    Subject.POLICY: SETTINGS,
    Subject.ANSWER: ("text",),
    Subject.COORDINATOR: ("name", "phone", "channel", "language", "quiet_hours", "digest_at", "summary_at", "email"),
    Subject.RESOURCE: ("name", "kind"),
}  # fmt: skip
"""The fields that stand in the file as they are typed."""
_MAY_BE_EMPTY = (Subject.BUSINESS, "quiet_hours")
"""What means something else when it is left out."""


def standing(session: Session) -> Standing:
    version = business_version(session)
    try:
        return Standing(version, business_dumped(session).model_dump(mode="json", exclude_unset=True))
    except NoResultFound:
        return Standing(0, None)


def said_of(data: Data, subject: Subject, key: str) -> dict[str, list[str]] | None:
    """What the form of a subject says as the business stands; None where there is no such thing."""
    if subject is Subject.DATES:
        lines = _dates_of(data, key)
        return None if lines is None else {"kept": list(lines)}
    table = {} if key == NEW and subject is not Subject.BUSINESS else _table(data, subject, key)
    if table is None:
        return None
    there = {name: table.get(name) for name in _PLAIN[subject]}
    said = {name: [_typed(value)] for name, value in there.items() if value is not None and value is not False}
    match subject:
        case Subject.SERVICE:
            said |= {"aliases": [", ".join(table.get("aliases", []))], "staff": list(table.get("staff", []))}
        case Subject.STAFF:
            said |= _hours_by_day(table.get("hours", []))
            said["gives"] = [one["key"] for one in data.get("services", []) if key in one.get("staff", [])]
        case Subject.ANSWER if key != NEW:
            said |= {"about": [table["about"]], "language": [table["language"]], "words": [", ".join(table["words"])]}
        case Subject.POLICY if key != NEW:
            said |= {"staff": [table.get("staff", "")], "service": [table.get("service", "")]}
    return said


def changed(data: Data, subject: Subject, key: str, said: Said) -> Data | None:
    """The business as the form wants it; None where there is no such thing. Raises CannotChange."""
    data = deepcopy(data)
    try:
        if subject is Subject.DATES:
            return _with_dates(data, key, said)
        if key == NEW and subject is not Subject.BUSINESS:
            table = _new(data, subject, said)
        elif (found := _table(data, subject, key)) is None:
            return None
        else:
            table = found
        if key != NEW and subject in _LISTS and _one(said, "gone"):
            _LEAVES.get(subject, _leave)(data, subject, table)
            return data
        for name in _PLAIN[subject]:
            _set(table, name, _one(said, name), empty=(subject, name) == _MAY_BE_EMPTY)
        match subject:
            case Subject.SERVICE:
                table["aliases"] = _words(_one(said, "aliases"))
                table["staff"] = _in_order(table.get("staff", []), said.get("staff", []))
            case Subject.ANSWER:
                table["words"] = _words(_one(said, "words"))
            case Subject.STAFF:
                table["hours"] = _weekly(said)
                _give(data, table["key"], said.get("gives", []))
    except ValueError as wrong:
        raise CannotChange(str(wrong)) from None
    return data


def policy_key(table: Data) -> str:
    """What the form of a policy is called in its address."""
    return f"{table.get('staff') or NOBODY}.{table.get('service') or NOBODY}"


def _table(data: Data, subject: Subject, key: str) -> Data | None:
    if subject is Subject.BUSINESS:
        return data["business"]  # type: ignore[no-any-return]
    called: Callable[[Data], str] = {
        Subject.POLICY: policy_key, Subject.ANSWER: lambda one: f"{one['about']}.{one['language']}",
    }.get(subject, lambda one: str(one["key"]))  # fmt: skip
    return next((one for one in data.get(_LISTS[subject], []) if called(one) == key), None)


def _new(data: Data, subject: Subject, said: Said) -> Data:
    """An empty one, at the end of its list."""
    there = data.setdefault(_LISTS[subject], [])
    table: Data
    if subject is Subject.POLICY:
        whose = {name: _one(said, name) for name in ("staff", "service")}
        table = {name: key for name, key in whose.items() if key}
    elif subject is Subject.ANSWER:
        table = {"about": _slug(_one(said, "about")), "language": _one(said, "language")}
    else:
        table = {"key": _key(_one(said, "name"), subject, [one["key"] for one in there])}
    there.append(table)
    return table


def _leave(data: Data, subject: Subject, table: Data) -> None:
    data[_LISTS[subject]].remove(table)


def _service_leaves(data: Data, subject: Subject, table: Data) -> None:
    _leave(data, subject, table)
    data["policies"] = [one for one in data.get("policies", []) if one.get("service") != table["key"]]


def _staff_leaves(data: Data, subject: Subject, table: Data) -> None:
    _leave(data, subject, table)
    _give(data, table["key"], [])
    for name in ("policies", "calendars"):
        data[name] = [one for one in data.get(name, []) if one.get("staff") != table["key"]]


_LEAVES = {Subject.SERVICE: _service_leaves, Subject.STAFF: _staff_leaves}


def _give(data: Data, staff: str, gives: Iterable[str]) -> None:
    wanted = set(gives)
    for service in data.get("services", []):
        others = [key for key in service.get("staff", []) if key != staff or service["key"] in wanted]
        service["staff"] = others if staff in others or service["key"] not in wanted else [*others, staff]


def _set(table: Data, name: str, text: str, *, empty: bool) -> None:
    if text or empty:
        table[name] = text.replace(",", ".") if name in ("price", "cancel_fee") and _MONEY.fullmatch(text) else text
    else:
        table.pop(name, None)


def _in_order(before: list[str], wanted: list[str]) -> list[str]:
    """Those who stay keep their place: who comes first is offered first."""
    return [key for key in before if key in wanted] + [key for key in dict.fromkeys(wanted) if key not in before]


def _hours_by_day(lines: Iterable[str]) -> dict[str, list[str]]:
    """["Mon-Tue 09:00-13:00", …] → {"mon": ["09:00-13:00, 14:00-18:00"], …}."""
    found: dict[int, list[str]] = {}
    for weekday, opens, closes in sorted(shift for line in lines for shift in shifts(line)):
        found.setdefault(weekday, []).append(f"{opens:%H:%M}-{closes:%H:%M}")
    return {DAYS[weekday]: [", ".join(hours)] for weekday, hours in found.items()}


def _weekly(said: Said) -> list[str]:
    return written_shifts(shift for day in DAYS for part in _stretches(said, day) for shift in shifts(f"{day} {part}"))


def _stretches(said: Said, name: str) -> list[str]:
    """ "9:00-13:00, 14:00 – 18:00" → 09:00-13:00 and 14:00-18:00."""
    text = re.sub(r"\s*[-–—]\s*", "-", _one(said, name))
    return [_SHORT_HOUR.sub(r"0\1", part.strip()) for part in re.split(r"[,;]", text) if part.strip()]


def _dates_of(data: Data, key: str) -> list[str] | None:
    table = data["business"] if key == EVERYBODY else _table(data, Subject.STAFF, key)
    return None if table is None else table.get("dates", [])


def _with_dates(data: Data, key: str, said: Said) -> Data | None:
    """A new line beats what was said of its days before. Raises ValueError."""
    table = data["business"] if key == EVERYBODY else _table(data, Subject.STAFF, key)
    if table is None:
        return None
    kept = said.get("kept", [])
    days = [one for line in table.get("dates", []) if line in kept for one in dated(line)]
    if first := _one(said, "day"):
        span = f"{first}..{_one(said, 'until') or first}"
        new = [one for part in _stretches(said, "hours") or ["closed"] for one in dated(f"{span} {part}")]
        days = [one for one in days if one[0] not in {day for day, _ in new}] + new
    elif _one(said, "until") or _one(said, "hours"):
        raise ValueError("the first day is missing")
    unique: list[tuple[date, Hours | None]] = list(dict.fromkeys(days))
    table["dates"] = written_dates(unique)
    return data


def _key(name: str, subject: Subject, there: list[str]) -> str:
    """A key for something new, by its name."""
    slug = _slug(name) or subject.value
    return next(key for key in (slug, *(f"{slug}_{n}" for n in range(2, len(there) + 3))) if key not in there)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: LONGEST_KEY - 3].strip("_")


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in re.split(r"[,،、\n]", text) if word.strip()))


def _one(said: Said, name: str) -> str:
    return next(iter(said.get(name, [])), "").strip()


def _typed(value: Any) -> str:
    return "yes" if value is True else str(value)
