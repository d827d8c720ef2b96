"""Session types and prices in several currencies: loaded, dumped, taken out again, and each fault named."""

import argparse
import tomllib
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.commands.understand import add_arguments, run
from bot.database import Database
from bot.desk import Desk
from conversations.money import Money
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from handlers.profile import Overrides, Profile, Profiles
from models.business import service_staff, services
from tests.bot.test_business_file import BEGIN, CUT, LINA, fault, rows
from tests.bot.test_dump import dumped, reload

PRACTICE = Path(__file__).parent.parent / "stories" / "practice.toml"
DISTANCE = Path(__file__).parent.parent / "stories" / "distance.toml"
COUPLES = '[services.session_types.couples]\nprice = "120.00"\nminutes = 90\n'
THERAPY = BEGIN + LINA + '[[services]]\nkey = "therapy"\nname = "Therapy"\nprice = "79.00"\nstaff = ["lina"]\n'


@pytest.fixture
def practice(desk: Desk, clock: SetClock) -> Database:
    load_business(desk.database, PRACTICE, now=clock.now())
    return desk.database


def profile(database: Database) -> Profile:
    return database.read(Profiles(Overrides()).current)


def test_each_type_is_a_service_of_its_own_beside_the_main_one(practice: Database) -> None:
    found = profile(practice).services
    main = found[0]
    assert [
        ("Therapy", "individual", 60, 7900, None), ("Therapy", "couples", 90, 12000, main.id),
        ("Therapy", "family", 90, 14000, main.id), ("Coaching", "individual", 45, 6000, None),
    ] == [
        (each.name, each.session_type, each.minutes, each.price.amount, each.variant_of) for each in found
    ]  # fmt: skip
    assert [True, True, True, False] == [each.has_types for each in found]
    assert [(main.aliases, main.staff_ids)] * 3 == [(each.aliases, each.staff_ids) for each in found[:3]]


def test_the_policies_of_a_service_hold_for_its_types(practice: Database) -> None:
    found = profile(practice)
    notices = [found.terms(each.staff_ids[0], each.id).notice_minutes for each in found.services[:3]]
    assert [120] * 3 == notices
    assert notices[0] != found.terms(1, found.services[3].id).notice_minutes


def test_what_is_asked_beforehand_is_one_for_all_types(database: Database, tmp_path: Path) -> None:
    text = THERAPY + '[services.agreement]\nversion = "1"\ntext = "It stays with us."\n' + COUPLES
    reload(database, text, tmp_path)
    single, couples = profile(database).services
    assert single.agreements == couples.agreements
    assert {single.id} == {agreement.service_id for agreement in couples.agreements}
    assert [] == reload(database, dumped(database), tmp_path)


