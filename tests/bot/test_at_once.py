"""Texts that leave at once: written down as in hand by the process that sends, and handed over when they are committed.
Whatever is in doubt waits to be claimed, and no text is lost, doubled or overtaken by it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from bot.channels.base import Found, LookUp, SendError
from bot.clock import Clock
from bot.database import Database, DatabaseAway
from bot.database_errors import Fault
from bot.desk import Desk
from bot.dispatcher import Dispatcher
from bot.drain import drain
from bot.in_hand import Hand, Tried
from bot.intake import receive
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, Outgoing
from conversations.replies import say
from conversations.rules.pacing import Paces, per_second
from handlers.enqueue import enqueue
from handlers.outbox import Claimed
from handlers.send_budgets import WHOLE_NUMBER, slowed
from models.conversations import change_conversation, conversation_for
from models.ending import at_the_end
from models.kept import write_down
from models.outbox import outbox
from tests.bot.test_dispatcher import NEVER, Costs, Provider, are_sent, costing
from tests.conftest import NOW
from tests.handlers.test_outbox import OMAR, SARA, opt_out, queue, row, status
from tests.patience import PATIENCE, eventually

pytestmark = pytest.mark.every_database

LOOK = "GROUP BY outbox.lane"


@contextmanager
def sending(desk: Desk, provider: Provider, senders: int = 4, poll: float = NEVER) -> Iterator[Dispatcher]:
    """A dispatcher of this process, which has looked once."""
    dispatcher = Dispatcher(replace(desk, channels={"sms": provider}, clock=Clock()), senders, poll)
    with costing(desk.database) as costs:
        dispatcher.start()
        eventually(lambda: costs.commits, "it has looked when it began")
    try:
        yield dispatcher
    finally:
        dispatcher.stop()


def write(desk: Desk, *texts: str, to: str = SARA, and_then: Callable[[Session], object] = lambda _: None) -> list[int]:
    """Texts to one person, in one transaction; their numbers."""

    def work(session: Session) -> list[int]:
        for text in texts:
            add(session, desk, text, to)
        and_then(session)
        return list(session.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars())

    return desk.database.transact(work)[-len(texts) :] if texts else []


def add(session: Session, desk: Desk, text: str, to: str = SARA, **more: Any) -> None:
    conversation = conversation_for(session, "sms", to, NOW)
    enqueue(
        session, desk.circumstances("t"), (say("person_words", text=text),), language="en",
        conversation_id=conversation.id, channel="sms", address=to, **more,
    )  # fmt: skip


def looks(costs: Costs) -> int:
    return sum(LOOK in statement for statement in costs.statements)


def numbers_of(database: Database, to: str = SARA) -> list[int]:
    mine = select(outbox.c.id).where(outbox.c.address == to).order_by(outbox.c.id)
    return database.read(lambda session: list(session.execute(mine).scalars()))


def test_an_answer_leaves_without_being_looked_for(database: Database, desk: Desk) -> None:
    provider = Provider()
    with sending(desk, provider), costing(database) as costs:
        receive(desk, Inbound("sms", "SM1", SARA, SARA, "book"))
        (number,) = numbers_of(database)
        eventually(lambda: are_sent(database, number))
    assert (1, 0) == (len(provider.texts), looks(costs))
    assert (1, f"SM{number}") == (row(database, number).attempts, row(database, number).provider_id)


def test_it_costs_its_turn_one_question_and_the_dispatcher_one_statement(database: Database, desk: Desk) -> None:
    go_on = threading.Event()
    with sending(desk, Provider(lambda _: go_on.wait(PATIENCE))), costing(database) as costs:
        receive(desk, Inbound("sms", "SM1", SARA, SARA, "book"))
        assert 1 == sum("send_budgets" in statement for statement in costs.statements)
        (number,) = numbers_of(database)
        costs.statements.clear()
        go_on.set()
        eventually(lambda: are_sent(database, number))
    asked_here = "outbox.failure_code"
    own = [one for one in costs.statements if asked_here not in one and one != "BEGIN"]
    assert 1 == len(own), own
    assert own[0].startswith("UPDATE outbox")


def test_it_is_handed_over_as_a_claim_would_have_told_of_it(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Claimed] = []
    monkeypatch.setattr("bot.senders.Senders.send", lambda _, claimed: given.append(claimed))
    with sending(desk, Provider()) as dispatcher:
        receive(desk, Inbound("sms", "SM1", SARA, SARA, "book"))
        (born,) = eventually(lambda: given)
        dispatcher._hand.drop(born)
    put_back(database, born.message.outbox_id)
    asking = Dispatcher(replace(desk, channels={"sms": Provider()}))
    asking.send_due()
    looked_for = given[1]
    assert born == looked_for._replace(leased_until=born.leased_until)
    assert NOW == born.asked_at


def put_back(database: Database, number: int) -> None:
    values = {"status": Delivery.QUEUED, "attempts": 0, "leased_until": None, "tried_at": None}
    database.transact(lambda session: session.execute(update(outbox).where(outbox.c.id == number).values(**values)))


def test_two_of_one_lane_in_one_transaction_go_one_after_the_other(database: Database, desk: Desk) -> None:
    go_on = threading.Event()
    provider = Provider(lambda message: go_on.wait(PATIENCE) if message.text == "first" else None)
    with sending(desk, provider):
        first, second = write(desk, "first", "second")
        desk.wake.ring()
        eventually(lambda: provider.texts)
        assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
        go_on.set()
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "second"] == provider.texts


def test_the_second_does_not_overtake_a_first_that_is_put_off(database: Database, desk: Desk) -> None:
    refusals = [SendError(SendFailure.BUSY, "503", "busy")]

    def refuse_once(_: object) -> None:
        if refusals:
            raise refusals.pop()

    provider = Provider(refuse_once)
    with sending(desk, provider, poll=0.05):
        numbers = write(desk, "first", "second")
        eventually(lambda: are_sent(database, *numbers))
    assert ["first", "first", "second"] == provider.texts


def test_what_an_earlier_text_of_its_lane_waits_for_it_waits_for_too(database: Database, desk: Desk) -> None:
    earlier = queue(database, "earlier")
    later = Clock().now() + timedelta(hours=1)
    values = update(outbox).where(outbox.c.id == earlier).values(due_at=later)
    database.transact(lambda session: session.execute(values))
    provider = Provider()
    with sending(desk, provider), costing(database) as costs:
        (number,) = write(desk, "behind it")
        desk.wake.ring()
        eventually(lambda: looks(costs))
        assert (Delivery.QUEUED, 0) == (status(database, number), row(database, number).attempts)
    assert [] == provider.texts


def test_what_is_rolled_back_goes_nowhere_and_its_room_is_free_again(database: Database, desk: Desk) -> None:
    def break_off(_: Session) -> None:
        raise ValueError

    provider = Provider()
    with sending(desk, provider, senders=1):
        for _ in range(3):
            with pytest.raises(ValueError):  # noqa: PT011 - ours
                write(desk, "never said", and_then=break_off)
        (number,) = write(desk, "said")
        eventually(lambda: are_sent(database, number))
    assert ["said"] == provider.texts


def test_a_transaction_that_is_run_again_sends_what_it_has_committed(database: Database, desk: Desk) -> None:
    conflicts = [DatabaseAway("taken", "40001", Fault.CONFLICT)] * 2

    def conflict(_: Session) -> None:
        if conflicts:
            raise conflicts.pop()

    provider = Provider()
    with sending(desk, provider, senders=1):
        (number,) = write(desk, "said", and_then=conflict)
        eventually(lambda: are_sent(database, number))
    assert ["said"] == provider.texts
    assert [number] == numbers_of(database)


def test_a_savepoint_that_is_undone_takes_its_texts_with_it(database: Database, desk: Desk) -> None:
    provider = Provider()

    def work(session: Session) -> None:
        savepoint = session.begin_nested()
        add(session, desk, "undone")
        with session.begin_nested():
            add(session, desk, "undone as well", OMAR)
        savepoint.rollback()
        with session.begin_nested():
            add(session, desk, "said")

    with sending(desk, provider, senders=2):
        desk.database.transact(work)
        eventually(lambda: are_sent(database, *numbers_of(database)))
    assert ["said"] == provider.texts


def test_every_lane_of_a_transaction_leaves_at_once(database: Database, desk: Desk) -> None:
    both = threading.Barrier(2)
    with sending(desk, Provider(lambda _: both.wait(PATIENCE))), costing(database) as costs:
        write(desk, "to Sara", and_then=lambda session: add(session, desk, "to Omar", OMAR))
        eventually(lambda: are_sent(database, *numbers_of(database), *numbers_of(database, OMAR)))
    assert 0 == looks(costs)


def test_who_has_opted_out_is_sent_nothing_but_the_confirmation(database: Database, desk: Desk) -> None:
    provider = Provider()
    with sending(desk, provider):
        receive(desk, Inbound("sms", "SM1", SARA, SARA, "book"))
        receive(desk, Inbound("sms", "SM2", SARA, SARA, "STOP please"))
        eventually(lambda: are_sent(database, *numbers_of(database)))
        opt_out(database)
        (number,) = write(desk, "not to be said")
        desk.wake.ring()
        eventually(lambda: Delivery.DEAD == status(database, number))
    assert "not to be said" not in provider.texts


def test_what_was_said_before_a_stop_in_the_same_batch_is_not_sent(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is it where their file has been removed by then."""
    for number, words in enumerate(("what are your opening hours?", "please stop texting me")):
        desk.journal.put(Inbound("sms", f"SM{number}", SARA, SARA, words), NOW, "t")
    provider = Provider()
    monkeypatch.setattr("bot.journal.Journal.holds", lambda *_: False)
    with sending(desk, provider, poll=0.05):
        drain(desk)
        eventually(lambda: {Delivery.SENT, Delivery.DEAD} == {status(database, one) for one in numbers_of(database)})
    assert ["opted_out_call"] == [row(database, one).kind for one in numbers_of(database) if are_sent(database, one)]
    assert 1 == len(provider.texts)


