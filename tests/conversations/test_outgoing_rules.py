"""What other systems are told: kinds of events, who wants which, and for how long it is tried."""

from datetime import timedelta

import pytest

from conversations.booking import BookingStatus
from conversations.engagements.states import CREATED, Deed
from conversations.rules.outgoing import (
    BOOKING_EVENTS,
    ENGAGEMENT_EVENTS,
    EVENTS,
    WAITS,
    booking_event,
    engagement_event,
    is_event,
    next_telling,
    wants,
)


@pytest.mark.parametrize("status", BookingStatus)
def test_every_status_of_a_booking_is_an_event_that_is_listed(status: BookingStatus) -> None:
    assert booking_event(status) in BOOKING_EVENTS


@pytest.mark.parametrize("action", [*Deed, CREATED.format(kind="wedding"), CREATED.format(kind="course")])
def test_every_deed_of_an_engagement_is_an_event_that_is_listed(action: str) -> None:
    assert engagement_event(action) in ENGAGEMENT_EVENTS


def test_the_opening_of_any_kind_is_one_event_and_a_client_record_another() -> None:
    assert "engagement.created" == engagement_event("wedding_created") == engagement_event("therapy_programme_created")
    assert "engagement.client_created" == engagement_event(Deed.CLIENT_CREATED)


@pytest.mark.parametrize(
    ("events", "kind", "expected"),
    [
        ([], "booking.moved", True), (["booking."], "booking.moved", True), (["booking.moved"], "booking.moved", True),
        (["booking"], "booking.moved", False), (["booking.move"], "booking.moved", False),
        (["payment."], "booking.moved", False), (["payment.", "booking.moved"], "booking.moved", True),
    ],
)  # fmt: skip
def test_who_wants_what(events: list[str], kind: str, expected: bool) -> None:
    assert wants(events, kind) is expected


def test_an_event_or_the_beginning_of_some() -> None:
    assert all(is_event(kind) and is_event(kind.partition(".")[0] + ".") for kind in EVENTS)
    assert not any(map(is_event, ("", ".", "booking", "book.", "booking.x", "engagement..")))
    assert len(EVENTS) == len(set(EVENTS))


def test_it_is_tried_for_three_days_each_time_later() -> None:
    waits = [next_telling(tries, 0) for tries in range(1, len(WAITS) + 1)]
    assert list(WAITS) == waits == sorted(WAITS)
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=4)
    assert next_telling(len(WAITS) + 1, 0) is None
    assert WAITS[2] < (next_telling(3, 1) or timedelta()) <= WAITS[2] * 1.1
