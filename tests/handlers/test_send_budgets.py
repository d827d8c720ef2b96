"""Sending budgets: all workers together keep to a provider's pace, and whoever it stops, stops for all."""

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.channels.base import Found, LookUp, SendError
from bot.clock import Clock, SetClock
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from conversations.delivery import Delivery, SendFailure
from conversations.layout import Capabilities
from conversations.messages import Outgoing
from conversations.rules.pacing import Pace, Paces, per_second
from handlers.outbox import claim_due
from models.outbox import outbox
from tests.conftest import NOW
from tests.handlers.test_outbox import OMAR, Provider, dispatcher, queue, row, status, texts
from tests.patience import eventually

pytestmark = pytest.mark.every_database

SECOND = timedelta(seconds=1)
ONE_A_SECOND = {"sms": Paces(per_second(1))}
PAIR = {"sms": Paces(person=Pace(6 * SECOND, burst=2))}


def claimed(database: Database, paces: Mapping[str, Paces], after: float = 0, limit: int = 8) -> list[str]:
    now = NOW + timedelta(seconds=after)
    return texts(database.transact(lambda session: claim_due(session, now, limit, (), paces)))


def people(database: Database, count: int) -> list[int]:
    return [queue(database, f"to {n}", to=f"+9745551{n:04}") for n in range(count)]


def test_what_is_over_the_pace_waits_and_the_oldest_goes_first(database: Database) -> None:
    people(database, 3)
    found = [claimed(database, ONE_A_SECOND, after) for after in (0, 0.5, 1, 1.9, 2, 3)]
    assert [["to 0"], [], ["to 1"], [], ["to 2"], []] == found


def test_without_a_pace_everything_goes_at_once(database: Database) -> None:
    people(database, 5)
    assert 5 == len(claimed(database, {}))


def test_a_text_of_three_segments_counts_three_times(database: Database) -> None:
    first, _ = people(database, 2)
    database.transact(lambda session: session.execute(update(outbox).where(outbox.c.id == first).values(segments=3)))
    assert [["to 0"], [], ["to 1"]] == [claimed(database, ONE_A_SECOND, after) for after in (0, 2.9, 3)]


def test_one_person_is_paced_and_others_do_not_wait_for_them(database: Database) -> None:
    for number in range(4):
        queue(database, f"Sara {number}", subject=f"#{number}")
    queue(database, "Omar", to=OMAR)
    found = [claimed(database, PAIR, after, limit=3) for after in (0, 0, 5, 6)]
    assert [["Sara 0", "Sara 1", "Omar"], [], [], ["Sara 2"]] == found


def test_a_channel_at_its_limit_keeps_no_other_channel_waiting(database: Database) -> None:
    people(database, 20)
    other = queue(database, "elsewhere", to=OMAR)
    database.transact(
        lambda session: session.execute(update(outbox).where(outbox.c.id == other).values(channel="ultramsg"))
    )
    assert [["to 0", "elsewhere"], []] == [claimed(database, ONE_A_SECOND, limit=2) for _ in range(2)]


def test_to_who_has_opted_out_nothing_is_spent(database: Database, desk: Desk) -> None:
    gone = queue(database, "to the opted out")
    provider = Provider([SendError(SendFailure.OPTED_OUT, "21610", "unsubscribed")])
    dispatcher(desk, provider).send_due()
    assert Delivery.DEAD == status(database, gone)
    queue(database, "another")
    queue(database, "to Omar", to=OMAR)
    assert ["to Omar"] == claimed(database, ONE_A_SECOND)


def test_a_provider_that_finds_us_too_fast_stops_the_channel_for_all(
    database: Database, desk: Desk, clock: SetClock
) -> None:
    first, *others = people(database, 10)
    provider = Provider([SendError(SendFailure.TOO_FAST, "20429", "too fast", retry_after=90)])
    worker = Dispatcher(replace(desk, channels={"sms": provider}), senders=1)
    assert 1 == worker.send_due()
    assert NOW + 90 * SECOND == row(database, first).due_at
    assert [0] * len(others) == [row(database, one).attempts for one in others]
    another = dispatcher(desk, provider)
    clock.at = NOW + 89 * SECOND
    assert 0 == another.send_due()
    clock.at = NOW + 90 * SECOND
    assert 10 == another.send_due()


