"""Processes that race: each has a desk of its own over one database, and lets its people text when all are ready."""

import multiprocessing
import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from unittest.mock import patch

from sqlalchemy import Row, select, text, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands.check import snapshot_engine
from bot.database import Database, DatabaseAway
from bot.desk import Desk, overrides
from bot.intake import receive
from bot.logs import set_up_logs
from bot.schedule import run_due
from config import Settings
from conversations.booking import ProposalStatus
from conversations.messages import Inbound
from handlers.deadlines_passed import request_expired
from handlers.profile import Profiles
from models.bookings import (
    booking_by_id,
    bookings,
    bookings_in,
    bookings_of_client,
    newest_standing,
    open_proposal,
    proposals,
)
from models.claims import busy
from models.messages import conversations_due
from models.outbox import outbox
from tests.conftest import CHANNELS
from tests.faults.controls import claim_unguarded
from tests.faults.wrapping import replaced

PROCESSES, THREADS = 4, 2
RUNNERS = PROCESSES * THREADS
PATIENCE = 300.0
"""Seconds for one race, whatever else the machine has to do."""
MOST_TEXTS = 24
ANSWERS = {"nearest": "ABC", "confirm": ("yes",), "confirm_unnamed": ("yes",)}
"""What somebody who wants to book texts next, by what they were last told; not the same word again and again."""
WINDOW = 0.02
"""Seconds between a look and the deed that follows from it, where the guard is off."""
HEAD_START = 0.1
"""Seconds by which a client is ahead of their deadline, where the guard is off."""
AGAIN_SECONDS = 0.05
LOOKS = (booking_by_id, bookings_in, bookings_of_client, newest_standing, open_proposal)
"""What a turn reads of bookings before it decides."""


class Guard(StrEnum):
    """What a race may switch off, to show that it would notice."""

    CLAIMS = "claims"
    """Who owns which time."""
    DECISIONS = "decisions"
    """A request is decided or changed under lock, as it is then, and only if it is still as it was read."""


@dataclass(frozen=True)
class Expiry:
    """A request's deadline is found to have passed, at this moment."""

    booking_id: int
    at: datetime


@dataclass(frozen=True)
class Runner:
    """What one thread does: behind each start signal, these messages. One that is `keen` goes on answering what it is
    told until it has booked; one that has no messages looks for what is due."""

    rounds: tuple[tuple[Inbound | Expiry, ...], ...]
    keen: bool = False


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
    own: threading.local = field(default_factory=threading.local)

    @contextmanager
    def ready(self) -> Iterator[None]:
        """Have a desk, and the guard off where the race wants that."""
        journal = Path(tempfile.mkdtemp())
        settings = Settings(_env_file=None, burst_ms=self.race.burst_ms, journal_dir=journal)
        database = Database(self.race.url, pool=2 * THREADS + 2)
        self.desk = Desk(settings, database, SetClock(self.race.at), CHANNELS, Profiles(overrides(settings)))
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, journal)
            stack.callback(database.dispose)
            stack.enter_context(patch("bot.intake.WEBHOOK_SECONDS", PATIENCE))  # a race is decided, not journaled
            match self.race.off:
                case Guard.CLAIMS:
                    stack.enter_context(replaced("models.claims:claim", claim_late))
                    stack.enter_context(replaced("models.claims:busy", self.as_seen_before(busy)))
                case Guard.DECISIONS:
                    stack.enter_context(replaced("handlers.pending_request:lock_request", self.request_unlocked))
                    stack.enter_context(replaced("models.bookings:end_proposal", end_whatever_it_is))
                    stack.enter_context(replaced("models.bookings:change_booking", change_whatever_it_is))
                    for look in LOOKS:
                        stack.enter_context(patch(f"handlers.gather_facts.{look.__name__}", self.as_seen_before(look)))
                    seen = self.as_seen_before(open_proposal)
                    stack.enter_context(patch("handlers.proposals_made.open_proposal", seen))
            yield

    def run(self, runner: Runner) -> None:
        for messages in runner.rounds:
            with ExitStack() as stack:
                if self.race.off is not None:
                    stack.enter_context(self.looking_before())
                self.barrier.wait(PATIENCE)
                try:
                    self.play(messages, runner)
                except Exception:  # noqa: BLE001 - whatever breaks is what the race is there to find
                    self.wrong.append(traceback.format_exc())

    def play(self, messages: Sequence[Inbound | Expiry], runner: Runner) -> None:
        for message in messages:
            if isinstance(message, Expiry):
                time.sleep(HEAD_START if self.race.off is Guard.DECISIONS else 0)
                self.desk.database.transact(partial(self.expire, message))
                continue
            receive(self.desk, message)
            if runner.keen:
                self.chase(message)
        if not messages:
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

    @contextmanager
    def looking_before(self) -> Iterator[None]:
        """See everything as it was before the race, all through it."""
        with Session(snapshot_engine(self.desk.database)) as session, session.begin():
            session.execute(text("select count(*) from stretches"))  # the snapshot is taken with the first look
            self.own.session = session
            yield

    def as_seen_before(self, look: Callable[..., Any]) -> Callable[..., Any]:
        return lambda _session, *arguments: look(self.own.session, *arguments)

    def request_unlocked(self, _session: Session, booking_id: int) -> Row[Any]:
        """A request as it was before the race, whoever else has it in hand."""
        row = booking_by_id(self.own.session, booking_id)
        assert row is not None
        return row


def claim_late(*arguments: Any, **named: Any) -> None:
    """The guard is off, and the window is wide."""
    time.sleep(WINDOW)
    claim_unguarded(*arguments, **named)


def change_whatever_it_is(session: Session, booking_id: int, version: int, now: datetime, **values: Any) -> None:
    """Change a booking, also one that has changed since it was read."""
    session.execute(update(bookings).where(bookings.c.id == booking_id).values(updated_at=now, **values))


def end_whatever_it_is(session: Session, proposal_id: int, status: ProposalStatus, now: datetime) -> None:
    """Close a proposal, also one that is closed."""
    session.execute(update(proposals).where(proposals.c.id == proposal_id).values(status=status, answered_at=now))


def last_kind(database: Database, address: str) -> str:
    """What was last texted to this address, by its key."""
    statement = select(outbox.c.kind).where(outbox.c.address == address).order_by(outbox.c.id.desc()).limit(1)
    return str(database.read(lambda session: session.execute(statement).scalar_one_or_none()) or "")
