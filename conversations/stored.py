"""A dialogue as JSON, and back: what an older version stored is read, what nobody knows any more is left out."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from conversations.dialogue import Awaiting, Dialogue, Option, Quiet, Subject
from conversations.engagements.kinds import Brief, Detail
from conversations.series import Frequency, Mode, Rhythm

VERSION = 1
_EMPTY = {field.name: field.default for field in fields(Dialogue)}
_AWAITING = {each.value: each for each in Awaiting}
_SUBJECTS = {each.value: each for each in Subject}
_QUIET = {each.value: each for each in Quiet}
_DETAILS = {each.value: each for each in Detail}
_MODES = {each.value: each for each in Mode}


def dump(dialogue: Dialogue) -> dict[str, Any]:
    """Plain JSON values, only what differs from an empty dialogue."""
    told: dict[str, Any] = {"version": VERSION}
    for name, value in vars(dialogue).items():
        if value != _EMPTY[name]:
            told[name] = _plain(value)
    return told


def load(stored: dict[str, Any]) -> Dialogue:
    """The dialogue again. An unknown awaited answer becomes none: a stale step leads on, never to an error."""
    parts = {}
    for name, value in stored.items():
        if name in _EMPTY:
            parts[name] = _READ[name](value) if name in _READ else value
    return Dialogue.of(parts)


def _options(stored: list[list[str]]) -> tuple[Option, ...]:
    return tuple([Option(o[0], _SUBJECTS[o[1]], o[2], o[3]) for o in stored if o[1] in _SUBJECTS])


def _brief(stored: list[list[str]]) -> Brief:
    return tuple([(_DETAILS[each], told) for each, told in stored if each in _DETAILS])


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
    return time.fromisoformat(text[:-2]).replace(fold=1) if text.endswith("/2") else time.fromisoformat(text)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "awaiting": lambda stored: _AWAITING.get(stored, Awaiting.NOTHING),
    "options": _options,
    "day": date.fromisoformat,
    **dict.fromkeys(("at", "earliest", "latest"), time_from),
    "quiet": lambda stored: _QUIET.get(stored, Quiet.NO),
    **dict.fromkeys(("more_service_ids", "shown", "intake"), tuple),
    "brief": _brief,
    "mode": _MODES.get,
    "rhythm": _rhythm,
}
"""How a field is read that is no plain JSON value."""


def _plain(value: Any) -> Any:
    kind = type(value)
    return _MADE[kind](value) if kind in _MADE else value


_MADE: Mapping[type, Callable[[Any], Any]] = {
    time: time_text,
    date: date.isoformat,
    Option: list,
    Rhythm: lambda rhythm: {field.name: _plain(getattr(rhythm, field.name)) for field in fields(rhythm)},
    tuple: lambda values: [_plain(each) for each in values],
}
"""How a value that is no plain JSON is written."""
