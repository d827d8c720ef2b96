"""Which session type a text is about, in every language; and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.dialogue import Option, Subject
from conversations.session_types import SessionType
from conversations.understanding import Answer, Context, Understood, understand
from tests.conversations.plain_facts import DAILY, HAIRCUT, LINA, MAYA, TODAY
from tests.conversations.practice import ALONE, COACHING, COUPLES, FAMILY, GROUP, SERVICES, TYPES

SAID = {
    "en": {
        ALONE: ("individual {}", "{} just me", "{} on my own", "1-on-1 {}", "{} for one person", "indivdual {}"),
        COUPLES: (
            "couples {}",
            "couple's {}",
            "{} for me and my wife",
            "my husband and I would like {}",
            "{} as a couple",
            "copules {}",
            "{} with my partner",
            "{} for the two of us",
        ),
        FAMILY: ("family {}", "{} for the whole family", "{} for me and the kids", "{} as a family"),
        GROUP: ("group {}", "{} for our group", "{} in a group"),
    },
    "es": {
        ALONE: ("{} individual", "{}, solo yo", "{} solo para mí", "{} para una persona"),
        COUPLES: ("{} de pareja", "{} para mí y mi esposa", "mi marido y yo queremos {}", "{} con mi novia"),
        FAMILY: ("{} familiar", "{} en familia", "{} para toda la familia"),
        GROUP: ("{} grupal", "{} en grupo"),
    },
    "fr": {
        ALONE: ("{} individuelle", "{}, juste moi", "{} pour une personne", "{} pour moi seule"),
        COUPLES: ("{} de couple", "{} pour moi et ma femme", "{} avec mon mari", "{} conjugale"),
        FAMILY: ("{} familiale", "{} en famille", "{} pour toute la famille"),
        GROUP: ("{} de groupe", "{} en groupe"),
    },
    "pt": {
        ALONE: ("{} individual", "{}, só eu", "{} só para mim", "{} para uma pessoa"),
        COUPLES: ("{} de casal", "{} para casal", "eu e minha esposa queremos {}", "{} com o meu marido"),
        FAMILY: ("{} familiar", "{} para a família toda", "{} em família"),
        GROUP: ("{} em grupo", "{} para um grupo"),
    },
    "ar": {
        ALONE: ("{} فردية", "{} لشخص واحد", "{} لوحدي", "{} بس أنا"),
        COUPLES: ("{} للأزواج", "{} أنا وزوجتي", "{} مع زوجي", "{} زوجية"),
        FAMILY: ("{} عائلية", "{} للعائلة", "{} أسرية", "{} لكل العائلة"),
        GROUP: ("{} جماعية", "{} للمجموعة"),
    },
    "sw": {
        ALONE: ("{} ya mtu mmoja", "{}, mimi tu", "{} mimi peke yangu"),
        COUPLES: ("{} ya wanandoa", "{} mimi na mke wangu", "{} pamoja na mume wangu", "{} kwa wenzi"),
        FAMILY: ("{} ya familia", "{} kwa familia nzima"),
        GROUP: ("{} ya kikundi", "{} kwa kikundi chetu"),
    },
    "fil": {
        ALONE: ("{} ako lang po", "{} para sa isang tao", "{} mag-isa lang ako"),
        COUPLES: ("{} kami ng asawa ko", "pang-mag-asawa na {}", "{} kasama ang asawa ko", "couples {} po"),
        FAMILY: ("{} para sa buong pamilya", "pang-pamilya na {}"),
        GROUP: ("{} para sa grupo", "pang-grupo na {}"),
    },
    "hi": {
        ALONE: ("{} सिर्फ मेरे लिए", "एक व्यक्ति के लिए {}", "{} sirf mere liye"),
        COUPLES: ("{} पत्नी के साथ", "कपल {}", "{} main aur meri wife", "{} hum dono ke liye", "जोड़ों के लिए {}"),
        FAMILY: ("{} पूरे परिवार के लिए", "पारिवारिक {}", "{} puri family ke liye"),
        GROUP: ("{} ग्रुप के लिए", "{} group ke liye"),
    },
}
PHRASES = [
    (code, phrase.format("therapy"), service)
    for code, by_service in SAID.items()
    for service, phrases in by_service.items()
    for phrase in phrases
]


def read(text: str, code: str = "en", **more: object) -> Understood:
    values: dict[str, object] = {"services": SERVICES, "staff": (LINA,), "shifts": DAILY, **more}
    return understand(text, Context(TODAY, code, "QA", **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "text", "service"), PHRASES)
def test_the_text_itself_says_the_type(code: str, text: str, service: object) -> None:
    understood = read(text, code)
    assert (service.id,) == understood.service_ids  # type: ignore[attr-defined]
    assert not understood.time.times and not understood.date.dates
    assert "" == understood.attendee == understood.name


@pytest.mark.parametrize(("code", "text", "service"), PHRASES)
def test_the_same_words_say_nothing_of_services_that_have_one_type(code: str, text: str, service: object) -> None:
    plain = (COACHING, HAIRCUT)
    said = text.replace("therapy", "coaching")
    assert (COACHING.id,) == read(said, code, services=plain, staff=(LINA, MAYA)).service_ids


@pytest.mark.parametrize(
    "text",
    [
        "therapy", "therapy for my daughter Amina", "therapy in a couple of days", "counselling please",
        "therapy, we have a family emergency", "therapy for my wife",
    ],
)  # fmt: skip
def test_where_no_type_is_said_all_of_them_fit(text: str) -> None:
    assert {service.id for service in TYPES} == set(read(text).service_ids)


def test_a_day_and_an_hour_beside_it_are_read_as_ever() -> None:
    for text in (
        "couples therapy tomorrow at 3",
        "tomorrow at 3, therapy for the two of us",
        "1-on-1 therapy tomorrow 3pm",
    ):
        understood = read(text)
        assert (["2026-03-11"], ["15:00:00"]) == (
            [day.isoformat() for day in understood.date.dates],
            [at.isoformat() for at in understood.time.times],
        )
    assert 5 == read("therapy for a group of 5").seats


def test_who_it_is_for_is_no_type() -> None:
    assert "Amina (daughter)" == read("therapy for my daughter Amina").attendee
    assert (2, (HAIRCUT.id,)) == (
        (said := read("haircut for me and my wife", services=(*SERVICES, HAIRCUT))).seats,
        said.service_ids,
    )


def test_several_types_are_asked_about_and_one_that_is_ruled_out_is_not() -> None:
    assert (COUPLES.id, FAMILY.id) == read("couples or family therapy").service_ids
    assert (ALONE.id, FAMILY.id, GROUP.id) == read("therapy, not couples").service_ids


def test_a_length_decides_between_types() -> None:
    assert (GROUP.id,) == read("2 hour therapy").service_ids


def test_a_type_alone_changes_what_is_wanted() -> None:
    assert (COUPLES.id,) == read("make it a couples session", wanted=(ALONE.id,)).service_ids
    assert (ALONE.id,) == read("actually just me", wanted=(COUPLES.id,)).service_ids
    assert (Answer.NO, (ALONE.id,)) == (
        (said := read("no, just me", wanted=(COUPLES.id,))).answer,
        said.service_ids,
    )
    assert () == read("just me", wanted=(COACHING.id,)).service_ids


def test_the_service_named_again_stays_of_its_type() -> None:
    assert (COUPLES.id,) == read("therapy at 4 instead", wanted=(COUPLES.id,)).service_ids
    assert (COACHING.id,) == read("coaching instead", wanted=(COUPLES.id,)).service_ids


def test_of_several_services_the_one_with_types_changes() -> None:
    said = read("make it couples", wanted=(COACHING.id, ALONE.id))
    assert (True, (ALONE.id,), (COUPLES.id,)) == (said.adds, said.without, said.service_ids)


def test_a_type_answers_the_question() -> None:
    options = tuple(Option(str(n), Subject.SERVICE, str(each.id), each.name) for n, each in enumerate(TYPES, start=1))
    assert (FAMILY.id,) == read("family", options=options).service_ids
    assert (ALONE.id,) == read("just me", options=options).service_ids
    assert (COUPLES.id,) == read("con mi pareja", "es", options=options).service_ids


def test_who_comes_tells_the_service_where_there_is_one_only() -> None:
    assert () == read("me and my wife tomorrow").service_ids
    assert (COUPLES.id,) == read("me and my wife tomorrow", services=TYPES).service_ids
    assert (FAMILY.id,) == read("a family session tomorrow").service_ids


def test_each_of_two_wishes_keeps_its_type() -> None:
    said = read("couples therapy mon 3pm and coaching tue 4pm")
    assert ((COUPLES.id,), "coaching tue 4pm") == (said.service_ids, said.further)


def test_every_language_has_words_for_every_type() -> None:
    assert {(code, kind) for code in SAID for kind in SessionType} == {
        (code, service.session_type) for code, by_service in SAID.items() for service in by_service
    }


@given(st.text(max_size=80), st.sampled_from(sorted(SAID)), st.sampled_from(PHRASES))
def test_no_text_around_a_type_raises(text: str, code: str, phrase: tuple[str, str, object]) -> None:
    for said in (text, f"{text} {phrase[1]}", f"{phrase[1]}{text}"):
        assert set(read(said, code).service_ids) <= {service.id for service in SERVICES}
