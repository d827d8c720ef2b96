"""What people tell beside their wish, line by line, from the table of each language; and what only looks like it."""

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.business import Service, Staff
from conversations.dialogue import Awaiting
from conversations.understanding import Answer, Certainty, Context, Intent, Understood, understand
from conversations.understanding.asides import read_asides
from conversations.understanding.kinds import Kind
from conversations.understanding.normalise import fold, tidy
from conversations.understanding.tokens import words_of
from conversations.understanding.vocabulary import vocabulary
from tests.conversations.understanding.readings import QATAR, written
from tests.conversations.understanding.salon import PRICE, ZONE
from tests.conversations.understanding.test_never_raises import cost

TABLES: Mapping[str, Mapping[str, Any]] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "phrases" / "asides").glob("*.toml"))
}
LINES = [
    (language, text, expected)
    for language, table in TABLES.items()
    for section in ("told", "not_told")
    for text, expected in table[section].items()
]


def shop(language: str) -> Context:
    """A shop of that language, with services whose names hold "and", "for", and words for who they are for."""
    named = TABLES[language]["shop"]
    services = tuple(Service(n, name, 30, PRICE) for n, name in enumerate(named["services"], start=1))
    staff = tuple(Staff(n, name, ZONE) for n, name in enumerate(named["staff"], start=1))
    return replace(QATAR, language=language, services=services, staff=staff)


SHOPS = {language: shop(language) for language in TABLES}


def told(understood: Understood, context: Context) -> str:
    """Everything beside the wish, as the tables write it."""
    names = {service.id: service.name for service in context.services}
    often = understood.recurrence
    visit = " + ".join("/".join(names[each] for each in fitting) for fitting in understood.visit)
    wishes = f"{'/'.join(names[each] for each in understood.service_ids)}; then: {understood.further}"
    parts = (
        understood.attendee and f"for {understood.attendee}",
        understood.name and f"name {understood.name}",
        understood.note and f"note {understood.note}",
        understood.email and f"email {understood.email}",
        often and (f"every {often.unit}" if often.every == 1 else f"every {often.every} {often.unit}s"),
        understood.same_time and "same time",
        understood.intent in (Intent.WHY_NOT, Intent.USUAL) and understood.intent,
        visit,
        understood.further and wishes,
    )
    return " | ".join(part for part in parts if part)


@pytest.mark.parametrize("language", TABLES)
def test_the_table_holds_enough_of_both_kinds(language: str) -> None:
    assert len(TABLES[language]["told"]) >= 25
    assert len(TABLES[language]["not_told"]) >= 10


@pytest.mark.parametrize(("language", "text", "expected"), LINES)
def test_what_is_told_beside_a_wish_is_read_as_people_mean_it(language: str, text: str, expected: str) -> None:
    assert expected == told(understand(text, SHOPS[language]), SHOPS[language])


WITH_MORE = {
    "haircut for my daughter Amina tomorrow at 3pm": "2026-03-11 15:00",
    "massage for my daughter April tomorrow": "2026-03-11",
    "for my son Ali on 5 april at 10am": "2026-04-05 10:00",
    "haircut every friday at 2pm": "2026-03-13 14:00",
    "note: only until 4pm. tomorrow at 2pm": "2026-03-11 14:00",
    "tomorrow 3pm, my mail is two2pm@friday.com": "2026-03-11 15:00",
}


@pytest.mark.parametrize("text", WITH_MORE)
def test_the_day_and_time_beside_it_are_read_and_those_within_it_are_not(text: str) -> None:
    assert WITH_MORE[text] == written(understand(text, SHOPS["en"]))


def test_a_relation_that_a_service_is_named_after_books_no_such_service() -> None:
    assert () == understand("para mi mujer el viernes", SHOPS["es"]).service_ids


WHY_NOT = {"en": "why not", "es": "por qué no", "fr": "pourquoi pas", "pt": "por que não", "ar": "ليش لا",
           "sw": "kwa nini sio", "fil": "bakit hindi", "hi": "kyun nahi"}  # fmt: skip


@pytest.mark.parametrize("language", WHY_NOT)
@pytest.mark.parametrize("awaiting", [Awaiting.CONFIRMATION, Awaiting.PROPOSAL, Awaiting.PICK_UP])
def test_a_bare_why_not_is_a_yes_where_one_is_asked(language: str, awaiting: Awaiting) -> None:
    understood = understand(f"{WHY_NOT[language]}!", replace(SHOPS[language], awaiting=awaiting))
    assert (None, Answer.YES) == (understood.intent, understood.answer)


