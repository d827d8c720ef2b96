"""What a coordinator's commands about engagements do, refuse and tell, said outright, without a database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from conversations.commands import COMMANDS
from conversations.dialogue import Awaiting, Dialogue
from conversations.effects import Commanded, Effect
from conversations.engagements import kind_named
from conversations.engagements.effects import (
    AddMilestone,
    CloseEngagement,
    MoveMilestone,
    OpenByHand,
    ReopenEngagement,
    RetryOpening,
    SetDetail,
    Spend,
    TickMilestones,
)
from conversations.engagements.kinds import Detail
from conversations.engagements.states import Deed, EngagementStatus
from conversations.engagements.values import read_value, shown_value
from conversations.engagements.views import ActivityView, BudgetLineView, EngagementView, MilestoneView
from conversations.engine import says_nothing_yet, step
from conversations.events import Said
from conversations.facts import Person
from conversations.languages import spoken
from conversations.languages.render import render
from conversations.money import Money
from conversations.replies import Reply, say
from conversations.turn import Turn
from tests.conversations.plain_facts import HERE, QATAR, TODAY, PlainFacts, booking

EVENT = date(2026, 6, 12)
CONSULTATION, VENUE, VENDORS, DESIGN, FINAL, REHEARSAL = range(6)
"""Places of a wedding's milestones."""


def wedding(number: int = 4, name: str = "Ana & Ben", **changes: object) -> EngagementView:
    """A wedding in 94 days, with a budget of 75,000; the numbers of its milestones begin with its own."""
    kind = kind_named("wedding")
    assert kind is not None
    milestones = tuple(
        MilestoneView(
            number * 10 + place, one.key, one.titles["en"], EVENT - timedelta(days=one.days), False, False, None, False
        )
        for place, one in enumerate(kind.milestones)
    )
    lines = tuple(
        BudgetLineView(
            share.key, share.titles["en"], share.percent, Money(75_000 * share.percent, "QAR"), Money(0, "QAR")
        )
        for share in kind.shares
    )
    values: dict[str, object] = {
        "id": number, "version": 3, "kind": kind, "status": EngagementStatus.PLANNING, "name": name, "client": "Ana",
        "phone": "+97455501234", "email": "", "event_date": EVENT, "venue": "", "guests": None,
        "budget": Money(7_500_000, "QAR"), "currency": "QAR", "requests": "", "progress": 0, "booking_id": 12,
        "milestones": milestones, "lines": lines,
    }  # fmt: skip
    return EngagementView(**{**values, **changes})  # type: ignore[arg-type]


def with_milestones(found: EngagementView, **changed: Mapping[str, object]) -> EngagementView:
    """The same, with other values for the milestones of these keys."""
    return replace(
        found,
        milestones=tuple(replace(one, **changed.get(one.key, {})) for one in found.milestones),  # type: ignore[arg-type]
    )


OMAR = Person("+97455500000", is_coordinator=True)
DESK = PlainFacts(person=OMAR, jobs=(wedding(),))
TWO = replace(DESK, jobs=(wedding(), wedding(5, "Sara & Omar")))
CLOSED = replace(DESK, jobs=(wedding(status=EngagementStatus.CLOSED),))
NONE = replace(DESK, jobs=())


def said(text: str, facts: PlainFacts = DESK, dialogue: Dialogue | None = None) -> Turn:
    return step(dialogue or Dialogue(), Said(text), facts)


def done(text: str, facts: PlainFacts = DESK) -> tuple[Effect, ...]:
    """What a command does, once it is written down."""
    return inner(said(text, facts))


def inner(turn: Turn) -> tuple[Effect, ...]:
    return tuple(
        one for effect in turn.effects for one in (effect.effects if isinstance(effect, Commanded) else (effect,))
    )


def told(text: str, facts: PlainFacts = DESK) -> str:
    return "\n".join(render(reply, facts.language) for reply in said(text, facts).replies)


def key(text: str, facts: PlainFacts = DESK) -> str:
    return said(text, facts).replies[0].key


def ticked(*places: int, done: bool = True) -> tuple[Effect, ...]:
    return (TickMilestones(4, 3, tuple(40 + place for place in places), done),)


REFERRING = [
    "TICK {} venue", "UNTICK {} venue", "DUE {} venue 12 May", "ADDSTEP {} cake tasting", "SET {} guests 120",
    "SPENT {} catering 250", "CLOSE {} called off",
]  # fmt: skip
SHOWING = ["MILESTONES {}", "BUDGET {}", "LOG {}"]


@pytest.mark.parametrize("ref", ["P4", "W9", "w 9", "W999999999"])
@pytest.mark.parametrize("text", [*REFERRING, *SHOWING, "REOPEN {}"])
def test_a_wrong_letter_or_number_is_unknown_and_changes_nothing(text: str, ref: str) -> None:
    assert (["engagement_unknown"], ()) == ([key(text.format(ref))], done(text.format(ref)))


@pytest.mark.parametrize("text", REFERRING)
def test_what_is_closed_stays_as_it_is(text: str) -> None:
    assert ("engagement_closed", ()) == (key(text.format("W4"), CLOSED), done(text.format("W4"), CLOSED))


