"""M-Pesa's settings: all or none, what is wrong is named without its secret, and the doctor tries them out."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.commands import doctor
from bot.database import Database
from bot.payments.mpesa import callback_url, open_mpesa
from bot.payments.mpesa_inbound import open_inbound
from bot.payments.mpesa_wire import API_BASE, api_base
from config import Settings, WrongSettings, read_settings
from tests.conftest import Databases
from tests.fakes.daraja_server import FakeDaraja

HIDDEN = "hunter2-s3cret"
MPESA = {
    "MPESA_CONSUMER_KEY": HIDDEN,
    "MPESA_CONSUMER_SECRET": HIDDEN,
    "MPESA_SHORTCODE": "174379",
    "MPESA_PASSKEY": HIDDEN,
    "MPESA_CALLBACK_SECRET": HIDDEN,
    "PUBLIC_URL": "https://bot.example.test",
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def daraja() -> Iterator[FakeDaraja]:
    with FakeDaraja(HIDDEN, HIDDEN, "174379", HIDDEN) as fake:
        yield fake


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    made = databases.copy("sqlite")
    yield made
    databases.drop("sqlite", made)


def reading(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def says(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **values: str) -> list[str]:
    """What the doctor says of M-Pesa."""
    for name, value in {**MPESA, **values}.items():
        monkeypatch.setenv(name, value)
    doctor.run(argparse.Namespace())
    printed = capsys.readouterr().out
    assert HIDDEN not in printed
    return [line for line in printed.splitlines() if "M-Pesa" in line]


def test_all_that_is_wanted_makes_it_a_way_to_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not reading(monkeypatch).has_mpesa
    settings = reading(monkeypatch, **MPESA)
    assert settings.has_mpesa
    assert API_BASE == api_base(settings)
    assert f"https://bot.example.test/webhooks/mpesa/{HIDDEN}" == callback_url(settings)
    elsewhere = reading(monkeypatch, MPESA_CALLBACK_PATH="/hooks/phone", MPESA_API_BASE="https://sandbox.example.test/")
    assert f"https://bot.example.test/hooks/phone/{HIDDEN}" == callback_url(elsewhere)
    assert "https://sandbox.example.test" == api_base(elsewhere)


@pytest.mark.parametrize("missing", MPESA)
def test_what_is_missing_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as caught:
        reading(monkeypatch, **{name: value for name, value in MPESA.items() if name != missing})
    assert str(caught.value).startswith(f"{missing}: not set")
    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MPESA_SHORTCODE", "paybill"),
        ("MPESA_TILL", "55"),
        ("MPESA_CALLBACK_PATH", "hooks"),
        ("MPESA_CALLBACK_PATH", "/hooks/"),
        ("MPESA_CALLBACK_SOURCES", "safaricom"),
        ("MPESA_CALLBACK_SOURCES", "196.201.214.200,"),
        ("MPESA_API_BASE", "sandbox.safaricom.co.ke"),
        ("MPESA_CALLBACK_SECRET", f"{HIDDEN}/"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongSettings) as caught:
        reading(monkeypatch, **{**MPESA, name: value})
    assert str(caught.value).startswith(f"{name}: found")
    assert HIDDEN not in str(caught.value)


def test_callbacks_are_let_in_from_the_sources_that_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_inbound(reading(monkeypatch, **MPESA)).verify(HIDDEN, "203.0.113.9")
    listed = open_inbound(reading(monkeypatch, MPESA_CALLBACK_SOURCES="196.201.214.200, 196.201.213.0/24"))
    assert listed.verify(HIDDEN, "196.201.213.44")
    assert not listed.verify(HIDDEN, "203.0.113.9")


def test_it_opens_without_asking_anybody(monkeypatch: pytest.MonkeyPatch, url: str, daraja: FakeDaraja) -> None:
    database = Database(url)
    open_mpesa(reading(monkeypatch, **MPESA, MPESA_API_BASE=daraja.base_url), database, Clock().now)
    database.dispose()
    assert [] == daraja.asked


def test_the_doctor_is_let_in_with_the_token_that_all_share(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, daraja: FakeDaraja
) -> None:
    for _ in range(2):
        good = says(monkeypatch, capsys, DATABASE_URL=url, MPESA_API_BASE=daraja.base_url)
        assert ["✓ M-Pesa: lets us in."] == good
    assert 1 == len(daraja.tokens)


def test_the_doctor_says_what_to_look_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str, daraja: FakeDaraja
) -> None:
    there = {"DATABASE_URL": url, "MPESA_API_BASE": daraja.base_url}
    daraja.secret = "another"
    (refused,) = says(monkeypatch, capsys, **there)
    assert refused == (
        "✗ M-Pesa: does not let us in (400.008.01). Look at MPESA_CONSUMER_KEY and MPESA_CONSUMER_SECRET."
    )
    daraja.answer_html(method="GET")
    away, unsafe = says(monkeypatch, capsys, **there, PUBLIC_URL="http://bot.example.test")
    assert away.startswith("✗ M-Pesa: no answer that can be used (HTTP 200).")
    assert unsafe.startswith("✗ PUBLIC_URL is http://bot.example.test: M-Pesa takes only https://")


def test_the_doctor_does_without_a_database(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], daraja: FakeDaraja
) -> None:
    (line,) = says(monkeypatch, capsys, MPESA_API_BASE=daraja.base_url)
    assert line == "! M-Pesa: not tried, for its token is kept in the database, which is not ready."
    assert [] == daraja.asked


def test_the_sandbox_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.doctor import mpesa as check

    monkeypatch.setattr(check, "_SANDBOX", "127.0.0.1")
    with FakeDaraja(HIDDEN, HIDDEN, "174379", HIDDEN) as daraja:
        settings = reading(monkeypatch, **MPESA, MPESA_API_BASE=daraja.base_url)
        database = Database(settings.database)
        Path("data").mkdir(exist_ok=True)
        database.migrate()
        database.dispose()
        (finding,) = check.mpesa(settings)
    assert str(finding).startswith("! M-Pesa: lets us in, but to its sandbox")
