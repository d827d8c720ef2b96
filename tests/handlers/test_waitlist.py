"""Waiting lists: what comes free is held for the first in line, passed on, booked once, and nobody is forgotten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.desk import Desk
from bot.intake import receive
from bot.schedule import run_due
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.delivery import Delivery, SendFailure
from conversations.messages import Inbound, StatusReport
from handlers import waitlist_times
from handlers.called_off import call_off
from handlers.classes_kept import cancel_class, move_class
from handlers.delivery_reported import delivery_reported
from handlers.outbox import claim_due, message_given_up
from handlers.time_owned import own_time
from models.bookings import booking_by_id
from models.claims import LostRace
from tests.handlers.waiting_room import KAI, OFFERS, TRIAL, Room, person

LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def room(desk: Desk, clock: SetClock) -> Room:
    """Tuesday 10 March 2026, 07:15 in London; the class is a week ahead."""
    return Room(desk, clock)


@pytest.fixture
def full(room: Room) -> Room:
    """Two have the two seats; the third and the fourth wait."""
    room.books(1, 2)
    room.waits(3, 4)
    return room


class TestJoining:
    def test_a_full_class_puts_who_wants_it_at_the_end_of_the_line(self, full: Room) -> None:
        assert [(3, "waiting"), (4, "waiting")] == full.line()
        full.check()

    def test_a_place_is_kept_by_who_joins_again(self, full: Room) -> None:
        assert ["wait_already"] == full.says(3, "put me on the waiting list for yoga on 18 march")[-1:]
        assert [(3, "waiting"), (4, "waiting")] == full.line()

    def test_who_left_joins_at_the_end(self, full: Room) -> None:
        assert ["wait_left"] == full.says(3, "take me off the waiting list")
        full.passes(minutes=1)
        full.waits(3)
        assert [(4, "waiting"), (3, "waiting")] == full.line()
        assert 0 == full.entry(3).misses

    def test_joining_while_a_seat_is_free_is_answered_with_the_seat(self, room: Room) -> None:
        room.books(1)
        assert ["confirm_class"] == room.says(3, "waiting list for yoga on 18 march")
        assert ["booked"] == room.says(3, "yes")
        assert [] == room.line()

    def test_a_party_larger_than_the_class_waits_for_nothing(self, full: Room) -> None:
        assert "class_too_small" in full.says(5, "waiting list for yoga on 18 march for 3 people")

    def test_one_person_on_two_channels_has_one_place(self, full: Room) -> None:
        other = Phone("P3", "whatsapp", person(3).address, "P3")
        assert ["my_waiting"] == full.says(other, "waiting list")
        full.says(1, "cancel my booking", "yes")
        assert ["booked"] == full.says(other, "yes")
        assert [(3, "accepted"), (4, "waiting")] == full.line()

    def test_who_books_by_themselves_waits_no_longer(self, full: Room) -> None:
        full.resize(3)
        assert [3] == full.offered()
        full.says(3, "no")
        full.says(4, "no")
        assert ["booked"] == full.says(3, "yoga 18 march", "yes")[-1:]
        assert [(3, "accepted"), (4, "waiting")] == full.line()
        full.check()


FREED: dict[str, Callable[[Room], object]] = {
    "cancelled by the client": lambda room: room.says(1, "cancel my booking", "yes"),
    "cancelled by the coordinator": lambda room: room.says(KAI, "cancel 1"),
    "bigger capacity": lambda room: room.resize(3),
    "declined": lambda room: room.says(KAI, "decline 1"),
    "expired": lambda room: room.passes(hours=25),
}


class TestComesFree:
    @pytest.mark.parametrize("how", FREED)
    def test_the_first_in_line_is_offered_it_at_once_and_it_is_held(self, room: Room, how: str) -> None:
        if how in ("declined", "expired"):
            room.asks_first()
        room.books(1, 2)
        if how == "expired":
            room.says(KAI, "approve 2")
        room.waits(3, 4)
        FREED[how](room)
        assert [3] == room.offered()
        assert 1 == room.held_for(3)
        assert "class_full" in room.says(5, "yoga 18 march")
        room.check()

    def test_a_hold_that_runs_out(self, room: Room) -> None:
        room.books(1)
        assert ["confirm_class"] == room.says(2, "yoga 18 march")[-1:]
        room.waits(3)
        assert [] == room.offered()
        room.passes(minutes=5, seconds=1)
        assert [3] == room.offered()
        assert "class_seats_lost" not in room.says(3, "yes")
        assert ["class_full"] == room.says(2, "yes")[-1:]

    def test_nobody_slips_in_between_before_the_line_is_looked_at(self, full: Room) -> None:
        free_by_hand(full)
        receive(full.desk, Inbound("sms", "slips-in", person(5).address, person(5).address, "yoga 18 march"))
        assert ["class_full"] == full.told(5)
        full.player.settle()
        assert [3] == full.offered()

    def test_a_party_is_passed_over_or_waited_for(self, room: Room) -> None:
        room.books(1, 2)
        room.waits(3, seats=2)
        room.waits(4)
        room.says(1, "cancel my booking", "yes")
        assert [4] == room.offered()
        room.says(4, "yes")
        room.policy(waitlist_skips_parties=False)
        room.waits(5)
        room.says(2, "cancel my booking", "yes")
        assert [] == room.offered()
        assert "class_full" in room.says(6, "yoga 18 march")
        room.says(4, "cancel my booking", "yes")
        assert [3] == room.offered()
        assert 2 == room.held_for(3)
        room.check()

    def test_a_yes_books_it_and_a_second_yes_is_the_same_booking(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        assert ["booked", "already_booked"] == full.says(3, "yes", "yes")
        assert 2 == len(full.bookings())
        assert full.entry(3).booking_id == full.bookings()[-1].id
        full.check()

    def test_where_the_policy_asks_first_it_is_a_request(self, full: Room) -> None:
        full.asks_first()
        full.says(1, "cancel my booking", "yes")
        assert ["requested"] == full.says(3, "yes please")
        assert "request_prompt" in full.told(KAI)
        assert BookingStatus.PENDING is full.bookings()[-1].status
        full.says(KAI, f"decline {full.bookings()[-1].id}")
        assert [4] == full.offered()

    def test_who_has_seats_already_gets_more(self, room: Room) -> None:
        room.books(1, 2)
        assert "wait_joined" == room.says(2, "yoga 18 march, 1 seat", "waiting list")[-1]
        room.says(1, "cancel my booking", "yes")
        assert ["seats_added"] == room.says(2, "yes")
        assert [2] == [row.seats_reserved for row in room.bookings()]

    def test_a_second_yes_to_what_was_given_up_since_books_it_anew_or_says_that_it_is_gone(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        offer = full.text_of(3, "offer_seats").provider_id
        full.says(3, "yes", "cancel my booking", "yes")
        assert [4] == full.offered()
        assert ["offer_gone_for_good"] == full.quotes(3, offer, "yes")
        full.says(4, "no")
        assert ["booked"] == full.quotes(3, offer, "yes")
        assert ["already_booked"] == full.quotes(3, offer, "yes please")
        full.check()

    def test_another_phone_cannot_answer(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        assert ["nothing_to_confirm"] == full.says(4, "yes")
        assert [3] == full.offered()


class TestPassedOn:
    @pytest.fixture
    def offered(self, full: Room) -> Room:
        full.says(1, "cancel my booking", "yes")
        return full

    def test_a_no_passes_it_on_at_once_and_keeps_the_place(self, offered: Room) -> None:
        assert ["offer_passed"] == offered.says(3, "no thanks")
        assert [(3, "waiting"), (4, "offered")] == offered.line()
        offered.says(4, "yes")
        offered.says(2, "cancel my booking", "yes")
        assert [3] == offered.offered()
        offered.check()

    def test_who_passed_is_not_asked_about_the_same_seat_again(self, offered: Room) -> None:
        offered.says(3, "no")
        offered.says(4, "no")
        offered.passes(hours=1)
        assert [] == offered.offered()
        assert ["confirm_class"] == offered.says(5, "yoga 18 march")[-1:]
        offered.says(5, "never mind")
        assert [] == offered.offered()

    def test_silence_is_a_miss_and_two_end_it_with_one_text(self, offered: Room) -> None:
        offered.passes(hours=12)
        assert ([(3, "waiting"), (4, "offered")], 1) == (offered.line(), offered.entry(3).misses)
        assert "offers_unanswered" not in offered.told(3)
        offered.says(4, "yes")
        offered.says(2, "cancel my booking", "yes")
        assert [3] == offered.offered()
        offered.passes(hours=12)
        assert [(3, "expired"), (4, "accepted")] == offered.line()
        assert 1 == offered.told(3).count("offers_unanswered")
        assert 2 == sum(kind in OFFERS for kind in offered.told(3))
        offered.books(5)
        assert ["wait_joined"] == offered.says(3, "WAIT")
        assert ("waiting", 0) == (offered.entry(3).status.value, offered.entry(3).misses)
        offered.check()

    def test_a_late_yes_books_what_is_still_free(self, offered: Room) -> None:
        offered.passes(hours=12)
        offered.says(4, "no")
        assert ["booked"] == offered.says(3, "yes")
        offered.check()

    def test_a_late_yes_keeps_the_place_where_it_is_gone(self, offered: Room) -> None:
        offered.passes(hours=12)
        assert ["offer_gone"] == offered.says(3, "yes")
        assert [(3, "waiting"), (4, "offered")] == offered.line()
        offered.says(4, "yes")
        offered.says(2, "cancel my booking", "yes")
        assert [3] == offered.offered()

    def test_who_leaves_passes_it_on(self, offered: Room) -> None:
        assert ["wait_left"] == offered.says(3, "LEAVE")
        assert [(3, "left"), (4, "offered")] == offered.line()

    def test_who_takes_no_texts_any_more_passes_it_on(self, offered: Room) -> None:
        offered.says(3, "STOP")
        assert [(3, "left"), (4, "offered")] == offered.line()
        assert 0 == offered.held_for(3)

    def test_an_offer_leaves_what_they_were_doing_as_it_was(self, full: Room) -> None:
        full.says(3, "massage tomorrow at 11am")
        full.says(1, "cancel my booking", "yes")
        assert [3] == full.offered()
        assert ["confirm"] == full.says(3, "no")  # passed, and back to the massage
        assert ["booked"] == full.says(3, "yes")
        assert [1] == [row.seats_reserved for row in full.bookings()][-1:]
        assert [4] == full.offered()

    def test_what_is_asked_after_it_comes_first(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        assert ["confirm", "booked"] == full.says(3, "massage tomorrow at 11am", "yes")
        assert [3] == full.offered()
        assert ["booked"] == full.says(3, "yes")
        assert 3 == len(full.bookings())


class TestTimeToAnswer:
    @pytest.mark.parametrize(
        ("when", "until"),
        [
            ("2026-03-12 10:00", "2026-03-12 22:00"),
            ("2026-03-16 10:00", "2026-03-16 12:00"),
            ("2026-03-17 20:00", "2026-03-17 20:30"),
            ("2026-03-18 13:00", "2026-03-18 13:15"),
        ],
    )
    def test_it_follows_the_lead_time(self, full: Room, when: str, until: str) -> None:
        full.at(when)
        full.says(1, "cancel my booking", "yes")
        full.says(KAI, "cancel 1")
        expected = datetime.fromisoformat(until).replace(tzinfo=LONDON)
        assert expected == full.entry(3).offer_expires_at

    def test_the_night_does_not_count_unless_the_class_is_near(self, full: Room) -> None:
        full.quiet("21:00-08:00")
        full.at("2026-03-16 20:00")
        full.says(1, "cancel my booking", "yes")
        assert datetime(2026, 3, 17, 8, tzinfo=LONDON) + timedelta(hours=1) == full.entry(3).offer_expires_at
        full.at("2026-03-17 08:59")
        assert [3] == full.offered()
        full.at("2026-03-17 09:00")
        assert [4] == full.offered()

    def test_it_begins_anew_when_the_text_arrives(self, full: Room) -> None:
        full.at("2026-03-17 20:00")
        full.says(KAI, "cancel 1")
        text = full.text_of(3, "offer_seats")
        full.clock.move(timedelta(minutes=20))
        report(full, text.provider_id, Delivery.DELIVERED)
        assert datetime(2026, 3, 17, 20, 50, tzinfo=LONDON) == full.entry(3).offer_expires_at
        report(full, text.provider_id, Delivery.READ)
        full.passes(minutes=29)
        assert [3] == full.offered()
        assert 1 == full.held_for(3)
        full.passes(minutes=1)
        assert [4] == full.offered()
        full.check()

    @pytest.mark.parametrize("failure", [SendFailure.WRONG_ADDRESS, SendFailure.UNREACHABLE])
    def test_a_text_that_does_not_arrive_passes_it_on_at_once(self, full: Room, failure: SendFailure) -> None:
        full.says(1, "cancel my booking", "yes")
        report(full, full.text_of(3, "offer_seats").provider_id, Delivery.FAILED, failure)
        assert [(3, "waiting"), (4, "offered")] == full.line()
        assert 0 == full.entry(3).misses

    def test_a_text_that_cannot_be_sent_passes_it_on_at_once(self, full: Room) -> None:
        give_up_texts_to(full, 3, SendFailure.WRONG_ADDRESS)
        assert [(3, "waiting"), (4, "offered")] == full.line()
        assert 0 == full.entry(3).misses

    def test_a_text_that_never_left_counts_for_nobodys_silence(self, full: Room) -> None:
        free_by_hand(full)
        full.tick()
        assert [3] == full.offered()
        full.clock.move(timedelta(hours=13))
        full.tick()
        assert ([(3, "waiting"), (4, "offered")], 0) == (full.line(), full.entry(3).misses)


class TestLastHour:
    @pytest.fixture
    def late(self, full: Room) -> Room:
        full.waits(5)
        full.at("2026-03-18 17:10")
        full.says(KAI, "cancel 1")
        return full

    def test_all_are_asked_at_once_and_nothing_is_held(self, late: Room) -> None:
        assert [3, 4, 5] == late.offered()
        assert (1, 1, 2) == late.seats()
        assert ["offer_seats_now"] * 3 == [late.told(number)[-1] for number in (3, 4, 5)]

    def test_the_first_yes_wins_and_the_others_keep_their_places(self, late: Room) -> None:
        assert ["booked"] == late.says(4, "yes")
        assert ["offer_gone"] == late.says(3, "yes")
        assert [(3, "waiting"), (4, "accepted"), (5, "waiting")] == late.line()
        late.says(KAI, "cancel 2")
        assert [3, 5] == late.offered()
        assert ["booked"] == late.says(5, "yes")
        late.check()

    def test_nobody_waits_for_a_class_that_has_begun(self, late: Room) -> None:
        late.at("2026-03-18 18:00")
        assert {"expired"} == {status for _, status in late.line()}
        assert ["offer_over"] == late.says(3, "yes")
        late.check()


class TestTheClassChanges:
    def test_it_is_called_off(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        circumstances = full.desk.circumstances("test")
        full.desk.database.transact(lambda session: cancel_class(session, TRIAL, "operator", "", circumstances))
        full.player.settle()
        assert [(3, "left"), (4, "left")] == full.line()
        full.says(3, "yes")
        assert [] == full.bookings()
        full.check()

    def test_it_is_moved(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        circumstances, later = full.desk.circumstances("test"), datetime(2026, 3, 19, 18)
        full.desk.database.transact(lambda session: move_class(session, TRIAL, later, circumstances))
        full.player.settle()
        assert [3] == full.offered()
        assert ["booked"] == full.says(3, "yes")
        full.check()


class TestByHand:
    def test_the_coordinator_reads_who_waits_and_why(self, full: Room) -> None:
        assert ["listing"] == full.says(KAI, "waitlist c4")
        head, *lines = full.text_of(KAI, "listing").body.splitlines()
        assert head.endswith("0 seats left, 2 waiting")
        assert [f"W{full.entry(each).id} P{each}, 1 seat: nothing is free" for each in (3, 4)] == lines
        assert ["waitlist_no_class"] == full.says(KAI, "WAITLIST 77")
        assert ["waitlist_empty"] == full.says(KAI, "WAITLIST 1")
        full.says(1, "cancel my booking", "yes")
        full.says(KAI, "WAITLIST")
        assert "P3, Yoga, Wed 18 Mar, 18:00 (C4): asked, until 19:15" in full.text_of(KAI, "listing").body

    def test_a_seat_goes_to_somebody_out_of_turn(self, full: Room) -> None:
        full.says(1, "cancel my booking", "yes")
        full.says(3, "no")
        full.says(4, "no")
        number = full.entry(4).id
        assert ["command_offered"] == full.says(KAI, f"OFFER W{number}")
        assert [4] == full.offered()
        assert ["command_offer_stands"] == full.says(KAI, f"OFFER {number}")
        assert ["command_offer_none"] == full.says(KAI, f"OFFER W{full.entry(3).id}")
        assert ["booked"] == full.says(4, "yes")
        assert ["command_offer_unknown"] == full.says(KAI, "OFFER W99")
        full.check()


class TestTimes:
    @pytest.fixture
    def busy(self, room: Room) -> Room:
        """Kai has a massage on Thursday at 10, and two wait for that hour."""
        room.says(1, "massage thursday 12 march 10am", "yes")
        for number in (3, 4):
            assert ["wait_joined"] == room.says(number, "massage thursday 12 march 10am", "WAIT")[-1:]
        return room

    def test_the_first_is_offered_what_comes_free_and_it_is_held(self, busy: Room) -> None:
        busy.says(1, "cancel my booking", "yes")
        assert [3] == busy.offered()
        busy.says(5, "massage thursday 12 march 10am")
        assert "being asked about" in busy.text_of(5, "nearest").body
        assert ["booked"] == busy.says(3, "yes")
        busy.check()

    def test_it_is_passed_on(self, busy: Room) -> None:
        busy.says(1, "cancel my booking", "yes")
        busy.says(3, "no")
        assert [4] == busy.offered()
        busy.passes(hours=2)
        assert [] == busy.offered()
        assert ["booked"] == busy.says(4, "yes")
        busy.says(4, "cancel my booking", "yes")
        assert [3] == busy.offered()
        busy.check()

    def test_what_is_held_for_a_while_only_is_looked_at_again(self, room: Room) -> None:
        room.says(1, "massage thursday 12 march 10am")
        assert ["wait_joined"] == room.says(3, "massage thursday 12 march 10am", "WAIT")[-1:]
        assert [] == room.offered()
        room.passes(minutes=5, seconds=1)
        assert [3] == room.offered()

    def test_a_race_that_is_lost_is_looked_at_again_and_costs_nobody_their_place(
        self, busy: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[int] = []

        def lost_once(*arguments: Any, **values: Any) -> None:
            tried.append(1)
            if len(tried) == 1:
                raise LostRace
            own_time(*arguments, **values)

        monkeypatch.setattr(waitlist_times, "own_time", lost_once)
        busy.says(1, "cancel my booking", "yes")
        assert (1, []) == (len(tried), busy.offered())
        busy.passes(seconds=1)
        assert [3] == busy.offered()
        busy.check()

    def test_who_asks_for_it_again_is_reminded_of_the_offer(self, busy: Room) -> None:
        busy.says(1, "cancel my booking", "yes")
        assert ["offer_time"] == busy.says(3, "massage thursday 12 march 10am")
        assert ["booked"] == busy.says(3, "yes")

    def test_other_hours_are_noticed_in_time(self, room: Room) -> None:
        room.says(KAI, "block 12 march 8am to 9pm")
        assert ["wait_joined"] == room.says(3, "massage on thursday 12 march", "WAIT")[-1:]
        room.says(KAI, "unblock 12 march 3pm to 5pm")
        assert [3] == room.offered()
        assert 15 == room.entry(3).offer_start_at.astimezone(LONDON).hour

    def test_a_day_that_is_over_is_waited_for_no_more(self, room: Room) -> None:
        room.says(KAI, "block 12 march 8am to 9pm")
        room.says(3, "massage on thursday 12 march", "WAIT")
        room.at("2026-03-13 00:01")
        assert [(3, "expired")] == room.line()


def test_workers_that_look_at_once_offer_a_seat_to_one(full: Room) -> None:
    full.waits(5, 6)
    free_by_hand(full)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run_due(full.desk), range(8)))
    full.player.settle()
    assert [3] == full.offered()
    assert 1 == sum(kind in OFFERS for number in (3, 4, 5, 6) for kind in full.told(number))
    full.check()


def test_workers_that_look_at_once_offer_a_time_to_the_first(room: Room) -> None:
    room.says(1, "massage thursday 12 march 10am", "yes")
    for number in (3, 4, 5, 6):
        room.says(number, "massage thursday 12 march 10am", "WAIT")
    free_by_hand(room)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run_due(room.desk), range(8)))
    room.clock.move(timedelta(seconds=1))
    room.player.settle()
    assert [3] == room.offered()
    assert 1 == sum(kind in OFFERS for number in (3, 4, 5, 6) for kind in room.told(number))
    room.check()


def report(room: Room, provider_id: str, status: Delivery, failure: SendFailure | None = None) -> None:
    """The provider says what became of a text."""
    heard = StatusReport(channel="sms", provider_id=provider_id, status=status, failure=failure)
    circumstances = room.desk.circumstances("test")
    room.desk.database.transact(lambda session: delivery_reported(session, heard, circumstances))
    room.player.settle()


def free_by_hand(room: Room) -> None:
    """The first booking is called off, and nobody has looked at the line yet."""

    def work(session: Session) -> None:
        row = booking_by_id(session, 1)
        assert row is not None
        call_off(session, row, row.version, BookingStatus.CANCELLED, "test", "", room.desk.circumstances("test"))

    room.desk.database.transact(work)


def give_up_texts_to(room: Room, who: int, failure: SendFailure) -> None:
    """A seat comes free, and the text about it cannot be sent."""
    free_by_hand(room)
    room.tick()
    now = room.clock.now()
    claimed = room.desk.database.transact(partial(claim_due, now=now, limit=50))
    for one in claimed:
        if one.message.address == person(who).address:
            give_up = partial(message_given_up, claimed=one, failure=failure, code="1", words="", now=now)
            room.desk.database.transact(give_up)
    room.player.settle()
