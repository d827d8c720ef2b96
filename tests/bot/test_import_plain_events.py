"""Plain events are read as the library reads them: files of events of all kinds, plain or not, read in both ways."""

import random
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.calendars.occurrences import Window
from bot.imports import events
from bot.imports.events import Events
from bot.imports.plain_events import Apart, taken_apart
from bot.imports.sources import Unreadable
from handlers.importing.rows import SourceRow

NOW = datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TIMES = (
    "DTSTART:20260312T150000Z\nDTEND:20260312T160000Z", "DTSTART:20260312T150000\nDTEND:20260312T160000",
    "DTSTART;TZID=Asia/Qatar:20260329T013000\nDTEND;TZID=Asia/Qatar:20260329T023000",
    "DTSTART;TZID=Europe/London:20260329T013000\nDTEND;TZID=Europe/London:20260329T033000",
    "DTSTART;TZID=Europe/London:20261025T013000\nDTEND;TZID=Europe/London:20261025T020000",
    "DTSTART;TZID=Own:20260312T150000\nDTEND;TZID=Own:20260312T160000",
    "DTSTART;TZID=Nowhere:20260312T150000\nDTEND;TZID=Nowhere:20260312T160000",
    "DTSTART;TZID=W. Europe Standard Time:20260312T150000\nDTEND:20260312T160000Z",
    "DTSTART;TZID=Asia/Qatar:20260312T150000Z\nDTEND:20260312T160000Z",
    "DTSTART;VALUE=DATE:20260312\nDTEND;VALUE=DATE:20260314", "DTSTART:20260312T150000Z\nDURATION:PT45M",
    "DTSTART:20260312T150000Z", "DTSTART:20260312T150000Z\nDTEND:20260312T150000Z",
    "DTSTART:20260312T150000Z\nDTEND:20260312T140000Z", "DTSTART:20260312T150000Z\nDTEND:20270612T150000Z",
    "DTSTART:20120312T150000Z\nDTEND:20120312T160000Z", "DTSTART:20260312T156000Z\nDTEND:20260312T160000Z",
    "DTSTART:20260312T150000Z\nDTSTART:20260312T153000Z\nDTEND:20260312T160000Z", "SUMMARY:no time",
    "DTSTART:20260312T150000Z\nDTEND:20260312T160000Z\nRRULE:FREQ=DAILY;COUNT=3",
    "DTSTART:20260312T150000Z\nDTEND:20260312T160000Z\nEXDATE:20260312T150000Z",
    "dtstart:20260312T150000Z\ndtend:20260312T160000Z", "DTSTART :20260312T150000Z\nDTEND:20260312T160000Z",
    "DTSTART:20260312T15\n 0000Z\nDTEND:20260312T160000Z",
)  # fmt: skip
MORE = (
    "", "SUMMARY:Massage - Sara\\, A\\nhmed", "SUMMARY;LANGUAGE=en:Massage: Sara", "SUMMARY:a\nSUMMARY:b",
    "SUMMARY:a\u2028b", "DESCRIPTION:Tel +44 7911 123\n  456\n\tx", "LOCATION:http://x.example/%2C?a\\;b",
    "URL:http://x.example/a\\,b", "URL;VALUE=URI:https://x.example", "DESCRIPTION;ALTREP=\"cid:1;2\":x",
    "STATUS:CANCELLED", "STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "TRANSP:opaque", "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
    "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "ORGANIZER;CN=Kai:mailto:kai@x.example", "no line", "X-LINE", " ",
    "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\nDESCRIPTION:soon\nEND:VALARM", "SEQUENCE:x", "CATEGORIES:a,b\\,c",
    "UID:other", "RECURRENCE-ID:20260312T150000Z",
)  # fmt: skip
PEOPLE = (
    "", "ATTENDEE:mailto:sara@x.example", "ATTENDEE;CN=Sara Ahmed:mailto:sara@x.example",
    'ATTENDEE;CN="Ahmed, Sara; A":MAILTO:Sara@x.example', "ATTENDEE;CN=Ahmed\\, Sara:mailto:sara@x.example",
    "ATTENDEE;CN=A^nB;ROLE=CHAIR:mailto:s@x.example", "ATTENDEE;CN= Sara ;CUTYPE=ROOM:mailto:s@x.example",
    "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;CN=Sara;X-NUM-GUESTS=0:tel:+447911123456",
    "ATTENDEE;CN=Sara:mailto:s@x.example\nATTENDEE;CUTYPE=ROOM:mailto:room@x.example",
    "ATTENDEE;cn=Sara:mailto:s@x.example", "ATTENDEE;CN=A;CN=B:mailto:s@x.example", "ATTENDEE;CN:mailto:s@x.example",
    "ATTENDEE;CN=Kai:mailto:kai@x.example",
)  # fmt: skip
OWN_ZONE = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0330\nTZOFFSETTO:+0330\n"
    "END:STANDARD\nEND:VTIMEZONE\n"
)


