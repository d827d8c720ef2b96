"""The dispatcher as it runs: what a text costs the database, and that nobody waits for a tick or for others."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.clock import Clock
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.wake import Wake
from conversations.delivery import Delivery
from conversations.layout import Capabilities
from conversations.messages import Outgoing
from handlers.outbox import claim_due
from models.conversations import conversation_for
from models.outbox import outbox_by_id
from tests.conftest import NOW
from tests.databases import chosen
from tests.handlers.test_outbox import OMAR, SARA, claimed_at, queue, row, status, texts
from tests.patience import PATIENCE, eventually

pytestmark = pytest.mark.every_database

NEVER = 10 * PATIENCE
"""A poll that no test lives to see."""
on_servers = pytest.mark.parametrize("kind", [name for name in chosen() if name != "sqlite"], indirect=True)


@dataclass
class Costs:
    """What was asked of a database."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@dataclass
class Provider:
    """A channel that takes everything, as soon as `taking` lets it."""

    taking: Callable[[Outgoing], object] = lambda _: None
    naming: Callable[[Outgoing], str] = lambda message: f"SM{message.outbox_id}"
    texts: list[str] = field(default_factory=list)
    name: str = "sms"
    capabilities: Capabilities = field(default_factory=Capabilities)

    def send(self, message: Outgoing) -> str:
        self.texts.append(message.text)
        self.taking(message)
        return self.naming(message)

    def look_up(self, message: Outgoing, since: object, known_ids: frozenset[str]) -> Any:
        raise NotImplementedError


@contextmanager
def costing(database: Database) -> Iterator[Costs]:
    costs = Costs()

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        costs.statements.append(statement)

    def committed(_connection: Any) -> None:
        costs.commits += 1

    event.listen(database.engine, "after_cursor_execute", executed)
    event.listen(database.engine, "commit", committed)
    try:
        yield costs
    finally:
        event.remove(database.engine, "after_cursor_execute", executed)
        event.remove(database.engine, "commit", committed)


@contextmanager
def running(desk: Desk, provider: Provider, poll: float = NEVER) -> Iterator[Dispatcher]:
    dispatcher = Dispatcher(replace(desk, channels={"sms": provider}, clock=Clock()), poll=poll)
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


def beside(database: Database, looks: int) -> int:
    """Statements more than SQLite's. MariaDB is asked twice where there is something: which are next, and which of them
    nobody else has; PostgreSQL is told how to look, each time."""
    return {"mysql": 1, "postgresql": looks}.get(database.engine.dialect.name, 0)


def are_sent(database: Database, *numbers: int) -> bool:
    return {Delivery.SENT} == {status(database, number) for number in numbers}


def test_texts_that_are_due_together_cost_little_more_than_one(database: Database, desk: Desk) -> None:
    worker = Dispatcher(replace(desk, channels={"sms": Provider()}))
    worker.send_due()
    for number in range(8):
        queue(database, to=f"+9745550{number:04}")
    with costing(database) as costs:
        assert 8 == worker.send_due()
    assert 4 + beside(database, looks=2) >= len(costs.statements), costs.statements
    assert 2 >= costs.commits


def test_a_text_alone_costs_three_statements(database: Database, desk: Desk) -> None:
    with costing(database) as costs, running(desk, Provider()):
        eventually(lambda: 1 == costs.commits, "it has looked when it began")
        costs.statements.clear()
        number = queue(database)
        written = len(costs.statements)
        desk.wake.ring()
        eventually(lambda: are_sent(database, number))
    asked_here = "outbox.failure_code"
    own = [one for one in costs.statements[written:] if asked_here not in one and one != "BEGIN"]
    assert 3 + beside(database, looks=1) >= len(own), own


def test_the_next_of_a_lane_waits_for_no_tick(database: Database, desk: Desk) -> None:
    numbers = [queue(database, f"{number}") for number in range(5)]
    provider = Provider()
    with running(desk, provider):
        eventually(lambda: are_sent(database, *numbers))
    assert ["0", "1", "2", "3", "4"] == provider.texts


def test_what_comes_while_one_of_its_lane_is_under_way_waits_for_no_tick(database: Database, desk: Desk) -> None:
    first, go_on = queue(database, "first"), threading.Event()
    provider = Provider(lambda message: go_on.wait(PATIENCE) if message.text == "first" else None)
    with costing(database) as costs, running(desk, provider):
        eventually(lambda: provider.texts == ["first"])
        second, looks = queue(database, "second"), len(costs.statements)
        desk.wake.ring()
        eventually(lambda: len(costs.statements) > looks, "it has looked again")
        other = queue(database, "to Omar", to=OMAR)
        desk.wake.ring()
        eventually(lambda: are_sent(database, other))
        go_on.set()
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "to Omar", "second"] == provider.texts