@pytest.mark.parametrize("text", SHOWING)
def test_what_is_closed_can_be_looked_at(text: str) -> None:
    assert "Ana & Ben" in told(text.format("W4"), CLOSED)


@pytest.mark.parametrize("word", ["TICK", "UNTICK", "DUE", "ADDSTEP", "SET", "SPENT", "CLOSE", "REOPEN"])
def test_a_bare_command_says_how_it_is_written(word: str) -> None:
    assert ("engagement_needs_ref", ()) == (key(word), done(word))
    assert COMMANDS[word].example in told(word)


@pytest.mark.parametrize("text", ["TICK W4", "DUE W4", "ADDSTEP W4", "SET W4", "SET W4 venue", "DUE W4 12 May"])
def test_a_command_without_its_words_says_so(text: str) -> None:
    assert ("command_needs_words", ()) == (key(text), done(text))


@pytest.mark.parametrize(
    "text",
    ["due tomorrow", "set up the room", "close the shop", "budget 50k", "spent too much", "are you open, tomorrow?"],
)
def test_words_that_are_no_command_are_left_to_others(text: str) -> None:
    assert () == done(text)
    assert not key(text).startswith(("engagement", "milestone", "budget", "open_"))


def test_engagements_lists_what_goes_on_and_what_failed() -> None:
    facts = replace(TWO, unopened=(31, 32))
    assert told("engagements", facts).splitlines() == [
        "2 under way:",
        "W4 Ana & Ben, 12 Jun 2026: 0%, next: Design & Decor, 14 Mar 2026",
        "W5 Sara & Omar, 12 Jun 2026: 0%, next: Design & Decor, 14 Mar 2026",
        "⚠ #31: what it should open could not be made. RETRY 31 tries again.",
        "⚠ #32: what it should open could not be made. RETRY 32 tries again.",
    ]


def test_engagements_where_there_are_none() -> None:
    assert "None is under way." == told("ENGAGEMENTS", NONE) == told("ENGAGEMENTS", CLOSED)
    assert "RETRY 31" in told("ENGAGEMENTS", replace(NONE, unopened=(31,)))


def test_an_engagement_with_everything_done_or_no_date() -> None:
    over = with_milestones(wedding(), **{one.key: {"completed": True} for one in wedding().milestones})
    assert "W4 Ana & Ben, 12 Jun 2026: 0%" in told("ENGAGEMENTS", replace(DESK, jobs=(over,))).splitlines()
    waits = {one.key: {"due": None} for one in wedding().milestones}
    undated = with_milestones(wedding(event_date=None), **waits)
    facts = replace(DESK, jobs=(undated,))
    assert "W4 Ana & Ben, no date yet: 0%, next: Initial Consultation, no date yet" in told("ENGAGEMENTS", facts)
    assert "Wedding day: no date yet" in told("MILESTONES", facts)
    assert "Rehearsal: no day yet" in told("MILESTONES", facts)


def test_milestones_of_one() -> None:
    found = with_milestones(
        wedding(progress=16), design={"completed": True}, vendors={"due": TODAY.date(), "is_planned_late": True},
        venue={"due": TODAY.date() - timedelta(days=1)},
    )  # fmt: skip
    expected = [
        "W4 Ana & Ben, 16%",
        "Wedding day: Friday 12 June 2026, 94 days left",
        "⚠ Venue Selection: 9 Mar 2026, late",
        "⚠ Vendor Booking: 10 Mar 2026, late",
        "✔ Design & Decor",
        "Final Details: 29 May 2026",
        "Initial Consultation: 5 Jun 2026",
        "Rehearsal: 11 Jun 2026",
    ]
    facts = replace(DESK, jobs=(found,))
    for text in ("MILESTONES", "milestones w4", "Milestones W 4", "steps #w4"):
        assert expected == told(text, facts).splitlines()
    assert expected == told("MILESTONES W4", replace(facts, jobs=(*facts.jobs, wedding(5)))).splitlines()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (date(2026, 3, 10), "Wedding day: today, Tuesday 10 March 2026"),
        (date(2026, 3, 9), "Wedding day: was Monday 9 March 2026"),
        (date(2026, 3, 11), "Wedding day: Wednesday 11 March 2026, 1 day left"),
    ],
)
def test_how_far_ahead_the_event_is(event: date, expected: str) -> None:
    assert expected == told("MILESTONES W4", replace(DESK, jobs=(wedding(event_date=event),))).splitlines()[1]


