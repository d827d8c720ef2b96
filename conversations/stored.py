"""A dialogue as JSON, and back: what an older version stored is read, what nobody knows any more is left out."""

from dataclasses import fields
from datetime import date, time
from typing import Any

from conversations.dialogue import Awaiting, Dialogue, Option, Quiet, Subject
from conversations.engagements.kinds import Detail
from conversations.series import Frequency, Mode, Rhythm

VERSION = 1


def dump(dialogue: Dialogue) -> dict[str, Any]:
    """Plain JSON values, only what differs from an empty dialogue."""
    empty, stored = Dialogue(), {"version": VERSION}
    for field in fields(dialogue):
        value = getattr(dialogue, field.name)
        if value != getattr(empty, field.name):
            stored[field.name] = _plain(value)
    return stored


def load(stored: dict[str, Any]) -> Dialogue:
    """The dialogue again. An unknown awaited answer becomes none: a stale step leads on, never to an error."""
    values: dict[str, Any] = {}
    for field in fields(Dialogue):
        if field.name not in stored:
            continue
        value = stored[field.name]
        match field.name:
            case "day":
                value = date.fromisoformat(value)
            case "at" | "earliest" | "latest":
                value = time_from(value)
            case "awaiting":
                value = Awaiting(value) if value in set(Awaiting) else Awaiting.NOTHING
            case "quiet":
                value = Quiet(value) if value in set(Quiet) else Quiet.NO
            case "more_service_ids" | "shown" | "intake":
                value = tuple(value)
            case "brief":
                known_details = set(Detail)
                value = tuple((Detail(each), told) for each, told in value if each in known_details)
            case "mode":
                value = Mode(value) if value in set(Mode) else None
            case "rhythm":
                value = _rhythm(value)
            case "options":
                known = set(Subject)
                value = tuple(Option(o[0], Subject(o[1]), o[2], o[3]) for o in value if o[1] in known)
        values[field.name] = value
    return Dialogue(**values)


def _rhythm(stored: dict[str, Any]) -> Rhythm:
    values: dict[str, Any] = {**stored, "frequency": Frequency(stored["frequency"])}
    values["days_of_week"] = tuple(stored["days_of_week"])
    if stored["until"] is not None:
        values["until"] = date.fromisoformat(stored["until"])
    if stored["lasting"] is not None:
        values["lasting"] = (stored["lasting"][0], Frequency(stored["lasting"][1]))
    return Rhythm(**values)


def time_text(at: time) -> str:
    """ "01:30", or "01:30/2" for the second of two equal hours on the night the clock goes back."""
    return at.isoformat("minutes") + ("/2" if at.fold else "")


def time_from(text: str) -> time:
    return time.fromisoformat(text.removesuffix("/2")).replace(fold=int(text.endswith("/2")))


def _plain(value: Any) -> Any:
    match value:
        case time():
            return time_text(value)
        case date():
            return value.isoformat()
        case Option():
            return [value.key, value.subject.value, value.value, value.label]
        case Rhythm():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case tuple():
            return [_plain(each) for each in value]
        case _:
            return value
