"""Claims: who owns which piece of a staff member's time. The database refuses a second owner."""

from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from conversations.messages import Inbound
from conversations.rules.cells import CELL_SECONDS, cells
from models.claims import (
    Holder,
    LostRace,
    Scarce,
    busy,
    claim,
    claim_for_good,
    claims,
    hand_over,
    let_go,
    stretches,
    stretches_of,
)
from models.conversations import conversations
from tests.conftest import NOW

pytestmark = pytest.mark.every_database

MINUTE = timedelta(minutes=1)
TEN = NOW + timedelta(days=1)
LINA, MAYA = 1, 2
DAY = cells(NOW, TEN + timedelta(days=1))


def owns(
    database: Database, begins: int, ends: int, booking: int = 1, staff: int = LINA, holder: Holder = Holder.BOOKING,
    live: int | None = None, now: int = 0, beside: tuple[tuple[Holder, int], ...] = (),
) -> bool:  # fmt: skip
    """Whether these minutes behind TEN could be claimed; `live` and `now` are minutes behind NOW."""

    def work(session: Session) -> None:
        until = NOW + live * MINUTE if live is not None else None
        start, end = TEN + begins * MINUTE, TEN + ends * MINUTE
        claim(session, staff, start, end, holder, booking, NOW + now * MINUTE, until, beside)

    try:
        database.transact(work)
    except LostRace:
        return False
    return True


def frees(database: Database, booking: int = 1, holder: Holder = Holder.BOOKING) -> None:
    database.transact(lambda session: let_go(session, holder, booking))


def owners(database: Database, now: int = 0, staff: int = LINA) -> list[int]:
    """Who has living time of this staff member, soonest first."""
    living = or_(stretches.c.live_until.is_(None), stretches.c.live_until > NOW + now * MINUTE)
    mine = select(stretches).where(stretches.c.scarce_id == staff, living).order_by(stretches.c.start_at)
    found = database.read(lambda session: session.execute(mine).all())
    seen = database.read(lambda session: busy(session, Scarce.STAFF, [staff], DAY, NOW + now * MINUTE))
    assert sorted((row.first_cell, row.end_cell) for row in found) == sorted((first, end) for _, _, first, end in seen)
    return [row.holder_id for row in found]


def cell_count(database: Database) -> int:
    return len(database.read(lambda session: session.execute(select(claims.c.cell)).all()))


def test_a_time_has_one_owner(database: Database) -> None:
    cases = {
        (0, 60): False, (-30, 1): False, (59, 90): False, (20, 40): False, (-30, 90): False, (-60, 1): False,
        (57, 60): False, (60, 120): True, (-60, 0): True,
    }  # fmt: skip
    assert owns(database, 0, 60, booking=1)
    for (begins, ends), free in cases.items():
        assert (begins, ends, free) == (begins, ends, owns(database, begins, ends, booking=2))
        assert ([1, 2] if free else [1]) == sorted(owners(database))
        frees(database, booking=2)


def test_one_persons_time_is_not_anothers(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, staff=LINA)
    assert owns(database, 0, 60, booking=2, staff=MAYA)


def test_every_cell_that_is_touched_is_owned(database: Database) -> None:
    for (begins, ends), count in {(0, 60): 12, (1, 59): 12, (4, 6): 2, (0, 5): 1, (-1, 61): 14}.items():
        assert owns(database, begins, ends)
        assert (begins, ends, count) == (begins, ends, cell_count(database))
        frees(database)


def test_what_was_let_go_is_free(database: Database) -> None:
    assert owns(database, 0, 60, booking=1)
    assert owns(database, 120, 180, booking=1)
    assert owns(database, 240, 300, booking=2)
    frees(database, booking=1)
    assert ([2], 12) == (owners(database), cell_count(database))
    assert owns(database, 30, 150, booking=3)


def test_letting_go_of_a_booking_leaves_the_hold_of_the_same_number(database: Database) -> None:
    assert owns(database, 0, 60, booking=7, holder=Holder.CONVERSATION)
    frees(database, booking=7, holder=Holder.BOOKING)
    assert [7] == owners(database)


def test_a_race_that_was_lost_leaves_nothing_behind(database: Database) -> None:
    assert owns(database, 60, 120, booking=1)
    assert not owns(database, 0, 61, booking=2)
    assert owns(database, 0, 60, booking=3)


def test_a_hold_that_has_run_out_is_free_without_any_sweep(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, holder=Holder.CONVERSATION, live=5)
    assert not owns(database, 0, 60, booking=2, now=4)
    assert ([1], []) == (owners(database, now=4), owners(database, now=5))
    assert owns(database, 30, 90, booking=2, now=5)
    assert [2] == owners(database, now=5)


def test_what_a_client_held_is_handed_over_to_their_booking(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, holder=Holder.CONVERSATION)
    database.transact(lambda session: hand_over(session, Holder.CONVERSATION, 1, Holder.BOOKING, 3))
    database.transact(lambda session: let_go(session, Holder.CONVERSATION, 1))
    assert not owns(database, 0, 60, booking=2)
    database.transact(lambda session: let_go(session, Holder.BOOKING, 3))
    assert owns(database, 0, 60, booking=2)