def test_milestones_of_all_are_those_of_two_weeks() -> None:
    assert told("MILESTONES", TWO).splitlines() == [
        "Due within 14 days:",
        "W4 Ana & Ben: Design & Decor: 14 Mar 2026",
        "W5 Sara & Omar: Design & Decor: 14 Mar 2026",
    ]
    assert "milestones_none_soon" == key("MILESTONES", NONE)


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("en", "TICK W4 venue", [VENUE]),
        ("en", "tick w 4 VENUE SELECTION", [VENUE]),
        ("en", "tick W4: the rehearsal", [REHEARSAL]),
        ("en", "Tick W4 rehersal", [REHEARSAL]),
        ("en", "TICK W4 desgin", [DESIGN]),
        ("en", "TICK W4 details", [FINAL]),
        ("en", "TICK W4 #43", [DESIGN]),
        ("en", "TICK W4 venue, rehearsal", [VENUE, REHEARSAL]),
        ("en", "TICK W4 vendors and final details", [VENDORS, FINAL]),
        ("en", "TICK rehearsal", [REHEARSAL]),
        ("es", "TICK W4 eleccion del lugar", [VENUE]),
        ("es", "tachar W4 ensayo y lugar", [REHEARSAL, VENUE]),
        ("es", "TICK W4 venue", [VENUE]),
        ("fr", "cocher W4 répétition", [REHEARSAL]),
        ("pt", "concluir W4 ensaio", [REHEARSAL]),
        ("ar", "TICK W٤ اختيار المكان", [VENUE]),
        ("ar", "أنجز W4 مكان", [VENUE]),
        ("sw", "kamilisha W4 mazoezi", [REHEARSAL]),
        ("fil", "markahan W4 ensayo", [REHEARSAL]),
        ("hi", "टिक W4 रिहर्सल", [REHEARSAL]),
    ],
)
def test_tick(language: str, text: str, places: list[int]) -> None:
    assert ticked(*places) == done(text, replace(DESK, language=language))


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("en", "venue done", [VENUE]),
        ("en", "Venue done W4", [VENUE]),
        ("en", "W4 venue done", [VENUE]),
        ("en", "w4: venue is done!", [VENUE]),
        ("en", "rehearsal is done", [REHEARSAL]),
        ("en", "the rehearsal has been finished.", [REHEARSAL]),
        ("en", "done venue", [VENUE]),
        ("en", "venue done ✅", [VENUE]),
        ("es", "el ensayo está hecho", [REHEARSAL]),
        ("es", "lugar listo", [VENUE]),
        ("es", "venue done", [VENUE]),
        ("fr", "le lieu, c'est fait", [VENUE]),
        ("fr", "répétition terminée", [REHEARSAL]),
        ("pt", "o ensaio está pronto", [REHEARSAL]),
        ("ar", "تم اختيار المكان", [VENUE]),
        ("ar", "المكان تم", [VENUE]),
        ("sw", "ukumbi tayari", [VENUE]),
        ("fil", "tapos na ang ensayo", [REHEARSAL]),
        ("hi", "रिहर्सल हो गया", [REHEARSAL]),
        ("hi", "venue ho gaya", [VENUE]),
    ],
)
def test_plain_words_tick_too(language: str, text: str, places: list[int]) -> None:
    facts = replace(DESK, language=language)
    assert ticked(*places) == done(text, facts)
    assert not says_nothing_yet(Dialogue(), Said(text), facts)


@pytest.mark.parametrize(
    "text",
    [
        "done", "DONE", "DONE 12", "done 12 left knee", "all done", "well done", "W4 done", "done W4", "W9 venue done",
        "P4 venue done", "venue not done", "is the venue done?", "flowers done", "the venue is done for us all I hope",
        "venue done " * 20, "venue done\nflowers done", "\n".join(["venue done"] * 20),
    ],
)  # fmt: skip
def test_what_fits_no_milestone_ticks_nothing(text: str) -> None:
    assert not any(isinstance(effect, TickMilestones) for effect in done(text))
    assert not key(text).startswith("milestone")


@pytest.mark.parametrize("text", ["venue done", "W4 venue done"])
def test_plain_words_do_not_tick_what_is_done_or_closed(text: str) -> None:
    ready = replace(DESK, jobs=(with_milestones(wedding(), venue={"completed": True}),))
    assert () == done(text, ready) == done(text, CLOSED) == done(text, NONE)


def test_plain_words_in_the_middle_of_a_booking_of_their_own_are_an_answer() -> None:
    booked = said("book a haircut").dialogue
    assert Awaiting.NOTHING is not booked.awaiting
    assert () == inner(said("venue done", dialogue=booked))


def test_done_stays_the_command_for_a_booking() -> None:
    assert "command_still_pending" == key("DONE 12", replace(DESK, bookings=(booking(12),)))


def test_several_lines_of_plain_words() -> None:
    turn = said("venue done\nrehearsal done")
    assert (ticked(VENUE), (Said("TICK rehearsal"),)) == (inner(turn), turn.then)


@pytest.mark.parametrize("text", ["venue done", "TICK venue"])
def test_of_several_engagements_the_one_is_asked_for(text: str) -> None:
    turn = said(text, TWO)
    assert ("command_which", Awaiting.REQUEST) == (turn.replies[0].key, turn.dialogue.awaiting)
    assert ["W4 Ana & Ben: Venue Selection", "W5 Sara & Omar: Venue Selection"] == [
        option.label for option in turn.dialogue.options
    ]
    picked = said("2", TWO, turn.dialogue)
    assert (TickMilestones(5, 3, (51,)),) == inner(picked)
    assert Awaiting.NOTHING is picked.dialogue.awaiting


def test_plain_words_mean_the_only_engagement_where_it_is_open() -> None:
    other = with_milestones(wedding(5, "Sara & Omar"), venue={"completed": True})
    assert ticked(VENUE) == done("venue done", replace(DESK, jobs=(wedding(), other)))


