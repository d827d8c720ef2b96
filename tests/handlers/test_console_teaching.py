"""What was not understood, on a real database: which texts are listed and which are not, teaching what they mean, what
has changed by it; and words that may not become a name."""

from datetime import timedelta

import pytest

from bot.clock import SetClock
from bot.desk import Desk
from bot.stories import Phone
from handlers.console import not_understood as listing
from handlers.console.business_changed import Data, checked, standing
from handlers.console.not_understood import NotUnderstood, Taught, not_understood, taught_by
from handlers.console.signed_in import Who
from handlers.console.stepped_in import block, take_over
from handlers.console.words_taught import CannotTeach, Why, teach, with_name
from models.audit import audited
from models.business import business_version
from models.conversations import change_conversation, newest_conversations
from models.operators import Role
from models.outbox import newest_outbox_id
from tests.handlers.salon import OMAR, SARA, TOM, Salon

ANA = Who(1, "Ana", "ana", Role.ADMIN, None, 1, has_totp=False)
LEILA = Phone("Leila", "sms", "+97455507777")


def listed(desk: Desk, days: int = 30) -> NotUnderstood:
    told = desk.circumstances("test")
    return desk.database.read(lambda session: not_understood(session, days, told))


def texts(desk: Desk, days: int = 30) -> list[list[str]]:
    return [[one.text for one in cluster.texts] for cluster in listed(desk, days).clusters]


def data_of(desk: Desk) -> Data:
    data = desk.database.read(standing).data
    assert data is not None
    return data


def named(desk: Desk, words: str, service: str = "make_up") -> Data | None:
    told = desk.circumstances("test")
    return with_name(data_of(desk), service, words, desk.database.read(desk.profiles.current), told)


def taught(desk: Desk, words: str, service: str = "make_up", version: int | None = None) -> tuple[str, ...] | None:
    data, told = named(desk, words, service), desk.circumstances("test")
    assert data is not None
    over = desk.database.read(business_version) if version is None else version
    return desk.database.transact(
        lambda session: teach(session, checked(data), over, service, ANA, told)
    )  # fmt: skip


def changed(desk: Desk, words: str, turn: int | None = None) -> Taught:
    told = desk.circumstances("test")
    return desk.database.read(lambda session: taught_by(session, 30, turn, words, told))


def test_texts_that_are_alike_stand_together_those_of_most_people_first(salon: Salon) -> None:
    salon.text(TOM, "balayage")
    salon.text(TOM, "balayage")
    salon.text(SARA, "glam squad pls")
    salon.text(TOM, "Hi, the GLAM squad please")
    salon.text(LEILA, "squad glam")
    first, other = listed(salon.desk).clusters
    assert ["squad glam", "Hi, the GLAM squad please", "glam squad pls"] == [one.text for one in first.texts]
    assert ("glam squad", 3, 3) == (first.words, first.people, len(first.examples))
    assert (1, 2, ["balayage"]) == (other.people, len(other.texts), [one.text for one in other.examples])
    assert (5, 0) == (listed(salon.desk).texts, listed(salon.desk).more)


def test_the_first_second_and_third_miss_are_listed(salon: Salon) -> None:
    salon.text(SARA, "hi")
    for words in ("zorbing", "quidditch", "flumadiddle"):
        salon.text(SARA, words)
    assert [["flumadiddle"], ["quidditch"], ["zorbing"]] == texts(salon.desk)


def test_a_miss_while_a_booking_is_filled_in_is_listed(salon: Salon) -> None:
    salon.text(SARA, "haircut")
    salon.text(SARA, "flumadiddle")
    assert [["flumadiddle"]] == texts(salon.desk)


@pytest.mark.parametrize(
    "words",
    [
        "hi", "hello there", "haircut", "tomorrow at 3", "I want to book", "I want to book an appointment", "prices",
        "help", "STOP", "yes", "no", "7", "?", "💅", "Español", "thanks", "my bookings", "talk to a human",
    ],
)  # fmt: skip
def test_what_is_understood_is_not_listed(salon: Salon, words: str) -> None:
    salon.text(SARA, words)
    salon.text(TOM, "hi")
    salon.text(TOM, words)
    assert [] == texts(salon.desk)


def test_what_is_wanted_is_listed_though_the_wish_to_book_was_understood(salon: Salon) -> None:
    salon.text(SARA, "I want to book the glam squad")
    (cluster,) = listed(salon.desk).clusters
    assert "glam squad" == cluster.words


