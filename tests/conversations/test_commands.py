"""What each command of a coordinator does and refuses, said outright, without a database."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from conversations.booking import BookingStatus
from conversations.commands import COMMANDS
from conversations.commands.keywords import keywords
from conversations.commands.parse import parse
from conversations.commands.spans import Span, read_span
from conversations.commands.words import named_staff, read_moment, without
from conversations.desk import BlockView, Deed, DeedKind, LastCommand
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import (
    BlockTime,
    BookFor,
    Cancel,
    ClearTime,
    Commanded,
    Effect,
    Mark,
    Move,
    UnblockTime,
    Undo,
    WriteNote,
)
from conversations.engine import step
from conversations.events import BookedByHand, Said
from conversations.facts import Person
from conversations.languages import language, spoken
from conversations.languages.render import render
from conversations.replies import Reply
from conversations.turn import Turn
from conversations.understanding.normalise import fold
from tests.conversations.plain_facts import LINA, MAYA, QATAR, TODAY, PlainFacts, booking

OMAR = Person("+97455500000", is_coordinator=True)
CONFIRMED = BookingStatus.CONFIRMED
TEN = datetime(2026, 3, 11, 10, tzinfo=QATAR)
DESK = PlainFacts(person=OMAR, bookings=(booking(12, CONFIRMED),))
MIDNIGHT = time(0)


def said(text: str, facts: PlainFacts = DESK, dialogue: Dialogue | None = None) -> Turn:
    return step(dialogue or Dialogue(), Said(text), facts)


def done(text: str, facts: PlainFacts = DESK) -> tuple[Effect, ...]:
    """What a command does, once it is written down."""
    return tuple(
        inner
        for effect in said(text, facts).effects
        for inner in (effect.effects if isinstance(effect, Commanded) else (effect,))
    )


def told(text: str, facts: PlainFacts = DESK) -> str:
    return "\n".join(render(reply, facts.language) for reply in said(text, facts).replies)


def keys(text: str, facts: PlainFacts = DESK) -> list[str]:
    """The sentences of an answer, those inside of others as well."""
    found: list[str] = []

    def look(reply: Reply) -> None:
        found.append(reply.key)
        for value in reply.values.values():
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, Reply):
                    look(inner)

    for reply in said(text, facts).replies:
        look(reply)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CANCEL 12 burst pipe", Cancel(12, 1, "burst pipe")),
        ("cancel #12", Cancel(12, 1)),
        ("MOVE 12 tomorrow 16:00", Move(12, 1, TEN.replace(hour=16), 1)),
        ("MOVE 12 16:00", Move(12, 1, TEN.replace(hour=16), 1)),
        ("MOVE 12 friday", Move(12, 1, TEN.replace(day=13), 1)),
        ("MOVE 12 to 9:00", Move(12, 1, TEN.replace(hour=9), 1)),
        ("NOTE 12 brings a friend; and a dog", WriteNote(12, 1, "brings a friend; and a dog")),
        ("NOTE 12 3 towels", WriteNote(12, 1, "3 towels")),
    ],
)
def test_a_command_does_what_it_says(text: str, expected: Effect) -> None:
    assert (expected,) == done(text)


def test_what_is_done_is_written_down_with_its_words_and_an_undo_is_not() -> None:
    (effect,) = said("cancel 12 burst pipe").effects
    assert Commanded("CANCEL 12 burst pipe", (Cancel(12, 1, "burst pipe"),)) == effect
    last = LastCommand(7, "NOTE 12 x", TODAY, False, (Deed(DeedKind.CHANGED, True, booking(12, CONFIRMED)),))
    assert (Undo(7, (0,)),) == said("UNDO", replace(DESK, commanded=last)).effects


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CANCEL 99", "command_unknown_id"),
        ("MOVE 99 tomorrow", "command_unknown_id"),
        ("NOSHOW 99", "command_unknown_id"),
        ("MOVE 12", "command_needs_words"),
        ("NOTE 12", "command_needs_words"),
        ("MOVE 12 some other time", "command_time_unclear"),
        ("MOVE 12 tomorrow 10:00", "command_move_same"),
        ("MOVE 12 today 9:00", "command_time_past"),
        ("MOVE 12 to Maya", "command_not_given"),
        ("ARRIVED 12", "command_too_early"),
        ("DONE 12", "command_too_early"),
        ("NOSHOW 12", "command_too_early"),
        ("BLOCK", "command_span_unclear"),
        ("BLOCK tomorrow at 3", "command_span_unclear"),
        ("BLOCK monday or tuesday", "command_span_unclear"),
        ("BLOCK today 8:00-9:00", "command_span_past"),
        ("BLOCK yesterday", "command_span_past"),
        ("BLOCK 1 may to 1 december", "command_span_too_long"),
        ("UNBLOCK tomorrow", "command_not_blocked"),
        ("CLEAR", "command_span_unclear"),
        ("BOOK +97455501234 Sara haircut", "command_book_when"),
        ("BOOK +97455501234 Sara tomorrow 3pm", "command_book_service"),
        ("BOOK 123456789012345678 haircut tomorrow 3pm", "command_book_number"),
        ("BOOK +97455501234 haircut tomorrow 3pm with Lina", "command_not_given"),
        ("BOOK +97455501234 haircut today 9:00", "command_book_past"),
        ("UNDO", "command_undo_nothing"),
        ("MORE", "command_no_more"),
        ("WHY", "command_why_which"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(text: str, expected: str) -> None:
    assert ([expected], ()) == (keys(text)[:1], said(text).effects)


@pytest.mark.parametrize("word", ["CANCEL", "MOVE", "ARRIVED", "DONE", "NOSHOW", "NOTE", "CALL"])
def test_a_word_without_an_id_asks_for_one_and_never_means_the_request_that_waits(word: str) -> None:
    waiting = replace(DESK, bookings=(booking(12),))
    assert (["command_needs_id"], ()) == (keys(word, waiting), said(word, waiting).effects)


@pytest.mark.parametrize(
    "text", ["cancel my booking", "move it to friday", "note to self", "call me back", "done that"]
)
def test_a_word_without_an_id_but_with_others_is_no_command(text: str) -> None:
    assert [] == parse(text)


def test_a_quoted_booking_needs_no_id() -> None:
    (effect,) = step(Dialogue(), Said("cancel she is ill", about=12), DESK).effects
    assert Commanded("CANCEL 12 she is ill", (Cancel(12, 1, "she is ill"),)) == effect


@pytest.mark.parametrize("status", [s for s in BookingStatus if s not in (CONFIRMED, BookingStatus.PENDING)])
@pytest.mark.parametrize("text", ["CANCEL 12", "MOVE 12 friday", "NOSHOW 12", "ARRIVED 12"])
def test_a_booking_that_is_over_stays_as_it_is(status: BookingStatus, text: str) -> None:
    facts = replace(DESK, bookings=(booking(12, status),))
    if status is BookingStatus.APPROVED and not text.startswith(("NOSHOW", "ARRIVED")):
        assert done(text, facts)
    else:
        assert () == done(text, facts)
        assert keys(text, facts)[0].startswith("command_handled")


@pytest.mark.parametrize("text", ["NOSHOW 12", "ARRIVED 12", "DONE 12", "MOVE 12 friday"])
def test_a_request_is_answered_before_anything_else(text: str) -> None:
    facts = replace(DESK, bookings=(booking(12),))
    assert () == done(text, facts)
    assert keys(text, facts)[0] in ("command_still_pending", "command_move_pending")


def test_a_visit_that_is_over_is_neither_cancelled_nor_moved() -> None:
    late = replace(DESK, now=TEN + timedelta(hours=2))
    assert ["command_visit_over"] == keys("CANCEL 12", late)
    assert ["command_visit_over"] == keys("MOVE 12 friday", late)


def test_the_day_goes_on() -> None:
    during = replace(DESK, now=TEN + timedelta(minutes=3))
    assert (Mark(12, 1, BookingStatus.IN_PROGRESS, "attended"),) == done("ARRIVED 12", during)
    late = replace(DESK, now=TEN + timedelta(minutes=20))
    assert (Mark(12, 1, BookingStatus.IN_PROGRESS, "late"),) == done("ARRIVED 12", late)
    assert (Mark(12, 1, BookingStatus.NO_SHOW, "absent"),) == done("NOSHOW 12", late)
    assert (Mark(12, 1, BookingStatus.COMPLETED, "", "left knee"),) == done("DONE 12 left knee", late)


def test_move_onto_a_taken_time_offers_the_nearest_that_is_free_and_not_its_own() -> None:
    taken = ((TEN.replace(hour=12), TEN.replace(hour=13)),)
    facts = replace(DESK, busy={1: taken})
    assert (["command_time_taken", "why_taken"], ()) == (keys("MOVE 12 12:00", facts), done("MOVE 12 12:00", facts))
    assert "10:00" not in told("MOVE 12 12:00", facts)


def test_move_outside_the_hours_is_done_with_a_warning() -> None:
    assert (Move(12, 1, TEN.replace(hour=21), 1),) == done("MOVE 12 21:00")
    assert "command_outside_hours" in keys("MOVE 12 21:00")
    assert "command_outside_hours" not in keys("MOVE 12 16:00")
    asked = replace(DESK, bookings=(booking(12),))
    assert "command_outside_hours" in keys("MODIFY 12 21:00", asked)


@pytest.mark.parametrize("text", ["CANCEL 12", "MOVE 12 16:00", "APPROVE 13", "DECLINE 13", "MODIFY 13 16:00"])
def test_a_client_who_takes_no_texts_has_to_be_called(text: str) -> None:
    gone = (booking(12, CONFIRMED, opted_out=True), booking(13, opted_out=True))
    here = (booking(12, CONFIRMED), booking(13))
    assert "command_opted_out" in keys(text, replace(DESK, bookings=gone))
    assert "client_told" not in keys(text, replace(DESK, bookings=gone))
    assert "command_opted_out" not in keys(text, replace(DESK, bookings=here))


@pytest.mark.parametrize(
    ("text", "first", "last", "names", "words"),
    [
        ("fri 2-4", TEN.replace(day=13, hour=14), TEN.replace(day=13, hour=16), "Dr Lina, Maya", ""),
        ("fri 14:00-16:00 maya", TEN.replace(day=13, hour=14), TEN.replace(day=13, hour=16), "Maya", ""),
        ("friday lina dentist", TEN.replace(day=13, hour=0), TEN.replace(day=14, hour=0), "Dr Lina", "dentist"),
        ("3 may to 7 may", datetime(2026, 5, 3), datetime(2026, 5, 8), "Dr Lina, Maya", ""),
        ("3 may to 7 may Maya on leave", datetime(2026, 5, 3), datetime(2026, 5, 8), "Maya", "leave"),
        ("after 3 tomorrow", TEN.replace(hour=15), TEN.replace(day=12, hour=0), "Dr Lina, Maya", ""),
        ("15:00-17:00", TODAY.replace(hour=15, minute=0), TODAY.replace(hour=17, minute=0), "Dr Lina, Maya", ""),
        ("tomorrow 22:00-02:00", TEN.replace(hour=22), TEN.replace(day=12, hour=2), "Dr Lina, Maya", ""),
        ("tomorrow 22:00-24:00 gas", TEN.replace(hour=22), TEN.replace(day=12, hour=0), "Dr Lina, Maya", "gas"),
    ],
)
def test_a_stretch_is_read(text: str, first: datetime, last: datetime, names: str, words: str) -> None:
    found = read_span(text, DESK)
    assert isinstance(found, Span)
    expected = first.replace(tzinfo=QATAR), last.replace(tzinfo=QATAR), names, words
    assert expected == (found.start, found.end, found.names, found.words)


def test_block_tells_which_bookings_stand_in_it_and_leaves_them() -> None:
    (effect,) = done("BLOCK tomorrow 9:00-12:00 lina training")
    assert BlockTime((1,), TEN.replace(hour=9), TEN.replace(hour=12), "training", (12,)) == effect
    assert "#12" in told("BLOCK tomorrow 9:00-12:00 lina training")
    assert "#12" not in told("BLOCK tomorrow 9:00-12:00 maya training")
    assert "#12" not in told("BLOCK tomorrow 11:00-12:00 lina training")


def test_unblock_gives_back_what_is_blocked_of_it() -> None:
    block = BlockView(1, 1, TEN.replace(hour=0), TEN.replace(day=12, hour=0), "ill")
    facts = replace(DESK, blocks=(block,))
    wanted = UnblockTime((1,), TEN.replace(hour=9), TEN.replace(hour=12))
    assert (wanted,) == done("UNBLOCK tomorrow 9:00-12:00", facts)
    assert ["command_not_blocked"] == keys("UNBLOCK tomorrow 9:00-12:00 maya", facts)[:1]


def test_clear_shows_first_and_acts_on_yes_alone() -> None:
    shown = said("CLEAR tomorrow lina is ill")
    assert ((), Awaiting.SURE) == (shown.effects, shown.dialogue.awaiting)
    (effect,) = said("yes", dialogue=shown.dialogue).effects
    cleared = ClearTime((1,), TEN.replace(hour=0), TEN.replace(day=12, hour=0), ((12, 1),), "is ill")
    assert Commanded("CLEAR 2026-03-11 Dr Lina is ill", (cleared,)) == effect
    refused = said("no", dialogue=shown.dialogue)
    assert ((), ["command_left"]) == (refused.effects, [reply.key for reply in refused.replies])
    assert Awaiting.NOTHING is refused.dialogue.awaiting


def test_a_list_between_preview_and_yes_does_not_drop_the_preview_and_a_command_does() -> None:
    shown = said("CLEAR tomorrow lina is ill")
    looked = said("TODAY", dialogue=shown.dialogue)
    assert said("yes", dialogue=looked.dialogue).effects
    other = said("NOTE 12 x", dialogue=shown.dialogue)
    assert () == said("yes", dialogue=other.dialogue).effects


def test_clear_today_leaves_what_has_begun() -> None:
    begun, later = (
        booking(1, CONFIRMED, start=TODAY, end=TODAY + timedelta(hours=1)),
        booking(2, CONFIRMED, start=TODAY + timedelta(hours=2), end=TODAY + timedelta(hours=3)),
    )
    facts = replace(DESK, bookings=(begun, later))
    shown = said("CLEAR today lina", facts)
    (effect,) = said("yes", facts, shown.dialogue).effects
    assert isinstance(effect, Commanded)
    (cleared,) = effect.effects
    assert isinstance(cleared, ClearTime)
    assert (((2, 1),), facts.now) == (cleared.bookings, cleared.start)


@pytest.mark.parametrize(
    ("text", "phone", "name", "start"),
    [
        ("BOOK +97455501234 Sara Ahmed haircut tomorrow 15:00", "+97455501234", "Sara Ahmed", TEN.replace(hour=15)),
        ("book +974 5550 1234 haircut tomorrow 3pm", "+97455501234", "", TEN.replace(hour=15)),
        ("BOOK 55501234 Tom haircut tomorrow 15:00", "+97455501234", "Tom", TEN.replace(hour=15)),
        ("BOOK +97455501234 3pm tomorrow haircut Sara", "+97455501234", "Sara", TEN.replace(hour=15)),
        ("BOOK +97455501234 April haircut friday 11:00", "+97455501234", "April", TEN.replace(day=13, hour=11)),
    ],
)
def test_book_reads_number_name_service_and_time(text: str, phone: str, name: str, start: datetime) -> None:
    assert (BookFor(phone, name, (2,), 2, start),) == done(text)


@pytest.mark.parametrize("text", ["BOOK", "book a haircut tomorrow at 3", "book 2026-03-12 haircut", "book 12 march"])
def test_book_without_a_number_is_a_booking_of_their_own(text: str) -> None:
    assert [] == parse(text)


def test_book_refuses_a_taken_time_with_the_nearest_free() -> None:
    facts = replace(DESK, busy={2: ((TEN.replace(hour=15), TEN.replace(hour=16)),)})
    text = "BOOK +97455501234 Sara haircut tomorrow 15:00"
    assert (["command_book_taken", "why_taken"], ()) == (keys(text, facts), done(text, facts))
    assert "14:15" in told(text, facts)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "#12: Sara (+97455501234), Individual Therapy Session, Wed 11 Mar 2026, 10:00 (Asia/Qatar), Dr Lina."),
        ({}, "The client has been told."),
        ({"opted_out": True}, "⚠ Sara gets no texts from us: please call +97455501234."),
        ({"conversation_id": 0}, "⚠ Sara gets no texts from us: please call +97455501234."),
        ({"start": TEN.replace(hour=21), "end": TEN.replace(hour=22)}, "⚠ That is outside the hours of Dr Lina."),
    ],
)
def test_what_was_booked_by_hand_is_told_with_its_number_and_whom_to_call(
    changes: dict[str, object], expected: str
) -> None:
    (reply,) = step(Dialogue(), BookedByHand(booking(12, CONFIRMED, **changes)), DESK).replies
    assert expected in render(reply, "en")


def test_a_list_fits_a_text_and_more_goes_on_with_it() -> None:
    many = tuple(booking(n, CONFIRMED, start=TEN + timedelta(minutes=n)) for n in range(1, 31))
    facts = replace(DESK, bookings=many)
    first = said("TOMORROW", facts)
    second = said("MORE", facts, first.dialogue)
    third = said("MORE", facts, second.dialogue)
    texts = [render(turn.replies[0], "en").splitlines() for turn in (first, second, third)]
    assert [14, 13, 6] == [len(lines) for lines in texts]
    shown = [line.split("#")[1].split()[0] for lines in texts for line in lines if "#" in line]
    assert [str(n) for n in range(1, 31)] == shown
    assert ["command_no_more"] == [reply.key for reply in said("MORE", facts, third.dialogue).replies]


def test_tomorrow_is_an_answer_while_a_coordinator_books_for_themselves() -> None:
    asked = said("book a haircut")
    assert Awaiting.DATE is asked.dialogue.awaiting
    assert date(2026, 3, 11) == said("tomorrow", dialogue=asked.dialogue).dialogue.day
    assert ["listing", "day_head"] == keys("tomorrow")[:2]


def test_free_joins_what_is_free_and_why_tells_what_stands_in_the_way() -> None:
    facts = replace(DESK, busy={1: ((TEN, TEN.replace(hour=11)),)})
    assert "Dr Lina: 09:00-10:00, 11:00-19:00" in told("FREE tomorrow", facts)
    assert "taken" in told("WHY tomorrow 10:30 lina", facts)
    assert "#12" in told("WHY tomorrow 10:30 lina", facts)
    assert "free" in told("WHY tomorrow 12:00 lina", facts)
    assert "outside the hours" in told("WHY tomorrow 23:00 lina", facts)


def test_a_declined_day_is_not_offered_again() -> None:
    facts = replace(DESK, bookings=(booking(12),))
    (that_day,) = done("DECLINE 12 fully booked that day", facts)
    (named,) = done("DECLINE 12 we are away on wednesday", facts)
    (an_hour,) = done("DECLINE 12 Dr Lina is out until noon", facts)
    assert [True, True, False] == [effect.of_whole_day for effect in (that_day, named, an_hour)]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        (Deed(DeedKind.CHANGED, True, booking(12)), None),
        (Deed(DeedKind.CHANGED, False, booking(12, CONFIRMED)), "undo_changed"),
        (Deed(DeedKind.CHANGED, False, booking(12, BookingStatus.IN_PROGRESS)), "undo_begun"),
        (Deed(DeedKind.CHANGED, True, booking(12), needs=(TEN, 1)), "undo_taken"),
        (Deed(DeedKind.CHANGED, True, booking(12), needs=(TEN.replace(hour=14), 1)), None),
        (Deed(DeedKind.CHANGED, True, booking(12), needs=(TODAY, 1), was_pending=True), "undo_past"),
        (Deed(DeedKind.BLOCKED, False, block=BlockView(1, 1, TEN, TEN)), "undo_block_gone"),
    ],
)
def test_undo_says_of_each_thing_why_it_cannot_be_taken_back(deed: Deed, expected: str | None) -> None:
    last = LastCommand(7, "APPROVE 12", TODAY, False, (deed,))
    facts = replace(DESK, commanded=last, busy={1: ((TEN, TEN.replace(hour=11)),)})
    if expected is None:
        assert (Undo(7, (0,)),) == done("UNDO", facts)
    else:
        assert (["command_not_undone", expected], ()) == (keys("UNDO", facts)[:2], done("UNDO", facts))


def test_undo_is_for_the_last_command_of_ten_minutes_and_once() -> None:
    deeds = (Deed(DeedKind.CHANGED, True, booking(12)),)
    late = LastCommand(7, "APPROVE 12", TODAY - timedelta(minutes=11), False, deeds)
    assert ["command_undo_late"] == keys("UNDO", replace(DESK, commanded=late))
    twice = LastCommand(7, "APPROVE 12", TODAY, True, deeds)
    assert ["command_undo_twice"] == keys("UNDO", replace(DESK, commanded=twice))
    words = LastCommand(7, "MODIFY 12 bring a towel", TODAY, False, ())
    assert ["command_undo_sent"] == keys("UNDO", replace(DESK, commanded=words))


@pytest.mark.parametrize("code", sorted(spoken()))
def test_every_command_has_words_in_every_language_and_english_is_always_understood(code: str) -> None:
    assert set(COMMANDS) == set(keywords(code).values())
    for word in COMMANDS:
        assert word == keywords(code)[word.casefold()]
    assert all(len(phrase.split()) <= 3 for phrase in keywords(code))


@pytest.mark.parametrize("code", sorted(spoken()))
def test_no_phrase_of_a_language_means_two_commands(code: str) -> None:
    meant: dict[str, set[str]] = {word.casefold(): {word} for word in COMMANDS}
    for word, phrases in language(code)["commands"].items():
        for phrase in phrases:
            meant.setdefault(fold(phrase), set()).add(word)
    assert {} == {phrase: words for phrase, words in meant.items() if len(words) > 1}


@pytest.mark.parametrize(
    ("code", "text", "word"),
    [
        ("es", "mover 12 mañana 16:00", "MOVE"), ("es", "no se presentó 12", "NOSHOW"), ("fr", "annuler 12", "CANCEL"),
        ("fr", "aujourd'hui", "TODAY"), ("pt", "não veio 12", "NOSHOW"), ("ar", "قبول ١٢", "APPROVE"),
        ("ar", "لم يحضر 12", "NOSHOW"), ("sw", "kwa nini ijumaa", "WHY"), ("fil", "hindi dumating 12", "NOSHOW"),
        ("hi", "आज", "TODAY"), ("hi", "नहीं आए 12", "NOSHOW"), ("hi", "APPROVE 12", "APPROVE"),
    ],
)  # fmt: skip
def test_commands_are_understood_in_the_coordinators_language(code: str, text: str, word: str) -> None:
    assert [word] == [call.command.word for call in parse(text, code)]


@pytest.mark.parametrize(
    "text", ["cancel 12", "move 12 to friday", "done 12", "today", "free tomorrow?", "why not friday?"]
)
def test_a_client_is_never_taken_for_a_coordinator(text: str) -> None:
    assert "not_a_coordinator" not in keys(text, PlainFacts())


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("friday with Maya", "Maya", "friday"),
        ("lina friday", "Dr Lina", "friday"),
        ("Dr Lina friday", "Dr Lina", "friday"),
        ("dr friday", None, "dr friday"),
        ("friday", None, "friday"),
    ],
)
def test_staff_are_named_by_a_part_of_their_name(text: str, name: str | None, rest: str) -> None:
    found = named_staff(text, (LINA, MAYA))
    assert (name, rest) == (found.staff.name if found.staff is not None else None, found.rest)


def test_what_was_read_is_taken_out_of_the_reason_and_nothing_else() -> None:
    assert "Maya on leave" == without("3 may to 7 may Maya on leave", "3 may 7 may")
    assert "el dentista" == without("mañana el dentista", "manana")
    assert "5 people" == without("at 5pm 5 people", "5pm")


def test_the_clocks_hours_mean_what_they_say_whoever_works_then() -> None:
    moment = read_moment("tomorrow 7:00", DESK, LINA)
    assert (date(2026, 3, 11), time(7), False) == (moment.day, moment.at, moment.unclear)


@pytest.mark.parametrize("now", [TEN - timedelta(days=1), TEN - timedelta(minutes=10)])
def test_what_stands_at_a_time_says_more_than_that_it_is_too_soon(now: datetime) -> None:
    facts = replace(DESK, now=now, busy={1: ((TEN, TEN.replace(hour=11)),)})
    assert "why_taken" in keys("WHY 11 march 10:30 lina", facts)