def test_of_several_milestones_the_one_is_asked_for() -> None:
    turn = said("TICK W4 ven")
    assert ["TICK W4 #41", "TICK W4 #42"] == [option.value for option in turn.dialogue.options]
    assert ticked(VENDORS) == inner(said("2", dialogue=turn.dialogue))
    due = said("DUE W4 ven 12 May")
    assert (MoveMilestone(4, 3, 41, date(2026, 5, 12)),) == inner(said("1", dialogue=due.dialogue))


def test_a_whole_title_is_meant_before_one_that_it_begins() -> None:
    own = MilestoneView(49, "own_1", "Rehearsal dinner", None, False, False, None, False)
    found = wedding()
    facts = replace(DESK, jobs=(replace(found, milestones=(*found.milestones, own)),))
    assert ticked(REHEARSAL) == done("TICK W4 rehearsal", facts)
    assert ticked(9) == done("TICK W4 dinner", facts)
    assert ticked(9) == done("rehearsal dinner done", facts)


def test_a_milestone_that_nobody_knows_lists_those_there_are() -> None:
    assert ("milestone_unknown", ()) == (key("TICK W4 flowers"), done("TICK W4 flowers"))
    assert "Design & Decor, Final Details" in told("TICK W4 flowers")
    assert ("milestone_unknown", ()) == (key("TICK W4 venue, flowers"), done("TICK W4 venue, flowers"))
    assert ("milestone_unknown", ()) == (key("TICK W4 + +"), done("TICK W4 + +"))
    assert ("milestone_unknown_at_all", ()) == (key("TICK flowers"), done("TICK flowers"))
    assert "Últimos detalles" in told("TICK W4 flores", replace(DESK, language="es"))


def test_what_is_done_is_told_with_the_progress_and_the_next() -> None:
    expected = "✔ W4 Ana & Ben: Design & Decor done, 16%\nnext: Vendor Booking, 13 Apr 2026"
    assert expected == told("TICK W4 design")
    all_but_one = {one.key: {"completed": one.key != "venue"} for one in wedding().milestones}
    facts = replace(DESK, jobs=(with_milestones(wedding(), **all_but_one),))
    assert "✔ W4 Ana & Ben: Venue Selection done, 100%" == told("TICK W4 venue", facts)


def test_untick() -> None:
    facts = replace(DESK, jobs=(with_milestones(wedding(), venue={"completed": True}),))
    assert ticked(VENUE, done=False) == done("UNTICK W4 venue", facts)
    assert "↩ W4 Ana & Ben: Venue Selection, open again, 0%" == told("UNTICK W4 venue", facts)
    assert ("milestone_done_already", ()) == (key("TICK W4 venue", facts), done("TICK W4 venue", facts))
    assert ("milestone_open_already", ()) == (key("UNTICK W4 venue"), done("UNTICK W4 venue"))
    assert ticked(REHEARSAL) == done("TICK W4 venue, rehearsal", facts)
    assert "milestone_open_already" == key("UNTICK W4 rehearsal, design", facts)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "DUE W4 venue 12 May", date(2026, 5, 12)),
        ("en", "DUE W4 venue selection, 12 May 2028", date(2028, 5, 12)),
        ("en", "due w4 venue tomorrow", date(2026, 3, 11)),
        ("en", "DUE W4 12 May venue", date(2026, 5, 12)),
        ("es", "vence W4 lugar 12 de mayo", date(2026, 5, 12)),
        ("fr", "DUE W4 lieu 12 mai", date(2026, 5, 12)),
    ],
)
def test_due(language: str, text: str, day: date) -> None:
    assert (MoveMilestone(4, 3, 41, day),) == done(text, replace(DESK, language=language))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DUE W4 venue", "value_date_unclear"),
        ("DUE W4 venue soon", "milestone_unknown"),
        ("DUE W4 venue next month", "value_date_unclear"),
        ("DUE W4 venue 31 February", "value_date_unclear"),
        ("DUE W4 venue 1 March 2026", "value_date_past"),
        ("DUE W4 cake 12 May", "milestone_unknown"),
        ("ADDSTEP W4 cake tasting 3 May 2025", "value_date_past"),
        ("ADDSTEP W4 cake tasting, 3 May 2025", "value_date_past"),
        ("SET W4 date 1 June 2020", "value_date_past"),
        ("OPEN wedding Ana & Ben, 1 June 2020", "value_date_past"),
    ],
)
def test_a_day_that_cannot_be(text: str, expected: str) -> None:
    assert (expected, ()) == (key(text), done(text))


def test_a_day_within_a_title_is_not_the_day() -> None:
    own = MilestoneView(49, "own_1", "Friday dinner tasting", None, False, False, None, False)
    facts = replace(DESK, jobs=(replace(wedding(), milestones=(own,)),))
    assert (MoveMilestone(4, 3, 49, date(2026, 5, 12)),) == done("DUE W4 friday dinner tasting 12 May", facts)


@pytest.mark.parametrize(
    ("text", "title", "due"),
    [
        ("ADDSTEP W4 cake tasting, 3 May", "cake tasting", date(2026, 5, 3)),
        ("ADDSTEP W4 cake tasting 3 May 2027", "cake tasting", date(2027, 5, 3)),
        ("ADDSTEP W4 cake tasting", "cake tasting", None),
        ("addstep w4 cake, flowers, 3 May", "cake, flowers", date(2026, 5, 3)),
        ("ADDSTEP W4 book the weekend band", "book the weekend band", None),
        ("add step W4 tables for 20 guests", "tables for 20 guests", None),
    ],
)
def test_addstep(text: str, title: str, due: date | None) -> None:
    assert (AddMilestone(4, 3, title, due),) == done(text)


