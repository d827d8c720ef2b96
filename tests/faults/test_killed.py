"""The running program is killed at any moment, and started again: nothing is lost, and nothing goes out twice."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from sqlalchemy import Row, select

from bot.clock import Clock
from bot.database import Database
from conversations.booking import BookingStatus
from models.bookings import booking_transitions, bookings
from models.clients import clients
from models.conversations import turns
from models.messages import Direction, messages
from models.outbox import UNSENT, outbox
from tests.databases import _free_port, chosen
from tests.fakes.twilio_server import FakeTwilio, signed_post
from tests.patience import NotPlayed, eventually

pytestmark = pytest.mark.every_database

TOP = Path(__file__).parent.parent.parent
SID, TOKEN = "AC" + "5" * 32, "a token"
OURS, OMAR, SARA, LEA = "+15005550006", "+97455500000", "+97455501234", "+97455507777"
DOHA = ZoneInfo("Asia/Qatar")


@pytest.fixture(params=[name for name in chosen() if name != "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    """MariaDB is killed in the long run."""
    return str(request.param)


class Server:
    """`python -m bot run`, to be killed and started again on the same port and database."""

    def __init__(self, url: str, twilio: FakeTwilio, folder: Path) -> None:
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        own = {
            "DATABASE_URL": url, "HOST": "127.0.0.1", "PORT": str(self.port), "PUBLIC_URL": self.address,
            "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
            "TWILIO_API_BASE": twilio.base_url, "COORDINATOR_PHONE_NUMBER": OMAR, "SIMULATOR": "false",
            "JOURNAL_DIR": str(folder / "journal"),
        }  # fmt: skip
        self._environment = os.environ | own
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it answers."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=TOP, env=self._environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        eventually(self.answers, "the server does not start")

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=2).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """End it and its worker at once, with no chance to tidy up."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def kill_worker(self) -> None:
        """End the worker alone: gunicorn's master starts another."""
        assert self._process is not None
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True).stdout
        pairs = [line.split() for line in listed.splitlines()]
        for worker in [int(pid) for pid, parent in pairs if int(parent) == self._process.pid]:
            os.kill(worker, signal.SIGKILL)


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio(SID, TOKEN) as fake:
        yield fake


@pytest.fixture
def server(database_url: str, twilio: FakeTwilio, tmp_path: Path) -> Iterator[Server]:
    started = Server(database_url, twilio, tmp_path)
    started.start()
    yield started
    started.kill()


class Phones:
    """People who text through Twilio, which repeats what was not taken."""

    def __init__(self, server: Server, twilio: FakeTwilio) -> None:
        self.server, self.twilio = server, twilio
        self.accepted: list[str] = []
        self.repeated = 0

    def text(self, from_: str, words: str) -> None:
        """Deliver one text until it is answered with 200."""
        url = f"{self.server.address}/webhooks/twilio"
        form = self.twilio.text_form(from_, OURS, words)
        eventually(lambda: self._delivered(url, form), f"{words!r} is not taken")
        self.accepted.append(form["MessageSid"])

    def _delivered(self, url: str, form: dict[str, str]) -> bool:
        try:
            taken = signed_post(url, form, TOKEN).status_code == 200
        except requests.RequestException:
            taken = False
        self.repeated += not taken
        return taken

    def book(self, phone: str, day: date, hour: int) -> None:
        self.text(phone, "hi")
        self.text(phone, f"therapy {day:%d %B %Y} at {hour}:00")
        self.text(phone, "yes")

    def approve(self, phone: str) -> None:
        """Approve their request as the coordinator, when it has come."""
        eventually(lambda: self._request_of(phone), f"no request of {phone} has come")
        self.text(OMAR, f"APPROVE {self._request_of(phone)}")

    def _request_of(self, phone: str) -> str:
        found = [re.search(r"#(\d+)\n.*" + re.escape(phone), sent.body) for sent in self.twilio.messages]
        return next((match[1] for match in found if match), "")


