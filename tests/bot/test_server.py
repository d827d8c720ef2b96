"""The real thing: `python -m bot run` on a fresh database, with Twilio's stand-in at the other end of the wire."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
import requests

from config import Settings
from tests.fakes.twilio_server import Accepted, FakeTwilio
from tests.patience import PATIENCE

TOP = Path(__file__).parent.parent.parent
SID, TOKEN = "AC" + "0" * 32, "test_auth_token"
OURS, SARA, OMAR = "+15005550006", "+97455501234", "+97455599999"


class Server:
    """One process, its folder, and the webhook's address."""

    def __init__(self, folder: Path, fake: FakeTwilio) -> None:
        self.folder, self.fake = folder, fake
        with create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = folder / "textbook.db"
        self.process: subprocess.Popen[str] | None = None

    def environment(self) -> dict[str, str]:
        ours = {name.upper() for name in Settings.model_fields}
        return {
            **{name: value for name, value in os.environ.items() if name not in ours},
            "PYTHONPATH": str(TOP),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PUBLIC_URL": self.url,
            "COORDINATOR_PHONE_NUMBER": OMAR,
            "TWILIO_ACCOUNT_SID": SID,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_SMS_NUMBER": OURS,
            "TWILIO_API_BASE": self.fake.base_url,
        }

    def start(self) -> "Server":
        """In a folder of its own: a developer's .env says nothing here."""
        command = [sys.executable, "-m", "bot", "run"]
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        return self

    def open(self) -> "Server":
        self.start()
        until(lambda: self._answers(), self)
        return self

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=1).ok
        except requests.RequestException:
            return False

    def text(self, sender: str, body: str) -> None:
        """Somebody texts; Twilio signs and delivers it."""
        answer = self.fake.text(f"{self.url}/webhooks/twilio", sender, OURS, body)
        assert 200 == answer.status_code, answer.text

    def receives(self, phone: str, begin: str) -> Accepted:
        """The message to this phone that begins so, waited for."""

        def found() -> Accepted | None:
            return next((m for m in self.fake.messages if m.to == phone and m.body.startswith(begin)), None)

        message: Accepted = until(found, self)
        return message

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """The exit status, and everything it wrote."""
        assert self.process is not None
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def until(found: Callable[[], Any], server: Server) -> Any:
    end = time.monotonic() + PATIENCE
    while not (thing := found()):
        assert server.process is not None
        if server.process.poll() is not None or time.monotonic() > end:
            server.close()
            raise AssertionError(f"it never came; received: {[m.body for m in server.fake.messages]}")
        time.sleep(0.02)
    return thing


@contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    with FakeTwilio(SID, TOKEN) as fake:
        server = Server(folder, fake)
        try:
            yield server
        finally:
            server.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path) as found:
        yield found


def test_a_stranger_books_and_the_coordinator_approves(server: Server) -> None:
    server.open()
    for body, answer in (
        ("book", "Hello, this is Corner House."),
        ("1", "Individual Therapy Session: which day suits you?"),
        ("tomorrow", ""),
        ("3pm", "Individual Therapy Session (60 min) with Dr Lina"),
        ("yes", "Thank you! Your request #1 is with us"),
    ):
        before = len([m for m in server.fake.messages if m.to == SARA])
        server.text(SARA, body)
        until(lambda many=before: len([m for m in server.fake.messages if m.to == SARA]) > many, server)
        assert [m for m in server.fake.messages if m.to == SARA][-1].body.startswith(answer)
    prompt = server.receives(OMAR, "🔔 NEW BOOKING REQUEST #1")
    assert f"Client: {SARA}" in prompt.body
    server.text(OMAR, "APPROVE 1")
    server.receives(OMAR, "✅ APPROVED: Appointment #1 confirmed successfully!")
    server.receives(SARA, "✅ Confirmed! #1: Individual Therapy Session with Dr Lina")
    columns = "status, confirmed_datetime = preferred_datetime, confirmed_datetime = start_at"
    assert [("confirmed", 1, 1)] == server.rows(f"select {columns} from bookings")
    assert {OURS} == {message.from_ for message in server.fake.messages}
    status, out = server.stop()
    assert 0 == status, out
    assert SARA not in out and TOKEN not in out and "3pm" not in out


def test_the_first_text_is_answered_soon_after_the_start(server: Server) -> None:
    begun = time.monotonic()
    server.open()
    server.text(SARA, "book")
    server.receives(SARA, "Hello, this is Corner House.")
    assert time.monotonic() - begun < PATIENCE