def _file(path: Path, parts: list[str], end: str) -> Path:
    blocks = "".join(f"BEGIN:VEVENT\n{part}\nEND:VEVENT\n" for part in parts)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-TIMEZONE:Asia/Qatar\n{OWN_ZONE}{blocks}END:VCALENDAR\n"
    path.write_bytes(text.replace("\n", end).encode())
    return path


def _said(path: Path) -> list[tuple[Any, ...]]:
    """Beside the number, which events that begin at the same time have in any order."""
    rows: list[SourceRow] = list(Events(path, LONDON, NOW).rows())
    assert list(range(1, len(rows) + 1)) == [row.line for row in rows]
    return sorted((tuple(row.values.items()), row.fault) for row in rows)


def _by_the_library(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    with monkeypatch.context() as patch:
        patch.setattr(events, "taken_apart", lambda text, _window: Apart([], text))
        return _said(path)


def test_each_event_is_read_as_by_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = random.Random(7)
    each = [f"UID:e{n}\n{times}\n{more}\n{who}" for n, (times, more, who) in enumerate(
        [(times, more, some.choice(PEOPLE)) for times, more in product(TIMES, MORE)]
        + [(TIMES[0], some.choice(MORE), who) for who in PEOPLE]
    )]  # fmt: skip
    path = _file(tmp_path / "old.ics", [part.replace("\n\n", "\n").strip("\n") for part in each], "\r\n")
    assert _by_the_library(path, monkeypatch) == _said(path)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_parts_of_one_series_stay_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    series = f"UID:one\n{TIMES[0]}\nRRULE:FREQ=DAILY;COUNT=3", f"UID:one\n{TIMES[1]}\nSUMMARY:moved"
    path = _file(tmp_path / "old.ics", [*series, f"UID:two\n{TIMES[0]}", f"UID:two\n{TIMES[0]}", TIMES[0]], end)
    assert _by_the_library(path, monkeypatch) == _said(path)


def test_the_lines_of_what_is_left_are_the_same() -> None:
    plain, other = f"BEGIN:VEVENT\nUID:1\n{TIMES[0]}\nEND:VEVENT\n", "BEGIN:VEVENT\nUID:2\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{plain}{other}{plain.replace('UID:1', 'UID:3')}END:VCALENDAR\n"
    apart = taken_apart(text, Window(NOW.replace(year=2025), NOW.replace(year=2027), LONDON))
    assert ["1", "3"] == [uid for uid, _ in apart.plain]
    assert text.splitlines().index("UID:2") == apart.rest.splitlines().index("UID:2")
    assert 1 == apart.rest.count("BEGIN:VEVENT")


def test_plain_events_count_among_the_most_that_a_calendar_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_DAYS", 4)
    more = [f"UID:{n}\n{TIMES[0]}" for n in range(2)]
    path = _file(tmp_path / "old.ics", [f"UID:x\n{TIMES[0]}\nRRULE:FREQ=DAILY;COUNT=3", *more], "\n")
    with pytest.raises(Unreadable, match="more than 4 busy times"):
        list(Events(path, LONDON, NOW).rows())
