"""Races between processes: one time has one owner, one request one decision, one message one turn. Each guard is shown
to be needed: with it off, the same race does what it should not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, func, select, text

from bot.clock import SetClock
from bot.commands.opening import DEMONSTRATION, load_business
from bot.database import Database
from bot.desk import Desk
from bot.intake import receive
from conversations.booking import BookingStatus
from conversations.messages import Inbound
from conversations.rules.transitions import LIVE
from conversations.stored import load
from handlers.profile import Overrides, Profiles
from models.bookings import booking_transitions, bookings
from models.claims import stretches
from models.clients import clients
from models.conversations import conversations, turns
from models.messages import Direction, messages
from models.outbox import outbox
from tests.conftest import NOW
from tests.faults.databases import drop_second_lock
from tests.faults.racers import RUNNERS, Race, Racers, Runner
from tests.faults.unguarded import Guard

pytestmark = pytest.mark.every_database

OMAR, NOOR = "+97455500000", "+97455500001"
DAYS = ("11 March", "12 March", "13 March", "14 March")
WISHES = ("massage {} 2pm", "haircut {} 2pm", "haircut {} 2:30pm", "massage {} 1:30pm")
"""Of one staff member, each overlapping the others; a haircut has a quarter of an hour behind it."""
BEYOND_ANY_HOLD = timedelta(minutes=6)
QUICK = (
    "massage", "on {}", "at 3pm", "my name is Sara Ahmed", "with Maya please", "hello", "hi", "I want to book",
    "good morning", "please",
)  # fmt: skip


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    with Racers() as started:
        yield started


@pytest.fixture
def crowd(database_url: str) -> Race:
    """Eight keen strangers a day, who all want the same hours of the same person."""
    return Race(database_url, NOW, tuple(Runner(tuple(wishes), keen=True) for wishes in zip(*_wishes(), strict=True)))


def test_a_time_that_many_want_at_once_goes_to_one(racers: Racers, crowd: Race, database: Database) -> None:
    assert [] == racers.run(crowd)
    assert [] == overlaps(database)
    assert [] == without_exactly_one_turn(database)
    assert RUNNERS * len(DAYS) == len(living(database))


def test_who_loses_a_race_is_offered_other_times(racers: Racers, crowd: Race, database: Database) -> None:
    assert [] == racers.run(once(crowd))
    assert [] == shared_time(database)
    answers = Counter(row.kind for row in rows(database, select(outbox)))
    assert {"confirm_unnamed", "nearest"} == set(answers)
    assert answers["confirm_unnamed"] >= len(DAYS)
    assert RUNNERS * len(DAYS) == answers.total()


def test_with_the_guard_off_many_are_offered_one_time(racers: Racers, crowd: Race, database: Database) -> None:
    assert [] == racers.run(replace(once(crowd), off=Guard.CLAIMS))
    assert [] != shared_time(database)


def test_of_many_who_say_yes_to_one_time_at_once_one_books_it(racers: Racers, database: Database, desk: Desk) -> None:
    race = yes_at_once(desk)
    assert [] == racers.run(race)
    assert [] == overlaps(database)
    assert [] == without_exactly_one_turn(database)
    assert Counter({1: len(DAYS)}) == Counter(Counter(row.start_at for row in living(database)).values())
    answers = Counter(row.kind for row in rows(database, newest_answers()))
    assert Counter(requested=len(DAYS), nearest=(RUNNERS - 1) * len(DAYS)) == answers


def test_with_the_guard_off_many_book_one_time(racers: Racers, database: Database, desk: Desk) -> None:
    race = yes_at_once(desk)
    drop_second_lock(database)
    assert [] == racers.run(replace(race, off=Guard.CLAIMS))
    assert [] != overlaps(database)


def test_of_two_coordinators_who_answer_at_once_one_decides_and_the_other_is_told(
    racers: Racers, database: Database, desk: Desk, tmp_path: Path
) -> None:
    load_business(database, two_coordinators(tmp_path))
    numbers = range(1, 9)
    for number in numbers:
        for words in (f"therapy {10 + number} March 10am", "yes"):
            receive(desk, text_from(f"+974555100{number:02}", words))
    omar = Runner(tuple((text_from(OMAR, f"APPROVE {n}"),) for n in numbers))
    noor = Runner(tuple((text_from(NOOR, f"APPROVE {n}" if n % 2 else f"DECLINE {n} full"),) for n in numbers))
    idle = Runner(((),) * len(numbers))
    assert [] == racers.run(Race(address(database), NOW, (omar, idle, noor)))
    assert [] == without_exactly_one_turn(database)
    moves = rows(database, select(booking_transitions).order_by(booking_transitions.c.id))
    for number in numbers:
        made, decided = (move for move in moves if move.booking_id == number)
        assert (None, BookingStatus.PENDING) == (made.before, made.after)
        assert BookingStatus.PENDING == decided.before
        assert decided.after in (BookingStatus.CONFIRMED, BookingStatus.DECLINED)
        answers = sorted(one.body for one in sent_to(database, OMAR, NOOR) if f"#{number} " in f"{one.body} ")
        assert 1 == sum("already" in body for body in answers), answers
    told = Counter(row.address for row in rows(database, select(outbox)) if row.kind.startswith(("approved", "decl")))
    assert {f"+974555100{number:02}": 1 for number in numbers} == told


@pytest.mark.parametrize("burst_ms", [0, 1500])
def test_ten_texts_of_one_person_at_once_lose_nothing(
    racers: Racers, database: Database, desk: Desk, burst_ms: int
) -> None:
    people = {f"+974555300{number:02}": day for number, day in enumerate(DAYS)}
    texts = tuple(map(Runner, zip(*(spread(*one) for one in people.items()), strict=True)))
    race = Race(address(database), NOW, texts, burst_ms)
    assert [] == racers.run(race)
    assert [] == racers.run(replace(race, at=NOW + timedelta(seconds=2), runners=(Runner(((),)),)))
    assert [] == without_exactly_one_turn(database)
    found = rows(database, select(conversations).where(conversations.c.address.in_(people)))
    assert list(people) == sorted(row.address for row in found)
    assert ["Sara Ahmed"] * len(people) == [row.name for row in rows(database, select(clients))]
    for row in found:
        dialogue = load(row.dialogue)
        assert (people[row.address], time(15)) == (f"{dialogue.day:%d %B}", dialogue.at)
        assert names(database, "staff", "Maya") == [dialogue.staff_id]
        assert names(database, "services", "Relaxing Massage") == [dialogue.service_id]


def test_a_text_delivered_eight_times_at_once_is_answered_once(racers: Racers, database: Database, desk: Desk) -> None:
    deliveries = tuple((text_from(f"+974555400{number:02}", "therapy tomorrow 10am"),) for number in range(8))
    assert [] == racers.run(Race(address(database), NOW, (Runner(deliveries),) * RUNNERS))
    assert [] == without_exactly_one_turn(database)
    for stored in (
        select(messages.c.provider_id).where(messages.c.direction == Direction.IN), select(conversations.c.address),
        select(turns.c.conversation_id), select(outbox.c.address), select(clients.c.phone),
    ):  # fmt: skip
        assert [1] * len(deliveries) == list(Counter(row[0] for row in rows(database, stored)).values())


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def text_from(phone: str, words: str) -> Inbound:
    return Inbound("sms", f"{phone} {words}", phone, phone, words)


def _wishes() -> Iterator[list[tuple[Inbound]]]:
    """For each day, what each runner's stranger texts."""
    for number, day in enumerate(DAYS):
        yield [
            (text_from(f"+9745551{number}{runner:03}", WISHES[runner % len(WISHES)].format(day)),)
            for runner in range(RUNNERS)
        ]


