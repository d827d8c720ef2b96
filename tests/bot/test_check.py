"""`check`: a sound database is passed, and each invariant, once broken by hand, is named."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Row, delete, event, insert, select, text, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands import check
from bot.desk import Desk
from bot.stories import Player
from conversations.booking import BookingStatus, ProposalStatus
from conversations.dialogue import State
from handlers.invariants_checked import broken_invariants
from models import invariants
from models.bookings import booking_transitions, bookings, proposals
from models.claims import Holder, claims, stretches
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import outbox

pytestmark = pytest.mark.every_database

STORY = """clock 2026-03-10 10:15
person Sara sms +97455501234
person Lea sms +97455507777
person Ben sms +97455508888
person Zoe sms +97455509999
person Omar sms +97455500000
Sara> therapy tomorrow 10am
Sara> yes
Lea> therapy tomorrow 12:00
Lea> yes
Ben> therapy tomorrow 2pm
Ben> yes
Omar> APPROVE 1
Omar> DECLINE 2 full
Omar> MODIFY 3 14:30
Zoe> haircut thursday 3pm
"""
CONFIRMED, DECLINED, PENDING = 1, 2, 3
"""The bookings of the story; the third has an open proposal beside it, and Zoe holds a time."""


@pytest.fixture
def told(desk: Desk, clock: SetClock) -> Desk:
    Player(desk, clock).play(STORY)
    return desk


def found(desk: Desk) -> list[str]:
    return desk.database.read(lambda session: list(broken_invariants(session, desk.clock.now())))


@contextmanager
def unguarded(desk: Desk) -> Iterator[Connection]:
    """For what no code of ours would do: past the foreign keys and PostgreSQL's second lock. What is not committed
    never was."""
    with desk.database.engine.connect() as connection:
        kind = connection.dialect.name
        if kind == "sqlite":
            connection.connection.execute("pragma foreign_keys=off")  # type: ignore[attr-defined]
        if kind == "postgresql":
            connection.execute(text("set session_replication_role = replica"))
            connection.commit()
            connection.execute(text("alter table bookings drop constraint if exists ex_bookings_staff_id_time"))
        if kind == "mysql":
            connection.execute(text("set foreign_key_checks = 0"))
        yield connection
        connection.rollback()
        connection.invalidate()


def by_hand(desk: Desk, *statements: Any) -> None:
    with unguarded(desk) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def found_behind(desk: Desk, statement: Any) -> list[str]:
    """What is found where this has been done, and is undone again: to tell the story anew for each takes long."""
    with unguarded(desk) as connection:
        connection.execute(statement)
        with Session(connection) as session:
            return list(broken_invariants(session, desk.clock.now()))


def row_of(desk: Desk, table: Any, *where: Any) -> Row[Any]:
    return desk.database.read(lambda session: session.execute(select(table).where(*where)).one())


def change(table: Any, row_id: int, **values: Any) -> Any:
    return update(table).where(table.c.id == row_id).values(**values)


def booking(number: int, **values: Any) -> Callable[[Desk], Any]:
    return lambda _desk: change(bookings, number, **values)


def stretch_of(holder: Holder, number: int, /, **values: Any) -> Callable[[Desk], Any]:
    where = stretches.c.holder == holder, stretches.c.holder_id == number
    return lambda _desk: update(stretches).where(*where).values(**values)


def moved(**by: timedelta) -> Callable[[Desk], Any]:
    """The time that the confirmed booking owns, moved at its `start_at` or `end_at`."""

    def statement(desk: Desk) -> Any:
        row = row_of(desk, stretches, stretches.c.holder == Holder.BOOKING, stretches.c.holder_id == CONFIRMED)
        return change(stretches, row.id, **{name: getattr(row, name) + delta for name, delta in by.items()})

    return statement


def first_claim(desk: Desk) -> Any:
    owner = row_of(desk, stretches, stretches.c.holder == Holder.BOOKING, stretches.c.holder_id == CONFIRMED)
    cell = desk.database.read(
        lambda s: (
            s.execute(select(claims.c.cell).where(claims.c.stretch_id == owner.id).order_by(claims.c.cell))
            .scalars()
            .first()
        )
    )
    return (claims.c.scarce_id == owner.scarce_id) & (claims.c.cell == cell)


def without_stretch(desk: Desk) -> Any:
    return delete(stretches).where(stretches.c.holder == Holder.BOOKING, stretches.c.holder_id == CONFIRMED)


def overlapping(desk: Desk) -> Any:
    """The declined booking comes back to life over the confirmed one."""
    kept = row_of(desk, bookings, bookings.c.id == CONFIRMED)
    late = timedelta(minutes=30)
    return change(
        bookings, DECLINED, status=BookingStatus.PENDING, start_at=kept.start_at + late, end_at=kept.end_at + late
    )


def second_open_proposal(desk: Desk) -> Any:
    row = row_of(desk, proposals)
    return insert(proposals).values({**{k: v for k, v in row._mapping.items() if k != "id"}})


def claims_of_the_proposal(desk: Desk) -> Any:
    row = row_of(desk, stretches, stretches.c.holder == Holder.PROPOSAL)
    return delete(claims).where(claims.c.stretch_id == row.id)


def last_transition(**values: Any) -> Callable[[Desk], Any]:
    where = booking_transitions.c.booking_id == CONFIRMED, booking_transitions.c.before.is_not(None)
    return lambda _desk: update(booking_transitions).where(*where).values(**values)


def first_inbound(**values: Any) -> Callable[[Desk], Any]:
    return lambda _desk: change(messages, 1, **values)


BREAKS: list[tuple[Callable[[Desk], Any], str]] = [
    (booking(CONFIRMED, confirmed_datetime=None), "booking #1: it is confirmed for another time than it starts at"),
    (booking(CONFIRMED, decision_at=None), "booking #1: it is confirmed, but not by whom and when"),
    (booking(DECLINED, decided_by=""), "booking #2: it is declined, but not by whom and when"),
    (booking(DECLINED, status=BookingStatus.CANCELLED), "booking #2: it is cancelled, but not by whom and when"),
    (booking(PENDING, decide_by=None), "booking #3: it is pending without a deadline"),
    (booking(PENDING, status=BookingStatus.EXPIRED), "booking #3: it is expired and still owns time"),
    (booking(PENDING, status=BookingStatus.EXPIRED), "proposal #1: it is open, but booking #3 is not pending"),
    (booking(CONFIRMED, staff_id=2), "booking #1: it owns time of staff 1, but is with staff 2"),
    (
        lambda desk: change(bookings, CONFIRMED, end_at=row_of(desk, bookings, bookings.c.id == CONFIRMED).start_at),
        "booking #1: it ends before it starts",
    ),
    (
        lambda desk: change(bookings, DECLINED, status=BookingStatus.PENDING),
        "booking #2: it owns no time",
    ),
    (without_stretch, "booking #1: it owns no time"),
    (without_stretch, "of staff 1: its stretch "),
    (moved(start_at=timedelta(minutes=5)), "booking #1: the time it owns is not its own time with its buffers"),
    (moved(end_at=timedelta(hours=5)), "booking #1: the time it owns is not its own time with its buffers"),
    (moved(end_at=timedelta(minutes=5)), "booking #1: it does not claim 1 cells of stretch"),
    (moved(end_at=-timedelta(minutes=5)), "booking #1: it claims 1 cells outside of stretch"),
    (moved(end_at=-timedelta(hours=2)), "runs backwards"),
    (lambda desk: delete(claims).where(first_claim(desk)), "booking #1: it does not claim 1 cells of stretch"),
    (lambda desk: update(claims).where(first_claim(desk)).values(scarce_id=3), "booking #1: it claims another's time"),
    (
        lambda desk: update(claims).where(first_claim(desk)).values(live_until=desk.clock.now()),
        "booking #1: its claims do not live as long as stretch",
    ),
    (
        lambda desk: stretch_of(Holder.BOOKING, CONFIRMED, live_until=desk.clock.now())(desk),
        "booking #1: the time it owns runs out",
    ),
    (stretch_of(Holder.BOOKING, CONFIRMED, holder_id=99), "its owner, booking #99, does not exist"),
    (stretch_of(Holder.BOOKING, CONFIRMED, holder_id=DECLINED), "booking #2: it is declined and still owns time"),
    (stretch_of(Holder.CONVERSATION, 5, holder_id=99), "its owner, conversation #99, does not exist"),
    (stretch_of(Holder.BOOKING, CONFIRMED, holder_id=PENDING), "booking #3: it owns 2 stretches of time, not one"),
    (overlapping, "booking #2: it overlaps booking #1 of the same staff 1"),
    (
        lambda _desk: update(proposals).values(status=ProposalStatus.REFUSED),
        "proposal #1: it is refused and still owns time",
    ),
    (
        lambda _desk: delete(stretches).where(stretches.c.holder == Holder.PROPOSAL),
        "proposal #1: it is open and owns no time",
    ),
    (
        lambda desk: update(proposals).values(end_at=row_of(desk, proposals).end_at + timedelta(hours=1)),
        "proposal #1: the time it owns is not the time it proposes",
    ),
    (
        lambda desk: update(proposals).values(expires_at=row_of(desk, proposals).expires_at + timedelta(hours=1)),
        "proposal #1: the time it owns does not live as long as the proposal",
    ),
    (stretch_of(Holder.PROPOSAL, 1, scarce_id=2), "proposal #1: it owns time of staff 2, but its booking is with"),
    (claims_of_the_proposal, "proposal #1: 6 cells of its time are claimed neither by it nor by its booking"),
    (second_open_proposal, "booking #3: it has 2 open proposals, not one"),
    (second_open_proposal, ": it is open and owns no time"),
    (
        lambda _desk: delete(booking_transitions).where(booking_transitions.c.booking_id == CONFIRMED),
        "booking #1: nothing says how it came to its status",
    ),
    (
        last_transition(after=BookingStatus.APPROVED),
        "booking #1: it is confirmed, but its last change of status led to",
    ),
    (
        last_transition(before=BookingStatus.EXPIRED),
        "booking #1: its status was pending, and then changed from expired",
    ),
    (
        last_transition(after=BookingStatus.NO_SHOW),
        "booking #1: it went from pending to no_show, which is not allowed",
    ),
    (
        lambda _desk: delete(booking_transitions).where(booking_transitions.c.before.is_(None)),
        "booking #1: its first change of status comes from pending",
    ),
    (first_inbound(turn_id=None), "message #1: no turn has answered it, and none is due"),
    (
        lambda desk: change(messages, 1, due_at=desk.clock.now()),
        "message #1: turn 1 has answered it, and another is due",
    ),
    (first_inbound(turn_id=999), "message #1: the turn that answered it, 999, is not of its conversation"),
    (
        lambda _desk: change(turns, 1, conversation_id=3),
        "message #1: the turn that answered it, 1, is not of its conversation",
    ),
    (lambda _desk: change(outbox, 1, message_id=999), "outbox 1: message #999 is not there, or not its own"),
    (lambda _desk: change(outbox, 1, message_id=1), "outbox 1: message #1 is not there, or not its own"),
    (
        lambda _desk: change(conversations, 1, state=State.INITIAL),
        "conversation #1: it says initial, but its dialogue says completed",
    ),
    (
        lambda _desk: change(conversations, 1, dialogue={"day": "someday"}),
        "conversation #1: its stored dialogue cannot be read (ValueError)",
    ),
]


def test_a_sound_database_is_passed(told: Desk) -> None:
    statuses = told.database.read(
        lambda s: list(s.execute(select(bookings.c.status).order_by(bookings.c.id)).scalars())
    )
    assert ["confirmed", "declined", "pending"] == statuses
    assert 1 == told.database.read(lambda s: len(s.execute(select(proposals)).all()))
    assert [] == found(told)


def test_an_empty_one_is_passed(desk: Desk) -> None:
    assert [] == found(desk)


def test_what_is_broken_is_named(told: Desk) -> None:
    for breaks, said in BREAKS:
        lines = found_behind(told, breaks(told))
        assert any(said in line for line in lines), f"{said!r} is not among {lines}"
    assert [] == found(told)


def test_buffers_are_part_of_what_a_booking_owns(desk: Desk, clock: SetClock) -> None:
    """A haircut has 15 minutes after it: the next may not begin within them."""
    head = STORY.partition("Sara>")[0]
    Player(desk, clock).play(f"{head}Sara> haircut thursday 3pm\nSara> yes\nLea> haircut thursday 5pm\nLea> yes\n")
    assert [] == found(desk)
    first = row_of(desk, bookings, bookings.c.id == 1)
    start = first.end_at + timedelta(minutes=10)
    by_hand(desk, change(bookings, 2, start_at=start, end_at=start + timedelta(minutes=45)))
    assert "booking #2: it overlaps booking #1 of the same staff 2" in found(desk)


def test_time_that_has_run_out_may_be_taken_over(told: Desk, clock: SetClock) -> None:
    """Nobody sweeps expired holds: their claims go when somebody wants the time."""
    clock.move(timedelta(minutes=6))
    by_hand(told, delete(claims).where(claims.c.live_until <= clock.now()))
    assert [] == found(told)


def test_it_reads_page_by_page(told: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "PAGE", 2)
    assert [] == found(told)
    by_hand(told, overlapping(told))
    assert "booking #2: it overlaps booking #1 of the same staff 1" in found(told)
    pages = told.database.read(lambda session: [len(page) for page in invariants.living_pages(session)])
    assert [2, 1] == pages


def test_it_writes_nothing(told: Desk) -> None:
    written: list[str] = []
    event.listen(told.database.engine, "before_cursor_execute", lambda _c, _r, sql, *_: written.append(sql))
    found(told)
    assert written
    assert {"SELECT"} == {sql.split()[0].upper() for sql in written if not sql.upper().startswith("BEGIN")}


def test_the_command_prints_each_and_says_so_with_its_status(
    told: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    assert 0 == check.run(argparse.Namespace(audit_seal=""))
    assert "Nothing is broken.\n" == capsys.readouterr().out
    by_hand(told, booking(CONFIRMED, confirmed_datetime=None)(told), booking(PENDING, decide_by=None)(told))
    assert 1 == check.run(argparse.Namespace(audit_seal=""))
    *lines, last = capsys.readouterr().out.splitlines()
    assert [
        "✗ booking #1: it is confirmed for another time than it starts at",
        "✗ booking #3: it is pending without a deadline",
    ] == lines
    assert "2 broken." == last


def test_what_others_write_meanwhile_is_not_half_seen(told: Desk) -> None:
    with Session(check.snapshot_engine(told.database)) as session, session.begin():
        session.execute(select(bookings.c.id)).all()  # the walk has begun
        told.database.transact(lambda other: other.execute(booking(CONFIRMED, confirmed_datetime=None)(told)) and None)
        assert [] == list(broken_invariants(session, told.clock.now()))
    assert ["booking #1: it is confirmed for another time than it starts at"] == found(told)


def test_inbound_and_outgoing_are_told_apart(told: Desk) -> None:
    """An outgoing message has no turn of its own to wait for."""
    by_hand(told, update(messages).where(messages.c.direction == Direction.OUT).values(turn_id=None))
    assert [] == found(told)
