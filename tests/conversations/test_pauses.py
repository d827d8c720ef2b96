"""Clients who begin a booking and say no more."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from conversations.dialogue import Awaiting, Dialogue, Quiet
from conversations.effects import Book, Hold, LetGo, OptOut
from conversations.engine import step
from conversations.events import Said, WentQuiet
from conversations.flows.pauses import patience
from conversations.turn import Turn
from tests.conversations.plain_facts import HERE, QATAR, TODAY, PlainFacts

READY = Dialogue(Awaiting.CONFIRMATION, service_id=1, offered_staff_id=1, day=date(2026, 3, 11), at=time(15))
START = datetime(2026, 3, 11, 15, tzinfo=QATAR)
PUT_BY = replace(READY, quiet=Quiet.PUT_BY).asking(Awaiting.NOTHING)
TAKEN = PlainFacts(busy={1: ((START, START + timedelta(hours=1)),)})


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def said(text: str, dialogue: Dialogue = PUT_BY, facts: PlainFacts | None = None) -> Turn:
    return step(dialogue, Said(text), facts or PlainFacts())


def test_silence_counts_only_where_something_was_begun() -> None:
    assert HERE.nudge_after == patience(READY, PlainFacts())
    assert HERE.put_by_after == patience(replace(READY, quiet=Quiet.NUDGED), PlainFacts())
    for nothing in (Dialogue(), PUT_BY, replace(READY, changing=True, booking_id=12)):
        assert patience(nothing, PlainFacts()) is None
    assert patience(READY, PlainFacts(business=replace(HERE, nudge_after=None))) is None


def test_the_first_silence_reminds_and_asks_again_the_second_lets_go_and_says_nothing() -> None:
    nudged = step(READY, WentQuiet(), PlainFacts())
    assert ["nudge", "confirm_unnamed"] == keys(nudged)
    put_by = step(nudged.dialogue, WentQuiet(), PlainFacts())
    assert ([], (LetGo(),), Quiet.PUT_BY) == (keys(put_by), put_by.effects, put_by.dialogue.quiet)


def test_a_reminder_of_a_time_that_was_taken_meanwhile_offers_others() -> None:
    turn = step(READY, WentQuiet(), TAKEN)
    assert (["nudge", "refused_taken", "nearest"], (LetGo(),)) == (keys(turn), turn.effects)
    assert turn.dialogue.options
    assert Awaiting.TIME is turn.dialogue.awaiting


def test_a_yes_after_the_reminder_books_only_what_is_still_free() -> None:
    nudged = step(READY, WentQuiet(), PlainFacts()).dialogue
    assert [Book] == [type(effect) for effect in said("yes", nudged).effects]
    lost = said("yes", nudged, TAKEN)
    assert (["refused_lost", "nearest"], (LetGo(),)) == (keys(lost), lost.effects)


def test_what_was_put_by_is_offered_again_and_a_yes_goes_on_with_it() -> None:
    offered = said("hello")
    assert (["pick_up"], Awaiting.PICK_UP) == (keys(offered), offered.dialogue.awaiting)
    turn = said("yes", offered.dialogue)
    assert ([(1,)], Quiet.NO) == ([e.service_ids for e in turn.effects if isinstance(e, Hold)], turn.dialogue.quiet)


@pytest.mark.parametrize("text", ["why not", "sure, why not!"])
def test_why_not_is_a_yes_to_going_on(text: str) -> None:
    assert any(isinstance(effect, Hold) for effect in said(text, said("hello").dialogue).effects)


def test_a_no_to_going_on_starts_over() -> None:
    turn = said("no", said("hello").dialogue)
    assert (["started_over", "ask_service"], None) == (keys(turn), turn.dialogue.service_id)


def test_going_on_with_a_day_that_is_over_offers_others() -> None:
    late = PlainFacts(now=TODAY + timedelta(days=3))
    turn = said("yes", said("hello", facts=late).dialogue, late)
    assert ["refused_past", "nearest"] == keys(turn)


def test_a_new_wish_is_taken_as_one() -> None:
    turn = said("haircut friday at 3pm")
    assert ((2,), date(2026, 3, 13)) == (turn.dialogue.service_ids, turn.dialogue.day)
    kept = said("friday at 3pm")
    assert ((1,), date(2026, 3, 13)) == (kept.dialogue.service_ids, kept.dialogue.day)


def test_stop_to_what_was_put_by_opts_out_and_offers_nothing() -> None:
    turn = said("STOP")
    assert ["opted_out"] == keys(turn)
    assert [OptOut] == [type(effect) for effect in turn.effects]


def test_a_coordinator_who_books_for_themselves_is_reminded_like_anybody() -> None:
    facts = PlainFacts(person=replace(PlainFacts().person, is_coordinator=True))
    begun = said("haircut tomorrow at 3pm", Dialogue(), facts).dialogue
    assert HERE.nudge_after == patience(begun, facts)
    assert ["nudge", "confirm_unnamed"] == keys(step(begun, WentQuiet(), facts))
    put_by = replace(begun, quiet=Quiet.PUT_BY).asking(Awaiting.NOTHING)
    assert ["pick_up"] == keys(said("hello", put_by, facts))
