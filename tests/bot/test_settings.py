"""The settings: every wrong one is named, with what was found and what is wanted, and no secret is ever shown."""

from pathlib import Path

import pytest

from config import Settings, WrongSettings, read_settings

HIDDEN = "hunter2-s3cret"
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": HIDDEN, "TWILIO_SMS_NUMBER": "+15005550009"}
ULTRAMSG = {"ULTRAMSG_INSTANCE_ID": "instance7", "ULTRAMSG_TOKEN": HIDDEN, "ULTRAMSG_WEBHOOK_SECRET": HIDDEN}

WHATSAPP = {
    "WHATSAPP_TOKEN": HIDDEN,
    "WHATSAPP_PHONE_NUMBER_ID": "990011",
    "WHATSAPP_APP_SECRET": HIDDEN,
    "WHATSAPP_VERIFY_TOKEN": HIDDEN,
}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def reading(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def faults(monkeypatch: pytest.MonkeyPatch, **values: str) -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        reading(monkeypatch, **values)
    assert HIDDEN not in str(caught.value)
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    return str(caught.value).splitlines()


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch)
    assert (8000, "INFO", 1500, True) == (settings.port, settings.log_level, settings.burst_ms, settings.has_simulator)
    assert "sqlite:///data/textbook.db" == settings.database


