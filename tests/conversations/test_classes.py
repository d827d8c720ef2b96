"""Booking a class by text: which one, for how many, and what there is instead of a full one."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.booking import BookingStatus
from conversations.business import Money, Service
from conversations.classes import ClassView
from conversations.dialogue import Awaiting, Dialogue, State
from conversations.effects import BookSeats, HoldSeats, LetGo
from conversations.engine import step
from conversations.events import Said
from conversations.turn import Turn
from tests.conversations.plain_facts import HAIRCUT, PlainFacts, booking

QATAR = ZoneInfo("Asia/Qatar")
YOGA = Service(7, "Yoga", 60, Money(2000, "USD"), ("vinyasa",), (1,), "group", "Studio 2", is_class=True)
MONDAY = datetime(2026, 3, 16, 18, tzinfo=QATAR)


def session(number: int, start: datetime, free: int = 10, **changes: object) -> ClassView:
    values: dict[str, object] = {
        "id": number, "version": 1, "service_id": 7, "name": "Yoga", "staff_id": 1, "staff": "Dr Lina", "start": start,
        "end": start + timedelta(hours=1), "capacity": 10, "free": free, "price": YOGA.price, "place": "Studio 2",
    }  # fmt: skip
    return ClassView(**{**values, **changes})  # type: ignore[arg-type]


CLASSES = (
    session(1, MONDAY, 4),
    session(2, MONDAY + timedelta(days=2), 0),
    session(3, MONDAY + timedelta(days=7), 10),
)
FACTS = PlainFacts(offered=(YOGA, HAIRCUT), sessions=CLASSES)


def talk(*texts: str, facts: PlainFacts = FACTS) -> Turn:
    turn = Turn(Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def labels(turn: Turn) -> list[str]:
    return [f"{option.key}. {option.label}" for option in turn.dialogue.options]


class TestWhich:
    def test_a_course_alone_lists_its_classes_with_the_seats_that_are_left(self) -> None:
        turn = talk("yoga please")
        assert keys(turn) == ["ask_class"]
        assert labels(turn) == [
            "A. Mon 16 Mar, 18:00, Yoga with Dr Lina: 4 seats left",
            "B. Wed 18 Mar, 18:00, Yoga with Dr Lina: full",
            "C. Mon 23 Mar, 18:00, Yoga with Dr Lina: 10 seats left",
        ]
        assert turn.effects == ()

    def test_a_day_that_has_one_class_means_that_one(self) -> None:
        turn = talk("yoga on the 16th of march")
        assert keys(turn) == ["confirm_class"]
        assert turn.effects == (HoldSeats(1, 1),)
        assert State.TIME_SELECTED is turn.dialogue.state

    def test_a_letter_picks_one(self) -> None:
        turn = talk("yoga", "C")
        assert turn.effects == (HoldSeats(3, 1),)

    def test_a_day_without_one_gets_the_nearest(self) -> None:
        turn = talk("yoga on the 17th of march")
        assert keys(turn) == ["no_class_then", "ask_class"]
        assert len(labels(turn)) == 3

    def test_a_course_without_any_class_says_so(self) -> None:
        turn = talk("yoga", facts=replace(FACTS, sessions=()))
        assert keys(turn) == ["no_classes"]
        assert turn.dialogue == Dialogue()

    def test_another_day_after_the_summary_is_another_class(self) -> None:
        turn = talk("yoga on the 16th of march", "no, the 23rd")
        assert keys(turn) == ["confirm_class"]
        assert turn.effects == (HoldSeats(3, 1),)

    def test_no_to_the_summary_asks_which_again_and_lets_the_seat_go(self) -> None:
        turn = talk("yoga on the 16th of march", "no")
        assert keys(turn) == ["ask_class"]
        assert LetGo() in turn.effects

    def test_another_service_after_all_is_no_class(self) -> None:
        turn = talk("yoga on the 16th of march", "haircut instead")
        assert turn.dialogue.service_ids == (HAIRCUT.id,)
        assert turn.dialogue.class_id is None


class TestHowMany:
    def test_people_are_seats(self) -> None:
        turn = talk("yoga on the 16th of march for me + 2 kids")
        assert turn.effects == (HoldSeats(1, 3),)
        assert turn.replies[0].values["price"] == Money(6000, "USD")

    @pytest.mark.parametrize("text", ["for 0 people", "0 seats", "for nobody"])
    def test_nobody_at_all_is_one_seat_to_say_yes_to(self, text: str) -> None:
        turn = talk(f"yoga on the 16th of march {text}")
        assert (["confirm_class"], (HoldSeats(1, 1),)) == (keys(turn), turn.effects)

    def test_how_many_may_be_said_after_the_summary(self) -> None:
        turn = talk("yoga on the 16th of march", "for 3 people")
        assert turn.effects == (HoldSeats(1, 3),)

    def test_yes_books_them(self) -> None:
        turn = talk("yoga on the 16th of march for 2 people", "yes")
        assert turn.effects == (BookSeats(1, 2),)

    def test_more_than_the_class_has_is_asked_again(self) -> None:
        turn = talk("yoga on the 16th of march for 1000 people")
        assert keys(turn) == ["class_too_small"]
        turn = step(turn.dialogue, Said("2 people then"), FACTS)
        assert turn.effects == (HoldSeats(1, 2),)


class TestFull:
    def test_a_full_class_offers_its_waiting_list_and_others(self) -> None:
        turn = talk("yoga on the 18th of march")
        assert keys(turn) == ["class_full"]
        assert Awaiting.FULL is turn.dialogue.awaiting
        assert labels(turn) == [
            "1. Waiting list: I text you when a seat comes free",
            "2. Mon 16 Mar, 18:00, Yoga with Dr Lina: 4 seats left",
            "3. Mon 23 Mar, 18:00, Yoga with Dr Lina: 10 seats left",
        ]

    def test_another_of_them_can_be_picked(self) -> None:
        turn = talk("yoga on the 18th of march", "3")
        assert turn.effects == (HoldSeats(3, 1),)

    def test_a_party_that_does_not_fit_is_told_how_many_do(self) -> None:
        turn = talk("yoga on the 16th of march for 6 people")
        assert keys(turn) == ["class_few"]
        assert "2. Only 4 seats" in labels(turn)
        turn = step(turn.dialogue, Said("2"), FACTS)
        assert turn.effects == (HoldSeats(1, 4),)

    def test_seats_that_went_while_yes_was_thought_about(self) -> None:
        asked = talk("yoga on the 16th of march")
        turn = step(asked.dialogue, Said("yes"), replace(FACTS, sessions=(session(1, MONDAY, 0), *CLASSES[1:])))
        assert keys(turn) == ["class_seats_lost", "class_full"]

    def test_a_class_that_was_called_off_meanwhile(self) -> None:
        asked = talk("yoga on the 16th of march")
        turn = step(asked.dialogue, Said("yes"), replace(FACTS, sessions=CLASSES[1:]))
        assert keys(turn)[0] == "class_gone"


class TestWhoIsInItAlready:
    MINE = booking(
        5, BookingStatus.CONFIRMED, class_id=1, service="Yoga", service_ids=(7,), start=MONDAY,
        end=MONDAY + timedelta(hours=1),
    )  # fmt: skip

    def test_is_told_so(self) -> None:
        turn = talk("yoga on the 16th of march", facts=replace(FACTS, bookings=(self.MINE,)))
        assert keys(turn) == ["class_yours_already"]

    def test_may_add_people(self) -> None:
        turn = talk("yoga on the 16th of march for 2 people", facts=replace(FACTS, bookings=(self.MINE,)))
        assert turn.effects == (HoldSeats(1, 2),)


def test_another_service_while_a_booking_is_moved_is_a_new_booking() -> None:
    mine = booking(5, BookingStatus.CONFIRMED, service="Haircut", service_ids=(HAIRCUT.id,), staff_id=2)
    facts = replace(FACTS, bookings=(mine,))
    turn = talk("move my haircut", "yoga on the 16th of march", facts=facts)
    assert keys(turn) == ["move_dropped", "confirm_class"]
    assert LetGo() in turn.effects
    assert HoldSeats(1, 1) in turn.effects
    assert not turn.dialogue.changing
