"""The mail server's settings: what is wrong is named without its secret, and the doctor tries them out."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.desk import open_desk
from bot.doctor.email import email
from bot.worker import Worker
from config import Settings, WrongSettings, read_settings
from tests.fakes.smtp_server import FakeSMTP, Fault

HIDDEN = "hunter2-s3cret"
EMAIL = {"SMTP_URL": "smtp://smtp.example.com", "SMTP_FROM": "Sara <desk@example.com>"}


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def reading(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def says(server: FakeSMTP, **values: object) -> str:
    own = {"smtp_url": f"smtp+plain://127.0.0.1:{server.port}", "smtp_from": "desk@example.com"}
    (finding,) = email(Settings(_env_file=None, **{**own, **values}))  # type: ignore[arg-type]
    return str(finding)


def test_without_settings_there_is_no_email(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch)
    assert not settings.has_email
    assert [] == list(email(settings))
    assert "email" not in open_desk(settings).channels


def test_a_server_and_a_sender_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = reading(monkeypatch, **EMAIL)
    assert settings.has_email
    assert ("smtp.example.com", 587, "starttls", "", "") == settings.mail_server
    assert "email" in open_desk(settings).channels


def test_emails_have_senders_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Worker(open_desk(reading(monkeypatch))).emails is None
    assert Worker(open_desk(reading(monkeypatch, **EMAIL))).emails is not None


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"SMTP_URL": "smtp://smtp.example.com"}, "SMTP_FROM: not set"),
        ({"SMTP_FROM": "desk@example.com"}, "SMTP_URL: not set"),
        ({**EMAIL, "SMTP_URL": "smtp://desk@smtp.example.com"}, "SMTP_URL: found a secret: wanted a user and their"),
        ({**EMAIL, "SMTP_URL": f"smtp://:{HIDDEN}@smtp.example.com"}, "SMTP_URL: found a secret: wanted a user and"),
        ({**EMAIL, "SMTP_FROM": "Sara"}, "SMTP_FROM: found 'Sara': wanted an email address"),
        ({**EMAIL, "SMTP_FROM": "Sara\nBcc: a@b.co <desk@example.com>"}, "SMTP_FROM: found"),
        ({**EMAIL, "SMTP_URL": "ssl://smtp.example.com"}, "SMTP_URL: found a secret: wanted an address that begins"),
        ({**EMAIL, "SMTP_URL": "smtp.example.com"}, "SMTP_URL: found a secret: wanted an address that begins"),
        ({**EMAIL, "SMTP_URL": "smtp://smtp.example.com:0"}, "SMTP_URL: found a secret: wanted a port"),
        ({**EMAIL, "SMTP_URL": f"smtp://desk:{HIDDEN}@smtp.example.com:70000"}, "SMTP_URL: found a secret: wanted a"),
        ({**EMAIL, "SMTP_URL": "smtp://smtp.example.com/inbox"}, "SMTP_URL: found a secret: wanted a server's"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, values: dict[str, str], named: str) -> None:
    with pytest.raises(WrongSettings) as raised:
        reading(monkeypatch, **values)
    assert named in str(raised.value)
    assert HIDDEN not in str(raised.value)


def test_the_doctor_says_that_the_server_lets_us_in(tmp_path: Path) -> None:
    with FakeSMTP() as server:
        assert "✓ Email: the server lets us in." == says(server)


def test_the_doctor_says_what_to_look_at(tmp_path: Path) -> None:
    with FakeSMTP("desk", HIDDEN, tmp_path) as server:
        said = says(server, smtp_url=f"smtp+plain://desk:wrong@127.0.0.1:{server.port}")
        assert "does not let us in (no_auth)" in said
        said = says(server, smtp_url=f"smtp://127.0.0.1:{server.port}")
        assert said.startswith("✗ Email: self-signed certificate")
    with FakeSMTP() as server:
        said = says(server, smtp_url=f"smtp://127.0.0.1:{server.port}")
        assert "offers no STARTTLS. Look at SMTP_URL" in said
    with socket.socket() as unused, FakeSMTP() as server:
        unused.bind(("127.0.0.1", 0))
        said = says(server, smtp_url=f"smtp+plain://127.0.0.1:{unused.getsockname()[1]}")
        assert "no answer that can be used (ConnectionRefusedError)" in said


def test_the_doctor_sends_nothing() -> None:
    with FakeSMTP(faults=[Fault("MAIL", "550 never")]) as server:  # type: ignore[arg-type]
        says(server)
        assert ([], 0) == (server.taken, server.tries)


def test_a_way_in_the_open_is_pointed_at() -> None:
    settings = Settings(_env_file=None, smtp_url=SecretStr("smtp+plain://192.0.2.1"), smtp_from="desk@example.com")
    assert "everybody on the way" in str(next(email(settings)))


def test_a_start_without_email_loads_nothing_of_it() -> None:
    code = (
        "import sys; from config import Settings; from bot.desk import open_desk; open_desk(Settings(_env_file=None));"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", f"{code} print('smtplib' in sys.modules, 'icalendar' in sys.modules)"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "False False" == loaded.stdout.strip()
