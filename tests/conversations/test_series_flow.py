"""A series by text: what is asked, what is shown, what can be changed, and what makes no series."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from conversations.booking import BookingStatus
from conversations.classes import Place, WaitlistStatus
from conversations.commands.base import SeriesRef
from conversations.commands.parse import parse
from conversations.dialogue import Awaiting, Dialogue, Option
from conversations.effects import Book, BookSeries, DecideSeries, Hold, WaitForTime
from conversations.engine import step
from conversations.events import Said, SeriesBooked, SeriesDecided
from conversations.languages.render import render
from conversations.rules.policies import Terms
from conversations.series import Frequency, Mode, Rhythm, SeriesItem, SeriesView
from conversations.stored import dump, load
from conversations.turn import Turn
from tests.conversations.plain_facts import QATAR, THERAPY, PlainFacts, booking

FRIDAY = datetime(2026, 3, 13, 17, tzinfo=QATAR)
WISH = "therapy every friday at 5pm, 4 times"
FACTS = PlainFacts()


def taken(*days: str) -> PlainFacts:
    """Dr Lina is busy at 17:00 on these days of March."""
    starts = [datetime.fromisoformat(f"2026-{day}T17:00").replace(tzinfo=QATAR) for day in days]
    return PlainFacts(busy={1: tuple((start, start + timedelta(hours=1)) for start in starts)})


def talk(*texts: str, facts: PlainFacts = FACTS) -> Turn:
    turn = Turn(Dialogue())
    for text in texts:
        turn = step(load(dump(turn.dialogue)), Said(text), facts)
    return turn


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def shown(turn: Turn) -> str:
    return "\n".join(render(reply, "en") for reply in turn.replies)


def labels(options: tuple[Option, ...]) -> list[str]:
    return [f"{option.key}. {option.label}" for option in options]


def series(*statuses: BookingStatus) -> SeriesView:
    items = []
    for number, status in enumerate(statuses, start=1):
        start = FRIDAY + timedelta(days=7 * (number - 1))
        found = booking(
            number, status, start=start, end=start + timedelta(hours=1), preferred=start, series_id=3,
            series_number=number,
        )  # fmt: skip
        items.append(SeriesItem(number, start, "", found))
    return SeriesView(3, Rhythm(Frequency.WEEKLY, 1, (4,), len(statuses)), tuple(items))


class TestAsking:
    @pytest.mark.parametrize(
        ("texts", "expected"),
        [
            (["therapy every friday at 5pm"], "ask_how_many"),
            (["therapy every friday, 4 times"], "ask_time"),
            (["therapy weekly"], "ask_date"),
            (["every friday at 5pm, 4 times"], "ask_service"),
            (["therapy regularly"], "ask_how_often"),
            (["therapy regularly", "2", "friday", "5pm", "6 weeks"], "series_confirm"),
            ([WISH], "series_confirm"),
        ],
    )
    def test_what_is_missing_is_asked_and_nothing_else(self, texts: list[str], expected: str) -> None:
        assert expected == keys(talk(*texts))[-1]

    @pytest.mark.parametrize(
        ("wish", "then"),
        [
            ("therapy every friday at 5pm", "4"), ("therapy regularly", "1"),
            ("therapy every friday at 5pm, 4 times", "yes"),
        ],
    )  # fmt: skip
    def test_what_is_not_understood_asks_again_and_the_answer_still_counts(self, wish: str, then: str) -> None:
        asked, after = talk(wish), talk(wish, "ugh seriously??")
        assert ["not_understood", keys(asked)[-1]] == keys(after)
        assert asked.dialogue.awaiting is after.dialogue.awaiting
        assert keys(talk(wish, then)) == keys(talk(wish, "ugh seriously??", then))

    def test_it_begins_on_the_first_day_that_is_soon_enough(self) -> None:
        assert "Tuesday 10 March 2026, 16:00" in shown(talk("therapy every tuesday at 4pm, 3 times"))
        assert "Tuesday 17 March 2026, 10:00" in shown(talk("therapy every tuesday at 10am, 3 times"))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("therapy every friday at 5pm until 12 march", ["series_ends_before", "ask_how_many"]),
            ("therapy every friday at 5pm until 14 march", ["series_too_few", "ask_how_many"]),
            ("therapy every day at 5pm until december", ["series_too_many", "ask_how_many"]),
            ("therapy every friday at 5pm 60 times", ["series_too_many", "ask_how_many"]),
            ("therapy every month on tuesday at 5pm", ["series_days", "ask_date"]),
            ("therapy every friday at 11pm, 3 times", ["series_none"]),
        ],
    )
    def test_what_makes_no_series_is_said_and_asked_again(self, text: str, expected: list[str]) -> None:
        assert expected == keys(talk(text))

    def test_one_time_is_a_booking_like_any_other(self) -> None:
        turn = talk("therapy every friday at 5pm", "1")
        assert (["confirm_unnamed"], Hold) == (keys(turn), type(turn.effects[0]))
        assert Book is type(talk("therapy every friday at 5pm", "1", "yes").effects[0])

    def test_a_class_is_booked_one_session_at_a_time(self) -> None:
        yoga = replace(THERAPY, is_class=True)
        assert "one_at_a_time" == keys(talk(WISH, facts=PlainFacts(offered=(yoga,))))[0]


class TestPreview:
    def test_what_can_be_had_is_shown_with_what_cannot_and_why(self) -> None:
        turn = talk(WISH, facts=taken("03-20"))
        assert Awaiting.MODE is turn.dialogue.awaiting
        assert "Free, 3 of 4: 13 Mar, 27 Mar, 3 Apr" in shown(turn)
        assert "Not free: 20 Mar (taken)" in shown(turn)
        assert labels(turn.dialogue.options) == [
            "1. Only the free ones (3)",
            "2. Other times instead: 20 Mar → Fri 20 Mar 16:00",
            "3. More at the end instead: 10 Apr",
            "4. None of them",
        ]

    @pytest.mark.parametrize(
        ("pick", "mode", "expected"),
        [
            ("1", Mode.SKIP, [13, 27, 3]),
            ("2", Mode.REPLACE, [13, 20, 27, 3]),
            ("3", Mode.EXTEND, [13, 27, 3, 10]),
        ],
    )
    def test_each_choice_books_what_it_names(self, pick: str, mode: Mode, expected: list[int]) -> None:
        (effect,) = talk(WISH, pick, "yes", facts=taken("03-20")).effects
        assert isinstance(effect, BookSeries)
        starts = [each.start.day for each in effect.occurrences if each.start is not None]
        assert (mode, expected) == (effect.mode, starts)

    def test_none_of_them_books_nothing(self) -> None:
        turn = talk(WISH, "4", facts=taken("03-20"))
        assert (["series_nothing"], None) == (keys(turn), turn.dialogue.service_id)

    def test_nothing_is_held_or_booked_before_the_yes(self) -> None:
        assert not {type(effect) for effect in talk(WISH).effects} & {Hold, BookSeries}

    def test_what_has_changed_since_is_shown_and_not_booked(self) -> None:
        before = talk(WISH)
        turn = step(before.dialogue, Said("yes"), taken("03-27"))
        assert ["series_changed", "series_some"] == keys(turn)
        assert not any(isinstance(effect, BookSeries) for effect in turn.effects)

    def test_it_can_be_changed_until_it_is_booked(self) -> None:
        assert "6 visits" in shown(talk(WISH, "6 times"))
        assert "every 2 weeks, Fri" in shown(talk(WISH, "every other friday"))
        assert "Thu, 17:00" in shown(talk(WISH, "no, thursday instead"))
        assert "Fri, 10:00" in shown(talk(WISH, "make it 10am"))
        assert "until 3 april" not in shown(talk(WISH, "no")) and ["say_what_to_change"] == keys(talk(WISH, "no"))
        assert ["ask_how_many"] == keys(talk(WISH, "no", "4"))

    def test_a_stray_number_makes_no_other_series_of_it(self) -> None:
        assert talk(WISH).dialogue.rhythm == talk(WISH, "1").dialogue.rhythm

    def test_a_series_is_one_open_request(self) -> None:
        mine = series(*3 * [BookingStatus.PENDING])
        facts = PlainFacts(bookings=mine.bookings, all_series=(mine,), policy=Terms(open_requests=1))
        turn = talk("therapy monday at 10am", facts=facts)
        assert "(S3)" in shown(turn)
        assert ["confirm_unnamed"] == keys(
            talk("therapy monday at 10am", facts=replace(facts, policy=Terms(open_requests=2)))
        )


def with_gaps(*whys: str, status: BookingStatus = BookingStatus.CONFIRMED) -> SeriesView:
    """A visit on Friday, and the Fridays behind it left out for these reasons."""
    kept = series(status)
    left = (SeriesItem(n, FRIDAY + timedelta(days=7 * (n - 1)), why) for n, why in enumerate(whys, start=2))
    return replace(kept, items=(*kept.items, *left))


def after_booking(found: SeriesView, *texts: str, places: tuple[Place, ...] = ()) -> Turn:
    facts = PlainFacts(bookings=found.bookings, all_series=(found,), places=places)
    turn = step(Dialogue(), SeriesBooked(found), facts)
    for text in texts:
        turn = step(load(dump(turn.dialogue)), Said(text), facts)
    return turn


class TestWaitingForDates:
    def test_what_others_have_can_be_waited_for_by_one_word(self) -> None:
        found = with_gaps("taken", "holiday", "held", "no_such_day", "day_cap")
        turn = after_booking(found)
        assert ["WAIT. I text you if one comes free: 20 Mar, 3 Apr, 17 Apr"] == labels(turn.dialogue.options)
        waits = after_booking(found, "wait")
        wanted = [f"{FRIDAY.date() + timedelta(days=7 * weeks)}T17:00" for weeks in (1, 3, 5)]
        assert wanted == [each.wanted for each in waits.effects if isinstance(each, WaitForTime)]
        assert {(1, 1, True)} == {
            (each.service_id, each.staff_id, each.is_told) for each in waits.effects if isinstance(each, WaitForTime)
        }
        assert ["series_waits"] == keys(waits)

    @pytest.mark.parametrize("whys", [(), ("holiday",), ("no_such_day", "gap", "too_far", "closed")])
    def test_what_nobody_gives_up_is_not_waited_for(self, whys: tuple[str, ...]) -> None:
        assert () == after_booking(with_gaps(*whys)).dialogue.options

    def test_it_can_be_said_later_and_again(self) -> None:
        found = with_gaps("taken")
        later = after_booking(found, "thanks", "my bookings", "where are you?", "wait")
        assert 1 == sum(isinstance(each, WaitForTime) for each in later.effects)
        place = Place(
            5, WaitlistStatus.WAITING, 1, "Individual Therapy Session", FRIDAY + timedelta(days=7), 1, 1, "Sara"
        )
        again = after_booking(found, "wait", places=(place,))
        assert (["my_waiting"], ()) == (keys(again), again.effects)

    def test_a_series_that_is_over_is_waited_for_no_more(self) -> None:
        found = with_gaps("taken", status=BookingStatus.CANCELLED)
        facts = PlainFacts(all_series=(found,))
        assert ["wait_which"] == keys(step(Dialogue(), Said("wait"), facts))

    def test_several_services_in_a_visit_have_no_line(self) -> None:
        kept = with_gaps("taken")
        first = replace(kept.bookings[0], service_ids=(1, 2))
        found = replace(kept, items=(replace(kept.items[0], booking=first), *kept.items[1:]))
        assert () == after_booking(found).dialogue.options


class TestRefused:
    @pytest.mark.parametrize("status", [BookingStatus.DECLINED, BookingStatus.EXPIRED])
    def test_instead_of_all_of_it_other_times_at_the_same_rhythm(self, status: BookingStatus) -> None:
        found = series(*3 * [status])
        facts = PlainFacts(all_series=(found,))
        turn = step(Dialogue(), SeriesDecided(found, (1, 2, 3), status, "away"), facts)
        assert [f"series_{status}", "declined_alternatives"] == keys(turn)
        assert "3 visits, every week, Fri" in shown(step(turn.dialogue, Said("A"), facts))

    @pytest.mark.parametrize(
        ("statuses", "doing"),
        [
            ((BookingStatus.CONFIRMED, BookingStatus.DECLINED), Dialogue()),
            ((BookingStatus.PENDING, BookingStatus.DECLINED), Dialogue()),
            ((BookingStatus.DECLINED, BookingStatus.DECLINED), Dialogue(service_id=2)),
        ],
    )
    def test_nothing_else_where_some_of_it_stands_or_they_are_booking_something_else(
        self, statuses: tuple[BookingStatus, ...], doing: Dialogue
    ) -> None:
        found = series(*statuses)
        turn = step(doing, SeriesDecided(found, (2,), BookingStatus.DECLINED), PlainFacts(all_series=(found,)))
        assert ["series_declined"] == keys(turn)
        assert doing.service_id == turn.dialogue.service_id


class TestCommands:
    @pytest.mark.parametrize(
        ("text", "ids", "refs", "rest"),
        [
            ("APPROVE S3", (), [SeriesRef(3)], ""),
            ("approve s3.1,3", (), [SeriesRef(3, (1, 3))], ""),
            ("decline S3.4 too late", (), [SeriesRef(3, (4,))], "too late"),
            ("CANCEL S3.4+ moving house", (), [SeriesRef(3, (4,), True)], "moving house"),
            ("decline s3 3 people is too many", (), [SeriesRef(3)], "3 people is too many"),
            ("approve 12, s3", (12,), [SeriesRef(3)], ""),
            ("approve s3, 12", (12,), [SeriesRef(3)], ""),
            ("approve s3.2-4 s4", (), [SeriesRef(3, (2, 3, 4)), SeriesRef(4)], ""),
            ("decline s3 s4 away", (), [SeriesRef(3), SeriesRef(4)], "away"),
            ("decline 12 s3x is full", (12,), [], "s3x is full"),
            ("move s3.2 tomorrow 16:00", (), [SeriesRef(3, (2,))], "tomorrow 16:00"),
        ],
    )
    def test_a_series_is_named_whole_or_in_part(
        self, text: str, ids: tuple[int, ...], refs: list[SeriesRef], rest: str
    ) -> None:
        (call,) = parse(text)
        assert (ids, refs, rest) == (call.ids, list(call.series), call.rest)
        assert [call] == parse(call.text)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("APPROVE S4", "command_unknown_series"), ("APPROVE S3.9", "command_series_missing"),
            ("NOSHOW S3", "command_series_one"), ("NOSHOW S3.1", "command_still_pending"),
        ],
    )  # fmt: skip
    def test_what_is_not_there_or_not_for_several_is_said(self, text: str, expected: str) -> None:
        mine = series(*3 * [BookingStatus.PENDING])
        facts = PlainFacts(
            bookings=mine.bookings, all_series=(mine,), person=replace(FACTS.person, is_coordinator=True)
        )
        assert [expected] == keys(step(Dialogue(), Said(text), facts))

    def test_a_bare_word_means_the_only_series_that_waits(self) -> None:
        mine = series(BookingStatus.CONFIRMED, *2 * [BookingStatus.PENDING])
        person = replace(FACTS.person, is_coordinator=True)
        facts = PlainFacts(bookings=mine.bookings, all_series=(mine,), person=person)
        (commanded,) = step(Dialogue(), Said("approve"), facts).effects
        assert DecideSeries(3, ((2, 1), (3, 1)), BookingStatus.CONFIRMED) in commanded.effects  # type: ignore[union-attr]
        quoted = step(Dialogue(), Said("decline", about=1), facts).effects
        assert BookingStatus.DECLINED is quoted[0].effects[0].status  # type: ignore[union-attr]