@pytest.mark.parametrize(
    ("language", "text", "detail", "value"),
    [
        ("en", "SET W4 venue Oasis Garden", Detail.VENUE, "Oasis Garden"),
        ("en", "set w4 wedding venue: Oasis Garden", Detail.VENUE, "Oasis Garden"),
        ("en", "SET W4 guests 120", Detail.GUESTS, "120"),
        ("en", "SET W4 120 guests", Detail.GUESTS, "120"),
        ("en", "SET W4 number of guests about 150-200", Detail.GUESTS, "200"),
        ("en", "SET W4 budget 50k-100k", Detail.BUDGET, "5000000-10000000 QAR"),
        ("en", "SET W4 budget 20000 USD", Detail.BUDGET, "2000000-2000000 USD"),
        ("en", "SET W4 budget no idea", Detail.BUDGET, ""),
        ("en", "SET W4 date 12 June 2027", Detail.EVENT_DATE, "2027-06-12"),
        ("en", "SET W4 wedding date June 12, 2031", Detail.EVENT_DATE, "2031-06-12"),
        ("en", "SET W4 email ana@example.com", Detail.EMAIL, "ana@example.com"),
        ("en", "SET W4 name Ana & Benjamin", Detail.NAME, "Ana & Benjamin"),
        ("en", "SET W4 requests vegan menu", Detail.REQUESTS, "vegan menu"),
        ("es", "fijar W4 invitados 120", Detail.GUESTS, "120"),
        ("es", "SET W4 fecha 12 de junio de 2027", Detail.EVENT_DATE, "2027-06-12"),
        ("es", "SET W4 date 12 junio 2027", Detail.EVENT_DATE, "2027-06-12"),
        ("fr", "SET W4 lieu Domaine des Lilas", Detail.VENUE, "Domaine des Lilas"),
        ("pt", "definir W4 convidados 120", Detail.GUESTS, "120"),
        ("ar", "تعيين W4 التاريخ ١٢ يونيو ٢٠٢٧", Detail.EVENT_DATE, "2027-06-12"),
        ("sw", "panga W4 wageni 120", Detail.GUESTS, "120"),
        ("fil", "itakda W4 bisita 120", Detail.GUESTS, "120"),
        ("hi", "तय W4 मेहमान 120", Detail.GUESTS, "120"),
    ],
)
def test_set(language: str, text: str, detail: Detail, value: str) -> None:
    assert (SetDetail(4, 3, detail, value),) == done(text, replace(DESK, language=language))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET W4 colour red", "engagement_set_which"),
        ("SET W4 guests many", "value_guests"),
        ("SET W4 guests 0", "value_guests"),
        ("SET W4 budget 50-100", "value_budget_unit"),
        ("SET W4 budget plenty", "value_budget"),
        ("SET W4 date next month", "value_date_unclear"),
        ("SET W4 email nope", "value_email"),
        ("SET W4 venue ???", "value_words"),
    ],
)
def test_set_refuses_what_cannot_be_read(text: str, expected: str) -> None:
    assert (expected, ()) == (key(text), done(text))


def test_a_budget_changes_its_currency_only_before_anything_is_spent() -> None:
    found = wedding()
    spent = replace(found, lines=(replace(found.lines[0], spent=Money(100, "QAR")), *found.lines[1:]))
    facts = replace(DESK, jobs=(spent,))
    assert "budget_other_currency" == key("SET W4 budget 20000 USD", facts)
    assert () == done("SET W4 budget 20000 USD", facts)
    assert (SetDetail(4, 3, Detail.BUDGET, "2000000-2000000 QAR"),) == done("SET W4 budget 20k QAR", facts)
    assert (SetDetail(4, 3, Detail.BUDGET, ""),) == done("SET W4 budget no idea", facts)


def test_what_was_set_is_shown_as_people_write_it() -> None:
    assert "✏ W4 Ana & Ben: budget: 50,000.00 QAR to 100,000.00 QAR" == told("SET W4 budget 50k-100k")
    assert "📅 W4 Ana & Ben: date: 12 Jun 2027. The open milestones move with it." == told("SET W4 date 12 June 2027")
    assert say("money", price=Money(500, "QAR")) == shown_value(Detail.BUDGET, "500-500 QAR")


def test_a_detail_that_the_kind_does_not_ask_for_is_none_of_it() -> None:
    course = kind_named("course")
    assert course is not None
    facts = replace(DESK, jobs=(wedding(kind=course),))
    ref = f"{course.letter}4"
    assert "engagement_set_which" == key(f"SET {ref} guests 120", facts)
    assert (SetDetail(4, 3, Detail.EVENT_DATE, "2027-06-12"),) == done(f"SET {ref} date 12 June 2027", facts)


