"""What a client does about a booking of theirs by text: cancel, move, say that they are late; each asks once, and
nothing happens without a YES."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.booking import BookingStatus, ProposalView
from conversations.business import FrequentAnswer
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import (
    AcceptMove,
    Cancel,
    ChangeWish,
    Commanded,
    Effect,
    PromiseToCome,
    RefuseMove,
    Reschedule,
    TellCoordinator,
)
from conversations.engine import step
from conversations.events import MissedDue, ReminderDue, Said, ThanksDue
from conversations.facts import Person
from conversations.rules.policies import Approval, Terms
from conversations.turn import Turn
from tests.conversations.plain_facts import QATAR, TODAY, PlainFacts, booking

SOON, LATER = TODAY + timedelta(hours=5), TODAY + timedelta(days=3)
CONFIRMED = booking(12, BookingStatus.CONFIRMED, start=LATER, end=LATER + timedelta(hours=1))
NEAR = booking(12, BookingStatus.CONFIRMED, start=SOON, end=SOON + timedelta(hours=1))
OTHER = booking(
    13, BookingStatus.CONFIRMED, start=LATER + timedelta(days=1), end=LATER + timedelta(days=1, hours=1),
    service_ids=(2,), service="Haircut", staff_id=2, staff="Maya",
)  # fmt: skip
ONE = PlainFacts(bookings=(CONFIRMED,))
FREE_HAND = Terms(requires_approval=Approval.NO)


def talk(facts: PlainFacts, *texts: str, dialogue: Dialogue | None = None) -> Turn:
    """The last turn of a talk."""
    turn = Turn(dialogue or Dialogue())
    for text in texts:
        turn = step(turn.dialogue, Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def done(turn: Turn, *kinds: type[Effect]) -> list[Effect]:
    inner = [
        each for effect in turn.effects for each in (effect.effects if isinstance(effect, Commanded) else (effect,))
    ]
    return [effect for effect in inner if isinstance(effect, kinds)]


def told(turn: Turn) -> list[str]:
    return [effect.reply.key for effect in turn.effects if isinstance(effect, TellCoordinator)]


def test_cancelling_asks_once_and_a_yes_does_it() -> None:
    asked = talk(ONE, "cancel my booking")
    assert (["ask_cancel"], ()) == (keys(asked), asked.effects)
    assert (Cancel(12, 1, "", by_client=True),) == talk(ONE, "cancel my booking", "yes").effects


@pytest.mark.parametrize("text", ["no", "no thanks", "nope"])
def test_a_no_keeps_it(text: str) -> None:
    turn = talk(ONE, "cancel my booking", text)
    assert (["cancel_kept"], (), Awaiting.NOTHING) == (keys(turn), turn.effects, turn.dialogue.awaiting)
    assert () == talk(ONE, "cancel my booking", text, "yes").effects


def test_a_question_on_the_way_returns_to_the_question() -> None:
    assert ["prices", "ask_cancel"] == keys(talk(ONE, "cancel my booking", "how much is it"))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("cancel #13", 13),
        ("Cancel 13 please", 13),
        ("cancel my haircut", 13),
        ("cancel my appointment on saturday", 13),
        ("cancel the therapy session", 12),
        ("cancel my booking with maya", 13),
    ],
)
def test_what_is_said_of_a_booking_tells_which(text: str, number: int) -> None:
    turn = talk(replace(ONE, bookings=(CONFIRMED, OTHER)), text)
    assert (["ask_cancel"], number) == (keys(turn), turn.dialogue.asked_about)


def test_of_several_it_asks_which() -> None:
    facts = replace(ONE, bookings=(CONFIRMED, OTHER))
    assert ["which_booking"] == keys(talk(facts, "cancel my booking"))
    assert (Cancel(13, 1, "", by_client=True),) == talk(facts, "cancel my booking", "2", "yes").effects


def test_a_service_that_they_have_not_booked_is_asked_about() -> None:
    assert ["which_booking"] == keys(talk(ONE, "cancel my haircut"))
    assert (Cancel(12, 1, "", by_client=True),) == talk(ONE, "cancel my haircut", "yes", "yes").effects


def test_too_late_is_for_the_coordinator() -> None:
    turn = talk(replace(ONE, bookings=(NEAR,)), "cancel my booking")
    assert (["cancel_passed_on"], ["late_cancel_notice"]) == (keys(turn), told(turn))
    assert [] == done(turn, Cancel)


def test_too_late_may_cost_a_fee_which_is_said_first() -> None:
    facts = replace(ONE, bookings=(NEAR,), policy=Terms(cancel_fee=2000))
    assert ["ask_cancel_fee"] == keys(talk(facts, "cancel my booking"))
    (effect,) = talk(facts, "cancel my booking", "yes").effects
    assert isinstance(effect, Cancel)
    assert "20.00" in effect.reason


def test_a_fee_that_has_come_due_while_they_thought_is_said_before_it_is_owed() -> None:
    asked = talk(ONE, "cancel my booking")
    facts = replace(ONE, now=LATER - timedelta(hours=23), policy=Terms(cancel_fee=2000))
    turn = step(asked.dialogue, Said("yes"), facts)
    assert (["ask_cancel_fee"], ()) == (keys(turn), turn.effects)


def test_a_request_that_waits_is_theirs_to_take_back_at_any_time() -> None:
    facts = replace(ONE, bookings=(replace(NEAR, status=BookingStatus.PENDING),), policy=Terms(cancel_fee=2000))
    assert ["ask_cancel"] == keys(talk(facts, "cancel my booking"))


@pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.COMPLETED, BookingStatus.IN_PROGRESS])
def test_a_yes_that_comes_too_late_changes_nothing(status: BookingStatus) -> None:
    asked = talk(ONE, "cancel my booking")
    turn = step(asked.dialogue, Said("yes"), replace(ONE, bookings=(replace(CONFIRMED, status=status),)))
    assert (["booking_is_now"], ()) == (keys(turn), turn.effects)


def test_who_has_nothing_is_told_so() -> None:
    for text in ("cancel my booking", "reschedule"):
        assert ["my_bookings_none"] == keys(talk(PlainFacts(), text))


def test_another_time_is_asked_of_the_coordinator() -> None:
    asked = talk(ONE, "move my booking to saturday 4pm")
    assert ["confirm_move_asks"] == keys(asked)
    turn = talk(ONE, "move my booking to saturday 4pm", "yes")
    assert [Reschedule(12, 1, datetime(2026, 3, 14, 16, tzinfo=QATAR))] == done(turn, Reschedule)


def test_another_time_is_theirs_where_the_policy_asks_nobody() -> None:
    assert ["confirm_move"] == keys(talk(replace(ONE, policy=FREE_HAND), "move my booking to saturday 4pm"))
    near = replace(ONE, bookings=(NEAR,), policy=FREE_HAND)
    assert ["confirm_move_asks"] == keys(talk(near, "move my booking to saturday 4pm"))


def test_a_day_alone_keeps_the_hour_and_an_hour_alone_the_day() -> None:
    for text, start in (
        ("move my booking to saturday", CONFIRMED.start + timedelta(days=1)),
        ("move my booking to 4pm", CONFIRMED.start.replace(hour=16, minute=0)),
    ):
        turn = talk(ONE, text, "yes")
        assert [start] == [effect.start for effect in done(turn, Reschedule) if isinstance(effect, Reschedule)]


def test_a_no_to_the_new_time_keeps_the_old() -> None:
    turn = talk(ONE, "move my booking to saturday 4pm", "no")
    assert (["move_dropped"], []) == (keys(turn), done(turn, Reschedule, ChangeWish))
    assert not turn.dialogue.changing


def test_a_request_that_waits_asks_for_another_time_instead() -> None:
    facts = replace(ONE, bookings=(replace(CONFIRMED, status=BookingStatus.PENDING),))
    turn = talk(facts, "move my booking to saturday 4pm", "yes")
    assert [ChangeWish(12, 1, datetime(2026, 3, 14, 16, tzinfo=QATAR))] == done(turn, ChangeWish)


def test_which_booking_is_to_move_is_asked_and_the_wish_is_kept() -> None:
    facts = replace(ONE, bookings=(CONFIRMED, replace(OTHER, service_ids=(1,), service=CONFIRMED.service, staff_id=1)))
    asked = talk(facts, "move my booking to saturday 6pm")
    assert ["which_booking"] == keys(asked)
    turn = talk(facts, "move my booking to saturday 6pm", "1", "yes")
    assert [Reschedule(12, 1, datetime(2026, 3, 14, 18, tzinfo=QATAR))] == done(turn, Reschedule)


WISH = ProposalView(7, 12, LATER + timedelta(hours=3), TODAY + timedelta(days=1))
DESK = PlainFacts(
    person=Person("+97455500000", is_coordinator=True),
    bookings=(replace(CONFIRMED, proposed=WISH.start, proposed_by_client=True),), open_proposal=WISH,
)  # fmt: skip


def test_the_coordinator_answers_the_wish_with_a_word() -> None:
    assert [AcceptMove(7, 12, "fine")] == done(talk(DESK, "APPROVE 12 fine"), AcceptMove)
    assert [RefuseMove(7, 12, "full")] == done(talk(DESK, "DECLINE 12 full"), RefuseMove)


def test_a_wish_that_has_lapsed_cannot_be_answered() -> None:
    turn = talk(replace(DESK, open_proposal=None), "APPROVE 12")
    assert [] == done(turn, AcceptMove)
    assert keys(turn)[0].startswith("command_handled")


def test_who_is_late_is_passed_on_with_whom_it_keeps_waiting() -> None:
    following = replace(OTHER, start=NEAR.end, end=NEAR.end + timedelta(hours=1), staff_id=1)
    turn = talk(replace(ONE, bookings=(NEAR, following)), "10 min late")
    (tell,) = turn.effects
    assert isinstance(tell, TellCoordinator)
    assert (["late_thanks"], 12) == (keys(turn), tell.booking_id)
    assert (10, 13) == (tell.reply.values["minutes"], tell.reply.values["then"].values["id"])  # type: ignore[union-attr]
    apart = replace(following, start=NEAR.end + timedelta(minutes=10))
    (tell,) = talk(replace(ONE, bookings=(NEAR, apart)), "10 min late").effects
    assert isinstance(tell, TellCoordinator)
    assert "" == tell.reply.values["then"]
    assert ["late_notice"] == told(talk(replace(ONE, bookings=(NEAR,)), "running late"))


def test_who_has_nothing_to_be_late_for_is_not_passed_on() -> None:
    assert [] == told(talk(PlainFacts(), "10 min late"))


def reminded(dialogue: Dialogue | None = None, *, asks: bool = True) -> Turn:
    return step(dialogue or Dialogue(booking_id=12, settled=True), ReminderDue(CONFIRMED, asks), ONE)


@pytest.mark.parametrize("text", ["C", "c", "yes", "👍", "Yes, I will come"])
def test_a_yes_to_a_reminder_is_kept(text: str) -> None:
    assert [PromiseToCome(12)] == done(talk(ONE, text, dialogue=reminded().dialogue), PromiseToCome)


@pytest.mark.parametrize("text", ["R", "I need another time", "reschedule"])
def test_another_time_may_be_had_from_the_reminder(text: str) -> None:
    turn = talk(ONE, text, dialogue=reminded().dialogue)
    assert (True, 12) == (turn.dialogue.changing, turn.dialogue.booking_id)


@pytest.mark.parametrize("text", ["saturday 4pm instead?", "can we make it saturday 4pm", "move it to saturday 4pm"])
def test_a_time_said_to_a_reminder_is_a_new_one_for_that_booking(text: str) -> None:
    several = replace(ONE, bookings=(OTHER, CONFIRMED))
    turn = talk(several, text, "yes", dialogue=reminded(Dialogue(booking_id=13, settled=True)).dialogue)
    assert [Reschedule(12, 1, datetime(2026, 3, 14, 16, tzinfo=QATAR))] == done(turn, Reschedule)


def test_another_day_instead_of_cancelling_moves_it() -> None:
    turn = talk(ONE, "cancel my booking", "no, saturday 4pm instead", "yes")
    assert [Reschedule(12, 1, datetime(2026, 3, 14, 16, tzinfo=QATAR))] == done(turn, Reschedule)


def test_a_no_to_a_reminder_asks_what_to_do() -> None:
    assert ["ask_move_or_drop"] == keys(talk(ONE, "no", dialogue=reminded().dialogue))
    assert ["ask_cancel"] == keys(talk(ONE, "no", "2", dialogue=reminded().dialogue))
    assert talk(ONE, "no", "1", dialogue=reminded().dialogue).dialogue.changing


def test_no_text_of_ours_tells_clients_to_reply_cancel() -> None:
    from conversations.languages import language, spoken

    for code in spoken():
        replies = language(code)["replies"]
        for key in ("reminder", "reminder_asks", "reminder_come", "reminder_move", "reminder_drop", "reminder_keys"):
            assert "cancel" not in str(replies[key]).casefold()


def test_the_buttons_of_a_reminder_fit() -> None:
    from conversations.characters import units
    from conversations.languages import language, spoken

    for code in spoken():
        replies = language(code)["replies"]
        assert 2 == len(set(replies["reminder_keys"].split()))
        labels = [replies[key] for key in ("reminder_come", "reminder_move", "reminder_drop")]
        assert [] == [label for label in labels if units(label) > 20]


def test_a_reminder_leaves_an_open_question_open() -> None:
    asked = talk(ONE, "therapy tomorrow at 3")
    turn = reminded(asked.dialogue)
    assert (["reminder"], asked.dialogue) == (keys(turn), turn.dialogue)


def test_an_answer_to_a_reminder_of_a_booking_that_is_gone_changes_nothing() -> None:
    gone = replace(ONE, bookings=(replace(CONFIRMED, status=BookingStatus.CANCELLED),))
    turn = talk(gone, "C", dialogue=reminded().dialogue)
    assert (["booking_is_now"], ()) == (keys(turn), turn.effects)


@pytest.mark.parametrize("event", [ThanksDue(CONFIRMED), MissedDue(CONFIRMED)])
def test_a_visit_that_is_over_is_under_discussion_no_more(event: ThanksDue | MissedDue) -> None:
    turn = step(Dialogue(booking_id=12, settled=True), event, ONE)
    assert turn.dialogue.booking_id is None
    assert 1 == len(turn.replies)


PARKING = FrequentAnswer("parking", "en", ("parking", "car park"), "Behind the house.")
ESTACIONAR = FrequentAnswer("parking", "es", ("aparcar", "estacionamiento"), "Detrás de la casa.")
ASKED = replace(ONE, business=replace(ONE.business, answers=(PARKING, ESTACIONAR)))


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("is there parking?", "en", "Behind the house."),
        ("PARKING", "en", "Behind the house."),
        ("where is the car park", "en", "Behind the house."),
        ("¿dónde puedo aparcar?", "es", "Detrás de la casa."),
        ("is there parking", "es", "Detrás de la casa."),
        ("parking?", "fr", "Behind the house."),
    ],
)
def test_a_frequent_question_is_answered_in_their_language(text: str, language: str, expected: str) -> None:
    turn = talk(replace(ASKED, language=language, language_is_known=True), text)
    assert [expected] == [reply.values["text"] for reply in turn.replies if reply.key == "frequent_answer"]


@pytest.mark.parametrize(
    "text", ["cancel my parking", "sparking", "therapy tomorrow at 3, parking", "yes", "no parking"]
)
def test_what_is_no_question_is_not_answered(text: str) -> None:
    assert "frequent_answer" not in keys(talk(ASKED, text))


def test_a_question_beside_a_wish_is_answered_and_the_wish_goes_on() -> None:
    assert ["frequent_answer", "confirm_unnamed"] == keys(talk(ASKED, "therapy tomorrow at 3, is there parking?"))


def test_a_question_amid_a_booking_returns_to_it() -> None:
    assert ["frequent_answer", "ask_date"] == keys(talk(ASKED, "therapy", "is there parking?"))
