"""Other systems are told of what happens: once it is committed, signed, in order, until they have taken it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update

from bot.clock import SetClock
from bot.database import Database
from bot.outgoing.loop import WebhookLoop
from bot.outgoing.signing import new_secret
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.rules.outgoing import CLOSED_AFTER, WAITS, DeliveryState
from handlers.webhook_endpoints import UnknownEvents, events_in, open_endpoint, replay, rotate, switch
from handlers.webhook_told import LEASE, take
from models.bookings import booking_transitions, bookings
from models.outgoing_webhooks import (
    deliveries_due,
    endpoint_by_id,
    replay_failed,
    webhook_deliveries,
    webhook_events,
)
from tests.conftest import MakeDesk
from tests.fakes.hook_receiver import HookReceiver
from tests.handlers.planner import ANA, BEN, RITA, Planner
from tests.handlers.till import SARA, Till

pytestmark = pytest.mark.every_database

BOOKED = "booking.requested"


@dataclass
class Other:
    """Another system, and what we know of it."""

    planner: Planner
    receiver: HookReceiver
    endpoint: int

    def told(self, after: timedelta = timedelta()) -> list[str]:
        """The kinds it has taken, once all is told that is due `after` this time."""
        self.planner.clock.move(after)
        WebhookLoop(self.planner.desk).run_due()
        return self.receiver.kinds()

    def standing(self) -> Row[Any]:
        row = self.planner.desk.database.read(lambda session: endpoint_by_id(session, self.endpoint))
        assert row is not None
        return row

    def states(self) -> list[str]:
        return [row.state for row in self.planner.rows(webhook_deliveries)]


@pytest.fixture
def own(planner: Planner) -> Planner:
    """The planner, whose desk may call this machine."""
    settings = planner.desk.settings.model_copy(update={"webhooks_allow_private": True})
    planner.desk = replace(planner.desk, settings=settings)
    return planner


@pytest.fixture
def other(own: Planner) -> Iterator[Other]:
    with HookReceiver(own.clock, new_secret()) as receiver:
        yield Other(own, receiver, listens(own, receiver))


def listens(planner: Planner, receiver: HookReceiver, *events: str) -> int:
    now, url = planner.clock.now(), f"{receiver.base_url}/hooks?from=textbook"
    return planner.desk.database.transact(lambda s: open_endpoint(s, url, events, receiver.secret, now))


def tastes(planner: Planner, wish: str, phone: Phone = ANA) -> None:
    """Somebody books what opens nothing beside itself."""
    planner.says(phone, wish)
    planner.says(phone, "yes")


def test_a_wedding_is_told_with_all_its_records(other: Other) -> None:
    other.planner.opened()
    assert [BOOKED, "engagement.client_created", "engagement.created"] == other.told()[:3]
    assert 0 == other.receiver.forged
    booked, *_ = other.receiver.taken
    client = {"id": 1, "name": "", "phone": ANA.address, "email": "Ana.B@example.com"}
    assert client["phone"] == booked["data"]["booking"]["client"]["phone"]
    assert "2026-03-11T12:00:00.000Z" == booked["data"]["booking"]["start"]
    assert {"status_before": None, "status": "pending"}.items() <= booked["data"]["change"].items()
    made = next(one for one in other.receiver.taken if one["type"] == "engagement.created")["data"]["engagement"]
    assert ("Ana & Ben", "2026-06-12", "Oasis Garden", 160) == (
        made["name"], made["event_date"], made["venue"], made["guests"],
    )  # fmt: skip
    assert {"amount": 7_500_000, "currency": "USD", "decimal": "75000.00"} == made["budget"]
    assert ["Initial Consultation", "Venue Selection"] == [one["title"] for one in made["milestones"][:2]]
    assert 6 == len(made["milestones"])
    assert made["record"]["email"] == "Ana.B@example.com"
    assert {"/hooks"} == {asked.path for asked in other.receiver.asked}
    assert {"from": "textbook"} == other.receiver.asked[0].query


def test_every_step_of_a_booking_is_told_in_order_and_once(other: Other) -> None:
    other.planner.wedding()
    other.planner.settle()
    other.planner.text(RITA, "approve 1")
    other.planner.text(RITA, "cancel 1 burst pipe")
    found = [kind for kind in other.told() if kind.startswith("booking.")]
    assert [BOOKED, "booking.confirmed", "booking.cancelled"] == found
    assert "burst pipe" in json.dumps(other.receiver.taken, ensure_ascii=False)
    assert len(other.receiver.ids) == len(set(other.receiver.ids))
    assert other.receiver.kinds() == other.told()
    assert {DeliveryState.DELIVERED} == set(other.states())


def test_a_booking_that_moves_is_told(other: Other) -> None:
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.planner.settle()
    other.planner.text(RITA, "approve 1")
    other.planner.text(RITA, "move 1 tomorrow 5pm")
    assert "booking.moved" in other.told()
    moved = next(one for one in other.receiver.taken if one["type"] == "booking.moved")
    assert "2026-03-11T14:00:00.000Z" == moved["data"]["booking"]["start"]


def test_nothing_is_written_while_nobody_listens(own: Planner) -> None:
    own.wedding()
    own.settle()
    assert [] == own.rows(webhook_events)
    with HookReceiver(own.clock, new_secret()) as receiver:
        number = listens(own, receiver)
        own.desk.database.transact(lambda session: switch(session, number, is_on=False))
        own.text(RITA, "approve 1")
        assert [] == own.rows(webhook_events)


def test_a_deed_that_is_rolled_back_is_not_told(other: Other) -> None:
    other.planner.wedding()
    other.told()
    before = len(other.planner.rows(webhook_events))

    def work(session: Any) -> None:
        session.execute(
            booking_transitions.insert().values(
                booking_id=1, before=BookingStatus.PENDING, after=BookingStatus.DECLINED, who="a test", why="",
                at=other.planner.clock.now(),
            )
        )  # fmt: skip
        session.execute(update(bookings).values(start_at=other.planner.clock.now()))
        assert before + 2 == session.execute(select(func.count()).select_from(webhook_events)).scalar_one()
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        other.planner.desk.database.transact(work)
    assert before == len(other.planner.rows(webhook_events))


def test_what_is_imported_is_no_news(other: Other) -> None:
    other.planner.wedding()
    before = len(other.planner.rows(webhook_events))
    values = {"booking_id": 1, "after": BookingStatus.COMPLETED, "why": "", "at": other.planner.clock.now()}
    other.planner.desk.database.transact(
        lambda session: session.execute(booking_transitions.insert().values(who="import", **values))
    )
    assert before == len(other.planner.rows(webhook_events))


def test_who_wants_some_kinds_hears_of_no_others(own: Planner) -> None:
    with HookReceiver(own.clock, new_secret()) as bookings_only, HookReceiver(own.clock, new_secret()) as one_kind:
        listens(own, bookings_only, "booking.")
        listens(own, one_kind, "engagement.created")
        own.opened()
        WebhookLoop(own.desk).run_due()
        assert [BOOKED] == bookings_only.kinds()
        assert ["engagement.created"] == one_kind.kinds()


@pytest.mark.parametrize("words", ["booking", "nothing.", "booking.requested; drop", ".", "bookıng."])
def test_words_that_are_no_events_are_refused(words: str) -> None:
    with pytest.raises(UnknownEvents):
        events_in(words)


def test_events_are_named_apart_by_commas_or_blanks() -> None:
    assert ["booking.", "payment.received"] == events_in(" Booking.,payment.received\nbooking. ")
    assert [] == events_in("  ")


def test_what_is_not_taken_is_tried_for_days_and_then_given_up(other: Other) -> None:
    other.receiver.status = 500
    tastes(other.planner, "tasting tomorrow at 3pm")
    tries = []
    for wait in (timedelta(), *WAITS, timedelta(days=9)):
        other.told(wait * 1.2)
        tries.append(len(other.receiver.asked))
    assert [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10] == tries
    assert [DeliveryState.GIVEN_UP] == other.states()
    assert 1 == len({asked.headers["webhook-id"] for asked in other.receiver.asked})
    assert 1 == len({asked.body for asked in other.receiver.asked})
    assert 0 == other.receiver.forged
    other.receiver.status = 204
    now = other.planner.clock.now()
    assert 1 == other.planner.desk.database.transact(lambda s: replay_failed(s, other.endpoint, now))
    assert [BOOKED] == other.told()


def test_what_comes_behind_one_that_is_not_taken_waits_for_it_and_other_bookings_do_not(other: Other) -> None:
    other.receiver.fail_next(503, times=2)
    tastes(other.planner, "tasting tomorrow at 3pm")
    assert [] == other.told()
    other.planner.settle()
    other.planner.text(RITA, "approve 1")
    tastes(other.planner, "tasting tomorrow at 5pm", BEN)
    other.told()
    assert [("booking 2", BOOKED)] == [
        (f"booking {one['data']['booking']['id']}", one["type"]) for one in other.receiver.taken
    ]
    assert [BOOKED, BOOKED, "booking.confirmed"] == other.told(WAITS[1] * 1.2)


def test_the_connection_that_is_cut_after_it_was_taken_is_told_again_under_the_same_id(other: Other) -> None:
    other.receiver.cut_after_accepting()
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.told()
    assert [BOOKED, BOOKED] == other.told(WAITS[0] * 1.2)
    assert 1 == len(set(other.receiver.ids))


def test_whoever_says_that_they_are_gone_is_told_no_more(other: Other) -> None:
    other.receiver.status = 410
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.told()
    assert (False, "it answered 410 Gone") == (other.standing().is_active, other.standing().closed_why)
    assert [DeliveryState.DROPPED] == other.states()
    other.planner.settle()
    other.planner.text(RITA, "approve 1")
    other.told(timedelta(days=1))
    assert 1 == len(other.receiver.asked)
    other.receiver.status = 204
    other.planner.desk.database.transact(lambda session: switch(session, other.endpoint, is_on=True))
    now = other.planner.clock.now()
    other.planner.desk.database.transact(lambda session: replay_failed(session, other.endpoint, now))
    assert [BOOKED] == other.told()


def test_who_takes_nothing_for_days_is_told_no_more(other: Other) -> None:
    other.receiver.status = 500
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.told()
    tastes(other.planner, "tasting in two days at 3pm", BEN)
    other.told(CLOSED_AFTER + timedelta(hours=1))
    assert not other.standing().is_active
    assert "5 days" in other.standing().closed_why


def test_a_redirect_is_not_followed_and_counts_as_not_taken(other: Other) -> None:
    other.receiver.status, other.receiver.headers = 302, {"Location": f"{other.receiver.base_url}/elsewhere"}
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.told()
    assert ["/hooks"] == [asked.path for asked in other.receiver.asked]
    assert [DeliveryState.WAITS] == other.states()


def test_a_secret_that_is_changed_signs_beside_the_old_one_for_a_day(other: Other) -> None:
    fresh = new_secret()
    now = other.planner.clock.now()
    assert other.planner.desk.database.transact(lambda session: rotate(session, other.endpoint, fresh, now))
    tastes(other.planner, "tasting tomorrow at 3pm")
    assert [BOOKED] == other.told()
    other.planner.settle()
    other.planner.clock.move(timedelta(days=1, minutes=1))
    other.planner.text(RITA, "approve 1")
    assert 1 <= len(other.told())
    assert other.receiver.forged > 0, "the old secret holds no longer"
    other.receiver.secret = fresh
    other.told(WAITS[0] * 1.2)
    assert {DeliveryState.DELIVERED} == set(other.states())


def test_two_workers_tell_each_thing_once(other: Other) -> None:
    for number in range(6):
        phone = replace(ANA, name=f"P{number}", address=f"+9745550200{number}")
        tastes(other.planner, f"tasting in {number + 2} days at 3pm", phone)
    loops = [WebhookLoop(other.planner.desk) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(loop.run_due) for loop in loops]:
            done.result()
    assert sorted(other.receiver.ids) == sorted(set(other.receiver.ids))
    assert 6 == other.receiver.kinds().count(BOOKED)
    assert {DeliveryState.DELIVERED} == set(other.states())


def test_what_a_worker_had_in_hand_when_it_was_killed_is_told_when_its_lease_is_over(other: Other) -> None:
    tastes(other.planner, "tasting tomorrow at 3pm")
    loop = WebhookLoop(other.planner.desk)
    loop._spread()
    now, database = other.planner.clock.now(), other.planner.desk.database
    (row,) = database.read(partial(deliveries_due, endpoint_id=other.endpoint, now=now, limit=9))
    assert database.transact(lambda session: take(session, row, now)) is not None
    assert database.transact(lambda session: take(session, row, now)) is None
    assert [] == other.told()
    assert [BOOKED] == other.told(LEASE)


def test_one_thing_is_told_again_when_a_person_wants_it(other: Other) -> None:
    tastes(other.planner, "tasting tomorrow at 3pm")
    other.told()
    now = other.planner.clock.now()
    assert other.planner.desk.database.transact(lambda session: replay(session, 1, now)) is not None
    assert other.planner.desk.database.transact(lambda session: replay(session, 99, now)) is None
    assert [BOOKED, BOOKED] == other.told()
    assert 1 == len(set(other.receiver.ids))


def test_a_private_address_is_not_called(planner: Planner) -> None:
    with HookReceiver(planner.clock, new_secret()) as receiver:
        listens(planner, receiver)
        tastes(planner, "tasting tomorrow at 3pm")
        WebhookLoop(planner.desk).run_due()
        assert [] == receiver.asked
    (row,) = [one for one in planner.rows(webhook_deliveries) if one.id == 1]
    assert (DeliveryState.WAITS, None) == (row.state, row.status)
    assert row.words


def test_money_is_told(make_desk: MakeDesk, clock: SetClock, database: Database) -> None:
    with Till(make_desk, clock) as till, HookReceiver(clock, new_secret()) as receiver:
        settings = till.desk.settings.model_copy(update={"webhooks_allow_private": True})
        database.transact(lambda s: open_endpoint(s, receiver.base_url, ["payment."], receiver.secret, clock.now()))
        till.approved(who=SARA)
        till.pays_by_card(SARA)
        till.player.settle()
        WebhookLoop(replace(till.desk, settings=settings)).run_due()
        assert ["payment.received"] == receiver.kinds()
        change = receiver.taken[0]["data"]["change"]
        assert change["amount"]["amount"] == till.payments()[-1].received > 0
