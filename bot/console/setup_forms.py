"""The fields of the set-up's forms, by what they change."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from conversations.languages import spoken
from handlers.business_hours import DAYS
from handlers.console.business_changed import EVERYBODY, NEW, Data, Subject

Options = tuple[tuple[str, str], ...]
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DEFAULT = ("", "as everywhere else")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form: a line, several lines, a day, one or several of some choices, or a tick."""

    name: str
    label: str
    kind: Literal["line", "number", "lines", "day", "one", "several", "tick"] = "line"
    hint: str = ""
    options: Options = ()
    required: bool = False


def title(data: Data, subject: Subject, key: str) -> str:
    """What the form of something is headed."""
    if subject is Subject.BUSINESS:
        return "The business"
    if key == NEW:
        return f"A new {subject}" if subject is not Subject.ANSWER else "A new frequent answer"
    if subject is Subject.DATES:
        return "Dates of everybody" if key == EVERYBODY else f"Dates of {_name(data, 'staff', key)}"
    if subject is Subject.POLICY:
        staff, service = key.split(".")
        return f"The policy of {whose(data, {'staff': staff.strip('~'), 'service': service.strip('~')})}"
    if subject is Subject.ANSWER:
        return f"What is told about {key.replace('.', ', in ')}"
    lists = {Subject.SERVICE: "services", Subject.STAFF: "staff", Subject.RESOURCE: "resources"}
    return _name(data, lists.get(subject, "coordinators"), key)


def whose(data: Data, policy: Data) -> str:
    """For whom a policy holds."""
    parts = [_name(data, name, key) for name, key in _keys_of(policy) if key]
    return " with ".join(parts) or "the whole business"


def fields(data: Data, subject: Subject, key: str) -> list[Field]:
    return _FORMS[subject](data, key)


_BUSINESS = [
    Field("name", "Name", required=True),
    Field("phone", "Phone", hint="such as +97444000000"),
    Field("address", "Address"),
    Field("quiet_hours", "Quiet hours, when nobody is texted of our own accord", hint="21:00-08:00; nothing for none"),
    Field("holidays", "Closed on the public holidays of", hint="a country or part, such as QA or US-CA"),
    Field("nudge_minutes", "Minutes until a client who says no more is reminded", "number", hint="0 for never"),
    Field("payment_instructions", "How to pay by transfer", "lines"),
    Field("review_link", "Where clients say how it was", hint="https://…"),
    Field("transcript_months", "Months for which the words of texts are kept", "number", hint="0 for ever"),
]
_COORDINATOR = (
    Field("name", "Name"),
    Field("phone", "Phone", hint="such as +97455500000"),
    Field("channel", "Reached by", "one", options=(("", "whichever they last wrote on"), ("sms", "SMS"),
                                                   ("whatsapp", "WhatsApp"))),
    Field("language", "Language", "one", options=(("", "as the business"), *((code, code) for code in spoken()))),
    Field("quiet_hours", "Their quiet hours", hint="21:00-08:00; nothing for the business's"),
    Field("digest_at", "When they read what waits", hint="07:30; nothing for never"),
    Field("summary_at", "When they read how the day was", hint="19:00; nothing for never"),
    Field("email", "Email"),
)  # fmt: skip
_POLICY = (
    Field("requires_approval", "Bookings wait for a yes", "one",
          options=(_DEFAULT, ("yes", "always"), ("no", "never"), ("new_clients", "of new clients only"))),
    Field("approval_minutes", "Minutes that a request may wait", "number"),
    Field("at_deadline", "When nobody has answered by then", "one",
          options=(_DEFAULT, ("expire", "its time is freed"), ("approve", "it is approved"))),
    Field("notice_minutes", "Booked how many minutes ahead, at least", "number"),
    Field("horizon_days", "Booked how many days ahead, at most", "number"),
    Field("buffer_before", "Minutes kept free before", "number"),
    Field("buffer_after", "Minutes kept free after", "number"),
    Field("grid_minutes", "Steps in which starts are offered, in minutes", "number"),
    Field("daily_cap", "Bookings of one staff member in a day, at most", "number"),
    Field("cancel_minutes", "Until how many minutes before may clients cancel by themselves", "number"),
    Field("cancel_fee", "What a later cancellation costs"),
    Field("open_requests", "Requests of one client that may wait at a time", "number"),
)  # fmt: skip