def test_what_is_due_later_waits(database: Database, desk: Desk) -> None:
    provider = Provider()
    with sending(desk, provider), costing(database) as costs:
        database.transact(lambda session: add(session, desk, "tomorrow", due_at=NOW + timedelta(days=1)))
        assert [Delivery.QUEUED] == [status(database, number) for number in numbers_of(database)]
        assert not any("send_budgets" in statement for statement in costs.statements), "nothing was asked for it"


def test_where_a_pace_is_kept_a_text_is_paid_for_by_its_claim(database: Database, desk: Desk) -> None:
    paced = replace(desk, paces={"sms": Paces(per_second(1000))})
    with sending(paced, Provider()), costing(database) as costs:
        (number,) = write(paced, "paid for")
        desk.wake.ring()
        eventually(lambda: are_sent(database, number))
    assert looks(costs)
    assert any(statement.startswith("UPDATE send_budgets") for statement in costs.statements)


@pytest.mark.parametrize("whose", [WHOLE_NUMBER, SARA])
def test_what_a_provider_has_asked_to_wait_waits(database: Database, desk: Desk, whose: str) -> None:
    now = Clock().now()
    provider = Provider()
    with sending(desk, provider):
        database.transact(lambda session: slowed(session, "sms", whose, now + timedelta(hours=1), {}, now))
        (number,) = write(replace(desk, clock=Clock()), "too early")
        assert Delivery.QUEUED == status(database, number)
        if whose:
            (other,) = write(replace(desk, clock=Clock()), "to somebody else", to=OMAR)
            eventually(lambda: are_sent(database, other))
    assert "too early" not in provider.texts


