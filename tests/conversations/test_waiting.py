"""Waiting by text: what is said of it, what is offered instead, and what a YES or NO means beside everything else."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from conversations.business import Money, Service
from conversations.classes import ClassView, Place, WaitlistStatus
from conversations.dialogue import Awaiting, Dialogue, Quiet
from conversations.effects import AcceptOffer, Book, DeclineOffer, JoinWaitlist, LeaveWaitlist, OptOut, WaitForTime
from conversations.engine import step
from conversations.events import OfferGone, OfferMade, Said
from conversations.facts import Person
from conversations.rules.waitlist import Why
from conversations.turn import Turn
from tests.conversations.plain_facts import HAIRCUT, PlainFacts

QATAR = ZoneInfo("Asia/Qatar")
YOGA = Service(7, "Yoga", 60, Money(2000, "USD"), (), (1,), "group", "Studio 2", is_class=True)
WEDNESDAY = datetime(2026, 3, 18, 18, tzinfo=QATAR)
THURSDAY = datetime(2026, 3, 12, tzinfo=QATAR)
MAYA_IS_BUSY: dict[int, tuple[tuple[datetime, datetime], ...]] = {2: ((THURSDAY, THURSDAY + timedelta(hours=23)),)}


def session(number: int, start: datetime, free: int) -> ClassView:
    return ClassView(number, 1, 7, "Yoga", 1, "Dr Lina", start, start + timedelta(hours=1), 10, free, YOGA.price)


def place(number: int = 5, status: WaitlistStatus = WaitlistStatus.WAITING, **changes: object) -> Place:
    values: dict[str, object] = {
        "id": number, "status": status, "service_id": 7, "service": "Yoga", "when": WEDNESDAY, "seats": 1, "number": 2,
        "client": "Sara", "class_id": 2, "staff": "Dr Lina", "is_held": True,
        "answer_by": datetime(2026, 3, 10, 14, 30, tzinfo=QATAR),
    }  # fmt: skip
    return Place(**{**values, **changes})  # type: ignore[arg-type]


OFFERED = place(status=WaitlistStatus.OFFERED)
FACTS = PlainFacts(
    offered=(YOGA, HAIRCUT), busy=MAYA_IS_BUSY,
    sessions=(session(1, WEDNESDAY - timedelta(days=2), 4), session(2, WEDNESDAY, 0)),
)  # fmt: skip
ASKED = replace(FACTS, places=(OFFERED,))


def talk(*texts: str, facts: PlainFacts = FACTS, start: Dialogue | None = None) -> Turn:
    turn = Turn(start or Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def made(*texts: str) -> Dialogue:
    """A client who was doing something when a seat came free."""
    return step(talk(*texts, facts=ASKED).dialogue, OfferMade(OFFERED), ASKED).dialogue


WAIT = {
    "en": "waiting list", "es": "ponme en la lista de espera", "fr": "liste d'attente svp", "pt": "fila de espera",
    "ar": "قائمة الانتظار", "sw": "orodha ya kusubiri", "fil": "pa waitlist po", "hi": "वेटिंग लिस्ट",
}  # fmt: skip
LEAVE = {
    "en": ("LEAVE", "take me off the waiting list", "remove me from the waitlist"),
    "es": ("SALIR", "sácame de la lista"),
    "fr": ("QUITTER", "retirez-moi de la liste"),
    "pt": ("DEIXAR A LISTA", "me tira da lista de espera"),
    "ar": ("مغادرة", "احذفني من قائمة الانتظار"),
    "sw": ("ONDOKA", "niondoe kwenye orodha"),
    "fil": ("LEAVE", "alisin nyo ako sa listahan"),
    "hi": ("LEAVE", "लिस्ट से हटा दो"),
}


def chosen(place: int) -> tuple[object, object]:
    """The day and hour of an option."""
    day, _, at = talk("haircut on thursday at 3pm").dialogue.options[place].value.partition("T")
    return date.fromisoformat(day), time.fromisoformat(at)


class TestWords:
    @pytest.mark.parametrize("code", WAIT)
    def test_to_wait_for_what_was_full_in_every_language(self, code: str) -> None:
        facts = replace(FACTS, language=code)
        assert JoinWaitlist(2, 1) in talk("yoga 18/3", WAIT[code], facts=facts).effects

    @pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in LEAVE.items() for text in texts])
    def test_to_leave_in_every_language_never_ends_our_texts(self, code: str, text: str) -> None:
        turn = talk(text, facts=replace(FACTS, language=code, places=(place(),)))
        assert (["wait_left"], (LeaveWaitlist((5,)),)) == (keys(turn), turn.effects)

    @pytest.mark.parametrize("text", ["STOP", "remove me from your list", "stop texting me"])
    def test_the_words_that_end_our_texts_still_do(self, text: str) -> None:
        assert OptOut(text) in talk(text, facts=replace(FACTS, places=(place(),))).effects

    @pytest.mark.parametrize(
        "text", ["let me know if a spot comes free", "add me to the list", "tell me if someone cancels"]
    )
    def test_a_wish_in_ones_own_words(self, text: str) -> None:
        assert JoinWaitlist(2, 1) in talk("yoga on 18 march", text).effects


class TestWaiting:
    def test_a_class_can_be_waited_for_in_one_text(self) -> None:
        turn = talk("put me on the waiting list for yoga on 18 march for 3 people")
        assert JoinWaitlist(2, 3) in turn.effects
        assert Dialogue() == turn.dialogue

    @pytest.mark.parametrize("text", ["yes", "ok", "yes please"])
    def test_a_yes_to_a_full_class_means_its_list(self, text: str) -> None:
        assert JoinWaitlist(2, 1) in talk("yoga on 18 march", text).effects

    def test_a_yes_to_too_few_seats_could_mean_either(self) -> None:
        turn = talk("yoga on 16 march for 5 people", "yes")
        assert (["class_few"], Awaiting.FULL) == (keys(turn), turn.dialogue.awaiting)

    def test_a_no_to_a_full_class_ends_it(self) -> None:
        turn = talk("yoga on 18 march", "no thanks")
        assert (["never_mind"], Dialogue()) == (keys(turn), turn.dialogue)

    def test_what_is_not_understood_asks_again_and_the_numbers_still_count(self) -> None:
        asked = talk("yoga on 18 march", "ugh seriously??")
        assert ["not_understood", "class_full"] == keys(asked)
        assert JoinWaitlist(2, 1) in talk("1", start=asked.dialogue).effects

    def test_what_has_room_is_offered_instead(self) -> None:
        turn = talk("waiting list for yoga on 16 march")
        assert ["wait_not_needed", "confirm_class"] == keys(turn)

    def test_a_time_that_is_taken_offers_the_list_below_the_nearest(self) -> None:
        turn = talk("haircut on thursday at 3pm")
        assert [*"ABC", "WAIT"] == [option.key for option in turn.dialogue.options]
        waits = talk("haircut on thursday at 3pm", "wait")
        start = THURSDAY.replace(hour=15)
        effect = WaitForTime(2, 0, "2026-03-12T15:00", start, start + timedelta(minutes=45))
        assert effect in waits.effects
        for text in ("the last one", "C"):  # of the times: the list stands below them
            last = talk("haircut on thursday at 3pm", text).dialogue
            assert (Awaiting.CONFIRMATION, chosen(2)) == (last.awaiting, (last.day, last.at))

    def test_a_day_that_is_full_is_waited_for_within_the_hours_that_were_said(self) -> None:
        (_, effect) = talk("haircut with maya thursday after 4pm", "WAIT").effects
        assert WaitForTime(
            2, 2, "2026-03-12", THURSDAY.replace(hour=16), THURSDAY + timedelta(days=1),
        ) == effect  # fmt: skip

    def test_a_day_that_is_closed_is_not_waited_for(self) -> None:
        turn = talk("waiting list for a haircut with maya on monday")
        assert "day_closed" in keys(turn)
        assert not any(isinstance(effect, WaitForTime) for effect in turn.effects)

    def test_nothing_to_wait_for_is_asked_about(self) -> None:
        assert ["wait_which"] == keys(talk("waitlist"))

    def test_several_lists_are_told_apart(self) -> None:
        other = place(6, service="Haircut", service_id=2, class_id=None, is_day=True, when=THURSDAY)
        facts = replace(FACTS, places=(place(), other))
        asked = talk("leave", facts=facts)
        assert (["wait_leave_which"], Awaiting.LEAVE) == (keys(asked), asked.dialogue.awaiting)
        assert (LeaveWaitlist((6,)),) == talk("leave", "2", facts=facts).effects
        assert (LeaveWaitlist((5, 6)),) == talk("leave", "3", facts=facts).effects
        assert (LeaveWaitlist((6,)),) == talk("take me off the list for the haircut", facts=facts).effects
        assert () == talk("leave", "no", facts=facts).effects

    def test_my_bookings_lists_the_places(self) -> None:
        assert ["my_waiting"] == keys(talk("my bookings", facts=replace(FACTS, places=(place(),))))
        assert ["wait_none"] == keys(talk("leave"))


class TestOffers:
    def test_a_yes_or_no_answers_it(self) -> None:
        assert (AcceptOffer(5),) == talk("yes please", facts=ASKED, start=made()).effects
        declined = talk("no thanks", facts=ASKED, start=made())
        assert (["offer_passed"], (DeclineOffer(5),)) == (keys(declined), declined.effects)

    def test_its_text_says_until_when(self) -> None:
        turn = step(Dialogue(), OfferMade(OFFERED), ASKED)
        assert ("offer_seats", "time_option") == (turn.replies[0].key, turn.replies[0].values["until"].key)  # type: ignore[union-attr]
        tomorrow = replace(OFFERED, answer_by=datetime(2026, 3, 11, 9, tzinfo=QATAR))
        turn = step(Dialogue(), OfferMade(tomorrow), ASKED)
        assert "near_moment" == turn.replies[0].values["until"].key  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "doing",
        [
            ("haircut",), ("haircut on friday",), ("haircut on thursday at 3pm",), ("haircut on friday at 3pm",),
            ("haircut on friday at 3pm", "no"), ("menu",), ("yoga",), (),
        ],
    )  # fmt: skip
    def test_what_was_open_stays_open(self, doing: tuple[str, ...]) -> None:
        before, after = talk(*doing, facts=ASKED).dialogue, made(*doing)
        assert before == replace(after, offer_id=None)
        assert (AcceptOffer(5),) == talk("yes", facts=ASKED, start=after).effects

    def test_a_booking_under_way_is_gone_on_with(self) -> None:
        turn = talk("no", facts=ASKED, start=made("haircut on friday at 3pm"))
        assert ["offer_passed", "back_to_it", "confirm"] == [*keys(turn)[:2], keys(turn)[2].removesuffix("_unnamed")]
        assert any(isinstance(effect, Book) for effect in talk("yes", facts=ASKED, start=turn.dialogue).effects)

    def test_an_option_of_before_can_be_picked_and_the_offer_stands(self) -> None:
        turn = talk("B", facts=ASKED, start=made("haircut on thursday at 3pm"))
        assert Awaiting.CONFIRMATION is turn.dialogue.awaiting
        assert not any(isinstance(effect, AcceptOffer) for effect in turn.effects)
        assert any(isinstance(effect, Book) for effect in talk("yes", facts=ASKED, start=turn.dialogue).effects)

    def test_after_a_word_beside_it_the_yes_still_counts(self) -> None:
        assert (AcceptOffer(5),) == talk("where are you?", "yes", facts=ASKED, start=made()).effects
        assert (AcceptOffer(5),) == talk("gibberish words here", "yes", facts=ASKED, start=made()).effects

    def test_what_is_not_understood_is_answered_with_the_offer_once_more(self) -> None:
        assert ["not_understood", "offer_seats"] == keys(talk("tell me more", facts=ASKED, start=made()))

    def test_the_one_that_is_quoted_is_meant(self) -> None:
        facts = replace(ASKED, places=(OFFERED, place(9, WaitlistStatus.OFFERED, class_id=3)))
        turn = step(made(), Said("yes", place_id=9), facts)
        assert (AcceptOffer(9),) == turn.effects

    def test_what_was_put_by_does_not_come_before_it(self) -> None:
        kept = replace(made("haircut on friday"), quiet=Quiet.PUT_BY, awaiting=Awaiting.NOTHING)
        assert (AcceptOffer(5),) == talk("yes", facts=ASKED, start=kept).effects

    def test_who_asks_for_the_class_is_told_that_it_is_theirs(self) -> None:
        turn = talk("yoga on 18 march", facts=ASKED)
        assert (["offer_seats"], 5) == (keys(turn), turn.dialogue.offer_id)

    def test_a_coordinator_with_an_offer_approves_nothing(self) -> None:
        facts = replace(ASKED, person=Person("+97455500000", is_coordinator=True))
        assert (AcceptOffer(5),) == talk("yes", facts=facts, start=made()).effects

    @pytest.mark.parametrize(
        ("status", "key"),
        [(WaitlistStatus.WAITING, "offer_gone"), (WaitlistStatus.EXPIRED, "offer_gone_for_good")],
    )
    def test_too_late(self, status: WaitlistStatus, key: str) -> None:
        turn = step(Dialogue(), OfferGone(place(status=status)), FACTS)
        assert [key] == keys(turn)

    def test_wait_after_it_ended_joins_the_same_line_again(self) -> None:
        facts = replace(FACTS, places=(place(status=WaitlistStatus.EXPIRED, seats=2),))
        turn = talk("WAIT", facts=facts, start=Dialogue(offer_id=5))
        assert JoinWaitlist(2, 2) in turn.effects


class TestCoordinator:
    DESK = replace(
        FACTS, person=Person("+97455500000", is_coordinator=True),
        places=(place(why=Why.NO_ROOM), place(6, WaitlistStatus.OFFERED, why=Why.ASKED), place(7, why=Why.PASSED)),
    )  # fmt: skip

    @pytest.mark.parametrize("text", ["WAITLIST 2", "waitlist c2", "Waiting list #2"])
    def test_waitlist_lists_a_class(self, text: str) -> None:
        (reply,) = talk(text, facts=self.DESK).replies
        lines = reply.values["lines"]
        assert isinstance(lines, tuple)
        assert ["wait_why_no_room", "wait_why_asked", "wait_why_passed"] == [line.values["why"].key for line in lines]  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("OFFER", "command_offer_which"), ("OFFER W5", "command_offer_none"), ("offer 6", "command_offer_stands"),
            ("OFFER W7", "command_offered"), ("OFFER W99", "command_offer_unknown"),
        ],
    )  # fmt: skip
    def test_offer_out_of_turn(self, text: str, key: str) -> None:
        turn = talk(text, facts=self.DESK)
        assert [key] == keys(turn)
        assert (key == "command_offered") == bool(turn.effects)
