"""`doctor`: what is wrong is named with what to do, secrets are never shown, and nobody is asked who is not set up."""

import argparse
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.clock import Clock
from bot.commands import doctor
from bot.database import Database
from bot.doctor import setup
from config import Settings
from conversations.delivery import Delivery
from models.business import business, coordinators, service_staff, services, staff_shifts
from models.conversations import change_conversation, conversation_for
from models.messages import add_outbound
from models.outbox import add_to_outbox
from tests.fakes.twilio_server import FakeTwilio
from tests.fakes.ultramsg_server import FakeUltraMsg
from tests.fakes.whatsapp_server import FakeWhatsApp

SID, TOKEN, SECRET = "AC0123456789", "hunter2-t0ken", "hunter2-w0rd"
OMAR = "+97455500000"


def set_version(database: Database, version: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :version"), {"version": version})


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(SID, TOKEN) as fake:
        yield fake


@pytest.fixture
def ultramsg() -> Iterator[FakeUltraMsg]:
    with FakeUltraMsg("instance77", TOKEN) as fake:
        yield fake


@pytest.fixture
def whatsapp() -> Iterator[FakeWhatsApp]:
    with FakeWhatsApp("990011", TOKEN, SECRET) as fake:
        yield fake


class Doctor:
    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def says(self, status: int, **values: str) -> list[str]:
        """The lines, having looked at the exit status and for secrets."""
        for name, value in values.items():
            self._monkeypatch.setenv(name, value)
        assert status == doctor.run(argparse.Namespace())
        out = self._capsys.readouterr().out
        assert TOKEN not in out and SECRET not in out and "hunter2" not in out
        assert {line[:2] for line in out.splitlines()} <= {"✓ ", "! ", "✗ "}
        return out.splitlines()


@pytest.fixture
def sick(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Doctor:
    return Doctor(monkeypatch, capsys)


@pytest.fixture
def ready(sick: Doctor, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Over the demonstration."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return sick


def with_twilio(fake: FakeTwilio, **more: str) -> dict[str, str]:
    same = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": "+15005550009"}
    return {**same, "TWILIO_API_BASE": fake.base_url, "PUBLIC_URL": "https://desk.example.com", **more}


def with_ultramsg(fake: FakeUltraMsg, **more: str) -> dict[str, str]:
    same = {"ULTRAMSG_INSTANCE_ID": "instance77", "ULTRAMSG_TOKEN": TOKEN, "ULTRAMSG_WEBHOOK_SECRET": SECRET}
    return {**same, "ULTRAMSG_API_BASE": fake.base_url, "PUBLIC_URL": "https://desk.example.com", **more}


def with_whatsapp(fake: FakeWhatsApp, **more: str) -> dict[str, str]:
    same = {"WHATSAPP_TOKEN": TOKEN, "WHATSAPP_PHONE_NUMBER_ID": "990011", "WHATSAPP_TEMPLATE": "booking_news:en"}
    words = {"WHATSAPP_APP_SECRET": SECRET, "WHATSAPP_VERIFY_TOKEN": SECRET}
    return {**same, **words, "WHATSAPP_API_BASE": fake.base_url, "PUBLIC_URL": "https://desk.example.com", **more}


def change(database: Database, *statements: object) -> None:
    """By hand, and every process is told."""
    for statement in (*statements, update(business).values(version=business.c.version + 1)):
        database.transact(lambda session, one=statement: session.execute(one) and None)  # type: ignore[misc]


class TestSettings:
    def test_each_wrong_one_is_a_line(self, sick: Doctor) -> None:
        url = f"oracle://u:{SECRET}@host/x"
        lines = sick.says(1, PORT="x", BURST_MS="-1")
        assert [True, True] == [line.startswith("✗ Settings: ") for line in lines]
        assert "PORT: found 'x'" in lines[0]
        (line,) = sick.says(1, PORT="1", BURST_MS="1", DATABASE_URL=url)
        assert line.startswith("✗ Settings: DATABASE_URL: ")

    def test_a_long_wait_is_looked_at(self, sick: Doctor) -> None:
        assert any(line.startswith("! BURST_MS is 9000") for line in sick.says(0, BURST_MS="9000"))

    @pytest.mark.parametrize(("free", "mark"), [(50, "✗"), (500, "!"), (5000, "✓")])
    def test_a_full_disk_is_told(self, free: int, mark: str, sick: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = type("Usage", (), {"free": free * 1_000_000})
        monkeypatch.setattr(setup.shutil, "disk_usage", lambda _: usage)
        lines = sick.says(int(mark == "✗"))
        assert any(line.startswith(f"{mark} Disk: {free} MB are free.") for line in lines)


class TestDatabase:
    def test_none_yet_is_no_fault_and_none_is_made(self, sick: Doctor, tmp_path: Path) -> None:
        assert "! Database: there is none yet. `python -m bot run` makes one." in sick.says(0)
        assert not (tmp_path / "data" / "textbook.db").exists()

    def test_an_empty_one_is_no_fault(self, sick: Doctor, tmp_path: Path) -> None:
        (tmp_path / "x.db").touch()
        lines = sick.says(0, DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
        assert any(line.startswith("! Database: reachable and empty.") for line in lines)

    def test_one_that_is_behind_is_told_with_the_command(self, ready: Doctor, database: Database) -> None:
        set_version(database, "0000")
        assert "✗ Database: its schema is behind this version. Run `python -m bot migrate`." in ready.says(1)

    def test_one_that_is_ahead_is_told(self, ready: Doctor, database: Database) -> None:
        set_version(database, "9999")
        assert any(line.startswith("✗ Database: made by a newer version.") for line in ready.says(1))

    @pytest.mark.parametrize("scheme", ["postgresql", "mariadb"])
    def test_one_that_cannot_be_reached_is_told(self, scheme: str, sick: Doctor) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        lines = sick.says(1, DATABASE_URL=f"{scheme}://u:{SECRET}@127.0.0.1:{port}/x")
        assert any(line.startswith("✗ Database: cannot be reached: ") for line in lines)

    def test_one_that_cannot_be_opened_is_told(self, sick: Doctor, tmp_path: Path) -> None:
        lines = sick.says(1, DATABASE_URL=f"sqlite:///{tmp_path}")
        assert any(line.startswith("✗ Database: cannot be reached: ") for line in lines)


class TestBusiness:
    def test_the_demonstration_lacks_only_a_channel(self, ready: Doctor) -> None:
        assert [
            "✓ Database: reachable, its schema is current.",
            "✓ Business: Corner House. 4 services can be booked, 3 staff.",
            "! Coordinator Omar: is reached by the simulator only. Set up a provider to reach their phone.",
            "✓ Messages: none has failed for good.",
            "! Channels: no provider is set up; `python -m bot chat` works without one. See docs/settings.md.",
        ] == [line for line in ready.says(0)[3:] if "Row security" not in line]  # which the tests' own role bypasses

    def test_none_is_told_with_the_command(self, ready: Doctor, database: Database) -> None:
        database.transact(lambda session: session.execute(business.delete()) and None)
        assert "✗ Business: none is loaded. Run `python -m bot load business.toml`." in ready.says(1)

    def test_a_service_that_nobody_gives(self, ready: Doctor, database: Database) -> None:
        change(database, service_staff.delete().where(service_staff.c.service_id == 4))
        lines = ready.says(0)
        assert "! Service Maths Lesson: nobody gives it, so it is not offered. Name its staff." in lines
        assert "✓ Business: Corner House. 3 services can be booked, 3 staff." in lines

    def test_nothing_to_book(self, ready: Doctor, database: Database) -> None:
        change(database, services.update().values(active=False))
        assert any(line.startswith("✗ Business: Corner House. Nothing can be booked") for line in ready.says(1))

    def test_staff_without_hours(self, ready: Doctor, database: Database) -> None:
        change(database, staff_shifts.delete().where(staff_shifts.c.staff_id == 1))
        assert "! Staff Dr Lina: has no hours, so nothing is ever free. Give them hours." in ready.says(0)

    def test_a_language_we_do_not_speak(self, ready: Doctor) -> None:
        assert any(
            line.startswith("✗ Language xx: we do not speak it.") for line in ready.says(1, DEFAULT_LANGUAGE="xx")
        )


class TestCoordinator:
    def test_one_without_a_phone(self, ready: Doctor, database: Database) -> None:
        change(database, coordinators.update().values(phone=""))
        lines = ready.says(1)
        assert "✗ Coordinator Omar: has no phone, so requests reach nobody. Set COORDINATOR_PHONE_NUMBER." in lines
        assert not any("has no phone" in line for line in ready.says(0, COORDINATOR_PHONE_NUMBER="+97455511111"))

    def test_none_that_is_the_default(self, ready: Doctor, database: Database) -> None:
        change(database, coordinators.update().values(active=False))
        assert any(line.startswith("✗ Coordinator: none is the default.") for line in ready.says(1))

    def test_one_whom_no_channel_reaches(self, ready: Doctor, twilio: FakeTwilio) -> None:
        values = with_twilio(twilio, COORDINATOR_PHONE_NUMBER="whatsapp:+97455511111")
        lines = ready.says(1, **values)
        assert "✗ Coordinator Omar: no channel that is set up reaches them. Set up whatsapp." in lines

    def test_one_who_is_reached(self, ready: Doctor, twilio: FakeTwilio) -> None:
        assert "✓ Coordinator Omar: is reached by sms." in ready.says(0, **with_twilio(twilio))

    def test_one_who_has_opted_out(self, ready: Doctor, twilio: FakeTwilio, database: Database) -> None:
        now = Clock().now()
        database.transact(lambda s: change_conversation(s, conversation_for(s, "sms", OMAR, now).id, opted_out_at=now))
        lines = ready.says(1, **with_twilio(twilio))
        assert "✗ Coordinator Omar: has opted out on sms, so nothing is sent. Let them text START." in lines


def test_dead_letters_are_counted(ready: Doctor, database: Database) -> None:
    now = Clock().now()

    def two(session: object) -> None:
        conversation = conversation_for(session, "sms", OMAR, now)  # type: ignore[arg-type]
        for status in (Delivery.DEAD, Delivery.FAILED, Delivery.SENT):
            same = {"conversation_id": conversation.id, "channel": "sms", "body": "x", "trace": "t"}
            message_id = add_outbound(
                session, **same, media=[], quoted_id="", opt_out="", at=now  # type: ignore[arg-type]
            )  # fmt: skip
            add_to_outbox(
                session, **same, message_id=message_id, kind="hello", address=OMAR, lane="l", due_at=now,  # type: ignore[arg-type]
                created_at=now, status=status,
            )  # fmt: skip

    database.transact(two)
    assert any(line.startswith("! Messages: 2 did not arrive") for line in ready.says(0))


class TestProviders:
    def test_nobody_is_asked_who_is_not_set_up(self, ready: Doctor, twilio: FakeTwilio, ultramsg: FakeUltraMsg) -> None:
        ready.says(0, TWILIO_API_BASE=twilio.base_url, ULTRAMSG_API_BASE=ultramsg.base_url)
        assert ([], []) == (twilio.asked, ultramsg.asked)

    def test_both_let_us_in(self, ready: Doctor, twilio: FakeTwilio, ultramsg: FakeUltraMsg) -> None:
        lines = ready.says(0, **{**with_twilio(twilio), **with_ultramsg(ultramsg)})
        assert "✓ Twilio: lets us in; the account is active." in lines
        assert "✓ UltraMsg: lets us in; the phone is linked." in lines
        assert "✓ Set as Twilio's webhook for incoming messages: https://desk.example.com/webhooks/twilio" in lines
        assert [("GET", f"/2010-04-01/Accounts/{SID}.json")] == [(asked.method, asked.path) for asked in twilio.asked]
        assert [("GET", "/instance77/instance/status")] == [(asked.method, asked.path) for asked in ultramsg.asked]

    def test_twilio_with_a_wrong_token(self, ready: Doctor, twilio: FakeTwilio) -> None:
        lines = ready.says(1, **with_twilio(twilio, TWILIO_AUTH_TOKEN=f"{TOKEN}x"))
        assert "✗ Twilio: does not let us in (20003). Look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN." in lines

    def test_twilio_that_does_not_answer(self, ready: Doctor, twilio: FakeTwilio) -> None:
        twilio.fail_next(503)
        assert any(line.startswith("✗ Twilio: does not answer") for line in ready.says(1, **with_twilio(twilio)))

    def test_something_else_than_twilio(self, ready: Doctor, twilio: FakeTwilio) -> None:
        twilio.answer_html()
        assert any(
            line.startswith("✗ Twilio: its answer cannot be read") for line in ready.says(1, **with_twilio(twilio))
        )

    def test_ultramsg_with_a_wrong_token(self, ready: Doctor, ultramsg: FakeUltraMsg) -> None:
        lines = ready.says(1, **with_ultramsg(ultramsg, ULTRAMSG_TOKEN=f"{TOKEN}x"))
        assert "✗ UltraMsg: does not let us in. Look at ULTRAMSG_INSTANCE_ID and ULTRAMSG_TOKEN." in lines

    def test_ultramsg_that_is_not_there(self, ready: Doctor, ultramsg: FakeUltraMsg) -> None:
        ultramsg.cut_after_accepting(method="GET")
        assert any(line.startswith("✗ UltraMsg: does not answer") for line in ready.says(1, **with_ultramsg(ultramsg)))

    def test_something_else_than_ultramsg(self, ready: Doctor, ultramsg: FakeUltraMsg) -> None:
        ultramsg.answer_html()
        assert "✗ UltraMsg: its answer cannot be read. Look at ULTRAMSG_API_BASE." in ready.says(
            1, **with_ultramsg(ultramsg)
        )

    def test_whatsapp_lets_us_in(self, ready: Doctor, whatsapp: FakeWhatsApp) -> None:
        lines = ready.says(0, **with_whatsapp(whatsapp))
        assert "✓ WhatsApp: lets us in; the number is ours." in lines
        hook = "https://desk.example.com/webhooks/whatsapp"
        assert f"✓ Set as WhatsApp's webhook, with WHATSAPP_VERIFY_TOKEN: {hook}" in lines
        assert "✓ Coordinator Omar: is reached by whatsapp_cloud." in lines
        assert [("GET", "/v25.0/990011")] == [(asked.method, asked.path) for asked in whatsapp.asked]

    @pytest.mark.parametrize("wrong", [{"WHATSAPP_TOKEN": f"{TOKEN}x"}, {"WHATSAPP_PHONE_NUMBER_ID": "990012"}])
    def test_whatsapp_with_a_wrong_setting(self, wrong: dict[str, str], ready: Doctor, whatsapp: FakeWhatsApp) -> None:
        said = "✗ WhatsApp: does not let us in. Look at WHATSAPP_TOKEN and WHATSAPP_PHONE_NUMBER_ID."
        assert said in ready.says(1, **with_whatsapp(whatsapp, **wrong))

    def test_whatsapp_that_is_not_there_or_is_something_else(self, ready: Doctor, whatsapp: FakeWhatsApp) -> None:
        whatsapp.cut_after_accepting(method="GET")
        assert any(line.startswith("✗ WhatsApp: does not answer") for line in ready.says(1, **with_whatsapp(whatsapp)))
        whatsapp.answer_html()
        assert "✗ WhatsApp: its answer cannot be read. Look at WHATSAPP_API_BASE." in ready.says(1)

    def test_whatsapp_without_a_template(self, ready: Doctor, whatsapp: FakeWhatsApp) -> None:
        lines = ready.says(0, **with_whatsapp(whatsapp, WHATSAPP_TEMPLATE=""))
        assert any(line.startswith("! WHATSAPP_TEMPLATE is not set") for line in lines)

    @pytest.mark.parametrize(
        ("url", "said"), [("", "! PUBLIC_URL is not set"), ("http://desk.example.com", "! PUBLIC_URL is http://desk")]
    )
    def test_providers_need_a_public_address(self, url: str, said: str, ready: Doctor, twilio: FakeTwilio) -> None:
        assert any(line.startswith(said) for line in ready.says(0, **with_twilio(twilio, PUBLIC_URL=url)))