def yes_at_once(desk: Desk) -> Race:
    """Eight strangers a day have been shown one and the same hour, each after the hold of the one before was over; now
    all of them say YES."""
    clock = desk.clock
    assert isinstance(clock, SetClock)
    rounds = []
    for number, day in enumerate(DAYS):
        people = [f"+9745552{number}{runner:03}" for runner in range(RUNNERS)]
        for person in people:
            receive(desk, text_from(person, f"therapy {day} 3pm"))
            clock.move(BEYOND_ANY_HOLD)
        rounds.append([(text_from(person, "yes"),) for person in people])
    return Race(address(desk.database), clock.now(), tuple(map(Runner, zip(*rounds, strict=True))))


def spread(person: str, day: str) -> list[tuple[Inbound, ...]]:
    """Ten texts of one person over the runners."""
    said = [text_from(person, words.format(day)) for words in QUICK]
    return [tuple(said[runner::RUNNERS]) for runner in range(RUNNERS)]


def once(race: Race) -> Race:
    """The same, where everybody texts once a day and leaves it at that."""
    return replace(race, runners=tuple(replace(runner, keen=False) for runner in race.runners))


def two_coordinators(folder: Path) -> Path:
    """The demonstration, where Noor answers for Dr Lina, and Omar for all."""
    written = DEMONSTRATION.read_text(encoding="utf-8").replace('key = "lina"', 'key = "lina"\ncoordinator = "noor"')
    written += f'\n[[coordinators]]\nkey = "noor"\nname = "Noor"\nphone = "{NOOR}"\n'
    path = folder / "business.toml"
    path.write_text(written, encoding="utf-8")
    return path


