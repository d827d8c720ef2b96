"""What `dump` prints is what `load` takes: there and back without a difference."""

import tomllib
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.commands import dump
from bot.commands.dump import toml
from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from handlers.business_hours import shifts, written_shifts
from models.business import booking_policies, staff

EVERYTHING = """
[business]
name = "Café \\"Ünïque\\" \\\\ 東京 🙂"
timezone = "Africa/Nairobi"
language = "en"
currency = "KES"
address = "One\\ntwo\\tthree\\u007f"
nudge_minutes = 0
quiet_hours = ""
holidays = "KE"
dates = ["2026-12-24 09:00-13:00", "2026-12-27..2026-12-30 closed"]

[[coordinators]]
key = "front"
name = "Ann"
phone = "+254700000001"
channel = "whatsapp"
timezone = "Asia/Qatar"
quiet_hours = "22:00-07:00"
digest_at = "07:30"
summary_at = "19:00"
backup = "back"

[[coordinators]]
key = "back"
phone = "+254700000002"
language = "en"
default = true

[[staff]]
key = "b"
name = "Second by key"
timezone = "Europe/London"
hours = ["Sat-Mon 22:00-00:00", "Wed 09:00-12:00", "Wed 13:00-18:00", "Wed 09:00-12:00"]
coordinator = "front"

[[staff]]
key = "a"
name = "First by key"
dates = ["2026-12-24 10:00-12:00", "2026-12-24 14:00-16:00"]

[[resources]]
key = "chair"
name = "The chair"
kind = "seat"

[[services]]
key = "cut"
name = "Cut"
aliases = ["trim", "a \\"fade\\""]
minutes = 35
price = "1250"
staff = ["a", "b"]
category = "hair"
place = "Upstairs"
resource = "seat"
coordinator = "front"

[[services]]
key = "yen"
name = "Paid in yen"
price = "500"
currency = "JPY"
session_type = "couples"

[[services]]
key = "dinar"
name = "Paid in dinars"
price = "7.125"
currency = "BHD"

[[policies]]
requires_approval = "new_clients"
buffer_before = 0
hold_minutes = 7

[[policies]]
staff = "b"
service = "cut"
notice_minutes = 0
grid_minutes = 20
daily_cap = 4
weekly_cap = 18
cancel_minutes = 720
cancel_fee = "250"
open_requests = 3
at_deadline = "approve"
"""


def dumped(database: Database) -> str:
    return toml(database.read(business_dumped))


def reload(database: Database, text: str, folder: Path) -> list[str]:
    path = folder / "business.toml"
    path.write_text(text, encoding="utf-8")
    return load_business(database, path)


def test_the_demonstration_comes_back_without_a_difference(database: Database, tmp_path: Path) -> None:
    assert [] == reload(database, dumped(database), tmp_path)


def test_everything_a_file_can_say_comes_back_without_a_difference(database: Database, tmp_path: Path) -> None:
    reload(database, EVERYTHING, tmp_path)
    text = dumped(database)
    assert [] == reload(database, text, tmp_path)
    assert text == dumped(database)
    wanted = BusinessFile.model_validate(tomllib.loads(EVERYTHING))
    found = BusinessFile.model_validate(tomllib.loads(text))
    assert (wanted.business, wanted.coordinators, wanted.policies) == (
        found.business,
        found.coordinators,
        found.policies,
    )
    assert [s.model_dump(exclude={"currency"}) for s in wanted.services] == [
        s.model_dump(exclude={"currency"}) for s in found.services
    ]


def test_it_can_be_loaded_into_another_database(database: Database, tmp_path: Path) -> None:
    reload(database, EVERYTHING, tmp_path)
    text = dumped(database)
    load_business(database, DEMONSTRATION)
    reload(database, text, tmp_path)
    assert text == dumped(database)


def test_who_is_switched_off_is_left_out(database: Database, tmp_path: Path) -> None:
    policy = {"staff_id": 2, "service_id": 0, "notice_minutes": 5}
    database.transact(lambda session: session.execute(booking_policies.insert().values(**policy)) and None)
    database.transact(
        lambda s: s.execute(update(staff).where(staff.c.name_key == "maya").values(active=False)) and None
    )
    file = database.read(business_dumped)
    assert ["lina", "joel"] == [person.key for person in file.staff]
    assert [("lina",), (), (), ("joel",)] == [service.staff for service in file.services]
    assert ["", ""] == [policy.staff for policy in file.policies]
    reload(database, toml(file), tmp_path)
    assert toml(file) == dumped(database)


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["Mon-Fri 09:00-18:00"], ["Mon-Fri 09:00-18:00"]),
        (["Mon 09:00-18:00", "Tue 09:00-18:00", "Thu 09:00-18:00"], ["Mon-Tue 09:00-18:00", "Thu 09:00-18:00"]),
        (["Sun-Thu 09:00-17:00"], ["Sun-Thu 09:00-17:00"]),
        (["Sat-Fri 09:00-17:00"], ["Mon-Sun 09:00-17:00"]),
        (["Mon-Fri 13:00-18:00", "Mon-Fri 09:00-12:00"], ["Mon-Fri 09:00-12:00", "Mon-Fri 13:00-18:00"]),
        (["Fri 18:00-00:00"], ["Fri 18:00-00:00"]),
        (["Mon-Tue 09:00-10:00", "Mon 09:00-10:00"], ["Mon 09:00-10:00", "Mon-Tue 09:00-10:00"]),
        ([], []),
    ],
)
def test_days_with_equal_hours_are_written_together(lines: list[str], wanted: list[str]) -> None:
    assert wanted == written_shifts(shift for line in lines for shift in shifts(line))


def test_every_set_of_days_is_read_as_it_was_written() -> None:
    for days in range(1, 128):
        week = [(day, time(9), time(17)) for day in range(7) if days >> day & 1]
        assert week == sorted(shift for line in written_shifts(week) for shift in shifts(line))


def test_the_command_prints_it(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert 0 == dump.run(None)  # type: ignore[arg-type]
    assert dumped(database) == capsys.readouterr().out