@pytest.mark.parametrize("language", WHY_NOT)
def test_a_bare_why_not_asks_for_the_reason_anywhere_else(language: str) -> None:
    understood = understand(f"{WHY_NOT[language]}?", replace(SHOPS[language], awaiting=Awaiting.TIME))
    assert (Intent.WHY_NOT, None) == (understood.intent, understood.answer)


def test_why_not_with_a_question_mark_is_no_yes_to_a_summary() -> None:
    assert Intent.WHY_NOT is understand("why not?", replace(SHOPS["en"], awaiting=Awaiting.CONFIRMATION)).intent


def _words(language: str) -> list[str]:
    tables = ("guests", "notes", "repeats", "services", "names")
    lists = vocabulary(language).lists
    found = {" ".join(words) for (table, _), entries in lists.items() if table in tables for words in entries}
    shop = TABLES[language]["shop"]
    return [*sorted(found), *shop["services"], *shop["staff"], "Amina", "Al-Amin", "friday", "3pm", "5 april", "a@b.co"]


HEAPS = st.sampled_from(sorted(TABLES)).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.lists(
            st.tuples(st.sampled_from(_words(language)), st.sampled_from([" ", " ", ", ", ": ", "! ", ""])), max_size=12
        ).map(lambda pairs: "".join(word + gap for word, gap in pairs)),
    )
)


def _capitalised(language: str) -> list[str]:
    known = vocabulary(language)
    return sorted({word.capitalize() for word in (*known.phrases, *_words(language))})


NAMING = st.sampled_from(sorted(TABLES)).flatmap(
    lambda language: st.tuples(
        st.just(language),
        st.tuples(
            st.sampled_from(sorted(" ".join(words) for words in vocabulary(language).phrase_set("guests", "for"))),
            st.sampled_from(
                sorted(" ".join(words) for words in vocabulary(language).phrase_set("guests", "relations"))
            ),
            st.sampled_from(_capitalised(language)),
            st.sampled_from(_capitalised(language)),
            st.sampled_from(sorted(" ".join(w) for w in vocabulary(language).phrase_set("guests", "after")) or [""]),
        ).map(" ".join),
    )
)
"""A relation, and behind it any two words that mean something, in capitals."""
ANY = st.tuples(st.sampled_from(sorted(TABLES)), st.text(max_size=400))


@settings(deadline=None, max_examples=400)
@given(st.one_of(HEAPS, ANY))
def test_what_is_left_never_gains_words(said: tuple[str, str]) -> None:
    language, text = said
    tidied = tidy(text)
    left = read_asides(tidied, vocabulary(language), SHOPS[language]).rest
    assert not Counter(words_of(fold(left))) - Counter(words_of(fold(tidied)))


@settings(deadline=None, max_examples=400)
@given(st.one_of(HEAPS, NAMING))
def test_a_guests_name_is_no_day_no_time_no_service_and_nobody_of_the_staff(said: tuple[str, str]) -> None:
    language, text = said
    context = SHOPS[language]
    for called in understand(text, context).attendee.split(", "):
        name, _, relation = called.partition(" (")
        if relation:
            read = understand(name, context)
            meaning = vocabulary(language).phrases.get(fold(name.split(" ")[0]))
            is_like_a_month = meaning is not None and meaning.kind is Kind.MONTH  # "my daughter April" has a name
            assert is_like_a_month or (Certainty.NOTHING, Certainty.NOTHING) == (
                read.date.certainty,
                read.time.certainty,
            )
            assert ((), None) == (read.service_ids, read.staff_id)


@settings(deadline=None, max_examples=400)
@given(st.one_of(HEAPS, ANY))
def test_any_text_is_read_without_an_exception(said: tuple[str, str]) -> None:
    language, text = said
    understand(text, SHOPS[language])


@pytest.mark.parametrize("language", TABLES)
def test_ten_thousand_characters_of_such_words_cost_no_more_than_ordinary_ones_by_far(language: str) -> None:
    ordinary = cost("hi, can i book a haircut for tomorrow at 3 please?", SHOPS["en"])
    lists = vocabulary(language).lists
    for table in ("guests", "notes", "repeats"):
        phrases = sorted(phrase for (name, _), said in lists.items() if name == table for phrase in said)
        words = " ".join(word for phrase in phrases for word in phrase)
        assert cost((words * 20)[:10_000], SHOPS[language]) < 100 * ordinary
    for name in ("for Amina and Ali ", "note: ", "every other ", "my daughter's son's ", "haircut and ", "a@b."):
        assert cost((name * 5_000)[:10_000], SHOPS[language]) < 100 * ordinary
