"""A calendar of many busy times is written in pieces: others get to write between, and nothing is free meanwhile that
was and will be busy, wherever it is cut off."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.calendars import sync
from bot.calendars.sync import CalendarSync
from bot.clock import SetClock
from bot.desk import Desk
from handlers.calendar_leased import LEASE
from handlers.calendar_reading import Reading, digest
from models import busy_times
from models.busy_times import Spell
from models.calendars import make_due
from tests.bot.calendar_scene import HOUR, OMAR, TOMORROW, add_calendar, book, busy, calendar, texts

AT_ONCE = 4
Times = list[tuple[datetime, datetime]]


class Cut(Exception):
    """The process ends here."""


@dataclass
class Scene:
    """Lina's calendar says whatever `says` is. `between` happens between two transactions of a sync."""

    desk: Desk
    clock: SetClock
    calendar: int
    says: Reading = field(default_factory=lambda: Reading(""))
    pauses: int = 0

    def syncs(self) -> None:
        """Once more, when the lease of the last is over."""
        self.clock.move(LEASE)
        self.pauses = 0
        assert CalendarSync(self.desk).sync(self.calendar)

    def between(self, _seconds: float) -> None:
        self.pauses += 1

    @property
    def token(self) -> str:
        return str(calendar(self.desk.database, self.calendar).sync_token)

    @property
    def busy(self) -> Times:
        return busy(self.desk.database)


@dataclass(frozen=True)
class Server:
    """In place of one that is asked over the network."""

    says: Reading

    def read(self) -> Reading:
        return self.says


@pytest.fixture
def scene(desk: Desk, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Scene:
    found = Scene(desk, clock, add_calendar(desk.database, writes=False))

    @contextmanager
    def opened(*_: Any) -> Iterator[Server]:
        yield Server(found.says)

    monkeypatch.setattr(CalendarSync, "_opened", opened)
    monkeypatch.setattr(sync.time, "sleep", lambda seconds: found.between(seconds))
    monkeypatch.setattr(busy_times, "AT_ONCE", AT_ONCE)
    return found


def spells(count: int, late: timedelta = timedelta(0), name: str = "a") -> tuple[Spell, ...]:
    """Half an hour of each hour, three to an event."""
    starts = (TOMORROW + number * HOUR + late for number in range(count))
    return tuple(Spell(digest(f"{name}{at // 3}"), start, start + HOUR / 2) for at, start in enumerate(starts))


def times(*some: Spell) -> Times:
    return sorted((spell.start, spell.end) for spell in some)


def minutes(some: Times) -> set[datetime]:
    """Every five minutes that are busy."""
    step = timedelta(minutes=5)
    return {start + step * number for start, end in some for number in range((end - start) // step)}


def test_others_write_between_its_transactions(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setattr(
        scene, "between", lambda _: made.append(book(scene.desk.database, TOMORROW - len(made) * HOUR, client="c"))
    )
    scene.says = Reading("1", spells(3 * AT_ONCE))
    scene.syncs()
    assert (3, times(*scene.says.spells), "1") == (len(made), scene.busy, scene.token)


def test_days_count_one_by_one(scene: Scene) -> None:
    """A holiday of weeks is as many rows as it has days."""
    long = Spell("long", TOMORROW, TOMORROW + timedelta(days=2 * AT_ONCE))
    scene.says = Reading("1", (long, *spells(AT_ONCE)))
    scene.syncs()
    assert (2, 3 * AT_ONCE) == (scene.pauses, len(scene.busy))


def test_what_is_as_it_was_is_written_no_more(scene: Scene) -> None:
    scene.says = Reading("1", spells(3 * AT_ONCE))
    scene.syncs()
    scene.syncs()
    assert 0 == scene.pauses


@pytest.mark.parametrize("reached", range(8))
def test_wherever_it_is_cut_off_nothing_is_free_that_was_and_will_be_busy(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, reached: int
) -> None:
    before = spells(2 * AT_ONCE)
    scene.says = Reading("before", before)
    scene.syncs()
    ends = (Spell(one.uid, one.start, one.end - HOUR / 4) for one in before[:AT_ONCE])
    later = (Spell(one.uid, one.start, one.end + HOUR / 4) for one in before[AT_ONCE : AT_ONCE + 2])
    moved = spells(2 * AT_ONCE, HOUR / 4, "b")
    scene.says = Reading("after", (*ends, *later, *moved))
    stays = minutes(times(*before)) & minutes(times(*scene.says.spells))

    def cut(_seconds: float) -> None:
        assert stays <= minutes(scene.busy)
        scene.pauses += 1
        if scene.pauses > reached:
            raise Cut

    monkeypatch.setattr(scene, "between", cut)
    is_cut = False
    try:
        scene.syncs()
    except Cut:
        is_cut = True
    assert ("before" if is_cut else "after") == scene.token
    assert is_cut == (reached < 5)
    monkeypatch.setattr(scene, "between", lambda _: None)
    scene.syncs()
    assert (times(*scene.says.spells), "after") == (scene.busy, scene.token)


def test_whoever_loses_the_calendar_meanwhile_writes_no_more_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_seconds: float) -> None:
        scene.desk.database.transact(lambda session: make_due(session, [scene.calendar]))

    monkeypatch.setattr(scene, "between", lose)
    scene.says = Reading("1", spells(3 * AT_ONCE))
    scene.syncs()
    assert (times(*scene.says.spells[:AT_ONCE]), "") == (scene.busy, scene.token)


def test_what_has_changed_is_taken_in_pieces_too(scene: Scene) -> None:
    scene.says = Reading("1", spells(3 * AT_ONCE))
    scene.syncs()
    gone = {digest(f"a{number}") for number in range(3)}
    new = spells(AT_ONCE, 400 * HOUR, "c")
    scene.says = Reading("2", new, frozenset(gone | {spell.uid for spell in new}))
    scene.syncs()
    assert times(*spells(3 * AT_ONCE)[9:], *new) == scene.busy


def test_many_clashes_are_one_text_that_names_the_first(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.calendar_clashed.MOST_NAMED", 2)
    for number in range(5):
        book(scene.desk.database, TOMORROW + number * HOUR, client=f"c{number}")
    scene.says = Reading("1", spells(3 * AT_ONCE))
    scene.syncs()
    scene.syncs()
    (told,) = texts(scene.desk.database, OMAR)
    assert ("#1", "#2", "(+3)") == tuple(word for word in told.split() if word.startswith(("#", "(+")))
