"""What the running server logs: JSON lines, one id along each message's way, and never a text or a whole number."""

import base64
import io
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from bot.clock import Clock
from bot.lines import About, Lines
from bot.logs import as_line, log, without_number
from tests.conftest import Databases
from tests.databases import _free_port
from tests.fakes.llm_server import MODEL, FakeLLM
from tests.fakes.twilio_server import FakeTwilio, signed_post
from tests.patience import PATIENCE, eventually

TOP = Path(__file__).parent.parent.parent
SID, TOKEN, KEY = "AC" + "8" * 32, "a token", "hunter2-k3y"
OURS, OMAR, SARA, REFUSED = "+15005550006", "+97455500000", "+97455501234", "+15005550009"
SECRET = "Xylophone Zebra Quandary"
"""A phrase that nothing but a person's text holds, and that says nothing to us."""
ALONG_THE_WAY = {
    "message_received", "interpreter_asked", "message_sent", "message_put_off", "message_given_up", "delivery_reported",
}  # fmt: skip


class Server:
    """`python -m bot run` with a language model, and what it writes."""

    def __init__(self, url: str, twilio: FakeTwilio, llm: FakeLLM, folder: Path, level: str) -> None:
        port, self.log, self.twilio = _free_port(), folder / "server.log", twilio
        self.address = f"http://127.0.0.1:{port}"
        own = {
            "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(port), "PUBLIC_URL": self.address,
            "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
            "TWILIO_API_BASE": twilio.base_url, "COORDINATOR_PHONE_NUMBER": OMAR, "SIMULATOR": "false",
            "LLM_API_BASE": llm.api_base, "LLM_API_KEY": KEY, "LLM_MODEL": MODEL, "LOG_LEVEL": level,
            "PYTHONPATH": str(TOP), "BURST_MS": "300",
        }  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=folder, env=os.environ | own, stdout=log, stderr=log
            )
        eventually(self.answers, "it does not start")

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def text(self, sender: str, words: str) -> None:
        assert 200 == self.twilio.text(f"{self.address}/webhooks/twilio", sender, OURS, words).status_code

    def written(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Every line but the three for whoever started it, each of which must be JSON."""
        return [json.loads(line) for line in self.written().splitlines()[3:]]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


MakeServer = Callable[[str], Server]


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(SID, TOKEN) as fake:
        yield fake


@pytest.fixture
def start(databases: Databases, twilio: FakeTwilio, tmp_path: Path) -> Iterator[MakeServer]:
    url, started = databases.copy("sqlite"), []
    with FakeLLM(KEY) as llm:

        def make(level: str) -> Server:
            started.append(Server(url, twilio, llm, tmp_path, level))
            return started[-1]

        yield make
        for server in started:
            server.stop()
    databases.drop("sqlite", url)


def the_whole_way(server: Server, twilio: FakeTwilio) -> None:
    """Texts not understood, that wait, whose answers are put off and given up; reports, and calls of strangers."""

    def sent_to(phone: str, many: int) -> bool:
        return len([one for one in twilio.messages if one.to == phone]) >= many

    twilio.fail_next(500, times=1, method="POST")
    server.text(SARA, SECRET)
    eventually(lambda: sent_to(SARA, 1), "no answer")
    server.text(SARA, "hi")
    eventually(lambda: sent_to(SARA, 2), "no answer to what waits")
    server.text(SARA, f"haircut tomorrow at 3pm, my name is {SECRET}")
    eventually(lambda: sent_to(SARA, 3), "no proposal")
    server.text(REFUSED, f"book {SECRET}")
    eventually(lambda: '"message_given_up"' in server.written(), "Twilio's refusal is not recorded")
    for message, status in zip(twilio.messages, ("delivered", "undelivered"), strict=False):
        assert 204 == twilio.report(message, status, 30003 if status == "undelivered" else None).status_code
    form = twilio.text_form(SARA, OURS, SECRET)
    assert 403 == signed_post(f"{server.address}/webhooks/twilio", form, "another token").status_code
    unreadable = {name: value for name, value in form.items() if not name.endswith("Sid")}
    signed_post(f"{server.address}/webhooks/twilio", unreadable, TOKEN)
    requests.get(f"{server.address}/{SECRET}?from={quote(SARA)}", timeout=60)


def disguises(secret: str) -> list[str]:
    """A secret as it stands, in a URL, and in base64 wherever it begins in what is encoded."""
    cut = [base64.b64encode(b"_" * before + secret.encode())[4:-4].decode() for before in range(3)]
    return [secret, secret.lower(), quote(secret), quote(secret, safe=""), secret.replace(" ", "+"), *cut]


def test_neither_texts_nor_numbers_are_ever_written_and_every_line_is_json(
    start: MakeServer, twilio: FakeTwilio
) -> None:
    server = start("DEBUG")
    the_whole_way(server, twilio)
    server.stop()
    written = server.written()
    for private in (SECRET, SARA, SARA.lstrip("+"), REFUSED.lstrip("+"), OMAR.lstrip("+"), TOKEN, KEY):
        for disguise in disguises(private):
            assert disguise not in written
    assert {line["level"] for line in server.lines()} >= {"info", "warning", "error"}


def test_one_id_runs_along_each_messages_way(start: MakeServer, twilio: FakeTwilio) -> None:
    server = start("INFO")
    the_whole_way(server, twilio)
    eventually(lambda: server.written().count('"message_sent"') == 3, "not all is recorded")
    lines = [line for line in server.lines() if line["event"] in ALONG_THE_WAY]
    assert ALONG_THE_WAY == {line["event"] for line in lines}
    ways: dict[str, list[str]] = {}
    for line in lines:
        ways.setdefault(line["trace"], []).append(line["event"])
    first, waits, proposal, refused = ways.values()
    assert ["message_received", "interpreter_asked", "message_put_off", "message_sent", "delivery_reported"] == first
    assert {"message_received", "message_sent", "delivery_reported"} == set(waits)  # a text may be quicker than a line
    assert {"message_received", "message_sent"} == set(proposal)
    assert {"message_received", "message_given_up"} <= set(refused)


def test_the_level_is_honoured(start: MakeServer, twilio: FakeTwilio) -> None:
    server = start("ERROR")
    the_whole_way(server, twilio)
    assert {"error"} == {line["level"] for line in server.lines()}


def test_gunicorns_own_lines_are_json_too(start: MakeServer) -> None:
    server = start("INFO")
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
    pairs = [line.split() for line in listed.splitlines()]
    for worker in [int(pid) for pid, parent in pairs if int(parent) == server.process.pid]:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: "SIGKILL" in server.written(), "gunicorn says nothing of it")
    assert any("SIGKILL" in line["event"] and line["level"] == "error" for line in server.lines())


def test_an_error_that_nobody_catches_is_a_line_without_its_words() -> None:
    code = (
        "import threading; from bot.logs import set_up_logs, log_what_breaks\n"
        "set_up_logs('INFO'); log_what_breaks()\n"
        f"def break_(): raise ValueError('{SECRET}')\n"
        "thread = threading.Thread(target=break_, name='a-thread'); thread.start(); thread.join()\n"
        "break_()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=TOP, capture_output=True, text=True)
    assert 1 == done.returncode
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [("uncaught", "a-thread"), ("uncaught", "MainThread")] == [(one["event"], one["thread"]) for one in lines]
    assert all("ValueError" == one["exception"][0]["exc_type"] for one in lines)
    assert SECRET not in done.stderr


def test_who_has_closed_what_lines_go_to_breaks_nothing(tmp_path: Path) -> None:
    gone = io.StringIO()
    gone.close()
    with (tmp_path / "log").open("w") as file:
        Lines(file, as_line).write(b"a line")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody_reads:
        for stream in (gone, file, nobody_reads):
            Lines(stream, as_line).write(b"another")
    assert (tmp_path / "log").read_text() == "a line\n"


def test_the_lines_of_libraries_need_no_lock_in_any_version_of_python() -> None:
    stream = io.StringIO()
    lines = Lines(stream, as_line)
    record = logging.makeLogRecord({"msg": "a library's", "name": "library"})
    assert lines.handle(record)
    with lines.lock:  # type: ignore[union-attr] # as Handler.handle does from 3.13 on
        lines.emit(record)
    lines.acquire()  # as it did until then, and as shutdown does always
    lines.release()
    logging.shutdown([lambda: lines])
    assert ["a library's"] * 2 == [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


def test_a_line_says_what_it_is_about_until_that_ends(logged: io.StringIO) -> None:
    with About(trace="outer", channel="sms"):
        with About(trace="inner"):
            log.info("first", channel="its own")
            logging.getLogger("some.library").warning("second of %s", "two")
        log.error("third")
    log.warning("fourth")
    first, second, third, fourth = (json.loads(line) for line in logged.getvalue().splitlines())
    assert ["channel", "event", "trace", "level", "timestamp"] == list(first)
    assert ("its own", "first", "inner", "info") == tuple(first.values())[:-1]
    assert ("second of two", "inner", "sms", "warning") == tuple(second.values())[:-1]
    assert ("third", "outer", "sms", "error") == tuple(third.values())[:-1]
    assert ("fourth", "warning") == tuple(fourth.values())[:-1]
    for line in (first, second, third, fourth):
        at = datetime.fromisoformat(line["timestamp"])
        assert line["timestamp"].endswith("Z") and abs(at - Clock().now()) < timedelta(minutes=5)


def test_half_a_character_breaks_no_line(logged: io.StringIO) -> None:
    log.info("named", file="a\udc80b…", of="ü")
    assert {"file": "a\udc80b…", "of": "ü", "event": "named"}.items() <= json.loads(logged.getvalue()).items()


def test_metas_ids_are_logged_without_the_number_in_them() -> None:
    inner = b"\x1c\x18\x0b97455501234\x15\x02\x00\x11\x18\x129A3CA5B3D4CD6E67E7\x00"
    shown = without_number(f"wamid.{base64.b64encode(inner).decode()}")
    assert shown.startswith("…") and len(shown) == 13
    assert b"974" not in base64.b64decode(shown[1:] + "=" * (-len(shown[1:]) % 4))
    assert "SM1" == without_number("SM1")