def _business(_data: Data, _key: str) -> list[Field]:
    return _BUSINESS


def _service(data: Data, key: str) -> list[Field]:
    kinds = dict.fromkeys(one["kind"] for one in data.get("resources", []))
    return [
        Field("name", "Name", required=True),
        Field("minutes", "Length in minutes", "number", required=True),
        Field("price", f"Price in {_currency(data, key)}", required=True),
        Field("staff", "Given by", "several", options=_named(data, "staff")),
        Field("aliases", "Other names that clients write", hint="with commas between them"),
        Field("resource", "Needs one", "one", options=(("", "nothing"), *((kind, kind) for kind in kinds))),
        Field("place", "Where it is held, if not at the business"),
        Field("is_video", "It is held over video", "tick"),
        *_gone(key, "It is not offered any more"),
    ]


def _staff(data: Data, key: str) -> list[Field]:
    return [
        Field("name", "Name", required=True),
        *(
            Field(day, name, hint="09:00-13:00, 14:00-18:00; nothing for a free day" if day == "mon" else "")
            for day, name in zip(DAYS, _DAY_NAMES, strict=True)
        ),
        Field("gives", "Gives", "several", options=_named(data, "services")),
        Field("email", "Email, where they read of bookings"),
        *_gone(key, "They do not work here any more"),
    ]


def _dates(data: Data, key: str) -> list[Field]:
    tables = [data["business"]] if key == EVERYBODY else [one for one in data.get("staff", []) if one["key"] == key]
    lines = [line for one in tables for line in one.get("dates", [])]
    there = Field("kept", "Dates that stand; take the tick off to remove one", "several",
                  options=tuple((line, line) for line in lines))  # fmt: skip
    return [
        *([there] if lines else []),
        Field("day", "Another day", "day"),
        Field("until", "Until, where it is more than one day", "day"),
        Field("hours", "Open", hint="09:00-13:00, 15:00-17:00; nothing for closed"),
    ]


def _policy(data: Data, key: str) -> list[Field]:
    own = (
        Field("staff", "Staff member", "one", options=(("", "everybody"), *_named(data, "staff"))),
        Field("service", "Service", "one", options=(("", "every service"), *_named(data, "services"))),
    )
    return [*(own if key == NEW else ()), *_POLICY, *_gone(key, "This policy holds no more")]


def _answer(_data: Data, key: str) -> list[Field]:
    own = (
        Field("about", "What it is about, in one word such as parking", required=True),
        Field("language", "Language", "one", options=tuple((code, code) for code in spoken())),
    )
    return [
        *(own if key == NEW else ()),
        Field("words", "Told when a text has one of these words", hint="with commas between them", required=True),
        Field("text", "What is told", "lines", required=True),
        *_gone(key, "It is not told any more"),
    ]


def _coordinator(_data: Data, key: str) -> list[Field]:
    return [*_COORDINATOR, *_gone(key, "They are asked no more")]


def _resource(_data: Data, key: str) -> list[Field]:
    return [
        Field("name", "Name", required=True),
        Field("kind", "Kind, such as room: any free one of a kind will do", required=True),
        *_gone(key, "It is there no more"),
    ]


_FORMS: dict[Subject, Callable[[Data, str], list[Field]]] = {
    Subject.BUSINESS: _business, Subject.SERVICE: _service, Subject.STAFF: _staff, Subject.DATES: _dates,
    Subject.POLICY: _policy, Subject.ANSWER: _answer, Subject.COORDINATOR: _coordinator, Subject.RESOURCE: _resource,
}  # fmt: skip


def _gone(key: str, label: str) -> tuple[Field, ...]:
    return () if key == NEW else (Field("gone", label, "tick"),)


def _named(data: Data, name: str) -> Options:
    tables: Iterable[dict[str, Any]] = data.get(name, [])
    return tuple((one["key"], one["name"]) for one in tables)


def _name(data: Data, name: str, key: str) -> str:
    return next((str(one["name"]) for one in data.get(name, []) if one["key"] == key and one.get("name")), key)


def _keys_of(policy: Data) -> list[tuple[str, str]]:
    return [("services", policy.get("service", "")), ("staff", policy.get("staff", ""))]


def _currency(data: Data, key: str) -> str:
    own = next((one.get("currency") for one in data.get("services", []) if one["key"] == key), None)
    return str(own or data["business"].get("currency", "USD"))