def test_whatever_the_failure_a_wait_that_is_asked_for_is_for_all(database: Database, desk: Desk) -> None:
    people(database, 2)
    provider = Provider([SendError(SendFailure.UNCERTAIN, "503", "busy", retry_after=30)])
    worker = Dispatcher(replace(desk, channels={"sms": provider}), senders=1)
    assert 1 == worker.send_due()


def test_too_fast_for_one_stops_what_is_for_them_alone(database: Database, desk: Desk, clock: SetClock) -> None:
    for number in range(2):
        queue(database, f"Sara {number}", subject=f"#{number}")
    queue(database, "Omar", to=OMAR)
    provider = Provider([SendError(SendFailure.TOO_FAST_FOR_ONE, "131056", "pair rate")])
    worker = Dispatcher(replace(desk, channels={"sms": provider}), senders=1)
    worker.send_due()
    assert ["Sara 0", "Omar"] == provider.texts
    clock.move(5 * SECOND)
    worker.send_due()
    assert ["Sara 0", "Omar", "Sara 0", "Sara 1"] == provider.texts


def test_a_text_that_waits_for_a_report_stops_nobody(database: Database, desk: Desk, clock: SetClock) -> None:
    queue(database)
    provider = Provider([SendError(SendFailure.UNCERTAIN, "", "no answer")])
    dispatcher(desk, provider).send_due()
    clock.move(5 * SECOND)
    provider.holds = [LookUp(Found.CANNOT_TELL)]
    dispatcher(desk, provider).send_due()
    queue(database, "to Omar", to=OMAR)
    assert ["to Omar"] == claimed(database, {}, after=5)


@dataclass
class Strict:
    """A provider with a bucket of its own, which refuses what is over its rate; and one text at a time to a person."""

    rate: float
    burst: int
    name: str = "sms"
    capabilities: Capabilities = field(default_factory=Capabilities)
    taken: list[tuple[str, str]] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    full_at: float = 0.0

    def send(self, message: Outgoing) -> str:
        with self.lock:
            now = time.monotonic()
            if self.full_at > now + (self.burst - 1) / self.rate:
                self.refused += 1
                raise SendError(SendFailure.TOO_FAST, "20429", "too fast")
            self.full_at = max(self.full_at, now) + 1 / self.rate
            self.taken.append((message.address, message.text))
        time.sleep(random.uniform(0, 0.01))
        return f"SM{message.outbox_id}"

    def look_up(self, message: Outgoing, since: object, known_ids: frozenset[str]) -> LookUp:
        raise NotImplementedError


@pytest.mark.parametrize("is_paced", [True, False], ids=["paced", "not paced"])
def test_workers_together_are_never_refused_where_they_are_paced(
    database: Database, desk: Desk, is_paced: bool
) -> None:
    """The provider takes ten a second and five at once; we send eight a second, one at a time."""
    for number in range(24):
        queue(database, f"{number}", to=f"+9745550{number % 8:04}")
    provider = Strict(rate=10, burst=5)
    paces = {"sms": Paces(per_second(8))} if is_paced else {}
    running = replace(desk, channels={"sms": provider}, clock=Clock(), paces=paces)
    workers = [Dispatcher(running, poll=0.2) for _ in range(3)]
    for worker in workers:
        worker.start()
    eventually(lambda: len(provider.taken) == 24, "they are not all sent")
    for worker in workers:
        worker.stop()
    assert 24 == len(provider.taken)
    for number in range(8):
        own = [int(text) for address, text in provider.taken if address == f"+9745550{number:04}"]
        assert [number, number + 8, number + 16] == own
    assert Counter(text for _, text in provider.taken).most_common(1)[0][1] == 1
    if is_paced:
        assert 0 == provider.refused
    else:
        assert provider.refused > 0