@pytest.mark.parametrize(
    ("name", "found", "wanted"),
    [
        ("PORT", "eighty", "valid integer"),
        ("PORT", "0", "greater than or equal to 1"),
        ("PORT", "65536", "less than or equal to 65535"),
        ("PUBLIC_URL", "desk.example.com", "begins with http:// or https://"),
        ("TRUSTED_PROXIES", "-1", "addresses or networks such as 127.0.0.1,10.0.0.0/8, or a number from 0 to 10"),
        ("TRUSTED_PROXIES", "11", "a number from 0 to 10"),
        ("TRUSTED_PROXIES", "٣", "a number from 0 to 10"),
        ("TRUSTED_PROXIES", "proxy.local", "addresses or networks"),
        ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("BUSINESS_NAME", "x" * 81, "at most 80 characters"),
        ("BUSINESS_TIMEZONE", "Doha", "IANA time zone such as Asia/Qatar"),
        ("DEFAULT_REGION", "Qatar", "pattern"),
        ("DEFAULT_LANGUAGE", "English", "pattern"),
        ("COORDINATOR_PHONE_NUMBER", "55501234", "international form such as +97455501234"),
        ("COORDINATOR_PHONE_NUMBER", "+974 5550 1234", "international form"),
        ("COORDINATOR_PHONE_NUMBER", "+٩٧٤٥٥٥٠١٢٣٤", "international form"),
        ("COORDINATOR_PHONE_NUMBER", "signal:+97455501234", "sms: or whatsapp:"),
        ("TWILIO_SMS_NUMBER", "+12", "international form"),
        ("TWILIO_WHATSAPP_NUMBER", "whatsapp", "international form"),
        ("TWILIO_API_BASE", "ftp://x", "begins with http:// or https://"),
        ("ULTRAMSG_API_BASE", "api.ultramsg.com", "begins with http:// or https://"),
        ("WHATSAPP_PHONE_NUMBER_ID", "+15005550009", "pattern"),
        ("WHATSAPP_GRAPH_VERSION", "25", "pattern"),
        ("WHATSAPP_TEMPLATE", "booking_news", "pattern"),
        ("WHATSAPP_TEMPLATE", "Booking News:en", "pattern"),
        ("WHATSAPP_API_BASE", "graph.facebook.com", "begins with http:// or https://"),
        ("SIMULATOR", "perhaps", "valid boolean"),
        ("BURST_MS", "10001", "less than or equal to 10000"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_found_and_wanted(
    name: str, found: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = faults(monkeypatch, **{name: found})
    assert line.startswith(f"{name}: found {found!r}: ")
    assert wanted in line


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = faults(monkeypatch, PORT="x", PUBLIC_URL="y", BURST_MS="z")
    assert ["PORT", "PUBLIC_URL", "BURST_MS"] == [line.partition(":")[0] for line in lines]


@pytest.mark.parametrize(
    ("url", "database"),
    [
        ("sqlite:///data/x.db", "sqlite:///data/x.db"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("postgres://u:p@host:5432/x", "postgresql+psycopg://u:p@host:5432/x"),
        ("postgresql://host/x?sslmode=require", "postgresql+psycopg://host/x?sslmode=require"),
        ("postgresql+psycopg2://host/x", "postgresql+psycopg://host/x"),
        ("mysql://u@host/x", "mysql+pymysql://u@host/x"),
        ("mysql+pymysql://u@host/x?charset=utf8mb4", "mysql+pymysql://u@host/x?charset=utf8mb4"),
        ("mariadb://u@host:3306/x", "mysql+pymysql://u@host:3306/x"),
    ],
)
def test_each_kind_of_database_gets_our_driver(url: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, DATABASE_URL=url)
    assert (database, database) == (settings.database, settings.migrations_database)


@pytest.mark.parametrize("name", ["DATABASE_URL", "MIGRATIONS_DATABASE_URL"])
@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (f"oracle://u:{HIDDEN}@host/x", "begins with sqlite:///, postgresql://, mysql:// or mariadb://"),
        (HIDDEN, "begins with sqlite:///"),
        ("sqlite://", "a file behind sqlite:///"),
        ("sqlite:///:memory:", "a file behind sqlite:///"),
        (f"postgresql://u:{HIDDEN}@host:port/x", "a server's address"),
        (f"postgresql://u:{HIDDEN}@host", "the database's name"),
    ],
)
def test_an_address_that_is_no_database_is_named(
    name: str, url: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = faults(monkeypatch, **{name: url})
    assert line.startswith(f"{name}: found a secret: wanted ")
    assert wanted in line


def test_migrations_may_have_an_address_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, DATABASE_URL="postgres://app@h/x", MIGRATIONS_DATABASE_URL="postgres://owner@h/x")
    assert "postgresql+psycopg://app@h/x" == settings.database
    assert "postgresql+psycopg://owner@h/x" == settings.migrations_database


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ("TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN: not set, but TWILIO_ACCOUNT_SID is: wanted both or neither"),
        ("TWILIO_ACCOUNT_SID", "TWILIO_ACCOUNT_SID: not set, but TWILIO_AUTH_TOKEN is: wanted both or neither"),
        (
            "TWILIO_SMS_NUMBER",
            "TWILIO_SMS_NUMBER: not set: wanted it, TWILIO_WHATSAPP_NUMBER or TWILIO_MESSAGING_SERVICE_SID",
        ),
        ("ULTRAMSG_TOKEN", "ULTRAMSG_TOKEN: not set, but ULTRAMSG_INSTANCE_ID is: wanted both or neither"),
        ("ULTRAMSG_INSTANCE_ID", "ULTRAMSG_INSTANCE_ID: not set, but ULTRAMSG_TOKEN is: wanted both or neither"),
        (
            "ULTRAMSG_WEBHOOK_SECRET",
            "ULTRAMSG_WEBHOOK_SECRET: not set, but ULTRAMSG_INSTANCE_ID is: wanted a long random word",
        ),
    ],
)
def test_half_a_provider_is_named(left_out: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**TWILIO, **ULTRAMSG}
    del values[left_out]
    assert [said] == faults(monkeypatch, **values)


@pytest.mark.parametrize("left_out", WHATSAPP)
def test_whatsapp_wants_all_four_or_none(left_out: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {name: value for name, value in WHATSAPP.items() if name != left_out}
    first = next(iter(values))
    said = f"{left_out}: not set, but {first} is: wanted all four of WHATSAPP_* or none"
    assert [said] == faults(monkeypatch, **values)


def test_one_of_the_four_names_the_other_three(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 3 == len(faults(monkeypatch, WHATSAPP_APP_SECRET=HIDDEN))


def test_whatsapp_is_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, **WHATSAPP, WHATSAPP_TEMPLATE="booking_news:en_US")
    assert (True, True, False) == (settings.has_whatsapp, settings.has_provider, settings.has_simulator)
    assert HIDDEN not in f"{settings!r} {settings.model_dump_json()}"


def test_a_token_that_cannot_stand_in_a_header_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = faults(monkeypatch, **{**WHATSAPP, "WHATSAPP_TOKEN": f"{HIDDEN} é"})
    assert line.startswith("WHATSAPP_TOKEN: found a secret: ")


def test_a_secret_that_cannot_stand_in_a_path_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = faults(monkeypatch, **{**ULTRAMSG, "ULTRAMSG_WEBHOOK_SECRET": f"{HIDDEN}/more"})
    assert line.startswith("ULTRAMSG_WEBHOOK_SECRET: found a secret: ")


@pytest.mark.parametrize("sender", ["TWILIO_SMS_NUMBER", "TWILIO_WHATSAPP_NUMBER", "TWILIO_MESSAGING_SERVICE_SID"])
def test_one_sender_is_enough_for_twilio(sender: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {**TWILIO, sender: TWILIO["TWILIO_SMS_NUMBER"]}
    if sender != "TWILIO_SMS_NUMBER":
        del values["TWILIO_SMS_NUMBER"]
    settings = reading(monkeypatch, **values)
    assert (True, False, False) == (settings.has_twilio, settings.has_ultramsg, settings.has_simulator)


def test_the_simulator_can_stand_beside_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reading(monkeypatch, **ULTRAMSG, SIMULATOR="1").has_simulator
    assert not reading(monkeypatch, SIMULATOR="0").has_simulator


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [name.upper() for name in Settings.model_fields]
    assert reading(monkeypatch) == reading(monkeypatch, **dict.fromkeys(names, ""))


def test_a_file_is_read_and_the_environment_beats_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lines = ["# ours", "PORT=9000", "BUSINESS_NAME='Café Ünïque'", f"TWILIO_AUTH_TOKEN={HIDDEN}", "UNKNOWN=1", "HOST="]
    (tmp_path / ".env").write_text("\n".join([*lines, "TWILIO_ACCOUNT_SID=AC1", "TWILIO_SMS_NUMBER=+15005550009"]))
    settings = reading(monkeypatch, PORT="9001")
    assert (9001, "Café Ünïque", "0.0.0.0") == (settings.port, settings.business_name, settings.host)
    assert settings.has_twilio


def test_a_wrong_value_in_the_file_is_named_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=x\n")
    assert ["PORT"] == [line.partition(":")[0] for line in faults(monkeypatch)]


def test_a_slash_at_the_end_of_an_address_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "https://desk.example.com" == reading(monkeypatch, PUBLIC_URL="https://desk.example.com/").public_url


def test_settings_do_not_show_secrets_and_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://u:{HIDDEN}@host/x"
    settings = reading(monkeypatch, **TWILIO, **ULTRAMSG, DATABASE_URL=url)
    assert HIDDEN not in f"{settings!r} {settings} {settings.model_dump_json()}"
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]
