"""What the console's pages of people, classes, lost texts and the audit log read, on every database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.database import Database
from bot.desk import Desk
from conversations.business import Money
from conversations.delivery import Delivery, SendFailure
from conversations.engagements.states import RecordStatus
from conversations.rules.obsolete import Obsolete
from conversations.rules.waitlist import Why
from handlers.console.classes_shown import called_off, class_lines, class_shown, moved, resized
from handlers.console.people_shown import Corrected, correct, people_listed, person_of
from handlers.console.signed_in import Who
from handlers.console.undelivered_shown import sent_again, undelivered_shown
from models.audit import audited, audited_of
from models.class_listing import Place, classes_ahead, classes_behind
from models.clients import client_for
from models.consents import ConsentSource, consent_given, consent_withdrawn
from models.conversations import change_conversation, conversation_for
from models.engagement_records import add_engagement, add_record
from models.operators import Role, add_operator
from models.outbox import outbox, record_report
from models.people_listing import people
from models.prepaid import add_pack
from tests.conftest import NOW
from tests.handlers.test_outbox import queue
from tests.handlers.waiting_room import KAI, TRIAL, Room


@pytest.fixture
def room(desk: Desk, clock: SetClock) -> Room:
    return Room(desk, clock)


def operator(desk: Desk) -> Who:
    number = desk.database.transact(
        lambda session: add_operator(session, login="ana", name="Ana", role=Role.ADMIN, created_at=NOW)
    )
    return Who(number, "Ana", "ana", Role.ADMIN, None, 1, has_totp=False)


def make_clients(session: Session) -> dict[str, int]:
    named = (
        ("+97455501234", "Sara Haddad"), ("+97455509999", "Omar Al-Sara"), ("+447700900111", "Élodie Martin"),
        (None, "100% Sarah_x"), ("+97455507777", ""),
    )  # fmt: skip
    return {name or "nobody": client_for(session, phone, name, NOW) for phone, name in named}


def test_people_are_found_by_the_beginnings_of_their_words_and_by_digits(database: Database) -> None:
    made = database.transact(make_clients)

    def found(wanted: str, before: int | None = None, limit: int = 10) -> list[str]:
        rows = database.read(lambda session: people(session, wanted, before, limit))
        names = {number: name for name, number in made.items()}
        return [names[row.id] for row in rows]

    assert ["nobody", "100% Sarah_x", "Élodie Martin", "Omar Al-Sara", "Sara Haddad"] == found("")
    assert ["100% Sarah_x", "Sara Haddad"] == found("sara")
    assert ["Sara Haddad"] == found("HAD sar")
    assert ["Élodie Martin"] == found("élod")
    assert ["Élodie Martin"] == found("ÉLODIE")
    assert ["nobody", "Omar Al-Sara", "Sara Haddad"] == found("+974 555")
    assert ["Sara Haddad"] == found("0555 012 34")
    assert ["Sara Haddad"] == found("٠٥٥٥٠١٢")
    assert ["100% Sarah_x"] == found("100%")
    assert [] == found("%")
    assert [] == found("sarah%x")
    assert [] == found("o'; drop table clients --")
    first = found("", limit=2)
    assert ["Élodie Martin", "Omar Al-Sara"] == found("", made[first[-1]], 2), "the next page begins behind the last"


def test_a_client_is_put_right_and_that_is_written_down(desk: Desk) -> None:
    who = operator(desk)

    def begin(session: Session) -> tuple[int, int]:
        client_id = client_for(session, "+97455501234", "Sarra", NOW)
        conversation = conversation_for(session, "sms", "+97455501234", NOW)
        change_conversation(session, conversation.id, client_id=client_id, language="ar")
        return client_id, conversation.id

    client_id, conversation_id = desk.database.transact(begin)

    def put(name: str, email: str, language: str, number: int = client_id) -> Corrected:
        return desk.database.transact(lambda session: correct(session, number, name, email, language, who, NOW))

    assert Corrected.BAD_EMAIL is put("Sara", "not an address", "en")
    assert Corrected.MISSING is put("Sara", "", "en", 99_999)
    assert Corrected.DONE is put(" Sara \n Haddad ", "Sara@Example.TEST", "en")
    assert Corrected.UNCHANGED is put("Sara Haddad", "Sara@example.test", "en")
    person = desk.database.read(lambda session: person_of(session, client_id, desk.circumstances("t")))
    assert person is not None
    assert ("Sara Haddad", "Sara@example.test", "en") == (person.name, person.email, person.language)
    assert [conversation_id] == [room.id for room in person.rooms]
    assert ["en"] == [room.language for room in person.rooms]
    entries = desk.database.read(lambda session: audited_of(session, who.id, None, 10))
    assert [("corrected", f"client {client_id}")] == [(row.action, row.subject) for row in entries]
    assert "name, email, language" == entries[0].words
    assert [] == list(desk.database.read(lambda session: audited_of(session, who.id + 1, None, 10)))
    assert [] == list(desk.database.read(lambda session: audited_of(session, who.id, entries[0].id, 10)))


def test_a_person_is_shown_with_what_they_paid_ahead_their_engagements_and_consents(desk: Desk) -> None:
    def begin(session: Session) -> int:
        client_id = client_for(session, "+97455501234", "Sara", NOW)
        conversation = conversation_for(session, "sms", "+97455501234", NOW)
        change_conversation(session, conversation.id, client_id=client_id)
        consent_given(session, conversation.id, ConsentSource.BOOKED_BY_HAND, "", NOW)
        consent_withdrawn(session, conversation.id, ConsentSource.OWN_WORDS, "STOP", NOW + timedelta(hours=1))
        add_pack(session, NOW, client_id=client_id, service_id=0, sessions=10, price=70_000, currency="USD")
        named = {"name": "Ana & Ben", "coordinator_id": 0}
        record_id = add_record(
            session, NOW, client_id=client_id, name_key="ana & ben", status=RecordStatus.LEAD, **named
        )
        for _ in range(2):
            add_engagement(session, NOW, record_id=record_id, kind="wedding", currency="USD", **named)
        return client_id

    client_id = desk.database.transact(begin)
    person = desk.database.read(lambda session: person_of(session, client_id, desk.circumstances("t")))
    assert person is not None
    assert [("", 10, Money(70_000, "USD"))] == [(pack.service, pack.left, pack.price) for pack in person.packs]
    assert ["Ana & Ben"] * 2 == [row.name for row in person.engagements]
    assert person.engagements[0].id > person.engagements[1].id
    assert [(False, "STOP"), (True, "")] == [(one.granted, one.words) for one in person.consents]
    assert ((), ()) == (person.bookings, person.credit)
    assert desk.database.read(lambda session: person_of(session, client_id + 1, desk.circumstances("t"))) is None


def test_the_list_goes_on_where_its_page_ended(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.console.people_shown.PAGE", 2)
    database.transact(make_clients)
    seen, before = [], None
    while True:
        found, before = database.read(lambda session, last=before: people_listed(session, "", last))
        seen += [one.id for one in found]
        if before is None:
            break
    assert sorted(seen, reverse=True) == seen
    assert 5 == len(seen)


def test_a_class_tells_who_is_in_it_who_waits_and_why(room: Room) -> None:
    room.books(1, seats=2)
    room.waits(2)
    room.waits(3, seats=2)

    def look() -> Any:
        told = room.desk.circumstances("t")
        return room.desk.database.read(lambda session: class_shown(session, TRIAL, told))

    shown = look()
    assert [("P1", 2, ("CANCEL",))] == [(one.client, one.seats, one.commands) for one in shown.seats]
    assert [(1, "P2", Why.NO_ROOM), (2, "P3", Why.NO_ROOM)] == [
        (one.place.number, one.place.client, one.place.why) for one in shown.waiting
    ]
    assert shown.is_changeable
    who, told = operator(room.desk), room.desk.circumstances("t")
    room.desk.database.transact(lambda session: resized(session, TRIAL, 3, who, told.now))
    room.player.settle()
    shown = look()
    assert (Why.ASKED, Why.NO_ROOM) == tuple(one.place.why for one in shown.waiting)
    assert (2, 1, 2) == (shown.line.booked, shown.line.held, shown.line.waiting)
    before = shown.line.start
    later = before.replace(tzinfo=None) + timedelta(hours=1)
    room.desk.database.transact(lambda session: moved(session, TRIAL, later, None, who, told))
    assert before + timedelta(hours=1) == look().line.start
    room.desk.database.transact(lambda session: called_off(session, TRIAL, " ill\n", who, told))
    room.player.settle()
    shown = look()
    assert (["cancelled"], (), False) == ([one.status for one in shown.seats], shown.waiting, shown.is_changeable)
    assert "ill" in room.text_of(1, "declined_alternatives").body
    entries = room.desk.database.read(lambda session: audited(session, None, 10))
    assert ["called off", "moved", "changed the seats"] == [row.action for row in entries]
    assert ["", f"{before:%Y-%m-%d %H:%M} → {later:%Y-%m-%d %H:%M}", "2 → 3"] == [row.words for row in entries]
    assert {f"class {TRIAL}"} == {row.subject for row in entries}
    room.check()


def test_attendance_is_taken_from_two_hours_before_a_class(room: Room) -> None:
    room.books(1, 2)

    def commands() -> list[tuple[str, ...]]:
        told = room.desk.circumstances("t")
        shown = room.desk.database.read(lambda session: class_shown(session, TRIAL, told))
        assert shown is not None
        return [one.commands for one in shown.seats]

    room.at("2026-03-18 16:30")
    assert [("ARRIVED", "CANCEL"), ("ARRIVED", "CANCEL")] == commands()
    room.at("2026-03-18 18:10")
    assert [("ARRIVED", "DONE", "NOSHOW")] * 2 == commands()
    room.says(KAI, "done 1", "noshow 2")
    assert [(), ("DONE",)] == commands(), "who was missed may have come after all"


def test_classes_are_listed_in_pages_both_ways(room: Room) -> None:
    now = room.clock.now()
    for step, listing in ((1, classes_ahead), (-1, classes_behind)):
        everything = room.desk.database.read(lambda session, listing=listing: listing(session, now, None, 99))
        assert len(everything) > 1 or listing is classes_behind
        assert everything == sorted(everything, key=lambda row: (row.start_at, row.id), reverse=step < 0)
        paged: list[int] = []
        behind = None
        while rows := room.desk.database.read(
            lambda session, last=behind, listing=listing: listing(session, now, last, 2)
        ):
            paged += [row.id for row in rows]
            behind = Place(rows[-1].start_at, rows[-1].id)
        assert [row.id for row in everything] == paged
    room.books(1)
    lines, more = room.desk.database.read(lambda session: class_lines(session, now, None, are_over=False))
    assert [(1, 2, 0)] == [(one.booked, one.capacity, one.waiting) for one in lines if one.id == TRIAL]
    assert more is None


def test_lost_texts_are_listed_by_reason_and_sent_again_once(desk: Desk) -> None:
    numbers = [queue(desk.database, words) for words in ("First", "Second", "Third")]
    who, told = operator(desk), desk.circumstances("t")

    def lose(session: Session) -> None:
        for number, failure in zip(numbers, (SendFailure.CONTENT, SendFailure.UNREACHABLE, None), strict=True):
            record_report(session, number, status=Delivery.DEAD, failure=failure, failure_words="no\x00such"[:2])

    desk.database.transact(lose)

    def listed(reason: SendFailure | None = None, before: int | None = None) -> list[str]:
        return [one.body for one in desk.database.read(lambda s: undelivered_shown(s, reason, before))[0]]

    assert ["Third", "Second", "First"] == listed()
    assert ["Second"] == listed(SendFailure.UNREACHABLE)
    assert ["First"] == listed(before=numbers[1])

    def again(number: int) -> int | Obsolete:
        return desk.database.transact(lambda session: sent_again(session, number, who, told))

    new = again(numbers[0])
    assert isinstance(new, int)
    assert Obsolete.RESENT is again(numbers[0])
    assert Obsolete.NOT_LOST is again(99_999)
    assert ["Third", "Second"] == listed()
    room_id = desk.database.read(lambda s: s.execute(outbox.select().where(outbox.c.id == new)).one().conversation_id)
    entries = desk.database.read(lambda session: audited(session, None, 10))
    assert [("sent again", f"conversation {room_id}", f"text {numbers[0]} as {new}")] == [
        (row.action, row.subject, row.words) for row in entries
    ]