@pytest.mark.parametrize("path", [PRACTICE, DISTANCE], ids=["types", "prices"])
def test_what_is_dumped_is_what_was_loaded(path: Path, database: Database, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    reload(database, text, tmp_path)
    assert [] == reload(database, text, tmp_path)
    before = rows(database, services), rows(database, service_staff)
    written = dumped(database)
    assert [] == reload(database, written, tmp_path)
    assert written == dumped(database)
    assert before == (rows(database, services), rows(database, service_staff))


def test_a_dump_says_of_a_type_only_what_is_not_as_the_service_has_it(practice: Database, tmp_path: Path) -> None:
    assert 'session_types = {couples = {price = "120.00", minutes = 90}' in dumped(practice)
    text = THERAPY.replace('staff = ["lina"]', 'staff = ["lina"]\nprices = {KES = "9500"}')
    reload(practice, text + "[services.session_types.group]\n[services.session_types.family]\nminutes = 75\n", tmp_path)
    table = practice.read(business_dumped).services[0]
    assert {"group": {}, "family": {"minutes": 75}} == table.model_dump(mode="json", exclude_unset=True)[
        "session_types"
    ]
    assert [(Money(950_000, "KES"),)] * 3 == [each.other_prices for each in profile(practice).services]


def test_a_type_with_its_own_price_has_only_the_other_prices_it_gives(database: Database, tmp_path: Path) -> None:
    reload(database, DISTANCE.read_text(encoding="utf-8"), tmp_path)
    single, couples, report = profile(database).services
    assert (Money(950_000, "KES"), Money(7500, "EUR")) == single.other_prices
    assert ((Money(1_450_000, "KES"),), ()) == (couples.other_prices, report.other_prices)


def test_a_type_that_left_the_file_is_switched_off_and_comes_back(
    practice: Database, clock: SetClock, tmp_path: Path
) -> None:
    text = PRACTICE.read_text(encoding="utf-8")
    without = text.replace('[services.session_types.family]\nprice = "140.00"\nminutes = 90\n', "")
    assert ["- service therapy.family"] == [line for line in reload(practice, without, tmp_path) if "family" in line]
    assert ["individual", "couples"] == [each.session_type for each in profile(practice).services if each.has_types]
    number = next(row["id"] for row in rows(practice, services) if row["name_key"] == "therapy.family")
    assert "family" in str(profile(practice).names_of_services[number])  # type: ignore[index]
    assert "family" not in dumped(practice)
    assert "~ service therapy.family: active" in [line.partition(",")[0] for line in reload(practice, text, tmp_path)]
    assert number == next(row["id"] for row in rows(practice, services) if row["name_key"] == "therapy.family")


def test_a_service_left_with_one_type_is_called_by_its_name_alone(practice: Database, tmp_path: Path) -> None:
    reload(practice, THERAPY, tmp_path)
    assert ["Therapy"] == [each.called for each in profile(practice).services]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (THERAPY + "[services.session_types.trio]\n", "services.0.session_types.trio"),
        (THERAPY + COUPLES + COUPLES, "cannot be read as TOML"),
        (THERAPY + "[services.session_types.individual]\n", "individual is its session_type already"),
        (THERAPY + COUPLES.replace("120.00", "-1"), "services.0.session_types.couples.price: "),
        (THERAPY + COUPLES.replace("120.00", "1.005"), "1.005 USD: that currency has no such fraction"),
        (THERAPY + COUPLES.replace("90", "3"), "services.0.session_types.couples.minutes: "),
        (THERAPY + COUPLES + 'seats = 2\n', "services.0.session_types.couples.seats: Extra inputs are not permitted"),
        (THERAPY + 'prices = { XYZ = "9500" }\n', "wanted an ISO 4217 currency such as USD"),
        (THERAPY + 'prices = { KES = "-9500" }\n', "services.0.prices.KES: "),
        (THERAPY + 'prices = { JPY = "9500.50" }\n', "9500.50 JPY: that currency has no such fraction"),
        (THERAPY + 'prices = { USD = "80.00" }\n', "service therapy: USD is its own currency"),
        (THERAPY + COUPLES + 'prices = { JPY = "1.5" }\n', "1.5 JPY: that currency has no such fraction"),
        (
            THERAPY + 'booking_type = "group_session"\n' + COUPLES,
            "a group_session has no session_types",
        ),
        (
            (THERAPY + COUPLES).replace('key = "therapy"', f'key = "{"a" * 30}"'),
            "has a key of at most 29 characters",
        ),
        (
            THERAPY + 'prices = { KES = "9500" }\n[[policies]]\nservice = "therapy"\ndeposit = "20.00"\n',
            "policy of therapy: deposit is a sum in USD, and there are prices in KES: give deposit_percent",
        ),
        (
            THERAPY + COUPLES + 'prices = { EUR = "99" }\n[[policies]]\ncancel_fee = "5"\n',
            "policy of the business: cancel_fee is a sum in USD, and there are prices in EUR",
        ),
        (
            THERAPY + 'currency = "EUR"\n[[policies]]\ncancel_fee = "5"\n',
            "policy of the business: cancel_fee is a sum in USD, and there are prices in EUR",
        ),
    ],
)  # fmt: skip
def test_each_fault_is_named_and_changes_nothing(
    text: str, said: str, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in fault(database, text, tmp_path, capsys)


def test_a_sum_for_a_service_that_has_one_currency_stays_fine() -> None:
    text = THERAPY + 'prices = { KES = "9500" }\n' + CUT + '[[policies]]\nservice = "cut"\ndeposit = "20.00"\n'
    assert BusinessFile.model_validate(tomllib.loads(text)).policies[0].deposit


def test_understand_shows_the_type(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    run(parser.parse_args(["couples therapy", "--business", str(PRACTICE)]))
    assert "service: Therapy for couples" in capsys.readouterr().out
