"""The engine over plain facts: no text causes an error, nobody is left without an answer or without a way out."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conversations.booking import BookingStatus, ProposalView
from conversations.dialogue import Awaiting, Dialogue, Option, State, Subject
from conversations.effects import Approve, Book, CallPerson, Commanded, Decline, Effect, Hold, LetGo, OptOut, Propose
from conversations.engine import says_nothing_yet, step
from conversations.events import Approved, Declined, Said, TimeProposed
from conversations.facts import Person
from conversations.layout import Capabilities, lay_out
from conversations.steps import UndeclaredStep, check
from tests.conversations.plain_facts import LINA, QATAR, PlainFacts, booking

WEDNESDAY = date(2026, 3, 11)
READY = Dialogue(Awaiting.CONFIRMATION, service_id=1, offered_staff_id=1, day=WEDNESDAY, at=time(15))
COORDINATOR = PlainFacts(person=Person("+97455500000", is_coordinator=True), bookings=(booking(12), booking(13)))
SMS = Capabilities(carrier_answers_stop=True, bare_cancel_opts_out=True)


def keys(dialogue: Dialogue, text: str, facts: PlainFacts | None = None) -> list[str]:
    return [reply.key for reply in step(dialogue, Said(text), facts or PlainFacts()).replies]


def test_one_text_that_says_everything_needs_only_a_yes() -> None:
    turn = step(Dialogue(), Said("therapy tomorrow at 3"), PlainFacts())
    assert State.TIME_SELECTED == turn.dialogue.state
    assert (Hold((1,), 1, datetime(2026, 3, 11, 15, tzinfo=QATAR)),) == turn.effects


def test_yes_books_what_was_shown() -> None:
    turn = step(READY, Said("yes"), PlainFacts())
    assert (Book((1,), 1, datetime(2026, 3, 11, 15, tzinfo=QATAR)),) == turn.effects


def test_yes_to_a_time_that_was_lost_books_nothing_and_offers_others() -> None:
    start = datetime(2026, 3, 11, 15, tzinfo=QATAR)
    facts = PlainFacts(busy={1: ((start, start + timedelta(hours=1)),)})
    turn = step(READY, Said("yes"), facts)
    assert (LetGo(),) == turn.effects
    assert ["refused_lost", "nearest"] == [reply.key for reply in turn.replies]
    assert [*"ABC", "WAIT"] == [option.key for option in turn.dialogue.options]


def test_yes_to_which_service_asks_it_again_and_keeps_the_day() -> None:
    options = (Option("1", Subject.SERVICE, "1", "Therapy"), Option("2", Subject.SERVICE, "2", "Massage"))
    asked = Dialogue(Awaiting.SERVICE, day=WEDNESDAY, at=time(15), options=options)
    turn = step(asked, Said("yes"), PlainFacts())
    assert ["which_of_these"] == [reply.key for reply in turn.replies]
    assert (options, WEDNESDAY) == (turn.dialogue.options, turn.dialogue.day)


def test_a_yes_with_a_correction_is_a_correction() -> None:
    turn = step(READY, Said("yes but at 4"), PlainFacts())
    assert time(16) == turn.dialogue.at
    assert not any(isinstance(effect, Book) for effect in turn.effects)


def test_an_hour_that_the_clock_jumps_over_is_refused_with_its_reason() -> None:
    from zoneinfo import ZoneInfo

    london = ZoneInfo("Europe/London")
    business = replace(PlainFacts().business, zone=london)
    facts = PlainFacts(now=datetime(2026, 3, 10, 9, tzinfo=london), business=business)
    dialogue = Dialogue(Awaiting.TIME, service_id=1, day=date(2026, 3, 29))
    found = {reply.key for text in ("01:30", "1:30 am") for reply in step(dialogue, Said(text), facts).replies}
    assert found & {"time_gap", "no_such_time"}


def test_an_hour_that_comes_twice_is_asked_about_and_the_choice_is_kept() -> None:
    from zoneinfo import ZoneInfo

    london = ZoneInfo("Europe/London")
    night = replace(LINA, zone=london, shifts=tuple(replace(s, opens=time(0), closes=time(6)) for s in LINA.shifts))
    facts = PlainFacts(
        now=datetime(2026, 3, 10, 9, tzinfo=london),
        business=replace(PlainFacts().business, zone=london),
        people=(night,),
    )
    asked = step(Dialogue(Awaiting.TIME, service_id=1, day=date(2026, 10, 25)), Said("01:30"), facts)
    assert ["time_twice"] == [reply.key for reply in asked.replies]
    picked = step(asked.dialogue, Said("2"), facts)
    assert [1] == [effect.start.fold for effect in picked.effects if isinstance(effect, Hold)]


def test_three_misses_in_a_row_bring_a_person() -> None:
    dialogue, facts = Dialogue(Awaiting.DATE, service_id=1), PlainFacts()
    called = []
    for text in ("blorp", "blorp blorp", "blorp!"):
        turn = step(dialogue, Said(text), facts)
        dialogue = turn.dialogue
        called.append(any(isinstance(effect, CallPerson) for effect in turn.effects))
    assert [False, False, True] == called
    assert 0 == dialogue.misses


@pytest.mark.parametrize(
    ("text", "waits"),
    [("Hi", True), ("I want", True), ("haircut", False), ("book", False), ("", False), ("STOP", False)],
)
def test_only_a_text_that_fills_nothing_waits_for_the_next(text: str, waits: bool) -> None:
    assert waits == says_nothing_yet(Dialogue(), Said(text), PlainFacts())


def test_stop_is_silent_where_the_carrier_answers_and_answered_elsewhere() -> None:
    assert [] == keys(Dialogue(), "STOP", PlainFacts(channel=SMS))
    assert ["opted_out"] == keys(Dialogue(), "STOP")
    assert ["opted_out"] == keys(Dialogue(), "please stop texting me", PlainFacts(channel=SMS))
    opted = (OptOut("CANCEL"),)
    assert opted == step(Dialogue(), Said("CANCEL"), PlainFacts(channel=SMS)).effects
    assert opted != step(Dialogue(), Said("CANCEL"), PlainFacts()).effects


def commanded(words: str, *effects: Effect) -> tuple[Effect, ...]:
    """What is done and written down."""
    return (Commanded(words, effects),)


def test_a_bare_word_means_the_only_request_and_asks_among_several() -> None:
    one = replace(COORDINATOR, bookings=(booking(12),))
    assert commanded("APPROVE 12", Approve(12, 1)) == step(Dialogue(), Said("yes"), one).effects
    assert commanded("APPROVE 12", Approve(12, 1)) == step(Dialogue(), Said("👍"), one).effects
    declined = commanded("DECLINE 12 fully booked", Decline(12, 1, "fully booked"))
    assert declined == step(Dialogue(), Said("decline fully booked"), one).effects
    asked = step(Dialogue(), Said("approve"), COORDINATOR)
    assert ([], Awaiting.REQUEST) == (list(asked.effects), asked.dialogue.awaiting)
    assert commanded("APPROVE 13", Approve(13, 1)) == step(asked.dialogue, Said("#13"), COORDINATOR).effects


def test_a_quoted_request_is_the_one_that_is_meant() -> None:
    assert commanded("APPROVE 13", Approve(13, 1)) == step(Dialogue(), Said("ok", about=13), COORDINATOR).effects


def test_a_coordinators_yes_answers_their_own_question_first() -> None:
    turn = step(READY, Said("yes"), COORDINATOR)
    assert [Book] == [type(effect) for effect in turn.effects]


def test_modify_reads_the_time_and_leaves_the_reason() -> None:
    text = "MODIFY 12 thursday 17:00 because of the paint"
    proposed = Propose(12, 1, datetime(2026, 3, 12, 17, tzinfo=QATAR), "of the paint")
    assert commanded(text, proposed) == step(Dialogue(), Said(text), COORDINATOR).effects


@pytest.mark.parametrize("status", [s for s in BookingStatus if s is not BookingStatus.PENDING])
@pytest.mark.parametrize("word", ["APPROVE", "DECLINE", "MODIFY"])
def test_a_request_that_is_handled_stays_as_it_is(status: BookingStatus, word: str) -> None:
    facts = replace(COORDINATOR, bookings=(booking(12, status),))
    turn = step(Dialogue(), Said(f"{word} 12 friday 10:00"), facts)
    assert () == turn.effects
    assert turn.replies[0].key.startswith("command_handled")


def test_a_client_cannot_decide() -> None:
    turn = step(Dialogue(), Said("APPROVE 12"), PlainFacts(bookings=(booking(12),)))
    assert ((), "not_a_coordinator") == (turn.effects, turn.replies[0].key)


def test_being_told_of_one_booking_does_not_disturb_another_that_is_being_made() -> None:
    turn = step(replace(READY, booking_id=99), Approved(booking(12)), PlainFacts())
    assert (READY.awaiting, READY.at) == (turn.dialogue.awaiting, turn.dialogue.at)


def test_a_flow_that_leads_where_it_never_said_it_would_is_refused() -> None:
    with pytest.raises(UndeclaredStep, match="initial led to completed"):
        check(Dialogue(), Dialogue(booking_id=1, settled=True), by_text=True)
    with pytest.raises(UndeclaredStep, match="question service led to change"):
        check(Dialogue(Awaiting.SERVICE), Dialogue(Awaiting.CHANGE), by_text=True)
    check(Dialogue(), Dialogue(booking_id=1, settled=True), by_text=False)


WORDS = [
    "book",
    "therapy",
    "haircut",
    "tomorrow",
    "friday",
    "3pm",
    "15:00",
    "at",
    "3",
    "yes",
    "no",
    "back",
    "start",
    "over",
    "menu",
    "help",
    "agent",
    "human",
    "approve",
    "decline",
    "modify",
    "pending",
    "show",
    "commands",
    "12",
    "13",
    "99",
    "1",
    "2",
    "3",
    "a",
    "b",
    "c",
    "the",
    "31",
    "february",
    "5/3",
    "25:00",
    "price",
    "where",
    "hours",
    "thanks",
    "hi",
    "hello",
    "my",
    "bookings",
    "cancel",
    "reschedule",
    "never",
    "mind",
    "stop",
    "start",
    "name",
    "is",
    "sara",
    "not",
    "or",
    "and",
    "after",
    "4",
    "between",
    "morning",
    "👍",
    "🙂",
    ";",
    "#",
    ",",
    "-",
    ".",
    "?",
]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=80)
at_hours = st.none() | st.sampled_from([time(15), time(9), time(1, 30), time(23, 45)])
choices = st.lists(
    st.sampled_from(
        [
            Option("1", Subject.SERVICE, "1", "Individual Therapy Session"),
            Option("2", Subject.DATE, "2026-03-14", "Saturday 14 March"),
            Option("A", Subject.TIME, "15:00", "15:00"),
            Option("B", Subject.MOMENT, "2026-03-12T10:00", "Thu 12 Mar, 10:00"),
            Option("3", Subject.MENU, "menu_prices", "Prices"),
            Option("12", Subject.COMMAND, "APPROVE 12", "Sara"),
        ]
    ),
    max_size=3,
).map(tuple)
dialogues = st.builds(
    Dialogue,
    awaiting=st.sampled_from(Awaiting),
    service_id=st.sampled_from([None, 1, 2, 77]),
    day=st.sampled_from([None, WEDNESDAY, date(2026, 3, 1), date(2029, 1, 1)]),
    at=at_hours,
    options=choices,
    misses=st.integers(0, 3),
    booking_id=st.sampled_from([None, 12, 77]),
    offered_staff_id=st.sampled_from([None, 1, 77]),
    settled=st.booleans(),
)
proposals = st.sampled_from(
    [None, ProposalView(5, 12, datetime(2026, 3, 12, 17, tzinfo=QATAR), datetime(2026, 3, 11, tzinfo=QATAR))]
)
worlds = st.builds(
    PlainFacts,
    person=st.builds(Person, st.just("+97455501234"), is_coordinator=st.booleans(), is_new=st.booleans()),
    bookings=st.sampled_from([(), (booking(12),), (booking(12, BookingStatus.CONFIRMED), booking(13))]),
    open_proposal=proposals,
    offered=st.sampled_from([PlainFacts().offered, PlainFacts().offered[:1], ()]),
    channel=st.sampled_from([Capabilities(), SMS]),
)


@settings(max_examples=400, deadline=None)
@given(dialogues, texts, worlds)
@example(Dialogue(Awaiting.TIME, service_id=77), "3", PlainFacts())
def test_no_text_in_no_state_causes_an_error_or_is_left_unanswered(
    dialogue: Dialogue, text: str, facts: PlainFacts
) -> None:
    turn = step(dialogue, Said(text), facts)
    silent = any(isinstance(effect, OptOut) for effect in turn.effects) or facts.channel.carrier_answers_stop
    done_by_effect = any(
        isinstance(effect, Book) or "Proposal" in type(effect).__name__ or "Wish" in type(effect).__name__
        for effect in turn.effects
    )
    assert turn.replies or silent or done_by_effect
    assert all(laid.text for laid in lay_out(turn.replies, "en", facts.channel))
    for more in turn.then:
        step(turn.dialogue, more, facts)


@settings(max_examples=100, deadline=None)
@given(dialogues, worlds)
def test_news_of_a_booking_reaches_a_conversation_in_any_state(dialogue: Dialogue, facts: PlainFacts) -> None:
    proposal = ProposalView(5, 12, datetime(2026, 3, 12, 17, tzinfo=QATAR), datetime(2026, 3, 11, tzinfo=QATAR))
    for event in (Approved(booking(12)), Declined(booking(12), "sick"), TimeProposed(booking(12), proposal)):
        turn = step(dialogue, event, facts)
        assert lay_out(turn.replies, "en", facts.channel)
