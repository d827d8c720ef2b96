"""A calendar file taken apart, so that one broken event keeps no other from being read, and its line can be named."""

import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import icalendar
from icalendar.timezone import tzp

MISREAD = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What the library raises at data that is none."""
_parsing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one component, and the number of its first line in the file, from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """An event and the line at which it begins; None where it cannot be read."""

    line: int
    event: Any


def is_calendar(text: str) -> bool:
    return text.lstrip().upper().startswith("BEGIN:VCALENDAR")


def parsed_events(text: str) -> list[Parsed]:
    """Every VEVENT of a file, in order, its times in the zones that the file itself describes."""
    lines = text.splitlines()
    zones = "".join(block.text for block in _blocks(lines, "VTIMEZONE"))
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of guesses at zones
        tzp.use_default()  # forget the zones of other calendars: many call their own by the same name
        return list(_parsed(list(_blocks(lines, "VEVENT")), zones))


def wall_zone(text: str) -> str:
    """The zone that the whole calendar names as its own, "" for none."""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip().upper() == "X-WR-TIMEZONE":
            return value.strip()
        if name.strip().upper() == "BEGIN" and value.strip().upper() == "VEVENT":
            return ""
    return ""


def _blocks(lines: Sequence[str], name: str) -> Iterator[Block]:
    """The components of this name; one that is never ended goes on to where the next begins."""
    begin, end = f"BEGIN:{name}", f"END:{name}"
    taken: list[str] = []
    first = 0
    for number, line in enumerate(lines, 1):
        word = line.strip().upper()
        if word == begin:
            if taken:
                yield Block(first, "".join(taken))
            taken, first = [], number
        if first:
            taken.append(f"{line}\r\n")
        if word == end and first:
            yield Block(first, "".join(taken))
            taken, first = [], 0
    if taken:
        yield Block(first, "".join(taken))


def _parsed(blocks: Sequence[Block], zones: str) -> Iterator[Parsed]:
    """All at once; where that does not go, each half by itself."""
    if not blocks:
        return
    events = _events("".join(block.text for block in blocks), zones)
    if len(events) == len(blocks):
        yield from (Parsed(block.line, event) for block, event in zip(blocks, events, strict=True))
    elif len(blocks) == 1:
        yield Parsed(blocks[0].line, None)
    else:
        half = len(blocks) // 2
        yield from _parsed(blocks[:half], zones)
        yield from _parsed(blocks[half:], zones)


def _events(blocks: str, zones: str) -> list[Any]:
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-\r\n{zones}{blocks}END:VCALENDAR\r\n"
    try:
        return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))
    except MISREAD:
        return []
