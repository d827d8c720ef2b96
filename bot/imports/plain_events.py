"""The plain events of an iCalendar file: busy once, at a time that is written out. Most are, and they are read here
several times faster than by the library, which reads the others."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import vCalAddress
from icalendar.parser import Contentline
from icalendar.prop import TypesFactory

from bot.calendars.event_blocks import wall_zone
from bot.calendars.occurrences import LONGEST_EVENT, Occurrence, Window, known_zone

_EVENT = re.compile(r"^BEGIN:VEVENT\n((?:(?!BEGIN:VEVENT\n|END:VEVENT\n).*\n)*)END:VEVENT\n", re.MULTILINE)
_ALARM = re.compile(r"^BEGIN:VALARM\n(?:(?!BEGIN:|END:).*\n)*END:VALARM\n", re.MULTILINE)
_UID = re.compile(r"^UID[^:\n]*:(.*)$", re.MULTILINE)
_FOLD = re.compile(r"\n[ \t]")
_LINE = re.compile(r"^([A-Z0-9-]+)([:;].*)$", re.MULTILINE)
_TIME = re.compile(r"(?:;TZID=([\w/+-]+))?:(\d{8}T\d{6})(Z?)", re.ASCII)
_PERSON = re.compile(r'((?:;[A-Z-]+=(?:[^\s";:=,^%\\]+(?: [^\s";:=,^%\\]+)*|"[^";=^%\\]+"))*):([^"\\%]*)')
_PARAMETER = re.compile(r';([A-Z-]+)="?([^";]+)"?')
_TIMES = frozenset(("DTSTART", "DTEND"))
_TEXTS = frozenset(("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL"))
_PEOPLE = frozenset(("ATTENDEE", "ORGANIZER"))
_BUSY: Mapping[str, tuple[str, ...]] = {
    "STATUS": (":CONFIRMED", ":TENTATIVE"),
    "TRANSP": (":OPAQUE",),
    "X-MICROSOFT-CDO-BUSYSTATUS": (":BUSY", ":TENTATIVE", ":OOF"),
}
_NOT_PLAIN = frozenset(("BEGIN", "END", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"))
_READ = _TIMES | _TEXTS | _PEOPLE | _BUSY.keys() | _NOT_PLAIN
_types: Any = TypesFactory()


class _NotPlain(Exception):
    """The library has to read it."""


@dataclass(frozen=True, slots=True)
class Apart:
    """The plain events that touch the window, each with its UID, and the text without any plain ones: what is left
    stands in the lines in which it stood."""

    plain: list[tuple[str, Occurrence]]
    rest: str


def taken_apart(text: str, window: Window) -> Apart:
    """`text` is that of a whole file, whose lines end in \\n."""
    words = text.upper()
    if words.count("BEGIN:VEVENT") != words.count("END:VEVENT"):
        return Apart([], text)  # where an event ends that is never ended, its neighbours say
    zone = known_zone(wall_zone(text)) or window.zone
    is_once = Counter(_UID.findall(text))
    plain: list[tuple[str, Occurrence]] = []
    left: list[str] = []
    done = 0
    for block in _EVENT.finditer(text):
        try:
            uid, each = _read(block.group(1), zone)
        except (_NotPlain, ValueError):
            continue
        if is_once[uid] != 1:
            continue
        left += text[done : block.start()], "\n" * block.group().count("\n")
        done = block.end()
        if each.start < each.end and each.end > window.start and each.start < window.end:
            plain.append((uid, each))
    return Apart(plain, "".join([*left, text[done:]]))


def _read(lines: str, zone: ZoneInfo) -> tuple[str, Occurrence]:
    """Raises _NotPlain, or ValueError for what is no date."""
    event = dict[str, Any]()
    for name, behind in _lines(lines):
        if name in _NOT_PLAIN or (name in event and name != "ATTENDEE"):
            raise _NotPlain
        if name in _TIMES:
            event[name] = _moment(behind, zone)
        elif name in _TEXTS:
            event[name] = _text(name, behind)
        elif name in _PEOPLE:
            event.setdefault(name, []).append(_person(name, behind))
        elif behind not in _BUSY[name]:
            raise _NotPlain
        else:
            event[name] = behind
    if not event.get("UID") or not event.keys() >= _TIMES:
        raise _NotPlain
    if "ORGANIZER" in event:
        (event["ORGANIZER"],) = event["ORGANIZER"]
    start, end = event["DTSTART"], event["DTEND"]
    if not start <= end <= start + LONGEST_EVENT:
        raise _NotPlain
    return event["UID"], Occurrence(event, start, end, is_free=False)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Those that matter here: each one's name, and all that stands behind it. Raises _NotPlain."""
    if "\n\n" in text:
        raise _NotPlain
    if "BEGIN:" in text:
        text = _ALARM.sub("", text)
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub("", text)
    found = _LINE.findall(text)
    if not len(found) == text.count("\n") == len(text.splitlines()):
        raise _NotPlain
    return (line for line in found if line[0] in _READ)


def _moment(behind: str, zone: ZoneInfo) -> datetime:
    """In UTC; without a zone of its own it is meant in `zone`."""
    if (found := _TIME.fullmatch(behind)) is None:
        raise _NotPlain
    name, at, is_utc = found.groups()
    if is_utc and not name:
        return datetime.fromisoformat(at).replace(tzinfo=UTC)
    own = known_zone(name) if name else zone
    if own is None or is_utc:
        raise _NotPlain
    return datetime.fromisoformat(at).replace(tzinfo=own).astimezone(UTC)


def _text(name: str, behind: str) -> str:
    if behind[0] == ":" and "\\" not in behind:
        return behind[1:]
    return str(_types.for_property(name).from_ical(_parts(name, behind)[1]))


def _person(name: str, behind: str) -> Any:
    """With its parameters, which are found here where nothing in its line is escaped."""
    found = _PERSON.fullmatch(behind)
    parameters, value = (dict(_PARAMETER.findall(found[1])), found[2]) if found is not None else ({}, "")
    if found is None or len(parameters) != found[1].count("=") or not behind.isprintable():
        parameters, value = _parts(name, behind)
    elif "VALUE" in parameters:
        raise _NotPlain
    person: Any = vCalAddress(value)
    person.params = parameters
    return person


def _parts(name: str, behind: str) -> tuple[Any, str]:
    """As the library takes a line apart: its parameters and its value."""
    line: Any = Contentline(f"{name}{behind}")  # type: ignore[no-untyped-call]
    _, parameters, value = line.parts()
    if "VALUE" in parameters:
        raise _NotPlain
    return parameters, value