@pytest.mark.parametrize(
    ("text", "line", "amount"),
    [
        ("SPENT W4 catering 250", "catering", 25_000),
        ("spent w4 catering 79.50", "catering", 7_950),
        ("SPENT W4 catering 79,5 QAR", "catering", 7_950),
        ("SPENT W4 photo & film 7,500", "photo", 750_000),
        ("SPENT W4 film QAR 300", "photo", 30_000),
        ("SPENT W4 music 2k", "music", 200_000),
        ("SPENT W4 music 1,500.50", "music", 150_050),
        ("SPENT W4 music 1 500", "music", 150_000),
        ("SPENT W4 catring 250", "catering", 25_000),
        ("SPENT W4 decor: 25", "decor", 2_500),
    ],
)
def test_spent(text: str, line: str, amount: int) -> None:
    assert (Spend(4, 3, line, Money(amount, "QAR")),) == done(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SPENT W4 catering", "command_no_amount"),
        ("SPENT W4 250", "command_no_amount"),
        ("SPENT W4 catering lots", "command_no_amount"),
        ("SPENT W4 catering 0", "command_no_amount"),
        ("SPENT W4 catering -5", "command_no_amount"),
        ("SPENT W4 catering 2k-3k", "command_no_amount"),
        ("SPENT W4 catering 25k USD", "budget_other_currency"),
        ("SPENT W4 horses 300", "budget_no_line"),
    ],
)
def test_spent_refuses_what_is_no_amount_or_no_line(text: str, expected: str) -> None:
    assert (expected, ()) == (key(text), done(text))


def test_spent_says_what_is_left_and_what_is_over() -> None:
    assert "💰 W4 Ana & Ben: Music, 250.00 QAR of 3,750.00 QAR spent." == told("SPENT W4 music 250")
    assert "250.00 QAR over budget" in told("SPENT W4 music 4000")
    open_budget = replace(wedding(), budget=None, lines=tuple(replace(one, planned=None) for one in wedding().lines))
    assert "budget_spent_unplanned" == key("SPENT W4 music 4000", replace(DESK, jobs=(open_budget,)))


def test_spent_in_a_language_is_read_by_its_titles() -> None:
    facts = replace(DESK, language="es")
    assert (Spend(4, 3, "catering", Money(30_000, "QAR")),) == done("gastado W4 comida 300", facts)
    assert "Comida" in told("gastado W4 comida 300", facts)
    hindi = replace(DESK, language="hi")
    assert (Spend(4, 3, "catering", Money(30_000, "QAR")),) == done("खर्च W4 खाना 300", hindi)


def test_of_several_budget_lines_the_one_is_asked_for() -> None:
    found = wedding()
    twice = replace(found.lines[0], key="venue_2", title="Venue deposit")
    facts = replace(DESK, jobs=(replace(found, lines=(replace(found.lines[0], title="Venue rent"), twice)),))
    turn = said("SPENT W4 ven 300", facts)
    assert ["Venue", "Venue deposit"] == [option.label for option in turn.dialogue.options]
    assert (Spend(4, 3, "venue_2", Money(30_000, "QAR")),) == inner(said("2", facts, turn.dialogue))


def test_budget() -> None:
    found = wedding()
    spent = replace(found, lines=(replace(found.lines[0], spent=Money(3_100_000, "QAR")), *found.lines[1:]))
    lines = told("BUDGET W4", replace(DESK, jobs=(spent,))).splitlines()
    assert "W4 Ana & Ben: 31,000.00 QAR of 75,000.00 QAR spent" == lines[0]
    assert "⚠ Venue, 40%: 31,000.00 QAR of 30,000.00 QAR, 1,000.00 QAR too much" == lines[1]
    assert "Reserve, 5%: 0.00 QAR of 3,750.00 QAR" == lines[-1]
    assert lines == told("BUDGET", replace(DESK, jobs=(spent,))).splitlines()
    assert "engagement_needs_ref" == key("BUDGET", TWO)
    assert "budget_none" == key("BUDGET W4", replace(DESK, jobs=(replace(found, lines=()),)))


def test_close_asks_first() -> None:
    shown = said("CLOSE W4 called off")
    assert ((), Awaiting.SURE) == (shown.effects, shown.dialogue.awaiting)
    assert "6 milestones are open.\ncalled off\n" in render(shown.replies[0], "en")
    closed = said("yes", dialogue=shown.dialogue)
    assert (Commanded("CLOSE W4 called off", (CloseEngagement(4, 3, "called off"),)),) == closed.effects
    refused = said("no", dialogue=shown.dialogue)
    assert ((), "command_left") == (refused.effects, refused.replies[0].key)
    assert "engagement_closed" == said("yes", CLOSED, shown.dialogue).replies[0].key
    assert ticked(VENUE) == inner(said("venue done", dialogue=shown.dialogue))


def test_reopen() -> None:
    assert (ReopenEngagement(4, 3),) == done("REOPEN W4", CLOSED)
    assert ("engagement_goes_on", ()) == (key("REOPEN W4"), done("REOPEN W4"))