def test_what_coordinators_spammers_and_clients_of_an_operator_write_is_not_listed(salon: Salon) -> None:
    for words in ("glam squad", "haircut", "glam squad"):
        salon.text(OMAR, words)
    salon.text(SARA, "glam squad")
    salon.text(TOM, "hello")
    rows = salon.desk.database.read(lambda session: newest_conversations(session, 9))
    numbers = {row.address: row.id for row in rows}
    told = salon.desk.circumstances("test")
    salon.desk.database.transact(lambda session: take_over(session, numbers[TOM.address], ANA, told))
    salon.text(TOM, "do you have the glam squad")
    assert [["glam squad"]] == texts(salon.desk)
    salon.desk.database.transact(
        lambda session: block(session, numbers[SARA.address], ANA, salon.desk.clock.now(), is_spam=True)
    )
    assert [] == texts(salon.desk)


def test_only_the_newest_of_the_days_are_looked_at(
    salon: Salon, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon.text(SARA, "glam squad")
    clock.move(timedelta(days=8))
    salon.text(SARA, "balayage")
    salon.text(TOM, "zorbing")
    assert ([["zorbing"], ["balayage"]], 3) == (texts(salon.desk, 7), len(texts(salon.desk, 30)))
    monkeypatch.setattr(listing, "MOST", 1)
    assert [["zorbing"]] == texts(salon.desk)
    monkeypatch.setattr(listing, "MOST", 9)
    monkeypatch.setattr(listing, "LOOKED_AT", 2)
    assert [["zorbing"], ["balayage"]] == texts(salon.desk)
    monkeypatch.setattr(listing, "MOST_CLUSTERS", 1)
    assert (1, 1, 2) == (len(listed(salon.desk).clusters), listed(salon.desk).more, listed(salon.desk).texts)


def test_texts_that_had_one_turn_together_are_one(make_desk, salon: Salon) -> None:  # type: ignore[no-untyped-def]
    from bot.intake import receive
    from conversations.messages import Inbound

    slow = make_desk(burst_ms=10_000)
    for number, words in enumerate(("hi", "glam squad")):
        receive(slow, Inbound("sms", f"b-{number}", SARA.address, SARA.address, words, "Sara"))
    salon.player.settle()
    slow.clock.move(timedelta(minutes=2))
    salon.player.settle()
    assert [["hi\nglam squad"]] == texts(salon.desk)


def test_what_is_taught_is_understood_from_then_on_and_nobody_is_told(salon: Salon) -> None:
    for phone, words in ((SARA, "glam squad pls"), (TOM, "glam squad?"), (LEILA, "glam")):
        salon.text(phone, words)
    (cluster,) = listed(salon.desk).clusters
    sent = salon.desk.database.read(newest_outbox_id)
    assert ("~ service make_up: aliases",) == taught(salon.desk, "glam squad")
    assert ["glam squad"] == next(one["aliases"] for one in data_of(salon.desk)["services"] if one["key"] == "make_up")
    assert [] == texts(salon.desk)
    found = changed(salon.desk, "glam squad", cluster.newest.turn_id)
    assert (("Make-up",), 3, 3) == (found.services, found.understood, found.in_all)
    assert {("glam squad pls", ("Make-up",)), ("glam squad?", ("Make-up",)), ("glam", ("Make-up",))} == {
        (one.newest.text, one.services) for one in found.texts
    }
    salon.player.settle()
    assert sent == salon.desk.database.read(newest_outbox_id), "nothing was sent"
    assert "Make-up" in salon.text(Phone("Nour", "sms", "+97455506666"), "the glam squad please")
    entries = salon.desk.database.read(lambda session: audited(session, None, 2))
    assert {("operator 1", "changed the business"), ("operator 1", "taught words")} == {
        (one.who, one.action) for one in entries
    }
    assert ("service make_up", "aliases") == (entries[0].subject, entries[0].words)


def test_what_the_words_do_not_reach_is_told_as_still_not_understood(salon: Salon) -> None:
    salon.text(SARA, "glam squad velvet glow")
    salon.text(TOM, "velvet glow")
    (cluster,) = listed(salon.desk).clusters
    taught(salon.desk, "glam squad")
    found = changed(salon.desk, "glam squad", cluster.newest.turn_id)
    assert [("velvet glow", ()), ("glam squad velvet glow", ("Make-up",))] == [
        (one.newest.text, one.services) for one in found.texts
    ]
    assert (1, 2) == (found.understood, found.in_all)


def test_texts_of_other_clusters_that_are_understood_by_it_are_told_too(salon: Salon) -> None:
    salon.text(SARA, "glam squad")
    salon.text(TOM, "balayage before the wedding with a glamorous squad of friends")
    turn = listed(salon.desk).clusters[-1].newest.turn_id
    assert 2 == len(listed(salon.desk).clusters)
    taught(salon.desk, "glam squad")
    assert 2 == changed(salon.desk, "glam squad", turn).understood


def test_words_that_were_taken_back_have_changed_nothing(salon: Salon) -> None:
    salon.text(SARA, "glam squad")
    turn = listed(salon.desk).clusters[0].newest.turn_id
    found = changed(salon.desk, "glam squad", turn)
    assert ((), 0, 1) == (found.services, found.understood, found.in_all)
    assert ((), 0, 0) == (changed(salon.desk, "x", None).services, *(changed(salon.desk, "x").understood,) * 2)


def test_nothing_is_taught_over_a_business_that_has_changed_meanwhile(salon: Salon) -> None:
    old = salon.desk.database.read(business_version)
    taught(salon.desk, "velvet glow", "massage")
    assert taught(salon.desk, "glam squad", version=old) is None
    assert not any(one.get("aliases") for one in data_of(salon.desk)["services"] if one["key"] == "make_up")
    entries = salon.desk.database.read(lambda session: audited(session, None, 9))
    assert 2 == len(entries), "of what was taught first, and no more"


def test_a_service_keeps_its_other_names_and_everything_else(salon: Salon) -> None:
    before = next(one for one in data_of(salon.desk)["services"] if one["key"] == "make_up")
    taught(salon.desk, "glam squad")
    taught(salon.desk, "  velvet \u00a0 glow ")
    after = next(one for one in data_of(salon.desk)["services"] if one["key"] == "make_up")
    assert ["glam squad", "velvet glow"] == after["aliases"]
    assert {**before, "aliases": None} == {**after, "aliases": None}
    assert named(salon.desk, "zorbing", "nobody") is None


@pytest.mark.parametrize(
    ("why", "whose", "words"),
    [
        (Why.EMPTY, "", ["", "  ", "?!", "60", "💅"]),
        (Why.TOO_LONG, "", ["x" * 61, "<" + "glam " * 999]),
        (Why.SEVERAL, "", ["glam, squad", "قص، شعر"]),
        (Why.NAME, "Massage", ["massage", "MASSAGE", "Mas sage", "velvet glow", "Velvet  Glow!"]),
        (Why.NAME, "Make-up", ["makeup"]),
        (Why.NAME, "Haircut", ["hair cut"]),
        (Why.STAFF, "Maya", ["Maya"]),
        (Why.DATE, "", ["monday", "Mondays", "tomorrow", "martes", "lundi", "الاثنين", "at 3pm"]),
        (Why.WISH, "", ["yes", "my bookings", "prices"]),
        (Why.WORD, "", ["cancel", "stop", "Français"]),
        (Why.SMALL_TALK, "", ["pls", "the works"]),
        (Why.UNDERSTOOD, "Massage", ["massages"]),
    ],
)
def test_words_that_may_not_become_a_name_are_refused(salon: Salon, why: Why, whose: str, words: list[str]) -> None:
    taught(salon.desk, "velvet glow", "massage")
    for one in words:
        with pytest.raises(CannotTeach) as refused:
            named(salon.desk, one)
        assert (why, whose) == (refused.value.why, refused.value.whose), one


@pytest.mark.parametrize(
    "words", ["monday glow", "deluxe tan", "uñas acrílicas", "بخار", "मेहंदी", "<b>glam</b>", "美甲", "Skin fade"]
)
def test_words_that_may_become_one_are_understood(salon: Salon, words: str) -> None:
    taught(salon.desk, words)
    assert "Make-up" in salon.text(SARA, words)


def test_a_frequent_question_is_no_name(desk: Desk) -> None:
    asked = data_of(desk)["answers"][0]["words"][0]
    with pytest.raises(CannotTeach, match=Why.QUESTION):
        named(desk, asked, "haircut")


def test_the_language_of_whoever_wrote_it_decides_what_is_small_talk(salon: Salon) -> None:
    salon.text(SARA, "Español")
    salon.text(SARA, "quiero el tinte completo por favor")
    (cluster,) = listed(salon.desk).clusters
    assert "quiero" not in cluster.words.split()
    assert "tinte" in cluster.words.split()


def test_a_conversation_in_a_language_that_is_not_known_any_more_is_read(salon: Salon) -> None:
    salon.text(SARA, "glam squad")

    def work(session) -> None:  # type: ignore[no-untyped-def]
        (row,) = newest_conversations(session, 1)
        change_conversation(session, row.id, language="xx")

    salon.desk.database.transact(work)
    assert [["glam squad"]] == texts(salon.desk)