def for_good(database: Database, conversation: int, now: int = 0) -> bool:
    """Whether all that this conversation holds was kept from running out, and is booking 9's now."""

    def work(session: Session) -> bool:
        owned = stretches_of(session, Holder.CONVERSATION, conversation)
        if not claim_for_good(session, owned, NOW + now * MINUTE):
            return False
        hand_over(session, Holder.CONVERSATION, conversation, Holder.BOOKING, 9, owned)
        return True

    return database.transact(work)


def test_what_was_held_is_kept_for_good_with_all_its_cells(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, holder=Holder.CONVERSATION, live=5)
    assert for_good(database, 1, now=4)
    assert not owns(database, 55, 90, booking=2, now=10**6)
    living = select(claims.c.cell).where(claims.c.live_until.is_not(None))
    assert database.read(lambda session: session.execute(living).all()) == []
    assert [9] == owners(database, now=10**6)


def test_a_hold_that_has_run_out_is_not_kept(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, holder=Holder.CONVERSATION, live=5)
    assert not for_good(database, 1, now=5)


def test_a_hold_of_which_another_has_a_piece_is_not_kept_whatever_our_clock_says(database: Database) -> None:
    assert owns(database, 0, 60, booking=1, holder=Holder.CONVERSATION, live=5)
    assert owns(database, 30, 90, booking=2, now=5)
    assert not for_good(database, 1, now=4)


def test_a_hold_without_an_end_never_runs_out(database: Database) -> None:
    assert owns(database, 0, 60, booking=1)
    assert not owns(database, 0, 60, booking=2, now=10**6)


def test_a_proposal_lies_beside_its_own_booking_and_nobody_elses(database: Database) -> None:
    assert owns(database, 0, 60, booking=1)
    own = ((Holder.BOOKING, 1),)
    assert owns(database, 30, 90, booking=5, holder=Holder.PROPOSAL, live=60, beside=own)
    assert not owns(database, 80, 120, booking=2)
    assert not owns(database, 50, 80, booking=6, holder=Holder.PROPOSAL, live=60, beside=own)
    frees(database, booking=1)
    assert owns(database, 0, 30, booking=3)
    assert 6 + 6 == cell_count(database)


def test_a_proposal_inside_its_bookings_time_owns_no_more_cells(database: Database) -> None:
    assert owns(database, 0, 60, booking=1)
    assert owns(database, 15, 45, booking=5, holder=Holder.PROPOSAL, live=60, beside=((Holder.BOOKING, 1),))
    assert 12 == cell_count(database)


def test_the_quarter_of_an_hour_behind_a_haircut_is_kept_free(database: Database, desk: Desk) -> None:
    def held_by(phone: str, words: str) -> list[timedelta]:
        """How long the time is that they now hold."""
        receive(desk, Inbound("sms", f"{phone} {words}", phone, phone, words))
        mine = select(stretches).join(conversations, conversations.c.id == stretches.c.holder_id)
        mine = mine.where(conversations.c.address == phone)
        return [row.end_at - row.start_at for row in database.read(lambda session: session.execute(mine).all())]

    assert [60 * MINUTE] == held_by("+97455501234", "haircut tomorrow at 11")
    for words, held in (("11:45", []), ("11:55", []), ("12:00", [60 * MINUTE])):
        assert held == held_by("+97455507777", f"massage tomorrow at {words}")


Deed = tuple[str, int, int, int, int | None]
deeds = st.lists(
    st.one_of(
        st.tuples(
            st.just("claim"), st.integers(1, 5), st.integers(0, 170), st.integers(1, 60),
            st.none() | st.integers(1, 60),
        ),
        st.tuples(st.just("let go"), st.integers(1, 5), st.just(0), st.just(0), st.none()),
        st.tuples(st.just("wait"), st.just(0), st.integers(1, 30), st.just(0), st.none()),
    ),
    min_size=2,
    max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_whatever_is_claimed_and_let_go_no_cell_has_two_living_owners(database: Database, deeds: list[Deed]) -> None:
    now, living = 0, set[int]()
    database.transact(_clear)
    for what, booking, begins, length, live in deeds:
        match what:
            case "wait":
                now += begins
            case "let go":
                frees(database, booking)
            case _:
                until = now + live if live is not None else None
                free = not set(cells(TEN + begins * MINUTE, TEN + (begins + length) * MINUTE)) & living
                assert free == owns(database, begins, begins + length, booking, live=until, now=now)
        living = _cells_with_one_owner(database, now)


def _clear(session: Session) -> None:
    session.execute(delete(claims))
    session.execute(delete(stretches))


def _cells_with_one_owner(database: Database, now: int) -> set[int]:
    """Every living cell; checked to have one owner, who has it in the claims too."""
    living = or_(stretches.c.live_until.is_(None), stretches.c.live_until > NOW + now * MINUTE)
    found = database.read(lambda s: s.execute(select(stretches).where(stretches.c.scarce_id == LINA, living)).all())
    claimed = dict(database.read(lambda s: [(r.cell, r.stretch_id) for r in s.execute(select(claims))]))
    owned: dict[int, list[int]] = defaultdict(list)
    for stretch in found:
        for cell in cells(stretch.start_at, stretch.end_at):
            owned[cell].append(stretch.id)
    for cell, ids in owned.items():
        assert [claimed[cell]] == ids, f"the five minutes from {cell * CELL_SECONDS}"
    return set(owned)
