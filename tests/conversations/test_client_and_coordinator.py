"""What goes back and forth about one request: numbers behind a YES, words, other times, and the end of its time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.booking import BookingStatus, ProposalView
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import AcceptProposal, Approve, Commanded, Decline, Effect, RefuseProposal, TellCoordinator
from conversations.engine import step
from conversations.events import AnotherTimeAsked, Declined, Event, RequestExpired, Said
from conversations.facts import Person
from conversations.turn import Turn
from tests.conversations.plain_facts import QATAR, TODAY, PlainFacts, booking

LATER = TODAY + timedelta(days=3)
PENDING, OTHER = booking(12), booking(8, start=LATER, end=LATER + timedelta(hours=1))
PROPOSAL = ProposalView(5, 12, LATER.replace(hour=12, minute=0), LATER)
DESK = PlainFacts(person=Person("+97455500000", is_coordinator=True), bookings=(PENDING, OTHER))
ASKED = step(Dialogue(booking_id=12), AnotherTimeAsked(PENDING, "come with dry hair?"), PlainFacts()).dialogue
CHOOSING = Dialogue(
    awaiting=Awaiting.CONFIRMATION, service_id=1, staff_id=1, offered_staff_id=1, day=LATER.date(),
    at=LATER.replace(hour=14, minute=0).timetz().replace(tzinfo=None), changing=True, booking_id=12,
)  # fmt: skip
EXPIRED = replace(PENDING, status=BookingStatus.EXPIRED)


def said(text: str, facts: PlainFacts, dialogue: Dialogue | None = None) -> Turn:
    return step(dialogue or Dialogue(), Said(text), facts)


def done(turn: Turn) -> list[Effect]:
    return [e for effect in turn.effects for e in (effect.effects if isinstance(effect, Commanded) else (effect,))]


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def told(turn: Turn) -> list[str]:
    return [effect.reply.key for effect in turn.effects if isinstance(effect, TellCoordinator)]


@pytest.mark.parametrize("text", ["yes 8", "Yes #8", "yes, 8", "ok 8.", "👍 8"])
def test_a_yes_with_a_number_approves_that_request(text: str) -> None:
    assert [Approve(8, 1, "")] == done(said(text, DESK))


@pytest.mark.parametrize("text", ["no 8", "no #8", "No, 8"])
def test_a_no_with_a_number_declines_that_request(text: str) -> None:
    (effect,) = done(said(text, DESK))
    assert isinstance(effect, Decline) and 8 == effect.booking_id


def test_words_behind_the_number_are_the_reason() -> None:
    (effect,) = done(said("no 8 Maya is away", DESK))
    assert isinstance(effect, Decline) and (8, "Maya is away") == (effect.booking_id, effect.reason)


def test_several_numbers_are_several_requests() -> None:
    assert {8, 12} == {effect.booking_id for effect in done(said("yes 8 and 12", DESK)) if isinstance(effect, Approve)}


def test_with_one_request_waiting_another_number_does_not_mean_it() -> None:
    turn = said("yes 9", replace(DESK, bookings=(PENDING,)))
    assert (["command_unknown_id"], []) == (keys(turn), done(turn))


@pytest.mark.parametrize("text", ["no 8 people is too many", "yes 8pm is fine", "yes 8:30 works"])
def test_a_number_that_counts_or_tells_the_time_is_no_request(text: str) -> None:
    assert [] == [effect for effect in done(said(text, DESK)) if isinstance(effect, Approve | Decline)]


@pytest.mark.parametrize(("text", "expected"), [("yes 12", AcceptProposal(5, 12)), ("no #12", RefuseProposal(5, 12))])
def test_a_client_answers_a_proposal_by_its_number(text: str, expected: Effect) -> None:
    facts = PlainFacts(bookings=(PENDING, OTHER), open_proposal=PROPOSAL)
    for awaiting in (Awaiting.PROPOSAL, Awaiting.NOTHING):
        assert [expected] == done(said(text, facts, Dialogue(awaiting=awaiting, booking_id=8)))


def test_a_bare_time_in_answer_to_a_proposal_is_on_its_day() -> None:
    facts = PlainFacts(bookings=(PENDING,), open_proposal=PROPOSAL)
    turn = said("2pm instead?", facts, Dialogue(awaiting=Awaiting.PROPOSAL, booking_id=12))
    assert (PROPOSAL.start.date(), 14) == (turn.dialogue.day, turn.dialogue.at.hour if turn.dialogue.at else None)


@pytest.mark.parametrize("text", ["ok sure", "no", "with a towel?", "I washed it yesterday", "2 people will come"])
def test_a_client_s_words_go_to_the_coordinator(text: str) -> None:
    turn = said(text, PlainFacts(bookings=(PENDING,)), ASKED)
    (tell,) = [effect for effect in turn.effects if isinstance(effect, TellCoordinator)]
    assert ("words_answered", text, 12) == (tell.reply.key, tell.reply.values["words"], tell.booking_id)
    assert (["passed_on"], Awaiting.WORDS) == (keys(turn), turn.dialogue.awaiting)


@pytest.mark.parametrize(("text", "expected"), [("my bookings", "my_bookings"), ("price?", "prices")])
def test_what_is_no_answer_is_answered_and_words_still_go_to_the_coordinator(text: str, expected: str) -> None:
    turn = said(text, PlainFacts(bookings=(PENDING,)), ASKED)
    assert ([expected], [], Awaiting.WORDS) == (keys(turn), told(turn), turn.dialogue.awaiting)


def test_another_time_in_answer_to_words_is_on_its_own_day() -> None:
    turn = said("4pm?", PlainFacts(bookings=(PENDING,)), ASKED)
    assert (["confirm_change"], True) == (keys(turn), turn.dialogue.changing)
    assert PENDING.start.date() == turn.dialogue.day


def test_another_service_in_answer_to_words_is_a_new_wish() -> None:
    turn = said("haircut friday at 3pm", PlainFacts(bookings=(PENDING,)), ASKED)
    assert (False, 2) == (turn.dialogue.changing, turn.dialogue.service_id)


def test_once_it_is_decided_words_go_nowhere() -> None:
    decided: Event = Declined(replace(PENDING, status=BookingStatus.DECLINED), "")
    after = step(ASKED, decided, PlainFacts()).dialogue
    assert Awaiting.WORDS is not after.awaiting
    gone = said("ok sure", PlainFacts(bookings=(replace(PENDING, status=BookingStatus.CANCELLED),)), ASKED)
    assert [] == told(gone)


@pytest.mark.parametrize(
    ("dialogue", "proposal", "client", "coordinator"),
    [
        (Dialogue(booking_id=12), None, "request_expired", "request_expired_notice"),
        (ASKED, None, "request_not_settled", "request_expired_notice"),
        (
            Dialogue(awaiting=Awaiting.PROPOSAL, booking_id=12),
            PROPOSAL,
            "request_not_settled",
            "proposal_expired_notice",
        ),
        (CHOOSING, PROPOSAL, "request_not_settled", "choosing_expired_notice"),
        (CHOOSING, None, "request_not_settled", "choosing_expired_notice"),
        (replace(CHOOSING, booking_id=8), None, "request_expired", "request_expired_notice"),
    ],
)
def test_of_a_request_that_ran_out_both_read_what_was_missing(
    dialogue: Dialogue, proposal: ProposalView | None, client: str, coordinator: str
) -> None:
    turn = step(dialogue, RequestExpired(EXPIRED, proposal), PlainFacts())
    assert (client, [coordinator]) == (keys(turn)[0], told(turn))


def test_the_time_that_was_about_to_be_chosen_is_asked_for_anew() -> None:
    turn = step(CHOOSING, RequestExpired(EXPIRED, PROPOSAL), PlainFacts())
    assert ["request_not_settled", "confirm_unnamed"] == keys(turn)
    assert (False, None, CHOOSING.at) == (turn.dialogue.changing, turn.dialogue.booking_id, turn.dialogue.at)


def test_where_it_is_taken_others_are_offered() -> None:
    taken = LATER.replace(hour=13, minute=30, tzinfo=QATAR)
    facts = PlainFacts(busy={1: ((taken, taken + timedelta(hours=1)),)})
    turn = step(CHOOSING, RequestExpired(EXPIRED, PROPOSAL), facts)
    assert ["request_not_settled", "declined_alternatives"] == keys(turn)
