"""Processes that race: each has a desk of its own over one database, and lets its people text, or post
a form, when all are ready."""

import multiprocessing
import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database, DatabaseAway
from bot.desk import Desk, overrides
from bot.intake import receive
from bot.logs import set_up_logs
from bot.schedule import run_due
from config import Settings
from conversations.messages import Inbound
from handlers.deadlines_passed import request_expired
from handlers.profile import Profiles
from models.messages import conversations_due
from models.outbox import outbox
from tests.conftest import CHANNELS
from tests.faults.unguarded import Before, Guard
from webhooks import create_app

PROCESSES, THREADS = 4, 2
RUNNERS = PROCESSES * THREADS
PATIENCE = 300.0
"""Seconds for one race, whatever else the machine has to do."""
MOST_TEXTS = 24
ANSWERS = {
    "nearest": "ABC", "confirm": ("yes",), "confirm_unnamed": ("yes",), "confirm_class": ("yes",), "class_full": ("1",),
}  # fmt: skip
"""What somebody who wants to book texts next, by what they were last told; not the same word again and again."""
HEAD_START = 0.1
"""Seconds by which a client is ahead of their deadline, where the guard is off."""
AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Expiry:
    """A request's deadline is found to have passed, at this moment."""

    booking_id: int
    at: datetime


@dataclass(frozen=True)
class Posted:
    """A form of a client's page is sent off."""

    path: str
    form: tuple[tuple[str, str], ...]


Deed = Inbound | Expiry | Posted


@dataclass(frozen=True)
class Runner:
    """What one thread does: behind each start signal, these deeds. One that is `keen` goes on answering what it is
    told until it has booked; one that has none looks for what is due. One that is `late` begins so many seconds behind
    the signal in every second round, so that others are faster then."""

    rounds: tuple[tuple[Deed, ...], ...]
    keen: bool = False
    late: float = 0.0


@dataclass(frozen=True)
class Race:
    """One race over the database at `url`, at the moment `at`, with THREADS runners in each process."""

    url: str
    at: datetime
    runners: tuple[Runner, ...]
    burst_ms: int = 0
    off: Guard | None = None

    def part(self, number: int) -> "Race":
        """The share of one process."""
        own = self.runners[number * THREADS : (number + 1) * THREADS]
        return Race(self.url, self.at, own, self.burst_ms, self.off)


class Barrier(Protocol):
    """The start signal, from multiprocessing."""

    def wait(self, timeout: float | None = None) -> int: ...


class Racers:
    """The processes, started once. A context manager."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._barrier = context.Barrier(RUNNERS)  # kept here, for it lives no longer than this
        self._pipes: list[Connection[Any, Any]] = []
        self._processes = []
        for _ in range(PROCESSES):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self._barrier), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.send(None)
            process.join(10)
            if process.is_alive():
                process.kill()
                process.join()
            process.close()
            pipe.close()

    def run(self, race: Race) -> list[str]:
        """Run one race; what went wrong in it, traceback by traceback."""
        wanted = len(race.runners[0].rounds)
        runners = race.runners + (Runner(((),) * wanted),) * (RUNNERS - len(race.runners))
        whole = Race(race.url, race.at, runners, race.burst_ms, race.off)
        for number, pipe in enumerate(self._pipes):
            pipe.send(whole.part(number))
        wrong: list[str] = []
        for pipe in self._pipes:
            assert pipe.poll(PATIENCE), "a racing process does not answer"
            wrong += pipe.recv()
        return wrong


def serve(pipe: "Connection[Any, Any]", barrier: Barrier) -> None:
    """What each process does until it is told None."""
    set_up_logs("CRITICAL")
    while (race := pipe.recv()) is not None:
        track = Track(race, barrier)
        with track.ready():
            threads = [threading.Thread(target=track.run, args=(runner,)) for runner in race.runners]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            track.take_in()
        pipe.send(track.wrong)


@dataclass
class Track:
    """One process's part in one race."""

    race: Race
    barrier: Barrier
    wrong: list[str] = field(default_factory=list)

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Have a desk, and the guard off where the race wants that."""
        journal = Path(tempfile.mkdtemp())
        settings = Settings(_env_file=None, burst_ms=self.race.burst_ms, journal_dir=journal)
        database = Database(self.race.url, pool=2 * THREADS + 2)
        self.desk = Desk(settings, database, SetClock(self.race.at), CHANNELS, Profiles(overrides(settings)))
        self.app, self.before = create_app(self.desk), Before(database)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, journal)
            stack.callback(database.dispose)
            stack.enter_context(patch("bot.intake.WEBHOOK_SECONDS", PATIENCE))  # a race is decided, not journaled
            if self.race.off is not None:
                stack.enter_context(self.before.without(self.race.off))
            yield

    def run(self, runner: Runner) -> None:
        for number, deeds in enumerate(runner.rounds):
            with ExitStack() as stack:
                if self.race.off is not None:
                    stack.enter_context(self.before.kept())
                self.barrier.wait(PATIENCE)
                time.sleep(runner.late * (number % 2))
                try:
                    self.play(deeds, runner)
                except Exception:  # noqa: BLE001 - whatever breaks is what the race is there to find
                    self.wrong.append(traceback.format_exc())

    def play(self, deeds: Sequence[Deed], runner: Runner) -> None:
        for deed in deeds:
            match deed:
                case Expiry():
                    time.sleep(HEAD_START if self.race.off is Guard.DECISIONS else 0)
                    self.desk.database.transact(partial(self.expire, deed))
                case Posted():
                    answer = self.app.test_client().post(deed.path, data=dict(deed.form))
                    assert answer.status_code in (303, 409), answer.text
                case Inbound():
                    receive(self.desk, deed)
                    if runner.keen:
                        self.chase(deed)
        if not deeds:
            run_due(self.desk)

    def take_in(self) -> None:
        """What had to wait too long for the database is in the journal; and a turn of it may have to wait again."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_taken_in():
            if time.monotonic() > deadline:
                self.wrong.append(f"not taken in: {self.desk.journal.size()} in the journal")
                return
            if not run_due(self.desk):
                time.sleep(AGAIN_SECONDS)

    def is_taken_in(self) -> bool:
        """Whether nothing is left of what is due by now, in this process or another."""
        if self.desk.journal.size():
            return False
        try:
            return not self.desk.database.read(lambda session: conversations_due(session, self.race.at, 1))
        except DatabaseAway:
            return False

    def expire(self, expiry: Expiry, session: Session) -> None:
        circumstances = replace(self.desk.circumstances("expiry"), now=expiry.at)
        request_expired(session, expiry.booking_id, circumstances)

    def chase(self, first: Inbound) -> None:
        """Answer what one is told until there is nothing more to answer."""
        for number in range(MOST_TEXTS):
            answers = ANSWERS.get(last_kind(self.desk.database, first.address))
            if answers is None:
                return
            answer = answers[number % len(answers)]
            receive(self.desk, replace(first, provider_id=f"{first.provider_id}-{number}", text=answer))


def last_kind(database: Database, address: str) -> str:
    """What was last texted to this address, by its key."""
    statement = select(outbox.c.kind).where(outbox.c.address == address).order_by(outbox.c.id.desc()).limit(1)
    return str(database.read(lambda session: session.execute(statement).scalar_one_or_none()) or "")