def test_whenever_it_is_killed_nothing_is_lost_and_nothing_goes_out_twice(
    server: Server, twilio: FakeTwilio, database: Database
) -> None:
    chance, phones, enough = random.Random(20261121), Phones(server, twilio), threading.Event()
    wanted: dict[str, tuple[datetime, BookingStatus]] = {}
    wrong: list[BaseException] = []

    def one_after_the_other(first: int) -> None:
        try:
            for number in range(first, 900, 2):
                if enough.is_set():
                    return
                phone, day = f"+974555{first}{number:04}", (Clock().now() + timedelta(days=5 + number // 9)).date()
                hour, is_approved = 9 + number % 9, number % 3 == 0
                phones.book(phone, day, hour)
                if is_approved:  # not all: a coordinator who texts too fast is taken for a program
                    phones.approve(phone)
                status = BookingStatus.CONFIRMED if is_approved else BookingStatus.PENDING
                wanted[phone] = datetime.combine(day, wall_time(hour), DOHA).astimezone(UTC), status
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            wrong.append(error)

    threads = [threading.Thread(target=one_after_the_other, args=(first,)) for first in range(2)]
    for thread in threads:
        thread.start()
    faults: list[Callable[[], None]] = [
        twilio.hang_after_accepting, twilio.cut_after_accepting, lambda: twilio.delay(0.3),
        lambda: twilio.fail_next(503), lambda: twilio.delay(0.0),
    ]  # fmt: skip
    for number, fault in enumerate(chance.sample(faults, len(faults))):
        fault()
        time.sleep(chance.uniform(0.1, 1.2))
        if number % 2:
            server.kill_worker()
            eventually(server.answers, "no new worker")
        else:
            server.kill()
            server.start()
    enough.set()
    for thread in threads:
        thread.join()
    assert [] == wrong
    eventually(lambda: not unfinished(database), "not everything is finished")
    server.kill()

    assert [] == without_exactly_one_turn(database, phones.accepted)
    assert [] == not_sent_exactly_once(database, twilio)
    assert wanted == {row.phone: (row.start_at, row.status) for row in rows(database, _bookings())}
    approved = [phone for phone, (_, status) in wanted.items() if status is BookingStatus.CONFIRMED]
    assert len(wanted) + len(approved) == len(rows(database, select(booking_transitions.c.id)))
    assert dict.fromkeys(approved, 1) == Counter(sent.to for sent in twilio.messages if "Confirmed!" in sent.body)
    if not phones.repeated or not any(row.attempts > 1 for row in rows(database, select(outbox))):
        raise NotPlayed("no kill met a webhook, or no fault met a send")


@pytest.mark.parametrize("kind", chosen()[:1], indirect=True)
def test_what_was_under_way_when_it_was_killed_is_settled(
    server: Server, twilio: FakeTwilio, database: Database
) -> None:
    phones = Phones(server, twilio)
    twilio.hang_after_accepting()
    phones.text(SARA, "book")
    phones.text(LEA, "hi")  # which waits a moment for the next text, and there is none
    eventually(lambda: twilio.messages, "nothing was sent")
    server.kill()
    server.start()
    phones.text(SARA, "what are your opening hours?")
    eventually(lambda: not unfinished(database), "not everything is finished")
    assert [] == without_exactly_one_turn(database, phones.accepted)
    assert [] == not_sent_exactly_once(database, twilio)
    assert {SARA: 2, LEA: 1} == Counter(sent.to for sent in twilio.messages)


def unfinished(database: Database) -> bool:
    """Whether a text waits for its turn, or an answer to be sent."""
    waiting = rows(database, select(messages.c.id).where(messages.c.due_at.is_not(None)))
    return bool(waiting or rows(database, select(outbox.c.id).where(outbox.c.status.in_(UNSENT))))


def without_exactly_one_turn(database: Database, accepted: Sequence[str]) -> list[str]:
    """What Twilio heard 200 for, and is not there just once with the turn that answered it; and turns that broke."""
    stored = (
        select(messages.c.provider_id, messages.c.turn_id, turns.c.fault, turns.c.cause)
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .where(messages.c.direction == Direction.IN)
    )
    found = rows(database, stored)
    count = Counter(row.provider_id for row in found if row.turn_id is not None)
    wrong = [f"{sid}: {count[sid]} turns" for sid in accepted if count[sid] != 1]
    return wrong + [f"{row.provider_id}: {row.cause} {row.fault}" for row in found if row.fault or row.cause != "Said"]


def not_sent_exactly_once(database: Database, twilio: FakeTwilio) -> list[str]:
    """The texts that Twilio has taken more or less often than once, or under another id than the one we know."""
    ours = Counter((row.address, row.body, row.provider_id) for row in rows(database, select(outbox)))
    theirs = Counter((sent.to, sent.body, sent.sid) for sent in twilio.messages)
    return [f"we: {one}" for one in (ours - theirs).elements()] + [f"Twilio: {one}" for one in (theirs - ours)]


def rows(database: Database, statement: Any) -> Sequence[Row[Any]]:
    return database.read(lambda session: session.execute(statement).all())


def _bookings() -> Any:
    named = select(bookings.c.start_at, bookings.c.status, clients.c.phone)
    return named.join(clients, clients.c.id == bookings.c.client_id)
