"""Several worker processes text through a provider that refuses what is over its rate: set right, it never has to."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.database import Database
from models.outbox import UNSENT, outbox
from tests.fakes.faulty_server import Answer
from tests.fakes.twilio_server import FakeTwilio
from tests.handlers.test_outbox import queue
from tests.patience import PATIENCE, eventually

pytestmark = pytest.mark.every_database

TOP = Path(__file__).parent.parent.parent
SID, TOKEN, OURS = "AC" + "5" * 32, "a token", "+15005550006"
WORKERS, TEXTS, PEOPLE = 3, 24, 8


class StrictTwilio(FakeTwilio):
    """Takes `rate` texts a second and `burst` at once, and answers 429 with Retry-After to what is over that."""

    def __init__(self, rate: float, burst: int) -> None:
        super().__init__(SID, TOKEN)
        self.rate, self.burst = rate, burst
        self.refused = 0
        self._full_at = 0.0

    def _create(self, form: Mapping[str, str]) -> Answer:
        now = time.monotonic()
        if self._full_at > now + (self.burst - 1) / self.rate:
            self.refused += 1
            return Answer(429, '{"code": 20429, "message": "Too Many Requests"}', headers={"Retry-After": "1"})
        self._full_at = max(self._full_at, now) + 1 / self.rate
        return super()._create(form)


@contextmanager
def workers(url: str, twilio: FakeTwilio, rate: float, folder: Path) -> Iterator[None]:
    own = {
        "DATABASE_URL": url, "TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_SMS_NUMBER": OURS,
        "TWILIO_API_BASE": twilio.base_url, "TWILIO_MESSAGES_PER_SECOND": str(rate),
    }  # fmt: skip
    with (folder / "workers.log").open("ab") as log:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "bot", "worker"], cwd=TOP, env=os.environ | own, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log,
            )
            for _ in range(WORKERS)
        ]  # fmt: skip
    try:
        yield
    finally:
        for worker in running:
            worker.terminate()
        for worker in running:
            worker.wait(PATIENCE)


@pytest.mark.parametrize("rate", [8, 0], ids=["set right", "not set"])
def test_a_provider_is_never_asked_for_more_than_it_takes(
    database: Database, database_url: str, tmp_path: Path, rate: float
) -> None:
    for number in range(TEXTS):
        queue(database, f"text {number}", to=f"+9745550{number % PEOPLE:04}")
    unsent = select(outbox.c.id).where(outbox.c.status.in_(UNSENT))
    with StrictTwilio(rate=10, burst=5) as twilio:
        with workers(database_url, twilio, rate, tmp_path):
            eventually(lambda: not database.read(lambda session: session.execute(unsent).first()), "not all is sent")
        for person in range(PEOPLE):
            heard = [sent.body for sent in twilio.messages if sent.to == f"+9745550{person:04}"]
            assert [f"text {number}" for number in range(person, TEXTS, PEOPLE)] == heard
        assert (rate == 0) == (twilio.refused > 0)
