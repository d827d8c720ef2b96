"""What is held while a client is asked for their YES is what they have once they said it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.business import booking_policies, touch_business
from models.claims import Holder, claims, stretches
from tests.handlers.salon import SARA, TOM, Salon

pytestmark = pytest.mark.every_database


def wish(salon: Salon, *more: str, phone: object = SARA) -> str:
    read = ""
    for words in ("book massage", "tomorrow", "10:00", *more):
        read = salon.text(phone, words)  # type: ignore[arg-type]
    return read


def longer_buffers(session: Session) -> None:
    session.execute(insert(booking_policies).values(buffer_before=15))
    touch_business(session)


def numbers(salon: Salon, holder: Holder) -> list[int]:
    owned = select(stretches.c.id).where(stretches.c.holder == holder).order_by(stretches.c.id)
    return salon.desk.database.read(lambda session: list(session.execute(owned).scalars()))


def running_out(salon: Salon) -> int:
    """How many pieces of time are owned for a while only."""
    for_a_while = select(claims.c.cell).where(claims.c.live_until.is_not(None))
    return salon.desk.database.read(lambda session: len(session.execute(for_a_while).all()))


def test_the_very_time_that_was_held_is_booked(salon: Salon) -> None:
    wish(salon)
    held = numbers(salon, Holder.CONVERSATION)
    assert len(held) == 1 and running_out(salon) == 12
    assert "request #1" in salon.text(SARA, "yes")
    assert (numbers(salon, Holder.BOOKING), numbers(salon, Holder.CONVERSATION), running_out(salon)) == (held, [], 0)
    assert salon.is_sound()


def test_who_says_yes_after_their_time_ran_out_has_it_where_nobody_took_it(salon: Salon) -> None:
    wish(salon)
    salon.player.clock.move(timedelta(minutes=6))
    assert "request #1" in salon.text(SARA, "yes")
    assert (len(numbers(salon, Holder.BOOKING)), numbers(salon, Holder.CONVERSATION), running_out(salon)) == (1, [], 0)
    assert salon.is_sound()


def test_who_says_yes_after_another_took_it_does_not_have_it(salon: Salon) -> None:
    wish(salon)
    salon.player.clock.move(timedelta(minutes=6))
    assert "request #1" in wish(salon, "yes", phone=TOM)
    assert "request" not in salon.text(SARA, "yes")
    assert len(numbers(salon, Holder.BOOKING)) == 1
    assert salon.is_sound()


def test_buffers_that_have_changed_since_are_owned_as_they_are_now(salon: Salon) -> None:
    wish(salon)
    salon.desk.database.transact(longer_buffers)
    assert "request #1" in salon.text(SARA, "yes")
    assert salon.count(Holder.BOOKING) == (1, 15) and salon.is_sound()