def test_where_every_sender_is_taken_a_text_waits_for_a_free_one(database: Database, desk: Desk) -> None:
    go_on = threading.Event()
    provider = Provider(lambda message: go_on.wait(PATIENCE) if message.text == "first" else None)
    with sending(desk, provider, senders=1):
        (first,) = write(desk, "first")
        (second,) = write(desk, "second", to=OMAR)
        desk.wake.ring()
        assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
        go_on.set()
        eventually(lambda: are_sent(database, first, second))


def test_a_text_that_is_being_written_as_we_stop_is_still_sent(database: Database, desk: Desk) -> None:
    is_written, go_on = threading.Event(), threading.Event()

    def stand_still(session: Session) -> None:
        write_down(session)
        is_written.set()
        assert go_on.wait(PATIENCE)

    provider = Provider()
    with sending(desk, provider) as dispatcher:
        writing = threading.Thread(target=lambda: write(desk, "written meanwhile", and_then=stand_still))
        writing.start()
        assert is_written.wait(PATIENCE)
        stopping = threading.Thread(target=dispatcher.stop)
        stopping.start()
        eventually(lambda: dispatcher._stopping.is_set())
        go_on.set()
        writing.join()
        stopping.join()
        assert ["written meanwhile"] == provider.texts
        assert are_sent(database, *numbers_of(database))
        (late,) = write(desk, "to others", to=OMAR)
        assert Delivery.QUEUED == status(database, late)