def test_a_delivery_is_reported_with_our_number(server: Server) -> None:
    server.open()
    server.text(SARA, "book")
    message = server.receives(SARA, "Hello")
    until(lambda: server.rows("select status from outbox") == [("sent",)], server)
    assert message.status_callback == f"{server.url}/webhooks/twilio/status?outbox=1"
    assert 204 == server.fake.report(message, "delivered").status_code
    assert [("delivered",)] == server.rows("select status from outbox")


def test_what_was_queued_before_a_stop_is_sent_after_the_next_start(server: Server) -> None:
    server.open()
    server.fake.fail_next(503, times=1000, method="POST")
    server.text(SARA, "book")
    until(lambda: len([asked for asked in server.fake.asked if asked.method == "POST"]) > 0, server)
    assert 0 == server.stop()[0]
    server.fake._planned.clear()
    server.open()
    server.receives(SARA, "Hello, this is Corner House.")
    until(lambda: server.rows("select status from outbox") == [("sent",)], server)
    assert 1 == len(server.fake.messages)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(number: signal.Signals, server: Server) -> None:
    server.open()
    status, out = server.stop(number)
    assert 0 == status, out
    assert "Traceback" not in out
    assert f"Corner House is open on http://127.0.0.1:{server.port}" in out
    assert "Channels: sms" in out
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{server.url}/healthz", timeout=1)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("0000", "The database is behind this version: run `python -m bot migrate`, then start again.\n"),
        (
            "9999",
            "The database was made by a newer version: start that version, or restore a backup made by this one.\n",
        ),
    ],
)
def test_a_schema_that_is_not_ours_is_refused(version: str, said: str, server: Server) -> None:
    migrated = subprocess.run(
        [sys.executable, "-m", "bot", "migrate"], cwd=server.folder, env=server.environment(), capture_output=True
    )
    assert 0 == migrated.returncode
    with closing(sqlite3.connect(server.database)) as connection:
        connection.execute("update alembic_version set version_num = ?", (version,))
        connection.commit()
    server.start()
    assert server.process is not None
    out, _ = server.process.communicate(timeout=PATIENCE)
    assert (2, said) == (server.process.returncode, out)


def test_gunicorn_alone_halts_on_a_schema_that_is_behind(server: Server) -> None:
    """As the Procfile starts it. It must not start workers for ever."""
    with closing(sqlite3.connect(server.database)) as connection:
        connection.execute("create table something (id integer)")
    command = [sys.executable, "-m", "gunicorn", "-c", str(TOP / "gunicorn.conf.py")]
    done = subprocess.run(
        command, cwd=server.folder, env=server.environment(), capture_output=True, text=True, timeout=PATIENCE
    )
    assert 2 == done.returncode
    assert "The database is behind this version: run `python -m bot migrate`" in done.stderr


def test_gunicorn_starts_and_takes_texts_while_the_database_is_away(server: Server) -> None:
    """As the Procfile starts it."""
    with create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    environment = {**server.environment(), "DATABASE_URL": f"postgresql://127.0.0.1:{nobody}/textbook"}
    command = [sys.executable, "-m", "gunicorn", "-c", str(TOP / "gunicorn.conf.py")]
    server.process = subprocess.Popen(
        command, cwd=server.folder, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    until(lambda: _status(f"{server.url}/healthz") == 200, server)
    server.text(SARA, "book")
    assert 1 == len(list((server.folder / "data" / "journal").glob("*.entry")))
    assert 503 == _status(f"{server.url}/readyz")
    status, out = server.stop()
    assert 0 == status, out
    assert '"event":"database_away"' in out


def _status(url: str) -> int:
    try:
        return requests.get(url, timeout=60).status_code
    except requests.RequestException:
        return 0


def test_a_journal_that_cannot_be_written_halts_gunicorn(server: Server) -> None:
    (server.folder / "file").touch()
    environment = {**server.environment(), "JOURNAL_DIR": "file/journal"}
    command = [sys.executable, "-m", "gunicorn", "-c", str(TOP / "gunicorn.conf.py")]
    done = subprocess.run(command, cwd=server.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert 2 == done.returncode
    assert "JOURNAL_DIR: file/journal cannot be written: Not a directory." in done.stderr


def test_wrong_settings_are_named(server: Server) -> None:
    environment = {**server.environment(), "PORT": "eighty", "TWILIO_SMS_NUMBER": "5005550006"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "run"], cwd=server.folder, env=environment, capture_output=True, text=True
    )
    assert 2 == done.returncode
    head, *names = done.stderr.splitlines()
    assert "These settings cannot be used:" == head
    assert ["PORT", "TWILIO_SMS_NUMBER"] == [line.partition(":")[0] for line in names]
    assert TOKEN not in done.stderr