def test_two_dozen_people_do_not_wait_for_each_other(database: Database, desk: Desk) -> None:
    """Ten texts a second, where a provider takes three seconds over each, are thirty at once."""
    all_at_once = threading.Barrier(24)
    numbers = [queue(database, to=f"+9745550{number:04}") for number in range(24)]
    with running(desk, Provider(lambda _: all_at_once.wait(PATIENCE))):
        eventually(lambda: are_sent(database, *numbers))


def test_a_hanging_send_keeps_no_result_of_another_from_being_written_down(database: Database, desk: Desk) -> None:
    hanging, go_on = queue(database, "hangs"), threading.Event()
    with running(desk, Provider(lambda message: go_on.wait(PATIENCE) if message.text == "hangs" else None)):
        for number in range(3):
            sent = queue(database, f"{number}", to=OMAR)
            desk.wake.ring()
            eventually(lambda sent=sent: are_sent(database, sent))
        assert Delivery.SENDING == status(database, hanging)
        go_on.set()
    assert Delivery.SENT == status(database, hanging), "to stop is to finish what is under way"


def test_more_than_there_are_senders_wait_for_no_tick(database: Database, desk: Desk) -> None:
    numbers = [queue(database, to=f"+9745550{number:04}") for number in range(9)]
    own = replace(desk, channels={"sms": Provider()}, clock=Clock())
    few = Dispatcher(own, senders=2, poll=NEVER)
    few.start()
    eventually(lambda: are_sent(database, *numbers))
    few.stop()


def test_a_result_that_cannot_be_written_down_takes_no_other_with_it(database: Database, desk: Desk) -> None:
    """A provider that gives one id twice."""
    numbers = [queue(database, f"{number}", to=f"+9745550{number:04}") for number in range(4)]
    naming = {"0": "SM0", "1": "SM-same", "2": "SM-same", "3": "SM3"}
    worker = Dispatcher(replace(desk, channels={"sms": Provider(naming=lambda message: naming[message.text])}))
    with capture_logs() as logged:
        worker.send_due()
    expected = [Delivery.SENT, Delivery.SENT, Delivery.SENDING, Delivery.SENT]
    assert expected == [status(database, number) for number in numbers]
    assert ["send_broke"] == [line["event"] for line in logged if line["log_level"] == "error"]
    assert 3 == sum(line["event"] == "message_sent" for line in logged)


def test_results_are_written_in_one_transaction_with_the_next_claim(database: Database, desk: Desk) -> None:
    lane = [queue(database, f"{number}") for number in range(4)]
    worker = Dispatcher(replace(desk, channels={"sms": Provider()}))
    with costing(database) as costs:
        worker.send_due()
    assert are_sent(database, *lane)
    assert 5 == costs.commits


@on_servers
def test_a_claim_waits_for_nobody(database: Database) -> None:
    """Neither for a turn of the recipient, nor for a worker that has the row of another."""
    for_sara, for_omar = queue(database, "to Sara"), queue(database, "to Omar", to=OMAR)
    is_locked, go_on = threading.Event(), threading.Event()

    def hold(session: Any) -> None:
        conversation_for(session, "sms", SARA, NOW)
        outbox_by_id(session, for_omar)
        is_locked.set()
        assert go_on.wait(PATIENCE)

    holder = threading.Thread(target=database.transact, args=(hold,))
    holder.start()
    assert is_locked.wait(PATIENCE)
    try:
        assert ["to Sara"] == texts(database.transact(lambda session: claim_due(session, NOW, 8), within=1.0))
    finally:
        go_on.set()
        holder.join()
    assert ["to Omar"] == texts(claimed_at(database, NOW))
    assert (1, 1) == (row(database, for_sara).attempts, row(database, for_omar).attempts)


def test_a_ring_is_heard_by_each_who_listens_and_remembered_until_then() -> None:
    wake = Wake()
    bells = [wake.bell(), wake.bell()]
    wake.ring()
    assert [True, True] == [bell.wait(NEVER) for bell in bells]
    assert [False, False] == [bell.wait(0) for bell in bells]
    bells[0].touch()
    assert [False, False] == [bells[0].wait(NEVER), bells[1].wait(0)]
    wake.remove(bells[0])
    wake.ring()
    assert [False, True] == [bell.wait(0) for bell in bells]