def test_nothing_leaves_at_once_where_nobody_here_sends(database: Database, desk: Desk) -> None:
    Dispatcher(replace(desk, channels={"sms": Provider()}))
    (number,) = write(desk, "to others")
    assert (Delivery.QUEUED, 0) == (status(database, number), row(database, number).attempts)


@pytest.mark.parametrize(("found", "texted"), [(LookUp(Found.YES, "SM9"), 0), (LookUp(Found.NO), 1)])
def test_what_was_committed_and_not_handed_over_is_taken_over_as_interrupted(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch, found: LookUp, texted: int
) -> None:
    """As by a process that is killed right there."""
    monkeypatch.setattr("handlers.outbox.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("bot.senders.Senders._send_at_once", lambda *_: None)
    provider, asked = Provider(), []
    monkeypatch.setattr(provider, "look_up", lambda message, *_: asked.append(message.text) or found)
    died = Dispatcher(replace(desk, channels={"sms": Provider()}, clock=Clock()), poll=NEVER)
    desk.senders_here.add(died._senders.room_for)
    (number,) = write(desk, "interrupted")
    desk.senders_here.remove(died._senders.room_for)
    assert Delivery.SENDING == status(database, number)
    with sending(desk, provider, poll=0.05):
        eventually(lambda: are_sent(database, number))
    assert (texted, ["interrupted"]) == (len(provider.texts), asked)
    assert 2 == row(database, number).attempts


def test_its_lease_is_renewed_as_that_of_any_other(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.outbox.LEASE", timedelta(seconds=2))
    monkeypatch.setattr("bot.leases.RENEW_SECONDS", 0.05)
    go_on = threading.Event()
    with sending(desk, Provider(lambda _: go_on.wait(PATIENCE))):
        (number,) = write(desk, "slow")
        leased = row(database, number).leased_until
        eventually(lambda: row(database, number).leased_until > leased + timedelta(seconds=0.5))
        go_on.set()
    assert (Delivery.SENT, 1) == (status(database, number), row(database, number).attempts)


def test_where_no_thread_can_be_begun_the_lease_brings_it_back(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.outbox.LEASE", timedelta(seconds=0.3))
    provider = Provider()
    monkeypatch.setattr(provider, "look_up", lambda *_: LookUp(Found.NO))
    with sending(desk, provider, poll=0.05) as dispatcher:
        threads = dispatcher._senders._threads
        with monkeypatch.context() as broken:
            broken.setattr(threads, "put", no_thread)
            (at_once,) = write(desk, "at once")
            claimed = queue(database, "claimed", to=OMAR)
            desk.wake.ring()
            eventually(lambda: 1 <= row(database, claimed).attempts)
        eventually(lambda: are_sent(database, at_once, claimed))
    assert 2 <= min(row(database, one).attempts for one in (at_once, claimed))


def no_thread(*_: object) -> None:
    raise RuntimeError("can't start new thread")


def test_a_look_between_its_commit_and_its_handing_over_forgets_nobody_behind_it() -> None:
    hand, one = Hand(), claimed_text()
    look = hand.expect(1)
    assert look is not None
    hand.found([])
    hand.come(one, look)
    assert hand.has_next(one)


def test_what_was_found_while_we_stood_still_is_not_handed_over_as_well() -> None:
    hand, one = Hand(), claimed_text()
    look = hand.expect(1)
    assert look is not None
    hand.found([one._replace(attempts=2)])
    assert not hand.come(one, look)
    assert [2] == [held.attempts for held in hand.held()]
    assert 1 == hand.under_way()


def test_half_of_the_senders_stay_free_for_what_is_found() -> None:
    hand = Hand()
    assert [0, 0, None] == [hand.expect(4) for _ in range(3)]
    hand.not_come()
    assert [0, None] == [hand.expect(4) for _ in range(2)]
    hand.close()
    assert hand.expect(99) is None


def test_an_earlier_claim_of_a_text_in_hand_holds_and_drops_nothing() -> None:
    """Left with threads that could not be begun, and sent by one that could, later."""
    hand, one = Hand(), claimed_text()
    again = one._replace(attempts=2, leased_until=NOW + timedelta(seconds=7))
    hand.found([again])
    hand.drop(one)
    assert (False, True) == (hand.holds(one, NOW), hand.holds(again, NOW))


def claimed_text() -> Claimed:
    return Claimed(Outgoing(1, SARA, "text"), "sms", f"sms:{SARA}", 1, NOW, "t", None, frozenset(), None, is_last=True)


@contextmanager
def not_recorded(dispatcher: Dispatcher) -> Iterator[None]:
    """What it has sent meanwhile is in its hand, and nobody has written it down."""
    go_on, recorded = threading.Event(), dispatcher._record_and_look

    def later() -> list[Claimed]:
        assert go_on.wait(PATIENCE)
        return recorded()

    dispatcher._record_and_look = later  # type: ignore[assignment]
    dispatcher._bell.touch()
    try:
        yield
    finally:
        go_on.set()


def has_tried(dispatcher: Dispatcher, number: int) -> None:
    eventually(lambda: [one for one in dispatcher._hand.to_record() if one.claimed.message.outbox_id == number])


def is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def test_what_comes_behind_a_text_that_is_sent_writes_it_down_and_leaves_at_once(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr("bot.results.tell_sent", lambda one: told.append(one.claimed.message.outbox_id))
    provider = Provider()
    with sending(desk, provider) as dispatcher, costing(database) as costs:
        with not_recorded(dispatcher):
            (first,) = write(desk, "first")
            has_tried(dispatcher, first)
            (second,) = write(desk, "second")
            if is_sqlite(database):
                has_tried(dispatcher, second)
                assert (Delivery.SENT, Delivery.SENDING) == (status(database, first), status(database, second))
                assert f"SM{first}" == row(database, first).provider_id
                assert row(database, first).sent_at
                assert [first] == told
            else:
                assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
                desk.wake.ring()
        eventually(lambda: are_sent(database, first, second))
        eventually(lambda: len(told) > 1)
    assert ["first", "second"] == provider.texts
    assert [first, second] == told
    assert is_sqlite(database) == (looks(costs) == 0)


def test_what_breaks_in_telling_of_it_breaks_no_turn_that_is_committed(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_sqlite(database):
        pytest.skip("there the dispatcher writes it down")

    def broken(one: Tried) -> None:
        if one.claimed.message.text == "first":
            raise ZeroDivisionError

    monkeypatch.setattr("bot.results.tell_sent", broken)
    provider = Provider()
    with sending(desk, provider) as dispatcher, capture_logs() as logged:
        with not_recorded(dispatcher):
            (first,) = write(desk, "first")
            has_tried(dispatcher, first)
            (second,) = write(desk, "second")
            has_tried(dispatcher, second)
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "second"] == provider.texts
    errors = [(line["event"], line.get("outbox")) for line in logged if line["log_level"] == "error"]
    assert [("send_broke", first)] == errors


def test_what_the_dispatcher_writes_down_meanwhile_is_told_once(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has gathered what is over, and waits for its turn to write; so its list is old."""
    told: list[int] = []
    monkeypatch.setattr("bot.results.tell_sent", lambda one: told.append(one.claimed.message.outbox_id))
    is_gathered, go_on = threading.Event(), threading.Event()
    provider = Provider()
    with sending(desk, provider) as dispatcher:
        transact = dispatcher._transact

        def later(over: list[Tried], room: int) -> list[Claimed]:
            is_gathered.set()
            assert go_on.wait(PATIENCE)
            return transact(over, room)

        monkeypatch.setattr(dispatcher, "_transact", later)
        (first,) = write(desk, "first")
        assert is_gathered.wait(PATIENCE)
        (second,) = write(desk, "second")
        go_on.set()
        desk.wake.ring()
        eventually(lambda: are_sent(database, first, second))
        eventually(lambda: len(told) > 1)
    assert ["first", "second"] == provider.texts
    assert [first, second] == sorted(told)


def test_a_result_that_is_rolled_back_is_written_down_by_the_dispatcher(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    monkeypatch.setattr("bot.results.tell_sent", lambda one: told.append(one.claimed.message.outbox_id))

    def break_off(session: Session) -> None:
        write_down(session)
        raise ValueError

    provider = Provider()
    with sending(desk, provider) as dispatcher:
        with not_recorded(dispatcher):
            (first,) = write(desk, "first")
            has_tried(dispatcher, first)
            with pytest.raises(ValueError):  # noqa: PT011 - ours
                write(desk, "never said", and_then=break_off)
            assert (Delivery.SENDING, []) == (status(database, first), told)
        eventually(lambda: are_sent(database, first))
        eventually(lambda: told)
    assert (["first"], [first]) == (provider.texts, told)


def test_what_did_not_get_through_is_not_overtaken_before_that_is_written_down(database: Database, desk: Desk) -> None:
    refusals = [SendError(SendFailure.BUSY, "503", "busy")]

    def refuse_once(_: object) -> None:
        if refusals:
            raise refusals.pop()

    provider = Provider(refuse_once)
    with sending(desk, provider, poll=0.05) as dispatcher:
        with not_recorded(dispatcher):
            (first,) = write(desk, "first")
            has_tried(dispatcher, first)
            (second,) = write(desk, "second")
            assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "first", "second"] == provider.texts


def test_what_is_still_under_way_is_not_overtaken(database: Database, desk: Desk) -> None:
    go_on = threading.Event()
    provider = Provider(lambda message: go_on.wait(PATIENCE) if message.text == "first" else None)
    with sending(desk, provider):
        (first,) = write(desk, "first")
        eventually(lambda: provider.texts)
        (second,) = write(desk, "second")
        desk.wake.ring()
        assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
        go_on.set()
        eventually(lambda: are_sent(database, first, second))
    assert ["first", "second"] == provider.texts


@pytest.mark.parametrize("name", ["the same twice", "\ud800"])
def test_an_id_that_cannot_be_written_down_breaks_no_turn_behind_it(
    database: Database, desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("handlers.outbox.LEASE", timedelta(seconds=1))
    names = {"first": name, "to Omar": "the same twice"}
    provider = Provider(naming=lambda message: names.get(message.text, f"SM{message.outbox_id}"))
    monkeypatch.setattr(provider, "look_up", lambda *_: LookUp(Found.YES, "SM found"))
    with sending(desk, provider, poll=0.05) as dispatcher:
        (other,) = write(desk, "to Omar", to=OMAR)
        eventually(lambda: are_sent(database, other))
        with not_recorded(dispatcher):
            (first,) = write(desk, "first")
            has_tried(dispatcher, first)
            (second,) = write(desk, "second")
            assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
        eventually(lambda: are_sent(database, first, second))
    assert ["to Omar", "first", "second"] == provider.texts


def test_what_was_taken_from_us_meanwhile_is_not_written_down_as_ours(database: Database, desk: Desk) -> None:
    """By another process, once we had stood still for longer than its lease."""
    provider = Provider()
    with sending(desk, provider) as dispatcher, not_recorded(dispatcher):
        (first,) = write(desk, "first")
        has_tried(dispatcher, first)
        taken = update(outbox).where(outbox.c.id == first).values(attempts=2)
        database.transact(lambda session: session.execute(taken))
        (second,) = write(desk, "second")
        assert (Delivery.SENDING, Delivery.QUEUED) == (status(database, first), status(database, second))
    assert (["first"], Delivery.SENDING) == (provider.texts, status(database, first))


def test_what_was_written_down_with_the_next_has_nobody_behind_it() -> None:
    hand, one = Hand(), claimed_text()
    hand.found([one])
    hand.found([])
    assert hand.has_next(one)
    assert hand.drop(one)
    assert (False, False) == (hand.has_next(one), hand.drop(one))


def test_what_got_through_in_a_lane_is_known_until_it_is_aside() -> None:
    hand, one = Hand(), claimed_text()
    lane = f"sms:{SARA}"
    hand.found([one])
    assert [] == hand.sent_in(lane)
    through = Tried(one, NOW, "SM1")
    hand.tried(through)
    assert ([through], []) == (hand.sent_in(lane), hand.sent_in(f"sms:{OMAR}"))
    hand.tried(Tried(one, NOW, error=SendError(SendFailure.BUSY)))
    assert [] == hand.sent_in(lane)
    hand.tried(through)
    hand.put_aside(through)
    assert [] == hand.sent_in(lane)


def test_of_two_deeds_one_is_done_when_the_transaction_has_ended(database: Database) -> None:
    done: list[str] = []

    def note(session: Session, name: str) -> None:
        at_the_end(session, committed=lambda: done.append(f"{name} +"), undone=lambda: done.append(f"{name} -"))

    def work(session: Session) -> None:
        change_conversation(session, conversation_for(session, "sms", SARA, NOW).id, needs_person=True)
        note(session, "whole")
        with session.begin_nested():
            note(session, "kept")
        savepoint = session.begin_nested()
        note(session, "undone")
        savepoint.rollback()
        assert ["undone -"] == done, "nothing before the commit"

    database.transact(work)
    assert ["undone -", "whole +", "kept +"] == done
    database.transact(lambda _: None)
    assert 3 == len(done)

    def break_off(session: Session) -> None:
        with session.begin_nested():
            note(session, "kept for a while")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - ours
        database.transact(break_off)
    assert ["kept for a while -"] == done[3:]


def test_a_deed_that_breaks_keeps_no_other_from_being_done_and_takes_no_commit_for_failed(database: Database) -> None:
    done: list[str] = []

    def break_down() -> None:
        raise ZeroDivisionError

    def work(session: Session) -> str:
        conversation_for(session, "sms", SARA, NOW)
        for name in ("one", "two"):
            at_the_end(session, committed=break_down, undone=break_down)
            at_the_end(session, committed=partial(done.append, name), undone=partial(done.append, f"no {name}"))
        with suppress(ValueError), session.begin_nested():
            at_the_end(session, committed=break_down, undone=break_down)
            at_the_end(session, committed=break_down, undone=partial(done.append, "not within"))
            raise ValueError
        return "committed"

    def broken(session: Session) -> None:
        work(session)
        raise KeyError

    with capture_logs() as logged:
        assert "committed" == database.transact(work)
        assert ["not within", "one", "two"] == done
        with pytest.raises(KeyError):
            database.transact(broken)
    assert ["not within", "no one", "no two"] == done[3:]
    assert ["end_broke"] * 6 == [line["event"] for line in logged if line["log_level"] == "error"]
