"""What a client is asked and tells of the engagement that their booking opens, said outright, without a database."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.business import Agreement, Money, Service
from conversations.classes import ClassView
from conversations.dialogue import Awaiting, Dialogue, Quiet
from conversations.effects import Book, BookSeats, BookSeries, CallPerson, Hold, HoldSeats, LetGo, Speak
from conversations.engagements import kind_named
from conversations.engagements.kinds import Detail
from conversations.engagements.states import EngagementStatus
from conversations.engagements.views import EngagementView
from conversations.engine import says_nothing_yet, step
from conversations.events import Said
from conversations.intake import Question
from conversations.languages import spoken
from conversations.languages.render import render
from conversations.stored import dump, load
from conversations.turn import Turn
from tests.conversations.plain_facts import HAIRCUT, QATAR, PlainFacts

CONSULTATION = Service(
    1, "Wedding Consultation", 60, Money(0, "USD"), ("consultation", "wedding"), (1,), engagement="wedding"
)
TASTING = Service(3, "Cake Tasting", 45, Money(4000, "USD"), ("tasting",), (1,))
FACTS = PlainFacts(offered=(CONSULTATION, TASTING, HAIRCUT))
WISH = "wedding consultation tomorrow at 3"
ANSWERS = {
    Detail.NAME: "Ana & Ben", Detail.EVENT_DATE: "12 June 2027", Detail.VENUE: "Villa Rosa", Detail.GUESTS: "150",
    Detail.BUDGET: "50k-100k", Detail.EMAIL: "ana@example.com", Detail.REQUESTS: "live band",
}  # fmt: skip
TOLD = {
    Detail.NAME: "Ana & Ben", Detail.EVENT_DATE: "2027-06-12", Detail.VENUE: "Villa Rosa", Detail.GUESTS: "150",
    Detail.BUDGET: "5000000-10000000 USD", Detail.EMAIL: "ana@example.com", Detail.REQUESTS: "live band",
}  # fmt: skip
WORDED = (Detail.NAME, Detail.VENUE, Detail.REQUESTS)
OPTIONAL = tuple(detail for detail in ANSWERS if detail is not Detail.NAME)


def talk(*texts: str, facts: PlainFacts = FACTS, start: Dialogue | None = None) -> Turn:
    """Where these texts lead, in the language that they choose, stored and read again between them."""
    turn = Turn(start or Dialogue())
    for text in texts:
        turn = step(load(dump(turn.dialogue)), Said(text), facts)
        for effect in turn.effects:
            facts = facts.in_language(effect.language) if isinstance(effect, Speak) else facts
    return turn


def asked_for(detail: Detail, facts: PlainFacts = FACTS, wish: str = WISH) -> Dialogue:
    """A client who is asked for this, and has answered all that comes before."""
    dialogue = talk(wish, facts=facts).dialogue
    while dialogue.brief_asked != detail:
        dialogue = talk(ANSWERS[Detail(dialogue.brief_asked)], facts=facts, start=dialogue).dialogue
    return dialogue


def at_yes(facts: PlainFacts = FACTS, wish: str = WISH) -> Dialogue:
    return talk(ANSWERS[Detail.REQUESTS], facts=facts, start=asked_for(Detail.REQUESTS, facts, wish)).dialogue


def keys(turn: Turn) -> list[str]:
    return [reply.key for reply in turn.replies]


def kinds(turn: Turn) -> list[type]:
    return [type(effect) for effect in turn.effects]


def read(turn: Turn, language: str = "en") -> str:
    return "\n".join(render(reply, language) for reply in turn.replies)


def brief(turn: Turn | Dialogue) -> dict[Detail, str]:
    return dict((turn.dialogue if isinstance(turn, Turn) else turn).brief)


def engaged(**changes: object) -> EngagementView:
    kind = kind_named("wedding")
    assert kind is not None
    values: dict[str, object] = {
        "id": 4, "version": 1, "kind": kind, "status": EngagementStatus.PLANNING, "name": "Ana & Ben", "client": "Ana",
        "phone": "", "email": "", "event_date": None, "venue": "", "guests": None, "budget": None, "currency": "USD",
        "requests": "", "progress": 0, "booking_id": 12, "milestones": (), "lines": (),
    }  # fmt: skip
    return EngagementView(**{**values, **changes})  # type: ignore[arg-type]


class TestQuestions:
    def test_each_is_asked_in_its_order_and_the_brief_goes_with_the_booking(self) -> None:
        turn, order = talk(WISH), []
        assert ["understood_so_far", "brief_begins", "ask_intake"] == keys(turn)
        assert "Wednesday 11 March 2026, 15:00" in read(turn)
        while turn.dialogue.awaiting is Awaiting.BRIEF:
            order.append(turn.dialogue.brief_asked)
            turn = talk(ANSWERS[Detail(order[-1])], start=turn.dialogue)
        assert (list(ANSWERS), TOLD) == (order, brief(turn))
        assert ["brief_told", "confirm_unnamed"] == keys(turn)
        (booked,) = talk("yes", start=turn.dialogue).effects
        assert isinstance(booked, Book)
        assert TOLD == dict(booked.brief)

    def test_the_time_is_held_meanwhile(self) -> None:
        assert [Hold] == kinds(talk(WISH))

    def test_what_was_told_is_not_asked(self) -> None:
        turn = talk("150 guests", ANSWERS[Detail.NAME], "the venue is Oasis", "12 June 2027", start=talk(WISH).dialogue)
        assert Detail.BUDGET == turn.dialogue.brief_asked

    def test_a_service_that_opens_nothing_asks_nothing(self) -> None:
        assert Awaiting.CONFIRMATION is talk("haircut tomorrow at 3").dialogue.awaiting

    def test_who_has_one_under_way_is_asked_nothing(self) -> None:
        turn = talk(WISH, facts=replace(FACTS, jobs=(engaged(),)))
        assert Awaiting.CONFIRMATION is turn.dialogue.awaiting
        turn = talk(WISH, facts=replace(FACTS, jobs=(engaged(status=EngagementStatus.CLOSED),)))
        assert Awaiting.BRIEF is turn.dialogue.awaiting

    def test_an_answer_waits_for_no_second_text(self) -> None:
        assert not says_nothing_yet(asked_for(Detail.VENUE), Said("Oasis"), FACTS)

    def test_an_answer_that_comes_days_later_is_one(self) -> None:
        put_by = replace(asked_for(Detail.EVENT_DATE), quiet=Quiet.PUT_BY)
        turn = talk("12 June 2027", start=put_by)
        assert ("2027-06-12", Quiet.NO) == (brief(turn)[Detail.EVENT_DATE], turn.dialogue.quiet)

    @pytest.mark.parametrize("code", list(spoken()))
    def test_each_is_asked_and_shown_in_every_language(self, code: str) -> None:
        facts = replace(FACTS, language=code, language_is_known=True)
        turn = talk(start=at_yes(), facts=facts)
        turn = step(turn.dialogue, Said("guests 120"), facts)
        assert "120" in read(turn, code)


class TestLeftOpen:
    @pytest.mark.parametrize(
        "text", ["skip", "SKIP.", "not sure yet", "no", "TBD", "no idea", "don't know yet", "none"]
    )
    @pytest.mark.parametrize("detail", OPTIONAL)
    def test_what_may_be_left_out_is(self, detail: Detail, text: str) -> None:
        turn = talk(text, start=asked_for(detail))
        is_asked = turn.dialogue.awaiting is Awaiting.BRIEF and turn.dialogue.brief_asked == detail
        assert ("", False) == (brief(turn)[detail], is_asked)

    @pytest.mark.parametrize("text", ["skip", "not sure yet", "no", "TBD", "None", "No, wait"])
    def test_the_name_may_not(self, text: str) -> None:
        turn = talk(text, start=asked_for(Detail.NAME))
        assert (["intake_needed", "ask_intake"], {}) == (keys(turn), brief(turn))

    def test_who_will_not_give_the_name_gets_a_person(self) -> None:
        turn = talk("no", "skip", "no", start=asked_for(Detail.NAME))
        assert ([CallPerson], Detail.NAME) == (kinds(turn), turn.dialogue.brief_asked)

    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("en", "nothing special"), ("en", "no thanks"), ("en", "that's all"), ("es", "nada"), ("fr", "rien"),
            ("pt", "nada mais"), ("ar", "لا شيء"), ("sw", "hakuna"), ("fil", "wala"), ("hi", "कुछ नहीं"),
        ],
    )  # fmt: skip
    def test_no_wish_is_no_wish_in_every_language(self, code: str, text: str) -> None:
        facts = replace(FACTS, language=code, language_is_known=True)
        turn = talk(text, facts=facts, start=asked_for(Detail.REQUESTS))
        assert ("", Awaiting.CONFIRMATION) == (brief(turn)[Detail.REQUESTS], turn.dialogue.awaiting)

    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("en", "we haven't decided on the venue yet"), ("es", "todavía no sabemos"),
            ("fr", "on ne sait pas encore"),
            ("pt", "ainda não sabemos"), ("ar", "لا نعرف بعد"), ("sw", "bado hatujui"),
            ("fil", "hindi pa namin alam po"), ("hi", "abhi tay nahi hai"),
        ],
    )  # fmt: skip
    def test_what_is_not_known_yet_is_no_venue_in_any_language(self, code: str, text: str) -> None:
        facts = replace(FACTS, language=code, language_is_known=True)
        assert "" == brief(talk(text, facts=facts, start=asked_for(Detail.VENUE)))[Detail.VENUE]

    @pytest.mark.parametrize("text", ["no pork", "open bar", "flexible seating", "nothing too loud"])
    def test_a_wish_with_such_a_word_in_it_is_one(self, text: str) -> None:
        assert text == brief(talk(text, start=asked_for(Detail.REQUESTS)))[Detail.REQUESTS]

    @pytest.mark.parametrize("detail", [Detail.EVENT_DATE, Detail.GUESTS, Detail.BUDGET, Detail.EMAIL])
    def test_the_third_miss_goes_on(self, detail: Detail) -> None:
        turn = talk("qwerty", "qwerty uiop", start=asked_for(detail))
        assert detail == turn.dialogue.brief_asked
        turn = talk("zzz", start=turn.dialogue)
        assert ("brief_later", "", 0) == (keys(turn)[0], brief(turn)[detail], turn.dialogue.misses)

    def test_small_talk_is_no_name(self) -> None:
        for text in ("yes", "ok thanks", "hi", "hello!", "why?", "what do you mean?", "👰🤵"):
            assert Detail.NAME == talk(text, start=asked_for(Detail.NAME)).dialogue.brief_asked


class TestAsides:
    @pytest.mark.parametrize("detail", list(ANSWERS))
    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("how much is it?", "prices"), ("where are you?", "where"), ("What time do you open?", "hours"),
            ("my bookings", "my_bookings_none"), ("help", "help"), ("person", "person_called"),
        ],
    )  # fmt: skip
    def test_is_answered_and_the_question_asked_again(self, detail: Detail, text: str, key: str) -> None:
        turn = talk(text, start=asked_for(detail))
        assert ([key, "ask_intake"], detail) == (keys(turn), turn.dialogue.brief_asked)

    @pytest.mark.parametrize("detail", list(ANSWERS))
    def test_start_over_and_cancel_drop_it(self, detail: Detail) -> None:
        for text in ("start over", "cancel", "never mind"):
            turn = talk(text, start=asked_for(detail))
            assert ({}, None, LetGo) == (brief(turn), turn.dialogue.service_id, kinds(turn)[-1])

    def test_the_menu_comes_back_to_it(self) -> None:
        turn = talk("menu", start=asked_for(Detail.VENUE))
        assert Awaiting.MENU is turn.dialogue.awaiting
        assert Detail.VENUE == talk("book", start=turn.dialogue).dialogue.brief_asked

    @pytest.mark.parametrize("text", ["can I talk to a human", "I want to speak to someone"])
    def test_a_person_is_called_in_any_words(self, text: str) -> None:
        assert [CallPerson] == kinds(talk(text, start=asked_for(Detail.NAME)))

    @pytest.mark.parametrize("text", ["Price Hall", "Where the wild things are", "Hotel 24", "Person Hall", "at home"])
    def test_a_venue_may_have_the_name_of_a_wish(self, text: str) -> None:
        assert text == brief(talk(text, start=asked_for(Detail.VENUE)))[Detail.VENUE]

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("Ana Price & Ben Hall", "Ana Price & Ben Hall"), ("April and May", "April and May"),
            ("Will & Grace", "Will & Grace"), ("we are Ana and Ben", "Ana and Ben"), ("It's Ana & Ben", "Ana & Ben"),
            ("names: Ana & Ben", "Ana & Ben"), ("سارة وأحمد", "سارة وأحمد"), ("👰 Ana 🤵 Ben", "👰 Ana 🤵 Ben"),
        ],
    )  # fmt: skip
    def test_a_name_is_kept_as_it_is_written(self, text: str, name: str) -> None:
        assert name == brief(talk(text, start=asked_for(Detail.NAME)))[Detail.NAME]

    def test_another_language_goes_on_where_it_was(self) -> None:
        turn = talk("español", start=asked_for(Detail.VENUE))
        assert "¿Dónde será la boda?" in read(turn, "es")
        turn = talk("español", "no sé", start=asked_for(Detail.VENUE))
        assert ("", Detail.GUESTS) == (brief(turn)[Detail.VENUE], turn.dialogue.brief_asked)

    @pytest.mark.parametrize("detail", list(ANSWERS))
    @pytest.mark.parametrize("text", ["make it 4pm", "actually can we come at 4 instead", "4pm please"])
    def test_the_visit_may_be_at_another_time(self, detail: Detail, text: str) -> None:
        turn = talk(text, start=asked_for(detail))
        assert (time(16), detail) == (turn.dialogue.at, turn.dialogue.brief_asked)
        assert "16:00" in read(turn)

    def test_the_visit_may_be_on_another_day(self) -> None:
        turn = talk("friday instead", start=asked_for(Detail.VENUE))
        assert (date(2026, 3, 13), Detail.VENUE) == (turn.dialogue.day, turn.dialogue.brief_asked)


class TestBack:
    def test_goes_to_the_question_before(self) -> None:
        order = list(ANSWERS)
        for before, detail in pairwise(order):
            turn = talk("back", start=asked_for(detail))
            assert (before, False) == (turn.dialogue.brief_asked, before in brief(turn))
        assert Detail.NAME == talk("back", "back", start=asked_for(Detail.VENUE)).dialogue.brief_asked

    def test_goes_to_it_also_where_a_later_one_is_told(self) -> None:
        turn = talk("150 guests", "back", start=asked_for(Detail.EVENT_DATE))
        assert (Detail.NAME, "150") == (turn.dialogue.brief_asked, brief(turn)[Detail.GUESTS])

    def test_before_the_first_the_time_is_forgotten(self) -> None:
        turn = talk("back", start=asked_for(Detail.NAME))
        assert (Awaiting.TIME, None) == (turn.dialogue.awaiting, turn.dialogue.at)

    def test_what_was_to_be_changed_stays(self) -> None:
        turn = talk("change the budget", "back", start=at_yes())
        assert (Awaiting.CONFIRMATION, TOLD) == (turn.dialogue.awaiting, brief(turn))
        assert ["brief_told", "confirm_unnamed"] == keys(turn)


CORRECTIONS = [
    ("guests 120", Detail.GUESTS, "120"), ("and 160 guests", Detail.GUESTS, "160"),
    ("no, 120 guests", Detail.GUESTS, "120"), ("can we make it 120 guests?", Detail.GUESTS, "120"),
    ("the venue is Oasis", Detail.VENUE, "Oasis"),
    ("the venue is Oasis Garden, Doha", Detail.VENUE, "Oasis Garden, Doha"),
    ("yes, but the venue is Marina", Detail.VENUE, "Marina"), ("the wedding is at Marina", Detail.VENUE, "Marina"),
    ("venue not sure yet", Detail.VENUE, ""), ("wedding date is 13 June 2027", Detail.EVENT_DATE, "2027-06-13"),
    ("getting married on 20 June 2027", Detail.EVENT_DATE, "2027-06-20"),
    ("budget is about 30k", Detail.BUDGET, "3000000-3000000 USD"),
    ("email is ben@example.com", Detail.EMAIL, "ben@example.com"), ("names: Zoe & Max", Detail.NAME, "Zoe & Max"),
]  # fmt: skip


class TestCorrections:
    @pytest.mark.parametrize(("text", "detail", "value"), CORRECTIONS)
    def test_at_the_yes_what_is_named_is_changed_and_nothing_else(self, text: str, detail: Detail, value: str) -> None:
        turn = talk(text, start=at_yes())
        assert (TOLD | {detail: value}, Awaiting.CONFIRMATION) == (brief(turn), turn.dialogue.awaiting)
        assert Book not in kinds(turn)

    @pytest.mark.parametrize("asked", [Detail.EVENT_DATE, Detail.GUESTS, Detail.BUDGET, Detail.EMAIL])
    @pytest.mark.parametrize(("text", "detail", "value"), CORRECTIONS)
    def test_at_any_question(self, asked: Detail, text: str, detail: Detail, value: str) -> None:
        assert value == brief(talk(text, start=asked_for(asked)))[detail]

    @pytest.mark.parametrize("text", ["yes, my name is Sara Ahmed", "yes, I'm Sara"])
    @pytest.mark.parametrize("engagement", ["wedding", "course"])
    def test_who_says_yes_with_their_name_books_and_renames_nothing(self, engagement: str, text: str) -> None:
        facts = PlainFacts(offered=(replace(CONSULTATION, engagement=engagement), TASTING, HAIRCUT))
        start = talk(WISH, "Lea", facts=facts).dialogue
        while start.awaiting is Awaiting.BRIEF:
            start = talk("skip", facts=facts, start=start).dialogue
        booked = [effect for effect in talk(text, facts=facts, start=start).effects if isinstance(effect, Book)]
        assert ["Lea"] == [dict(one.brief)[Detail.NAME] for one in booked]

    def test_several_at_once(self) -> None:
        turn = talk("guests 120, venue Marina", start=at_yes())
        assert ("120", "Marina") == (brief(turn)[Detail.GUESTS], brief(turn)[Detail.VENUE])

    def test_an_answer_may_tell_more_than_was_asked(self) -> None:
        turn = talk("Ana & Ben, wedding on June 12, 2027, 150 guests", start=asked_for(Detail.NAME))
        told = {Detail.NAME: "Ana & Ben", Detail.EVENT_DATE: "2027-06-12", Detail.GUESTS: "150"}
        assert (told, Detail.VENUE) == (brief(turn), turn.dialogue.brief_asked)

    def test_what_is_only_named_is_asked_anew(self) -> None:
        turn = talk("change the budget", start=at_yes())
        assert (Awaiting.BRIEF, Detail.BUDGET) == (turn.dialogue.awaiting, turn.dialogue.brief_asked)
        turn = talk("60k", start=turn.dialogue)
        assert ("6000000-6000000 USD", Awaiting.CONFIRMATION) == (brief(turn)[Detail.BUDGET], turn.dialogue.awaiting)

    def test_what_cannot_be_read_is_asked_for_with_the_reason(self) -> None:
        turn = talk("guests: lots", start=at_yes())
        assert (["value_guests", "ask_intake"], TOLD) == (keys(turn), brief(turn))

    def test_after_a_no_as_well(self) -> None:
        turn = talk("no", "the venue is Marina", start=at_yes())
        assert (Awaiting.CONFIRMATION, "Marina") == (turn.dialogue.awaiting, brief(turn)[Detail.VENUE])

    @pytest.mark.parametrize("text", ["how many guests can come?", "is the venue Oasis?", "can you email me?"])
    def test_a_question_changes_nothing(self, text: str) -> None:
        assert brief(at_yes()) == brief(talk(text, start=at_yes()))

    @pytest.mark.parametrize("text", ["20 guests are vegan", "vegan menu for 20 guests", "guests will need buses"])
    def test_a_wish_that_speaks_of_guests_is_a_wish(self, text: str) -> None:
        turn = talk(text, start=asked_for(Detail.REQUESTS))
        assert (text, "150") == (brief(turn)[Detail.REQUESTS], brief(turn)[Detail.GUESTS])

    @pytest.mark.parametrize(
        ("text", "day", "at"),
        [("make it 4pm", date(2026, 3, 11), time(16)), ("friday instead", date(2026, 3, 13), time(15))],
    )
    def test_another_time_keeps_what_was_told(self, text: str, day: date, at: time) -> None:
        turn = talk(text, start=at_yes())
        assert (day, at, TOLD) == (turn.dialogue.day, turn.dialogue.at, brief(turn))
        assert Awaiting.CONFIRMATION is turn.dialogue.awaiting

    def test_a_visit_after_the_event_asks_for_its_day_anew(self) -> None:
        turn = talk("wedding date is 15 march 2026", "make it 20 march", start=at_yes())
        assert (["value_date_early", "ask_intake"], Detail.EVENT_DATE) == (keys(turn), turn.dialogue.brief_asked)
        turn = talk("skip", start=turn.dialogue)
        assert (Awaiting.CONFIRMATION, "") == (turn.dialogue.awaiting, brief(turn)[Detail.EVENT_DATE])

    def test_another_service_takes_the_brief_nowhere(self) -> None:
        turn = talk("haircut instead", start=at_yes())
        assert "brief_told" not in keys(turn)


class TestValues:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("12 June 2031", "2031-06-12"), ("12 June", "2026-06-12"), ("1 Feb", "2027-02-01"), ("5/3", "2027-03-05"),
            ("2027-06-12", "2027-06-12"), ("June 12, 2027", "2027-06-12"), ("it's on 12 june 2027", "2027-06-12"),
            ("12th of june next year", "2027-06-12"), ("no, 12 June 2027", "2027-06-12"),
        ],
    )  # fmt: skip
    def test_a_day(self, text: str, day: str) -> None:
        assert day == brief(talk(text, start=asked_for(Detail.EVENT_DATE)))[Detail.EVENT_DATE]

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ("12 June 2020", "value_date_past"), ("9 march 2026", "value_date_past"), ("today", "value_date_early"),
            ("10 march 2026", "value_date_early"), ("June 2027", "value_date_unclear"),
            ("next summer", "value_date_unclear"), ("maybe in june", "value_date_unclear"),
            ("next year", "value_date_unclear"),
        ],
    )  # fmt: skip
    def test_no_day(self, text: str, key: str) -> None:
        turn = talk(text, start=asked_for(Detail.EVENT_DATE))
        assert ([key, "intake_may_skip"], Detail.EVENT_DATE) == (keys(turn), turn.dialogue.brief_asked)

    def test_a_day_with_two_readings_is_asked_about(self) -> None:
        abroad = replace(FACTS, business=replace(FACTS.business, region=""))
        turn = talk("5/3", facts=abroad, start=asked_for(Detail.EVENT_DATE))
        assert "value_date_unclear" == keys(turn)[0]

    def test_a_day_without_its_year_is_after_the_visit(self) -> None:
        start = asked_for(Detail.EVENT_DATE, wish="wedding consultation 1 april at 3")
        assert "2027-03-20" == brief(talk("20 March", start=start))[Detail.EVENT_DATE]

    def test_arabic_digits(self) -> None:
        facts = replace(FACTS, language="ar", language_is_known=True)
        turn = talk("١٢ يونيو ٢٠٢٧", "قاعة الياسمين", "١٥٠", facts=facts, start=asked_for(Detail.EVENT_DATE))
        assert ("2027-06-12", "150") == (brief(turn)[Detail.EVENT_DATE], brief(turn)[Detail.GUESTS])

    @pytest.mark.parametrize(
        ("text", "count"), [("just us two", "2"), ("about 150", "150"), ("80 adults and 20 kids", "100")]
    )
    def test_guests(self, text: str, count: str) -> None:
        assert count == brief(talk(text, start=asked_for(Detail.GUESTS)))[Detail.GUESTS]

    @pytest.mark.parametrize("text", ["lots", "0", "1000000", "big wedding", "12 June"])
    def test_no_guests(self, text: str) -> None:
        assert "value_guests" == keys(talk(text, start=asked_for(Detail.GUESTS)))[0]

    @pytest.mark.parametrize(
        ("text", "spelled"),
        [
            ("around 2 million pesos", "200000000-200000000 PHP"), ("$50,000", "5000000-5000000 USD"),
            ("no idea", ""), ("it depends", ""), ("20k-30k", "2000000-3000000 USD"),
        ],
    )  # fmt: skip
    def test_a_budget(self, text: str, spelled: str) -> None:
        assert spelled == brief(talk(text, start=asked_for(Detail.BUDGET)))[Detail.BUDGET]

    def test_a_budget_of_thousands_is_asked_about(self) -> None:
        turn = talk("50-100", start=asked_for(Detail.BUDGET))
        assert "value_budget_unit" == keys(turn)[0]
        assert TOLD[Detail.BUDGET] == brief(talk("50k-100k", start=turn.dialogue))[Detail.BUDGET]

    @pytest.mark.parametrize(
        ("texts", "email"),
        [
            (("yes",), "ana@gmail.com"), (("no",), "ana@gmial.com"), (("ana@yahoo.com",), "ana@yahoo.com"),
            (("no, ana@yahoo.com",), "ana@yahoo.com"), (("what?", "yes"), "ana@gmail.com"), (("skip",), ""),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("is_correction", [False, True])
    def test_an_address_that_looks_misspelt(self, texts: tuple[str, ...], email: str, *, is_correction: bool) -> None:
        start = at_yes() if is_correction else asked_for(Detail.EMAIL)
        asked = talk("my email is ana@gmial.com", start=start)
        assert ["brief_email_meant"] == keys(asked)
        assert email == brief(talk(*texts, start=asked.dialogue))[Detail.EMAIL]

    @pytest.mark.parametrize("text", ["ana", "ana@", "@", "+97455501234", "yes"])
    def test_no_address(self, text: str) -> None:
        assert "value_email" == keys(talk(text, start=asked_for(Detail.EMAIL)))[0]

    @pytest.mark.parametrize("detail", WORDED)
    def test_a_huge_text_is_refused(self, detail: Detail) -> None:
        turn = talk("x" * 5000, start=asked_for(detail))
        assert (["value_too_long", "ask_intake"], detail) == (keys(turn), turn.dialogue.brief_asked)

    def test_long_wishes_are_kept_whole(self) -> None:
        wishes = "a live band, " * 100
        assert wishes.strip() == brief(talk(wishes, start=asked_for(Detail.REQUESTS)))[Detail.REQUESTS]
        turn = talk(f"special wishes: {wishes}", start=at_yes())
        assert wishes.strip() == brief(turn)[Detail.REQUESTS]


AT_ONCE = {
    "en": "we're getting married on 12 June 2027, about 150 guests, can we come in tomorrow at 3?",
    "es": "hola! nos casamos el 12 de junio de 2027, unos 150 invitados, podemos ir mañana a las 3?",
    "fr": "nous nous marions le 12 juin 2027, 150 invités, on peut venir demain à 15h ?",
    "pt": "vamos nos casar em 12 de junho de 2027, 150 convidados, podemos ir amanhã às 15h?",
    "ar": "سنتزوج يوم 12 يونيو 2027، حوالي 150 ضيوف، ممكن موعد غدا الساعة 3؟",
    "sw": "tunaoana 12 Juni 2027, wageni 150, tunaweza kuja kesho saa tisa mchana?",
    "fil": "ikakasal kami sa Hunyo 12, 2027, mga 150 bisita, pwede po ba bukas ng 3pm?",
    "hi": "hamari shaadi 12 june 2027 ko hai, 150 mehmaan, kal 3 baje mil sakte hain?",
}  # fmt: skip


class TestToldAtOnce:
    @pytest.mark.parametrize("code", list(AT_ONCE))
    def test_the_day_of_the_wedding_is_not_that_of_the_visit(self, code: str) -> None:
        turn = talk(AT_ONCE[code])
        assert {Detail.EVENT_DATE: "2027-06-12", Detail.GUESTS: "150"} == brief(turn)
        assert (date(2026, 3, 11), time(15)) == (turn.dialogue.day, turn.dialogue.at)
        assert (1, Detail.NAME) == (turn.dialogue.service_id, turn.dialogue.brief_asked)

    @pytest.mark.parametrize(
        "text",
        [
            "We're getting married on 12 June 2027", "wedding on 12 June 2027, need a consultation",
            "consultation for our wedding on 12 June 2027", "getting married on 12 June 2027 and need a consultation",
        ],
    )  # fmt: skip
    def test_with_nothing_else_the_day_of_the_visit_is_asked(self, text: str) -> None:
        turn = talk(text)
        assert (Awaiting.DATE, 1, None) == (turn.dialogue.awaiting, turn.dialogue.service_id, turn.dialogue.day)
        assert {Detail.EVENT_DATE: "2027-06-12"} == brief(turn)

    def test_any_detail_that_stands_by_itself_is_taken(self) -> None:
        turn = talk("consultation thursday at 4. My email is ana@example.com. Our names: Ana and Ben. Budget 20k")
        told = {Detail.EMAIL: "ana@example.com", Detail.NAME: "Ana and Ben", Detail.BUDGET: "2000000-2000000 USD"}
        assert (told, Detail.EVENT_DATE) == (brief(turn), turn.dialogue.brief_asked)
        assert (date(2026, 3, 12), time(16)) == (turn.dialogue.day, turn.dialogue.at)

    def test_which_of_two_services_is_asked_with_all_of_it_kept(self) -> None:
        on_beach = replace(CONSULTATION, id=5, name="Beach Consultation", engagement="wedding:beach", aliases=())
        facts = replace(FACTS, offered=(replace(CONSULTATION, engagement="wedding:church"), on_beach))
        turn = talk("we're getting married on 12 June 2027, can we come in tomorrow at 3?", facts=facts)
        assert Awaiting.SERVICE is turn.dialogue.awaiting
        turn = talk("beach", facts=facts, start=turn.dialogue)
        assert (5, time(15), Detail.NAME) == (turn.dialogue.service_id, turn.dialogue.at, turn.dialogue.brief_asked)
        assert {Detail.EVENT_DATE: "2027-06-12"} == brief(turn)

    def test_the_hour_of_the_wedding_is_not_that_of_the_visit(self) -> None:
        turn = talk("wedding is on saturday 12 june 2027 at 4pm, can we come thursday at 5")
        assert (date(2026, 3, 12), time(17)) == (turn.dialogue.day, turn.dialogue.at)

    @pytest.mark.parametrize("text", ["wedding tomorrow at 3", "wedding on wednesday at 3", WISH])
    def test_a_wish_in_the_same_words_is_a_wish(self, text: str) -> None:
        turn = talk(text)
        assert ({}, date(2026, 3, 11), time(15)) == (brief(turn), turn.dialogue.day, turn.dialogue.at)

    @pytest.mark.parametrize("text", ["cake tasting tomorrow at 3, 3 people", "haircut tomorrow at 3, budget 20k"])
    def test_other_services_are_told_nothing(self, text: str) -> None:
        assert {} == brief(talk(text))


class TestOtherKindsOfBookings:
    AGREED = Agreement(1, "1", {"en": "A quarter is due on signing."})
    SEALED = Question(1, "how", {"en": "How did you hear of us?"}, is_required=True)

    def test_an_agreement_and_an_intake_come_after_the_yes_and_the_brief_goes_with_the_booking(self) -> None:
        facts = replace(FACTS, offered=(replace(CONSULTATION, agreements=(self.AGREED,), intake=(self.SEALED,)),))
        asked = talk("yes", facts=facts, start=at_yes(facts))
        assert (["ask_agreement"], False) == (keys(asked), Book in kinds(asked))
        asked = talk("agree", facts=facts, start=asked.dialogue)
        assert Awaiting.INTAKE is asked.dialogue.awaiting
        booked = talk("a friend", facts=replace(facts, agreed={(1, "1")}), start=asked.dialogue).effects[-1]
        assert isinstance(booked, Book)
        assert TOLD == dict(booked.brief)

    def test_several_services_in_one_visit(self) -> None:
        booked = talk("yes", start=at_yes(wish="wedding consultation and cake tasting tomorrow at 3")).effects[-1]
        assert isinstance(booked, Book)
        assert ({1, 3}, TOLD) == (set(booked.service_ids), dict(booked.brief))

    def test_a_series(self) -> None:
        dialogue = at_yes(wish="wedding consultation every friday at 5pm, 4 times")
        (booked,) = talk("yes", start=dialogue).effects
        assert isinstance(booked, BookSeries)
        assert TOLD == dict(booked.brief)

    def test_seats_of_a_class(self) -> None:
        course = replace(CONSULTATION, is_class=True, name="Planning Course", aliases=("course",))
        start = datetime(2026, 3, 16, 18, tzinfo=QATAR)
        class_ = ClassView(1, 1, 1, course.name, 1, "Dr Lina", start, start + timedelta(hours=1), 10, 10, course.price)
        facts = replace(FACTS, offered=(course,), sessions=(class_,))
        asked = talk("course", facts=facts)
        assert (Awaiting.BRIEF, [HoldSeats]) == (asked.dialogue.awaiting, kinds(asked))
        dialogue = asked.dialogue
        while dialogue.awaiting is Awaiting.BRIEF:
            dialogue = talk(ANSWERS[Detail(dialogue.brief_asked)], facts=facts, start=dialogue).dialogue
        (booked,) = talk("yes", facts=facts, start=dialogue).effects
        assert isinstance(booked, BookSeats)
        assert TOLD == dict(booked.brief)


HINTS = st.sampled_from(
    [
        "guests", "venue", "change the", "budget", "email", "?", "no", "yes", "12 june", "2027", "@", ",", ".", "and",
        "skip", "back", "50k", "-", "at 4", "friday", "instead", "wedding is", "getting married on", "names", "الضيوف",
        "١٥٠", "\u200f", "👰", "how much", "cancel my booking", "\n", "not sure", "99999999999999999999",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.one_of(HINTS, st.text(max_size=8)), max_size=8).map(" ".join))
STARTS = [asked_for(detail) for detail in ANSWERS] + [at_yes(), talk("email is ana@gmial.com", start=at_yes()).dialogue]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(STARTS), TEXTS, st.sampled_from(sorted(spoken())))
def test_no_text_raises_or_stays_without_an_answer(start: Dialogue, text: str, code: str) -> None:
    facts = replace(FACTS, language=code, language_is_known=True)
    turn = step(start, Said(text), facts)
    assert load(dump(turn.dialogue)) == turn.dialogue
    assert turn.replies or turn.effects
    for reply in turn.replies:
        assert render(reply, code)
