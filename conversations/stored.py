"""A dialogue as JSON, and back: what an older version stored is read, what nobody knows any more is left out."""

from dataclasses import fields
from datetime import date, time
from operator import attrgetter
from typing import Any

from conversations.dialogue import Awaiting, Dialogue, Option, Quiet, Subject
from conversations.engagements.kinds import Detail
from conversations.series import Frequency, Mode, Rhythm

VERSION = 1
_FIELDS = tuple(field.name for field in fields(Dialogue))
_values = attrgetter(*_FIELDS)
_EMPTY = _values(Dialogue())
_AWAITING = {each.value: each for each in Awaiting}
_SUBJECTS = {each.value: each for each in Subject}
_QUIET = {each.value: each for each in Quiet}
_DETAILS = {each.value: each for each in Detail}
_MODES = {each.value: each for each in Mode}


def dump(dialogue: Dialogue) -> dict[str, Any]:
    """Plain JSON values, only what differs from an empty dialogue."""
    told = zip(_FIELDS, _values(dialogue), _EMPTY, strict=True)
    return {"version": VERSION, **{name: _plain(value) for name, value, empty in told if value != empty}}


def load(stored: dict[str, Any]) -> Dialogue:
    """The dialogue again. An unknown awaited answer becomes none: a stale step leads on, never to an error."""
    return Dialogue(**{name: _value(name, stored[name]) for name in _FIELDS if name in stored})


def _value(name: str, stored: Any) -> Any:
    """What stands in one field, as `dump` has written it, or an older version."""
    match name:
        case "awaiting":
            return _AWAITING.get(stored, Awaiting.NOTHING)
        case "options":
            return tuple([Option(o[0], _SUBJECTS[o[1]], o[2], o[3]) for o in stored if o[1] in _SUBJECTS])
        case "day":
            return date.fromisoformat(stored)
        case "at" | "earliest" | "latest":
            return time_from(stored)
        case "quiet":
            return _QUIET.get(stored, Quiet.NO)
        case "more_service_ids" | "shown" | "intake":
            return tuple(stored)
        case "brief":
            return tuple([(_DETAILS[each], told) for each, told in stored if each in _DETAILS])
        case "mode":
            return _MODES.get(stored)
        case "rhythm":
            return _rhythm(stored)
        case _:
            return stored


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
