"""The house itself: whatever the tests of the API rely on is there, and there twice."""

from collections import Counter

import pytest

from conversations.booking import BookingStatus
from models.blocks import blocks
from models.booking_series import booking_series
from models.engagements import engagements
from models.payments import payments
from models.waitlist import waitlist_entries
from tests.bot.api.world import ROLES, SARA, TOM, World

pytestmark = pytest.mark.every_database


def test_both_have_a_booking_in_every_status_but_the_one_that_takes_days(world: World) -> None:
    wanted = {status.value for status in BookingStatus} - {BookingStatus.EXPIRED}
    hers, his = (Counter(world.status(number) for number in world.bookings(phone)) for phone in (SARA, TOM))
    assert wanted == set(hers) and hers == his
    world.check()


def test_both_have_one_of_everything_else(world: World) -> None:
    for table in (waitlist_entries, booking_series, engagements, payments, blocks):
        assert 2 == len(world.rows(table)), table.name


@pytest.mark.parametrize("role", ROLES)
def test_each_token_opens_its_door(world: World, role: str) -> None:
    assert role.removeprefix("other_") == world.call("GET", "/api/me", role).json["role"]


@pytest.mark.parametrize("role", ["revoked", "expired", "switched_off", None])
def test_and_no_other_does(world: World, role: str | None) -> None:
    assert 401 == world.call("GET", "/api/me", role).status_code
