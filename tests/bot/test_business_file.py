"""business.toml: each fault is named, loading is safe to repeat, and who left the file is switched off."""

from pathlib import Path

import pytest
from sqlalchemy import Table, select

from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from models.business import business, services, staff, staff_shifts

BEGIN = '[business]\nname = "Desk"\ntimezone = "Asia/Qatar"\n'
LINA = '[[staff]]\nkey = "lina"\nname = "Lina"\n'
CUT = '[[services]]\nkey = "cut"\nname = "Cut"\n'


def rows(database: Database, table: Table) -> list[dict[str, object]]:
    return database.read(lambda session: [dict(row._mapping) for row in session.execute(select(table))])


def fault(database: Database, text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What loading says on its way out."""
    path = folder / "business.toml"
    path.write_text(text, encoding="utf-8")
    before = [rows(database, table) for table in (business, staff, services)]
    with pytest.raises(SystemExit) as stopped:
        load_business(database, path)
    assert 2 == stopped.value.code
    assert before == [rows(database, table) for table in (business, staff, services)]
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "business: Field required"),
        (BEGIN.replace("Asia/Qatar", "Doha"), "business.timezone: Value error, wanted an IANA time zone"),
        (BEGIN.replace('name = "Desk"\n', ""), "business.name: Field required"),
        (BEGIN + 'currency = "XYZ"\n', "business.currency: Value error, wanted an ISO 4217 currency"),
        (BEGIN + 'phone = "4440"\n', "business.phone: "),
        (BEGIN + 'adress = "x"\n', "business.adress: Extra inputs are not permitted"),
        (BEGIN + LINA + LINA, "staff lina: given twice"),
        (BEGIN + LINA.replace("lina", "Lina L"), "staff.0.key: "),
        (BEGIN + LINA + 'hours = ["Mon-Fri 9-18"]\n', '"Mon-Fri 9-18": wanted hours such as "Mon-Fri 09:00-18:00"'),
        (BEGIN + LINA + 'hours = ["Xxx 09:00-18:00"]\n', '"Xxx 09:00-18:00": wanted hours'),
        (BEGIN + LINA + 'hours = ["Mon 09:00-25:00"]\n', "there is no such time of day"),
        (BEGIN + LINA + 'hours = ["Mon 18:00-09:00"]\n', "it closes before it opens"),
        (BEGIN + LINA + 'coordinator = "omar"\n', "staff lina: coordinator omar is not in the file"),
        (BEGIN + CUT + 'staff = ["lina"]\n', "service cut: staff lina is not in the file"),
        (BEGIN + CUT + 'coordinator = "omar"\n', "service cut: coordinator omar is not in the file"),
        (BEGIN + CUT + "minutes = 3\n", "services.0.minutes: "),
        (BEGIN + CUT + 'price = "79.005"\n', "79.005 USD: that currency has no such fraction"),
        (BEGIN + CUT + 'price = "-1"\n', "services.0.price: "),
        (BEGIN + CUT + 'price = "1.5"\ncurrency = "JPY"\n', "1.5 JPY: that currency has no such fraction"),
        (BEGIN + CUT + 'session_type = "solo"\n', "services.0.session_type: "),
        (BEGIN + '[[policies]]\nservice = "cut"\n', "policy: service cut is not in the file"),
        (BEGIN + '[[policies]]\nstaff = "lina"\n', "policy: staff lina is not in the file"),
        (BEGIN + '[[policies]]\nrequires_approval = "maybe"\n', "policies.0.requires_approval: "),
        (BEGIN + "[[policies]]\nhold_minutes = 0\n", "policies.0.hold_minutes: "),
        (BEGIN + "[[policies]]\n[[policies]]\n", "two policies are for the same staff and service"),
        (
            BEGIN + '[[coordinators]]\nkey = "a"\ndefault = true\n[[coordinators]]\nkey = "b"\ndefault = true\n',
            "more than one coordinator is the default",
        ),
        (BEGIN + "[[staff]\n", "cannot be read as TOML"),
    ],
)
def test_each_fault_is_named_and_changes_nothing(
    text: str, said: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in fault(database, text, tmp_path, capsys)


def test_every_fault_is_named_at_once(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = BEGIN.replace("Asia/Qatar", "Doha") + CUT + "minutes = 3\n"
    said = fault(database, text, tmp_path, capsys)
    assert "business.timezone" in said and "services.0.minutes" in said


def test_a_file_that_is_not_there_is_named(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load_business(database, tmp_path / "gone.toml")
    assert f"There is no file {tmp_path}/gone.toml.\n" == capsys.readouterr().err


def test_loading_again_changes_nothing(database: Database) -> None:
    tables = (business, staff, services, staff_shifts)
    before = [rows(database, table) for table in tables]
    assert [] == load_business(database, DEMONSTRATION)
    assert before == [rows(database, table) for table in tables]


def test_who_left_the_file_is_switched_off_and_comes_back_with_it(database: Database, tmp_path: Path) -> None:
    ids = {row["name_key"]: row["id"] for row in rows(database, staff)}
    path = tmp_path / "business.toml"
    path.write_text(BEGIN + LINA + CUT + 'staff = ["lina"]\n', encoding="utf-8")
    changes = load_business(database, path)
    assert {"- staff maya", "- staff joel", "- service therapy", "+ service cut", "~ hours"} <= set(changes)
    assert {"lina": True, "maya": False, "joel": False} == {
        row["name_key"]: row["active"] for row in rows(database, staff)
    }
    assert ["cut"] == [row["name_key"] for row in rows(database, services) if row["active"]]
    assert [] == load_business(database, path)
    load_business(database, DEMONSTRATION)
    assert ids == {row["name_key"]: row["id"] for row in rows(database, staff) if row["active"]}


def test_a_change_is_named_by_its_field_and_seen_by_every_process(database: Database, tmp_path: Path) -> None:
    (before,) = rows(database, business)
    text = DEMONSTRATION.read_text(encoding="utf-8")
    path = tmp_path / "business.toml"
    path.write_text(text.replace('"79.00"', '"85.50"').replace('"Corner House"', '"Corner Shop"'), encoding="utf-8")
    assert ["~ service therapy: price", "~ business: name"] == load_business(database, path)
    (after,) = rows(database, business)
    assert ("Corner Shop", int(str(before["version"])) + 1) == (after["name"], after["version"])
    assert 8550 in {row["price"] for row in rows(database, services)}


def test_a_dry_run_shows_the_difference_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    tables = (business, staff, services, staff_shifts)
    before = [rows(database, table) for table in tables]
    path = tmp_path / "business.toml"
    path.write_text(BEGIN + LINA, encoding="utf-8")
    changes = load_business(database, path, dry_run=True)
    assert "- staff maya" in changes
    assert before == [rows(database, table) for table in tables]
    assert changes == load_business(database, path)