def test_log_is_told_in_words() -> None:
    at = datetime(2026, 3, 9, 14, 5, tzinfo=QATAR)
    entries: list[tuple[str, str, dict[str, object]]] = [
        ("Omar", Deed.CLOSED, {"reason": "ill"}),
        ("Omar", Deed.CLOSED, {"reason": ""}),
        ("Omar", Deed.REOPENED, {}),
        ("Omar", Deed.SPENT, {"line": "Music", "amount": 30_000, "currency": "QAR"}),
        ("client:7", Deed.DETAIL_CHANGED, {"detail": "guests", "after": "120", "before": None}),
        ("Omar", Deed.DETAIL_CHANGED, {"detail": "budget", "after": "5000000-10000000 QAR"}),
        ("Omar", Deed.EVENT_MOVED, {"detail": "event_date", "before": None, "after": "2027-06-12"}),
        ("Omar", Deed.MILESTONE_ADDED, {"milestone": "Cake", "due": None}),
        ("Omar", Deed.MILESTONE_MOVED, {"milestone": "Venue", "before": None, "after": "2026-05-12"}),
        ("Omar", Deed.MILESTONE_OPENED, {"milestones": ["Venue"], "progress": 0}),
        ("Omar", Deed.MILESTONE_DONE, {"milestones": ["Venue", "Cake"], "progress": 16}),
        ("Omar", Deed.SPENT, {}),
        ("Omar", "photographed", {"by": "Leo"}),
        ("system", "wedding_created", {}),
        ("system", Deed.CLIENT_CREATED, {"name": "Ana & Ben"}),
    ]
    log = tuple(ActivityView(at, who, action, data) for who, action, data in entries)
    lines: list[str] = []
    dialogue, text = Dialogue(), "LOG W4"
    for _ in range(2):
        turn = said(text, replace(DESK, log=log), dialogue)
        lines += render(turn.replies[0], "en").splitlines()
        dialogue, text = turn.dialogue, "MORE"
    assert "W4 Ana & Ben, newest first:" == lines[0]
    told_of = [line.removeprefix("Mon 9 Mar, 14:05, ") for line in lines if line.startswith("Mon")]
    assert told_of == [
        "Omar: closed: ill", "Omar: closed", "Omar: taken up again", "Omar: Music: 300.00 QAR spent",
        "Ana: guests: 120", "Omar: budget: 50,000.00 QAR to 100,000.00 QAR", "Omar: date: 12 Jun 2027",
        "Omar: added: Cake", "Omar: Venue moved to 12 May 2026", "Omar: open again: Venue", "Omar: done: Venue, Cake",
        "Omar: spent", "Omar: photographed", "by itself: opened", "by itself: client record made",
    ]  # fmt: skip
    assert "log_empty" == key("LOG")


@pytest.mark.parametrize("code", sorted(spoken()))
def test_every_deed_has_words(code: str) -> None:
    log = tuple(ActivityView(TODAY, "system", deed, {}) for deed in Deed)
    facts = replace(DESK, language=code, log=log)
    assert said("LOG W4", facts).replies
    lines = told("LOG W4", facts) + "\n".join(
        render(reply, code) for reply in said("MORE", facts, said("LOG W4", facts).dialogue).replies
    )
    assert [] == [deed for deed in Deed if f"{deed}" in lines and "_" in deed and deed is not Deed.DETAIL_CHANGED]


@pytest.mark.parametrize(
    ("language", "text", "kind", "phone", "brief"),
    [
        (
            "en", "OPEN wedding Ana & Ben, 12 June 2027, +97455512345, ana@example.com", "wedding", "+97455512345",
            {"name": "Ana & Ben", "event_date": "2027-06-12", "email": "ana@example.com"},
        ),
        (
            "en", "open beach wedding ana@example.com, June 12, 2027, Ana & May", "wedding:beach", "",
            {"name": "Ana & May", "event_date": "2027-06-12", "email": "ana@example.com"},
        ),
        (
            "en", "OPEN wedding Ana & Ben 12 June 2027 +974 5551 2345 ana@example.com", "wedding", "+97455512345",
            {"name": "Ana & Ben", "event_date": "2027-06-12", "email": "ana@example.com"},
        ),
        (
            "en", "OPEN wedding Saturday, 12 June 2027, Ana & Ben", "wedding", "",
            {"name": "Ana & Ben", "event_date": "2027-06-12"},
        ),
        (
            "en", "OPEN wedding Ana & Ben, venue Oasis, 120 guests, budget 50k-60k, 55512345", "wedding",
            "+97455512345",
            {"name": "Ana & Ben", "venue": "Oasis", "guests": "120", "budget": "5000000-6000000 USD"},
        ),
        ("en", "OPEN boda en la playa Luz y Leo", "wedding:beach", "", {"name": "Luz y Leo"}),
        ("es", "abrir boda Luz y Leo, 12 de junio de 2027", "wedding", "", {
            "name": "Luz y Leo", "event_date": "2027-06-12",
        }),
        ("fr", "ouvrir mariage Anne et Paul", "wedding", "", {"name": "Anne et Paul"}),
        ("ar", "مشروع جديد زفاف سارة وأحمد، 12 يونيو 2027", "wedding", "", {
            "name": "سارة وأحمد", "event_date": "2027-06-12",
        }),
        ("sw", "anzisha harusi Asha na Juma", "wedding", "", {"name": "Asha na Juma"}),
        ("hi", "नया प्रोजेक्ट शादी प्रिया और अर्जुन", "wedding", "", {"name": "प्रिया और अर्जुन"}),
    ],
)  # fmt: skip
def test_open(language: str, text: str, kind: str, phone: str, brief: dict[str, str]) -> None:
    (effect,) = done(text, replace(DESK, language=language))
    assert isinstance(effect, OpenByHand)
    assert (kind, phone, brief) == (effect.kind, effect.phone, dict(effect.brief))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("OPEN", "open_which_kind"),
        ("OPEN birthday Ana, 12 June", "open_which_kind"),
        ("OPEN wedding", "open_whose"),
        ("OPEN wedding 12 June 2027", "open_whose"),
        ("OPEN wedding Ana & Ben, Oasis", "open_unread"),
        ("OPEN wedding Ana & Ben, 12 June 2027, 3 May 2028", "value_date_unclear"),
        ("OPEN wedding Ana, ana@example.com, ben@example.com", "open_unread"),
        ("OPEN wedding Ana & Ben, +97455512345, +97455512346", "open_unread"),
        ("OPEN wedding Ana & Ben, next month", "value_date_unclear"),
        ("OPEN wedding Ana & Ben, guests many", "value_guests"),
        (f"OPEN wedding {'Ana ' * 400}", "value_too_long"),
    ],
)
def test_open_refuses_what_it_cannot_read(text: str, expected: str) -> None:
    assert (expected, ()) == (key(text), done(text))