def rows(database: Database, statement: Any) -> Sequence[Row[Any]]:
    return database.read(lambda session: session.execute(statement).all())


def names(database: Database, table: str, name: str) -> list[int]:
    return [row.id for row in rows(database, text(f"select id from {table} where name = '{name}'"))]


def sent_to(database: Database, *addresses: str) -> Sequence[Row[Any]]:
    return rows(database, select(outbox).where(outbox.c.address.in_(addresses)).order_by(outbox.c.id))


def newest_answers() -> Any:
    """What every client was texted last."""
    newest = select(func.max(outbox.c.id)).group_by(outbox.c.address)
    return select(outbox).where(outbox.c.id.in_(newest), outbox.c.address != OMAR)


def living(database: Database) -> Sequence[Row[Any]]:
    return rows(database, select(bookings).where(bookings.c.status.in_(list(LIVE))))


def overlaps(database: Database) -> list[tuple[int, int]]:
    """The living bookings of one staff member that take each other's time, what is kept free around them included."""
    profile = database.read(Profiles(Overrides()).current)
    taken = []
    for row in living(database):
        terms = profile.terms(row.staff_id, row.service_id)
        taken.append(Taken(row.id, row.staff_id, row.start_at - terms.before, row.end_at + terms.after))
    return clashes(taken)


def shared_time(database: Database) -> list[tuple[int, int]]:
    """The stretches of one staff member's time, booked or held, that have a piece in common."""
    found = rows(database, select(stretches))
    return clashes([Taken(row.id, row.scarce_id, row.start_at, row.end_at) for row in found])


@dataclass(frozen=True)
class Taken:
    """Somebody's time that somebody has."""

    id: int
    staff_id: int
    starts: datetime
    ends: datetime


def clashes(taken: Sequence[Taken]) -> list[tuple[int, int]]:
    return [
        (one.id, other.id)
        for one, other in combinations(taken, 2)
        if one.staff_id == other.staff_id and one.starts < other.ends and other.starts < one.ends
    ]


def without_exactly_one_turn(database: Database) -> list[str]:
    """The inbound texts that no turn has covered, or one that broke; and those whose turn another text had already."""
    statement = (
        select(messages.c.body, turns.c.id, turns.c.fault)
        .outerjoin(turns, turns.c.id == messages.c.turn_id)
        .where(messages.c.direction == Direction.IN)
    )
    found = rows(database, statement)
    wrong = [f"{row.body}: {row.fault or 'no turn'}" for row in found if row.id is None or row.fault]
    said = rows(database, select(turns.c.id).where(turns.c.cause == "Said"))
    covering = {row.id for row in found}
    return wrong + [f"turn {row.id} answered no text" for row in said if row.id not in covering]
