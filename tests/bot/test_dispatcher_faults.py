"""What befalls a dispatcher: rows that others keep from it or that cannot be read, and threads that must not die."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from structlog.testing import capture_logs

from bot.channels.base import Found, LookUp, SendError
from bot.clock import Clock, SetClock
from bot.database import Database
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.wake import Wake
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Outgoing
from handlers.outbox import claim_due, leases_renewed
from handlers.send_budgets import WHOLE_NUMBER, slowed
from models.outbox import dead_letters, outbox
from tests.bot.test_at_once import looks, sending
from tests.bot.test_dispatcher import Provider, are_sent, costing, on_servers
from tests.conftest import NOW
from tests.databases import chosen
from tests.handlers.test_outbox import OMAR, claimed_at, conversation, queue, row, status, texts
from tests.patience import PATIENCE, eventually

pytestmark = pytest.mark.every_database


@contextmanager
def locked(database: Database, *numbers: int) -> Iterator[None]:
    """Somebody else has these rows of the outbox; asked for one by one, for MariaDB locks what it looks at."""
    with database.engine.connect() as other, other.begin():
        for number in numbers:
            other.execute(select(outbox.c.id).where(outbox.c.id == number).with_for_update())
        yield


@contextmanager
def waits(database: Database) -> Iterator[list[str]]:
    """Statements that others kept waiting, until they were given up."""
    given_up: list[str] = []

    def failed(context: Any) -> None:
        given_up.append(str(context.statement))

    event.listen(database.engine, "handle_error", failed)
    try:
        yield given_up
    finally:
        event.remove(database.engine, "handle_error", failed)


@on_servers
@pytest.mark.parametrize("refusal", [None, SendError(SendFailure.BUSY, "503", "busy")], ids=["taken", "refused"])
def test_a_result_whose_row_others_have_keeps_no_other_waiting(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch, refusal: SendError | None
) -> None:
    """It is waited for once, and then left alone for a while."""
    monkeypatch.setattr("bot.in_hand.ASIDE_SECONDS", 1.0)
    is_asked, go_on = threading.Event(), threading.Event()

    def take(message: Outgoing) -> None:
        if message.text == "kept" and not is_asked.is_set():
            is_asked.set()
            assert go_on.wait(PATIENCE)
            if refusal is not None:
                raise refusal

    kept = queue(database, "kept")
    with sending(desk, Provider(take), poll=0.1):
        assert is_asked.wait(PATIENCE)
        with locked(database, kept), waits(database) as given_up:
            beside = queue(database, "beside it", to="+97455500009")
            go_on.set()
            for number in range(3):
                other = queue(database, f"{number}", to=OMAR)
                desk.wake.ring()
                eventually(lambda other=other: are_sent(database, other))  # type: ignore[misc]
            assert are_sent(database, beside)
        assert 2 >= len(given_up), given_up
        eventually(lambda: are_sent(database, kept))
    assert 1 == row(database, kept).attempts or refusal is not None


@on_servers
def test_a_row_that_others_have_keeps_no_other_lease_from_being_renewed(database: Database) -> None:
    kept, other = queue(database, "kept"), queue(database, "other", to=OMAR)
    held = claimed_at(database, NOW)
    later = NOW + timedelta(seconds=2)
    with locked(database, kept), waits(database) as given_up:
        renewed = database.transact(lambda session: leases_renewed(session, held, later))
    assert ([other], []) == ([one.message.outbox_id for one in renewed], given_up)
    assert row(database, kept).leased_until < row(database, other).leased_until


@on_servers
def test_rows_that_others_have_hide_nobody_behind_them(database: Database) -> None:
    numbers = [queue(database, f"{number}", to=f"+9745550{number:04}") for number in range(6)]
    with locked(database, *numbers[:3]):
        found = database.transact(lambda session: claim_due(session, NOW, 2))
    assert ["3", "4"] == texts(found)


def test_a_budget_that_was_shut_before_we_began_opens_without_a_tick(database: Database, desk: Desk) -> None:
    now, number = Clock().now(), queue(database)
    database.transact(lambda s: slowed(s, "sms", WHOLE_NUMBER, now + timedelta(seconds=1.5), {}, now))
    with sending(desk, Provider()):
        assert Delivery.QUEUED == status(database, number)
        eventually(lambda: are_sent(database, number))


@pytest.mark.parametrize("broken", ['{"not whole', '{"a": 1}', "[1]", '[["1", "yes", "no"]]', "null", '"words"'])
@pytest.mark.parametrize("column", ["choices", "entries"])
def test_a_row_that_cannot_be_read_is_given_up_and_keeps_nobody_waiting(
    kind: str, database: Database, desk: Desk, column: str, broken: str
) -> None:
    if broken == '{"not whole' and kind != "sqlite":
        pytest.skip("a server takes nothing but JSON")
    bad, behind, other = queue(database, "bad"), queue(database, "behind it"), queue(database, "other", to=OMAR)
    spoil = text(f"update outbox set {column} = :broken where id = :id")
    database.transact(lambda session: session.execute(spoil, {"broken": broken, "id": bad}))
    provider = Provider()
    with capture_logs() as logged:
        Dispatcher(replace(desk, channels={"sms": provider})).send_due()
    assert are_sent(database, behind, other)
    assert {"behind it", "other"} == set(provider.texts)
    assert [(bad, Delivery.DEAD, SendFailure.CONTENT, "unreadable")] == [
        (one.id, one.status, one.failure, one.failure_code) for one in database.read(dead_letters)
    ]
    assert [bad] == [line["outbox"] for line in logged if line["event"] == "message_unreadable"]
    assert (True, False) == (conversation(database).needs_person, conversation(database, OMAR).needs_person)


@pytest.mark.parametrize("kind", chosen()[:1], indirect=True)
def test_leases_are_renewed_after_whatever_broke(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.leases.RENEW_SECONDS", 0.05)
    faults = [RuntimeError("ours")]

    def renewed(*arguments: Any) -> Any:
        if faults:
            raise faults.pop()
        return leases_renewed(*arguments)

    monkeypatch.setattr("bot.leases.leases_renewed", renewed)
    go_on, number = threading.Event(), queue(database)
    with sending(desk, Provider(lambda _: go_on.wait(PATIENCE))):
        leased = row(database, number).leased_until
        eventually(lambda: row(database, number).leased_until > leased)
        go_on.set()


@pytest.mark.parametrize("kind", chosen()[:1], indirect=True)
def test_a_ring_while_it_looks_is_heard(database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written after the look, before the loop waits again."""
    written: list[int] = []
    transact: Callable[..., Any] = Dispatcher._transact

    def then_written(self: Dispatcher, *arguments: Any) -> Any:
        claimed = transact(self, *arguments)
        if not written:
            written.append(queue(database))
            desk.wake.ring()
        return claimed

    monkeypatch.setattr(Dispatcher, "_transact", then_written)
    with sending(desk, Provider()):
        eventually(lambda: written and are_sent(database, *written))