def test_retry() -> None:
    facts = replace(DESK, unopened=(31, 32))
    assert (RetryOpening(31),) == done("RETRY 31", facts) == done("retry", replace(DESK, unopened=(31,)))
    assert (RetryOpening(31), RetryOpening(32)) == done("RETRY #31, 32", facts)
    assert ("retry_unknown", ()) == (key("RETRY 31 12", facts), done("RETRY 31 12", facts))
    assert ("command_needs_id", ()) == (key("RETRY", facts), done("RETRY", facts))
    assert ("retry_nothing", ()) == (key("RETRY 31"), done("RETRY 31"))


@pytest.mark.parametrize(
    "text",
    [*(each.format("W4") + " x1," * 900 for each in REFERRING), "venue done " * 900, "OPEN wedding " + "a, " * 900],
)
def test_a_huge_text_is_answered(text: str) -> None:
    turn = said(text)
    assert turn.replies
    assert all(len(render(reply, "en")) < 3500 for reply in turn.replies)


@pytest.mark.parametrize("code", sorted(spoken()))
@pytest.mark.parametrize(
    "text",
    ["ENGAGEMENTS", "MILESTONES W4", "TICK W4 venue", "UNTICK W4 venue", "DUE W4 venue 2026-05-12", "ADDSTEP W4 cake",
     "SET W4 guests 120", "SET W4 colour", "BUDGET W4", "SPENT W4 catering 25000", "LOG W4", "CLOSE W4", "REOPEN W4",
     "OPEN wedding Ana", "OPEN", "RETRY 31"],
)  # fmt: skip
def test_english_commands_are_answered_in_every_language(text: str, code: str) -> None:
    answered = told(text, replace(DESK, language=code, unopened=(31,)))
    assert answered
    assert "{" not in answered
    if code != "en" and text.startswith(("MILESTONES", "TICK", "DUE")):
        assert "Venue" not in answered


def test_a_client_has_none_of_these_commands() -> None:
    client = replace(DESK, person=Person("+97455501234"))
    for text in ("TICK W4 venue", "venue done", "OPEN wedding Ana, 12 June 2027", "SET W4 guests 120"):
        assert not any(isinstance(effect, Commanded) for effect in said(text, client).effects)


@pytest.mark.parametrize(
    ("detail", "text", "expected"),
    [
        (Detail.EVENT_DATE, "12 June 2026", "2026-06-12"),
        (Detail.EVENT_DATE, "it is on 12 June", "2026-06-12"),
        (Detail.EVENT_DATE, "11 March 2026", say("value_date_early", day=date(2026, 3, 11), first="")),
        (Detail.EVENT_DATE, "9 March 2026", say("value_date_past", day=date(2026, 3, 9))),
        (Detail.EVENT_DATE, "12 March 2026", "2026-03-12"),
        (Detail.EMAIL, "my email is ana@Example.com", "ana@example.com"),
        (Detail.BUDGET, "we do not know yet", ""),
        (Detail.BUDGET, "50k", "5000000-5000000 USD"),
        (Detail.NAME, " Ana   & Ben ", "Ana & Ben"),
    ],
)
def test_a_value_that_a_client_tells(detail: Detail, text: str, expected: str | Reply) -> None:
    read = read_value(detail, text, PlainFacts(), not_before=date(2026, 3, 12))
    if isinstance(expected, Reply):
        assert isinstance(read, Reply)
        assert (expected.key, expected.values["day"]) == (read.key, read.values["day"])
    else:
        assert expected == read


def test_a_day_with_two_readings_is_asked_in_words() -> None:
    nowhere = PlainFacts(business=replace(HERE, region=""))
    assert say("value_date_unclear") == read_value(Detail.EVENT_DATE, "5/4/2027", nowhere)
    assert "2027-04-05" == read_value(Detail.EVENT_DATE, "5/4/2027", PlainFacts())
