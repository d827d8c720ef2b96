"""Words that are older than the business keeps them are emptied, in pieces, and nothing else is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock import SetClock
from bot.desk import Desk
from bot.schedule import run_due
from handlers import transcripts_expired as expiring
from handlers.invariants_checked import broken_invariants
from handlers.transcripts_expired import transcripts_expired, would_expire
from models.business import business
from models.conversations import conversations, turns
from models.insert import insert_row
from models.messages import messages
from models.outbox import outbox
from models.outgoing_webhooks import Source, webhook_events
from models.retention import retention_marks
from tests.handlers.salon import OMAR, SARA, TOM, Salon

pytestmark = pytest.mark.every_database

TWO_YEARS = timedelta(days=740)


def rows(desk: Desk, table: Any) -> list[Any]:
    return desk.database.read(lambda session: list(session.execute(select(table).order_by(table.c.id))))


def expire(desk: Desk) -> int:
    """Until nothing is left; in how many pieces."""
    for piece in range(10_000):
        if not desk.database.transact(lambda session: transcripts_expired(session, desk.clock.now())):
            return piece
    raise AssertionError("it never ends")


def spoken(salon: Salon) -> None:
    salon.text(SARA, "massage tomorrow 3pm")
    salon.text(SARA, "yes")
    salon.text(OMAR, "decline 1 no room")
    when = {"at": salon.desk.clock.now(), "spread_at": salon.desk.clock.now()}
    told = {"source": Source.TRANSITION, "source_id": 1, "type": "booking.declined", "uid": "x", "body": "{...}"}
    salon.desk.database.transact(lambda session: insert_row(session, webhook_events, **told, **when))


def test_what_is_too_old_is_emptied_and_what_is_newer_stays(
    salon: Salon, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "BATCH", 2)
    desk = salon.desk
    spoken(salon)
    clock.move(timedelta(days=2))
    salon.player.settle()
    old = len(rows(desk, messages)), len(rows(desk, turns)), len(rows(desk, outbox))
    clock.move(timedelta(days=720))
    salon.text(TOM, "haircut tomorrow 3pm")
    before = rows(desk, messages)
    assert 0 == expire(desk)
    assert before == rows(desk, messages)
    clock.move(timedelta(days=15))
    assert (old[0], 1) == (would(desk)["messages"], would(desk)["webhook_events"])
    assert old[0] // 2 <= expire(desk)
    now = rows(desk, messages)
    assert [""] * old[0] + [row.body for row in before[old[0] :]] == [row.body for row in now]
    assert all(row.raw is None and not row.media for row in now[: old[0]])
    assert [{}] * old[1] == [row.dialogue_after for row in rows(desk, turns)][: old[1]]
    assert [""] * old[2] == [row.body for row in rows(desk, outbox)][: old[2]]
    assert all(row.dialogue_after for row in rows(desk, turns)[old[1] :])
    assert [""] == [row.body for row in rows(desk, webhook_events)]
    assert [row.at for row in before] == [row.at for row in now]
    quiet = {row.address: bool(row.dialogue) for row in rows(desk, conversations)}
    assert (False, True) == (quiet[SARA.address], quiet[TOM.address])
    now = clock.now()
    assert [] == desk.database.read(lambda session: list(broken_invariants(session, now)))
    assert salon.text(SARA, "hello")


def would(desk: Desk) -> dict[str, int]:
    return dict(desk.database.read(lambda session: would_expire(session, desk.clock.now())))


def test_the_tick_does_it_once_a_day(salon: Salon, clock: SetClock) -> None:
    spoken(salon)
    run_due(salon.desk)
    clock.move(TWO_YEARS)
    while run_due(salon.desk):
        pass
    assert not any(row.body for row in rows(salon.desk, messages) if row.at < clock.now() - TWO_YEARS / 2)
    marks = salon.desk.database.read(lambda session: session.execute(select(retention_marks)).all())
    assert {clock.now() + timedelta(days=1)} == {row.due_at for row in marks}
    salon.text(SARA, "hello")
    assert all(row.body for row in rows(salon.desk, messages) if row.at == clock.now())


def test_nothing_is_emptied_where_words_are_kept_for_ever(salon: Salon, clock: SetClock) -> None:
    spoken(salon)
    salon.desk.database.transact(lambda session: session.execute(update(business).values(transcript_months=0)))
    clock.move(TWO_YEARS * 20)
    assert 0 == expire(salon.desk)
    assert {} == would(salon.desk)
    assert all(row.body for row in rows(salon.desk, messages))


def test_what_still_waits_is_left_alone_however_old(salon: Salon, clock: SetClock) -> None:
    from bot.intake import receive
    from conversations.messages import Inbound

    receive(salon.desk, Inbound("sms", "in-1", SARA.address, SARA.address, "hello"))
    clock.move(TWO_YEARS)
    expire(salon.desk)
    (waits,) = rows(salon.desk, outbox)
    assert waits.body


def test_several_processes_empty_each_piece_once(
    salon: Salon, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "BATCH", 1)
    desk = salon.desk
    spoken(salon)
    many = len(rows(desk, messages))
    clock.move(TWO_YEARS)

    def some(_number: int) -> int:
        done = 0
        while any(would(desk).values()):
            done += desk.database.transact(lambda session: transcripts_expired(session, desk.clock.now()))
        return done

    with ThreadPoolExecutor(3) as pool:
        done = sum(pool.map(some, range(3)))
    assert many + len(rows(desk, turns)) + len(rows(desk, outbox)) <= done
    assert not any(row.body for row in rows(desk, messages))