@pytest.mark.parametrize("kind", chosen()[:1], indirect=True)
def test_a_loop_without_a_free_sender_sleeps(database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the last is kept for a text that is being written."""
    rounds: list[int] = []
    look: Callable[..., Any] = Dispatcher._record_and_look

    def counted(self: Dispatcher, **named: Any) -> Any:
        rounds.append(1)
        return look(self, **named)

    monkeypatch.setattr(Dispatcher, "_record_and_look", counted)
    with sending(desk, Provider(), senders=1) as dispatcher:
        room = dispatcher._senders.room_for("sms", "sms:nobody")
        assert room is not None
        number, before = queue(database), len(rounds)
        desk.wake.ring()
        eventually(lambda: len(rounds) > before)
        time.sleep(0.3)
        assert 10 > len(rounds) - before
        room.leave()
        eventually(lambda: are_sent(database, number))


def stood_still(clock: SetClock) -> Callable[..., bool]:
    """A journal that is asked just before a text is sent, and takes its time."""

    def holds(*_: object) -> bool:
        clock.move(timedelta(seconds=60))
        return False

    return holds


def test_who_stood_still_before_anything_was_sent_sends_it_soon(
    database: Database, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider cannot be asked, and need not be: nobody has tried."""
    provider, number = Provider(), queue(database, "text")
    worker = Dispatcher(replace(desk, channels={"sms": provider}))
    with monkeypatch.context() as slow, capture_logs() as logged:
        slow.setattr("bot.journal.Journal.holds", stood_still(clock))
        worker.send_due()
    assert ["lease_lost", "message_put_off"] == [line["event"] for line in logged]
    put_off = row(database, number)
    assert (Delivery.QUEUED, False, []) == (put_off.status, put_off.uncertain, provider.texts)
    assert put_off.due_at <= clock.now() + timedelta(seconds=1)
    clock.move(timedelta(seconds=1))
    worker.send_due()
    assert (["text"], Delivery.SENT) == (provider.texts, status(database, number))


def test_who_stood_still_leaves_to_others_what_they_have_taken_meanwhile(
    database: Database, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, number = Provider(), queue(database, "text")
    by_others: list[str] = []

    def holds(*_: object) -> bool:
        clock.move(timedelta(seconds=60))
        by_others.extend(texts(claimed_at(database, clock.now())))
        return False

    monkeypatch.setattr("bot.journal.Journal.holds", holds)
    with capture_logs() as logged:
        Dispatcher(replace(desk, channels={"sms": provider})).send_due()
    assert (["text"], []) == (by_others, provider.texts)
    assert ["lease_lost"] == [line["event"] for line in logged]
    assert (Delivery.SENDING, 2) == (status(database, number), row(database, number).attempts)


def test_what_was_perhaps_sent_before_stays_uncertain_through_a_lost_lease(
    database: Database, desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, number = Provider(), queue(database, "text")
    claimed_at(database, clock.now())
    clock.move(timedelta(seconds=60))
    monkeypatch.setattr(provider, "look_up", lambda *_: LookUp(Found.NO))
    monkeypatch.setattr("bot.journal.Journal.holds", stood_still(clock))
    Dispatcher(replace(desk, channels={"sms": provider})).send_due()
    assert (Delivery.QUEUED, True, []) == (status(database, number), row(database, number).uncertain, provider.texts)


def test_what_waits_for_a_text_that_another_process_has_in_hand_waits_for_no_tick(
    database: Database, desk: Desk
) -> None:
    """They are not rung for, but for PostgreSQL, where the process that has it hears of whatever is written."""
    first, go_on = queue(database, "first"), threading.Event()
    elsewhere = Provider(lambda _: go_on.wait(PATIENCE))
    with sending(replace(desk, wake=Wake()), elsewhere) as theirs, sending(desk, provider := Provider()):
        eventually(lambda: elsewhere.texts)
        second = queue(database, "second")
        with costing(database) as costs:
            desk.wake.ring()
            eventually(lambda: looks(costs), "ours has looked, and found nothing")
            if database.engine.dialect.name == "postgresql":
                theirs.desk.wake.ring()  # as the listener does
                eventually(lambda: 2 <= looks(costs))
        go_on.set()
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "second"] == [*elsewhere.texts, *provider.texts]
