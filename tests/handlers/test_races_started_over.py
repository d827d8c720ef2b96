"""A race that a text loses: all of its transaction is done again, and nothing is left of what was done in vain."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.bookings import bookings
from models.claims import LostRace, hand_over, stretches
from models.conversations import turns
from models.messages import Direction, messages
from tests.handlers.salon import SARA, Salon

pytestmark = pytest.mark.every_database


def figures(salon: Salon) -> tuple[int, ...]:
    """Bookings, stretches of time that somebody owns, texts that came in, turns."""
    inbound = messages.select().where(messages.c.direction == Direction.IN).subquery()

    def work(session: Session) -> tuple[int, ...]:
        return tuple(
            int(session.execute(select(func.count()).select_from(what)).scalar_one())
            for what in (bookings, stretches, inbound, turns)
        )

    return salon.desk.database.read(work)


@pytest.fixture
def asked(salon: Salon) -> Salon:
    """With Sara, who has been asked for her YES."""
    for words in ("book manicura", "tomorrow", "10:00"):
        salon.text(SARA, words)
    return salon


@pytest.mark.parametrize("times", [1, 2, 3])
def test_whoever_loses_a_race_has_everything_done_again(
    asked: Salon, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost as late as can be: with the booking written and its time owned."""
    lost = list(range(times))

    def slower(*arguments: Any, **more: Any) -> None:
        hand_over(*arguments, **more)
        if lost:
            lost.pop()
            raise LostRace

    monkeypatch.setattr("handlers.bookings_made.hand_over", slower)
    asked.text(SARA, "yes")
    assert not lost
    assert (1, 1, 4, 4) == figures(asked)
    assert asked.is_sound()


def test_whoever_always_loses_keeps_what_they_had_and_is_answered(
    asked: Salon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slower(*arguments: Any, **more: Any) -> None:
        hand_over(*arguments, **more)
        raise LostRace

    monkeypatch.setattr("handlers.bookings_made.hand_over", slower)
    assert asked.text(SARA, "yes")
    assert (0, 1, 4, 4) == figures(asked)
