"""The tick: all that falls due is looked for at once; neither a look nor a deed that breaks keeps others waiting."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database, DatabaseAway
from bot.desk import Desk
from bot.intake import receive
from bot.schedule import DUE, Kind, _finish_turns, run_due
from conversations.messages import Inbound
from models.messages import conversations_due, nothing_unanswered
from tests.conftest import MakeDesk

pytestmark = pytest.mark.every_database
SARA = "+97455501234"


@pytest.fixture
def waits(make_desk: MakeDesk, clock: SetClock) -> Desk:
    """A desk with a text whose turn is due."""
    desk = make_desk(burst_ms=2000)
    receive(desk, Inbound("sms", "in-1", SARA, SARA, "Xylophone Zebra Quandary"))
    assert not desk.database.read(nothing_unanswered)
    clock.move(timedelta(seconds=3))
    return desk


@pytest.fixture
def begun(database: Database) -> Iterator[list[object]]:
    """Every transaction."""
    found: list[object] = []

    def note(connection: object) -> None:
        found.append(connection)

    event.listen(database.engine, "begin", note)
    yield found
    event.remove(database.engine, "begin", note)


def settled(desk: Desk) -> None:
    while run_due(desk):
        pass


def test_an_idle_tick_is_one_transaction(desk: Desk, begun: list[object]) -> None:
    settled(desk)
    begun.clear()
    assert 0 == run_due(desk)
    assert 1 == len(begun)


def test_a_look_that_breaks_keeps_no_other_waiting(
    waits: Desk, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    def breaks(session: Session, _now: datetime, _desk: Desk) -> Any:
        return session.execute(text("select nothing from nowhere")).all()

    def never(_desk: Desk, _found: Any) -> int:
        raise AssertionError("nothing was found")

    monkeypatch.setattr("bot.schedule.DUE", (Kind(breaks, never), *DUE))
    assert run_due(waits) > 0
    assert waits.database.read(nothing_unanswered)
    assert 1 == logged.getvalue().count('"due_look_failed"')
    assert "due_deeds_failed" not in logged.getvalue()


def test_a_look_that_takes_too_long_keeps_nothing_waiting_that_stands_before_it(
    waits: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(_session: Session, _now: datetime, _desk: Desk) -> Any:
        raise DatabaseAway("statement timeout", "57014")

    monkeypatch.setattr("bot.schedule.DUE", (*DUE, Kind(too_long, lambda _desk, _found: 0)))
    run_due(waits)
    assert waits.database.transact(nothing_unanswered)  # for reads it is away for a moment


def test_a_turn_that_cannot_even_be_closed_keeps_no_other_waiting(
    waits: Desk, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError(SARA)

    waiting = waits.database.read(lambda session: conversations_due(session, waits.clock.now(), 8))
    assert 1 == len(waiting)
    monkeypatch.setattr("bot.schedule._turn", breaks)
    monkeypatch.setattr("handlers.turn_failed.close_with_fault", breaks)
    assert 2 == _finish_turns(waits, [*waiting, *waiting])
    assert 2 == logged.getvalue().count('"turn_not_closed"')
    assert SARA not in logged.getvalue()


def test_a_deed_that_breaks_keeps_no_other_waiting(
    waits: Desk, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    def breaks(_desk: Desk, _found: Any) -> int:
        raise ValueError(SARA)

    monkeypatch.setattr("bot.schedule.DUE", (Kind(lambda *_: True, breaks), *DUE))
    assert run_due(waits) > 0
    assert waits.database.read(nothing_unanswered)
    assert 1 == logged.getvalue().count('"due_deeds_failed"')
    assert SARA[-8:] not in logged.getvalue()


def test_what_one_kind_leads_to_is_seen_to_in_the_same_tick(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    things = ["the first"]

    def see_to(_desk: Desk, found: list[str]) -> int:
        seen.append(found)
        things.append("what comes of it")
        return 1

    kind = Kind(lambda *_: list(things), see_to)
    monkeypatch.setattr("bot.schedule.DUE", (kind, kind))
    assert 2 == run_due(desk)
    assert [["the first"], ["the first", "what comes of it"]] == seen
