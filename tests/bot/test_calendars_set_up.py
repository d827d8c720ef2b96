"""Calendars in business.toml, and what the commands say of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.__main__ import main
from bot.database import Database
from bot.doctor.calendars import calendars as doctor
from config import Settings
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from handlers.business_loaded import business_loaded
from models.busy_times import Change, Spell, change_busy
from models.calendar_events import note_event
from models.calendars import calendars
from tests.bot.calendar_scene import HOUR, LINA, TOMORROW, book, busy, calendar
from tests.conftest import NOW, MakeDesk

WORK = {"key": "work", "staff": "lina", "kind": "caldav", "address": "lina/work/"}
FILE = {"key": "home", "staff": "lina", "kind": "ics", "address": "webcal://example.test/home.ics"}
GOOGLE = {"key": "maya", "staff": "maya", "kind": "google", "address": "maya@example.test", "writes": False}


def load(database: Database, *tables: dict[str, Any]) -> list[str]:
    """Load the business that is there with these calendars; the differences."""
    there = database.read(business_dumped).model_dump(mode="json", exclude_unset=True)
    file = BusinessFile.model_validate({**there, "calendars": list(tables)})
    return database.transact(lambda session: business_loaded(session, file, NOW))


def test_calendars_are_loaded_changed_and_switched_off(database: Database) -> None:
    assert ["+ calendar work", "+ calendar home", "+ calendar maya"] == load(database, WORK, FILE, GOOGLE)
    assert [] == load(database, WORK, FILE, GOOGLE)
    assert ["~ calendar work: writes", "- calendar home"] == load(database, {**WORK, "writes": False}, GOOGLE)
    assert ["~ calendar home: active"] == load(database, {**WORK, "writes": False}, FILE, GOOGLE)


def test_what_is_dumped_loads_without_a_difference(database: Database) -> None:
    load(database, WORK, FILE, GOOGLE, {**WORK, "key": "other", "address": "x/", "reads": False})
    file = database.read(business_dumped)
    assert [] == database.transact(lambda session: business_loaded(session, file, NOW))
    assert 4 == len(file.calendars)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([{**WORK, "staff": "nobody"}], "nobody is not in the file"),
        ([WORK, {**WORK, "address": "b/"}], "given twice"),
        ([WORK, {**WORK, "key": "b", "staff": "maya"}], "one address"), ([{**FILE, "writes": True}], "only be read"),
        ([{**WORK, "reads": False, "writes": False}], "neither reads nor writes"),
        ([{**FILE, "reads": False}], "neither reads nor writes"), ([{**FILE, "address": "home.ics"}], "begins with"),
        ([{**FILE, "address": "ftp://example.test/a"}], "begins with"), ([{**WORK, "kind": "exchange"}], "kind"),
        ([{**WORK, "address": "https://lina:pass@example.test/"}], "no name or password"),
        ([{**WORK, "address": "https://"}], "begins with"), ([{**WORK, "address": "a b"}], "address"),
        ([{**WORK, "pasword": "x"}], "pasword"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(database: Database, tables: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        load(database, *tables)


def knows(database: Database) -> None:
    """A busy time and an event of ours are known of the first calendar."""
    spell = Spell("a", TOMORROW + HOUR, TOMORROW + 2 * HOUR)
    database.transact(lambda session: change_busy(session, 1, LINA, Change(new=(spell,))))
    one = book(database)
    database.transact(lambda session: note_event(session, 1, one, version=1, etag="e"))
    database.transact(lambda session: session.execute(calendars.update().values(sync_token="t")))


@pytest.mark.parametrize(
    ("tables", "remains"),
    [
        ([{**WORK, "writes": False}], True), ([], False), ([{**WORK, "reads": False}], False),
        ([{**WORK, "address": "b/"}], False), ([{**WORK, "staff": "maya"}], False),
    ],
)  # fmt: skip
def test_what_is_no_more_read_there_is_no_more_busy(
    database: Database, tables: list[dict[str, Any]], remains: bool
) -> None:
    load(database, WORK)
    knows(database)
    load(database, *tables)
    assert remains == bool(busy(database))
    assert ("", None) == (calendar(database).sync_token, calendar(database).due_at)


Types = Callable[..., tuple[int, str]]


@pytest.fixture
def types(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Types:
    """Type the command; its exit status and what it prints."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database_url)

    def typed(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        return main(["calendars", *words]), capsys.readouterr().out

    return typed


def test_the_command_says_how_each_stands(database: Database, types: Types) -> None:
    assert (0, "No calendars are kept in step.\n") == types()
    load(database, WORK, FILE)
    knows(database)
    values = {"failures": 3, "error": "HTTP 401: it does not let us in", "broken_events": ["line 4: it has no DTSTART"]}
    database.transact(lambda session: session.execute(calendars.update().where(calendars.c.id == 1).values(**values)))
    book(database, datetime(2036, 3, 10, 9, tzinfo=UTC), client="Noor")
    status, said = types()
    assert 1 == status
    assert said.splitlines() == [
        "✗ work: Dr Lina, caldav, read and written; last worked never yet",
        "    1 busy times, 1 bookings to be written",
        "    failed 3 times: HTTP 401: it does not let us in",
        "    not taken: line 4: it has no DTSTART",
        "✓ home: Dr Lina, ics, read; last worked never yet",
        "    0 busy times, 0 bookings to be written",
    ]
    assert [3, 0] == [one["failures"] for one in json.loads(types("--json")[1])]


def test_the_command_syncs_at_once(database: Database, types: Types) -> None:
    load(database, {**FILE, "address": "http://127.0.0.1:9/nothing.ics"})
    status, said = types("--sync", "home")
    assert (1, True) == (status, "failed 1 times: ConnectionError" in said)
    with pytest.raises(SystemExit, match="2"):
        types("--sync", "stranger")


def test_the_doctor_names_what_is_wrong(database: Database, make_desk: MakeDesk) -> None:
    load(database, WORK, FILE, GOOGLE)
    changes = {
        "work": {"failures": 2, "error": "HTTP 404: there is nothing at its address"},
        "home": {"broken_events": ["line 4: it has no DTSTART"]},
    }
    for key, values in changes.items():
        statement = calendars.update().where(calendars.c.name_key == key).values(**values)
        database.transact(lambda session, statement=statement: session.execute(statement))
    desk = make_desk(caldav_url="http://example.test", caldav_username="lina", caldav_password="x")
    said = [str(finding) for finding in database.read(lambda session: list(doctor(session, desk)))]
    assert ["✗", "!", "✗", "!", "!"] == [line[0] for line in said]
    assert "GOOGLE_CREDENTIALS_FILE" in said[0]
    assert "https" in said[1]
    assert "nothing at its address" in said[2]
    assert "1 events cannot be taken" in said[3]


def test_who_has_no_calendar_is_spared_their_libraries() -> None:
    code = (
        "import sys, bot.worker, webhooks\n"
        "names = ('icalendar', 'recurring_ical_events', 'jwt', 'cryptography', 'defusedxml', 'bot.calendars.sync')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()
