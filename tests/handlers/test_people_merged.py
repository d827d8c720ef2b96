"""Two clients are one person: everything of the one is the other's, on every database, and nothing breaks by it."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Row, Table, select, update
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.desk import Desk
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.classes import WaitlistStatus
from handlers.console import people_merged
from handlers.console.people_merged import Merged, Merging, alike, client_meant, merge, merging, turned_out_to_be
from handlers.console.people_shown import Corrected, correct, people_listed, person_of
from handlers.console.signed_in import Who
from handlers.console.thread_shown import head_of
from handlers.importing.imported import rows_imported
from handlers.importing.rows import Became, ImportKind, SourceRow
from handlers.importing.setup import Defaults, import_setup
from handlers.invariants_checked import broken_invariants
from models.agreements import accept, agreements_accepted
from models.audit import audited
from models.base import metadata
from models.bookings import bookings
from models.claims import LostRace
from models.clients import client_for, clients, clients_for
from models.conversations import change_conversation, conversation_for, conversations, conversations_of
from models.engagements import client_records, engagement_work, engagements
from models.ledger import ledger_entries
from models.operators import Role, add_operator, operator_by_login
from models.people_listing import people
from models.people_merged import FOLLOWED, IN_PART, WHOLE, point_to
from models.prepaid import add_pack, prepaid_packs
from models.waitlist import waitlist_entries
from tests.conftest import NOW, MakeDesk
from tests.handlers.planner import ANA, BEN, Planner
from tests.handlers.till import AMINA, BRIAN, ZAWADI, Till
from tests.handlers.waiting_room import KAI, TRIAL, Room, person
from tests.patience import PATIENCE

pytestmark = pytest.mark.every_database

LONG_ENOUGH = 1.0
"""Seconds after which whoever has not gone on waits for somebody."""
SARA, LEA, ZOE = "+97455501234", "+97455502222", "+97455503333"


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.player.settle()
        till.check()


@pytest.fixture
def room(desk: Desk, clock: SetClock) -> Room:
    return Room(desk, clock)


def operator(desk: Desk) -> Who:
    def work(session: Session) -> int:
        found = operator_by_login(session, "ana")
        values = {"login": "ana", "name": "Ana", "role": Role.OPERATOR, "created_at": NOW}
        return int(found.id) if found is not None else add_operator(session, **values)

    return Who(desk.database.transact(work), "Ana", "ana", Role.OPERATOR, None, 1, has_totp=False)


def client(desk: Desk, phone: str | Phone) -> int:
    """The number of the row with this phone."""
    wanted = select(clients.c.id).where(clients.c.phone == (phone if isinstance(phone, str) else phone.address))
    return desk.database.read(lambda session: int(session.execute(wanted).scalar_one()))


def row_of(desk: Desk, number: int) -> Row[Any]:
    return desk.database.read(lambda session: session.execute(select(clients).where(clients.c.id == number)).one())


def known(desk: Desk, *people: tuple[str | None, str]) -> list[int]:
    return desk.database.transact(lambda session: [client_for(session, *one, NOW) for one in people])


def asked(desk: Desk, stays: int, goes: int | None) -> Merging:
    return desk.database.read(lambda session: merging(session, stays, goes))


def merged(desk: Desk, stays: int, goes: int, who: Who | None = None) -> Merged:
    who, now = who or operator(desk), desk.clock.now()
    return desk.database.transact(lambda session: merge(session, stays, goes, who, now))


def left_with(desk: Desk, number: int) -> dict[str, int]:
    """How many rows of each table are still this client's."""

    def look(session: Session) -> dict[str, int]:
        found = {
            table.name: len(session.execute(select(table).where(table.c.client_id == number)).all())
            for table in of_clients()
        }
        return {name: many for name, many in found.items() if many}

    return desk.database.read(look)


def of_clients() -> list[Table]:
    """Every table with a column that says which client."""
    return [table for table in metadata.sorted_tables if "client_id" in table.c]


def all_of(desk: Desk, table: Table) -> list[Row[Any]]:
    return desk.database.read(lambda session: list(session.execute(select(table).order_by(table.c.id))))


def is_sound(desk: Desk) -> None:
    now = desk.clock.now()
    assert [] == desk.database.read(lambda session: list(broken_invariants(session, now)))


def test_every_table_that_names_a_client_is_seen_to() -> None:
    linked = {
        column for table in metadata.sorted_tables for column in table.c
        for key in column.foreign_keys if key.target_fullname == "clients.id"
    }  # fmt: skip
    assert {"client_id"} == {column.name for column in linked}
    assert {table.name for table in of_clients()} == {table.name for table in (*WHOLE, *IN_PART, FOLLOWED)}


def test_bookings_a_series_packs_and_money_are_the_others(till: Till) -> None:
    till.approved(who=AMINA)
    till.pays_by_phone()
    till.says(BRIAN, "therapy every thursday at 2pm for 3 weeks", "yes")
    till.says(ZAWADI, "approve s1")
    till.pays_by_phone()
    till.says(ZAWADI, "pack +254722000003 5 massage 9000", "pack +254711000002 2 massage 3000")
    paid = till.approved("therapy", BRIAN, "13 march 9am")
    till.pays_by_phone()
    till.says(ZAWADI, f"refund {paid} 500")
    till.approved("therapy", BRIAN, "16 march 9am")
    stays, goes = client(till.desk, AMINA), client(till.desk, BRIAN)
    counted = dict(asked(till.desk, stays, goes).moves)
    before = left_with(till.desk, goes)
    wanted = {"conversations", "bookings", "booking_series", "prepaid_packs", "payment_requests", "payments"}
    assert wanted | {"ledger_entries"} <= set(before), "the scene has something of each"
    assert {name: many for name, many in before.items() if name != "ledger_entries"} == {
        name: many for name, many in counted.items() if many
    }
    had = left_with(till.desk, stays)
    assert Merged.DONE is merged(till.desk, stays, goes)
    assert {} == left_with(till.desk, goes)
    assert {name: had.get(name, 0) + before.get(name, 0) for name in had | before} == left_with(till.desk, stays)
    till.check()
    till.says(BRIAN, "balance")
    assert {"5", "2"} <= set(re.findall(r"Massage: (\d) sessions left", till.last(BRIAN)))
    till.says(AMINA, "my bookings")
    assert "You have 6 bookings ahead" in till.last(AMINA), "her own, three of the series, and the two behind it"
    # What was asked of the one before goes on: the prompt is on their phone still.
    till.pays_by_phone()
    assert BookingStatus.CONFIRMED is till.booking().status
    number = till.requests("therapy", BRIAN, "18 march 11am")
    assert stays == till.booking(number).client_id
    till.says(ZAWADI, f"approve {number}")
    till.pays_by_phone()
    assert {stays} == {row.client_id for row in all_of(till.desk, ledger_entries)}


def test_texts_of_the_others_phone_are_theirs_and_a_stop_stays_where_it_was(room: Room) -> None:
    room.books(1)
    room.says(2, "hi")
    room.says(2, "STOP")
    stays, goes = client(room.desk, person(1).address), client(room.desk, person(2).address)
    assert Merged.DONE is merged(room.desk, stays, goes)
    assert [True, False] == [is_stopped(room, number) for number in (2, 1)]
    room.says(2, "START")
    assert not is_stopped(room, 2)
    room.says(2, "massage 19 march 3pm", "yes")
    assert {stays} == {row.client_id for row in room.bookings()}
    # On a channel on which they have never written.
    room.says(Phone("P2", "whatsapp", person(2).address, "P2"), "hi")
    assert {stays} == {
        row.client_id
        for address in (person(1).address, person(2).address)
        for row in room.desk.database.read(lambda session, one=address: conversations_of(session, one))
    }
    # A coordinator books for the number.
    room.says(KAI, f"book {person(2).address} massage 20 march 3pm")
    assert {stays} == {row.client_id for row in room.bookings()}
    assert 3 == len(room.bookings())
    room.check()
    told = room.desk.circumstances("t")
    [one, *_] = room.desk.database.read(lambda session: conversations_of(session, person(1).address))
    head = room.desk.database.read(lambda session: head_of(session, one.id, told))
    assert head is not None
    assert {"sms", "whatsapp"} == {channel for _, channel in head.elsewhere}


def test_both_in_one_class_stay_two(room: Room) -> None:
    room.books(1, 2)
    stays, goes = client(room.desk, person(1).address), client(room.desk, person(2).address)
    found = asked(room.desk, stays, goes)
    assert Merged.CLASSES is found.word
    assert ((TRIAL, *(row.id for row in room.bookings())),) == found.classes
    assert Merged.CLASSES is merged(room.desk, stays, goes)
    assert [stays, goes] == [row.client_id for row in room.bookings()]
    assert row_of(room.desk, goes).merged_into is None
    room.says(2, "cancel my booking", "yes")
    assert Merged.DONE is asked(room.desk, stays, goes).word
    assert Merged.DONE is merged(room.desk, stays, goes)
    assert {stays} == {row.client_id for row in room.bookings(living=False)}
    room.check()


def test_of_two_places_in_one_line_the_one_in_front_is_kept(room: Room) -> None:
    room.books(9, seats=2)
    room.waits(1, 2, 3)
    one, two, three = (client(room.desk, person(number).address) for number in (1, 2, 3))
    assert 1 == asked(room.desk, three, one).lines
    assert Merged.DONE is merged(room.desk, three, one)
    by_status = {(row.client_id, row.status, row.conversation_id) for row in all_of(room.desk, waitlist_entries)}
    rooms = {number: conversation_of(room, number) for number in (1, 2, 3)}
    assert {
        (three, WaitlistStatus.WAITING, rooms[1]), (two, WaitlistStatus.WAITING, rooms[2]),
        (one, WaitlistStatus.LEFT, rooms[3]),
    } == by_status  # fmt: skip
    assert {row.service_id for row in all_of(room.desk, waitlist_entries)} == {
        all_of(room.desk, bookings)[0].service_id
    }
    room.check()
    room.says(9, "cancel my booking", "yes")
    room.player.settle()
    assert "offer_seats" in " ".join(room.told(1))
    room.says(1, "yes")
    assert three in {row.client_id for row in room.bookings()}
    room.check()


def test_what_is_offered_is_kept_and_what_is_over_gives_way(room: Room) -> None:
    room.books(9, seats=2)
    room.waits(1, 2, 3)
    one, two, three = (client(room.desk, person(number).address) for number in (1, 2, 3))
    room.says(1, "leave", "yes")
    room.says(9, "cancel my booking", "yes")
    room.player.settle()
    assert [2, 3] == room.offered() or [2] == room.offered()
    # Who left before is merged with who has been offered a seat: the offer stands, whoever stays.
    assert Merged.DONE is merged(room.desk, one, two)
    room.check()
    [mine] = [row for row in all_of(room.desk, waitlist_entries) if row.client_id == one]
    assert WaitlistStatus.OFFERED is mine.status
    room.says(2, "yes")
    assert [one] == [row.client_id for row in room.bookings()]
    assert Merged.DONE is merged(room.desk, three, one)
    room.check()


def is_stopped(room: Room, number: int) -> bool:
    [one] = room.desk.database.read(lambda session: conversations_of(session, person(number).address))
    return one.opted_out_at is not None


def conversation_of(room: Room, number: int) -> int:
    [one] = room.desk.database.read(lambda session: conversations_of(session, person(number).address))
    return int(one.id)


def test_engagements_and_records_are_the_others(planner: Planner) -> None:
    planner.wedding(ANA)
    planner.wedding(BEN, "beach tomorrow at 5pm", name="Ben & Cleo", email="ben@example.com")
    planner.settle()
    assert 2 == len(planner.rows(engagements))
    stays, goes = client(planner.desk, ANA), client(planner.desk, BEN)
    # A third has been booked, and nobody has seen to what it opens.
    planner.wedding(BEN, "consultation in 5 days at 10am", name="Ben & Dora", event_date="3 July 2026")
    due = planner.due()
    planner.clock.move(timedelta(seconds=1))
    assert Merged.DONE is merged(planner.desk, stays, goes)
    assert {stays} == {row.client_id for row in planner.rows(client_records)}
    with pytest.raises(LostRace):
        planner.follows(due)
    planner.settle()
    assert [True] * 3 == [row.engagement_id is not None for row in planner.rows(engagement_work)]
    assert {stays} == {row.client_id for row in planner.rows(client_records)}
    told = planner.circumstances()
    found = planner.desk.database.read(lambda session: person_of(session, stays, told))
    assert found is not None
    assert len(planner.rows(engagements)) == len(found.engagements)
    is_sound(planner.desk)


def test_what_both_agreed_to_stays_as_it_was(desk: Desk) -> None:
    stays, goes = known(desk, (SARA, "Sara"), (LEA, "Lea"))

    def begin(session: Session) -> None:
        accept(session, stays, 1, "v1", NOW)
        accept(session, goes, 1, "v1", NOW)
        accept(session, goes, 1, "v2", NOW)

    desk.database.transact(begin)
    assert Merged.DONE is merged(desk, stays, goes)
    found = [(row.client_id, row.version) for row in all_of(desk, agreements_accepted)]
    assert [(stays, "v1"), (goes, "v1"), (stays, "v2")] == found


def test_what_is_not_known_of_who_stays_is_taken(desk: Desk) -> None:
    stays, goes, third = known(desk, (None, ""), (LEA, "Lea"), (ZOE, "Zoë"))
    change = update(clients).where(clients.c.id == goes).values(email="lea@example.test", language="fr")
    desk.database.transact(lambda session: session.execute(change))
    assert Merged.DONE is merged(desk, stays, goes)
    row = row_of(desk, stays)
    assert ("Lea", "lea@example.test", "fr", LEA) == (row.name, row.email, row.language, row.phone)
    assert (None, stays) == (row_of(desk, goes).phone, row_of(desk, goes).merged_into)
    assert [stays] == known(desk, (LEA, "Another"))
    assert Merged.DONE is merged(desk, third, stays)
    row = row_of(desk, third)
    assert ("Zoë", "lea@example.test", "fr", ZOE) == (row.name, row.email, row.language, row.phone)
    # Nobody is found by two steps.
    assert [third, third, None] == [row_of(desk, number).merged_into for number in (stays, goes, third)]
    assert [third] * 3 == known(desk, (LEA, ""), (ZOE, ""), (LEA, "Leo"))
    everybody = [(LEA, "", NOW), (ZOE, "", NOW), (SARA, "Sara", NOW), (None, "No phone", NOW)]
    numbers = desk.database.transact(lambda session: clients_for(session, everybody))
    assert [third, third] == numbers[:2]
    assert third not in numbers[2:]


def test_a_name_that_a_channel_tells_is_given_to_who_they_are(desk: Desk) -> None:
    stays, goes = known(desk, (SARA, ""), (LEA, ""))
    assert Merged.DONE is merged(desk, stays, goes)
    assert [stays] == known(desk, (LEA, "Lea"))
    assert ("Lea", "") == (row_of(desk, stays).name, row_of(desk, goes).name)
    desk.database.transact(lambda session: clients_for(session, [(LEA, "Leo", NOW)]))
    assert "Lea" == row_of(desk, stays).name


def test_what_cannot_be_merged_is_told_and_changes_nothing(desk: Desk) -> None:
    stays, goes, third = known(desk, (SARA, "Sara"), (LEA, "Lea"), (ZOE, "Zoë"))
    who = operator(desk)
    assert Merged.SAME is merged(desk, stays, stays, who)
    assert Merged.MISSING is merged(desk, stays, 99_999, who)
    assert Merged.MISSING is merged(desk, 99_999, stays, who)
    assert [Merged.SAME, Merged.MISSING, Merged.MISSING] == [
        asked(desk, stays, other).word for other in (stays, 99_999, None)
    ]
    assert Merged.DONE is merged(desk, stays, goes, who)
    for one, other in ((stays, goes), (goes, stays), (third, goes), (goes, third)):
        assert Merged.BEFORE is merged(desk, one, other, who)
        assert Merged.BEFORE is asked(desk, one, other).word
    entries = desk.database.read(lambda session: audited(session, None, 10))
    assert [("merged", f"client {stays}")] == [(row.action, row.subject) for row in entries]
    assert f"client {goes} into client {stays}; moved: nothing" == entries[0].words
    came = desk.database.transact(lambda session: correct(session, goes, "Eve", "", "en", who, NOW))
    assert Corrected.MERGED is came
    assert "Lea" == row_of(desk, goes).name


def test_who_was_merged_is_in_no_list_and_found_by_their_number(desk: Desk) -> None:
    stays, goes = known(desk, (SARA, "Sara Haddad"), (LEA, "Sara Lea"))
    assert Merged.DONE is merged(desk, stays, goes)

    def found(wanted: str) -> list[int]:
        return [row.id for row in desk.database.read(lambda session: people(session, wanted, None, 10))]

    assert [stays] == found("")
    assert [stays] == found("sara")
    assert [] == found("lea")
    assert [stays] == found("555 0222")
    assert [stays] == found("974")
    assert [] == found("777")
    listed, _ = desk.database.read(lambda session: people_listed(session, "", None))
    assert [stays] == [one.id for one in listed]
    assert [stays, None] == [
        desk.database.read(lambda session, one=number: turned_out_to_be(session, one)) for number in (goes, stays)
    ]


def test_who_may_be_the_same_has_the_name_or_the_address(desk: Desk) -> None:
    numbers = known(
        desk, (SARA, "Élodie Martin"), (LEA, "élodie martin"), (ZOE, "ÉLODIE MARTIN"), (None, "Elodie"), (None, ""),
        (None, ""), ("+97455504444", "Somebody"),
    )  # fmt: skip
    change = update(clients).where(clients.c.id == numbers[6]).values(email="E@Example.test")
    other = update(clients).where(clients.c.id == numbers[0]).values(email="e@example.TEST")
    desk.database.transact(lambda session: (session.execute(change), session.execute(other)))

    def found(number: int) -> list[int]:
        return [row.id for row in desk.database.read(lambda session: alike(session, number))]

    assert [numbers[1], numbers[2], numbers[6]] == found(numbers[0])
    assert [numbers[0]] == found(numbers[6])
    assert [] == found(numbers[4]), "two of whom nothing is known are not alike"
    assert [] == found(99_999)
    merged(desk, numbers[0], numbers[1])
    assert [numbers[2], numbers[6]] == found(numbers[0])


def test_another_is_named_by_number_or_phone(desk: Desk) -> None:
    [number] = known(desk, (SARA, "Sara"))

    def meant(said: str) -> int | None:
        return desk.database.read(lambda session: client_meant(session, said))

    assert [number, number, 12, 12] == [meant(said) for said in (SARA, "+974 5550-1234", "12", " client 12 ")]
    assert [None] * 5 == [meant(said) for said in ("", "nobody", "+", "+1", "9" * 40)]


def test_a_file_with_the_others_phone_is_theirs(room: Room) -> None:
    desk = room.desk
    stays, goes, third = known(desk, (SARA, "Sara"), (LEA, "Lea"), (ZOE, "Zoë"))
    told = desk.circumstances("t")

    def brings(*rows: dict[str, str], kind: ImportKind = ImportKind.CLIENTS) -> list[tuple[Became, int | None]]:
        def work(session: Session) -> list[tuple[Became, int | None]]:
            setup = import_setup(session, desk.profiles.current(session), Defaults())
            some = [SourceRow(line, row) for line, row in enumerate(rows, 2)]
            return [(one.became, one.number) for one in rows_imported(session, kind, some, setup, told)]

        return desk.database.transact(work)

    assert [(Became.IMPORTED, goes)] == brings({"id": "7", "name": "Lea", "phone": LEA})
    change = update(clients).where(clients.c.id == goes).values(email="lea@example.test")
    desk.database.transact(lambda session: session.execute(change))
    assert Merged.DONE is merged(desk, stays, goes)
    assert [(Became.IMPORTED, stays)] == brings({"id": "8", "name": "Lea", "phone": LEA})
    assert [(Became.IMPORTED, stays)] == brings({"id": "9", "name": "Lea", "email": "lea@example.test"})
    assert Merged.DONE is merged(desk, third, stays)
    assert [(Became.IMPORTED, third)] * 2 == brings(
        {"id": "10", "name": "Lea", "phone": LEA}, {"id": "11", "name": "Sara", "phone": SARA}
    )
    assert 3 == len(all_of(desk, clients))
    visit = {"teacher": "Kai", "course": "Massage", "timezone": "Europe/London", "status": "confirmed"}
    came = brings(
        {"id": "1", **visit, "student_name": "Lea", "student_phone": LEA, "start": "2026-03-12 15:00"},
        {"id": "2", **visit, "student_id": "7", "start": "2026-03-12 17:00"},
        {"id": "3", **visit, "student_id": "77", "student_phone": SARA, "start": "2026-03-13 17:00"},
        kind=ImportKind.ONE_ON_ONE,
    )
    assert [Became.IMPORTED] * 3 == [what for what, _ in came]
    assert [third] * 3 == [row.client_id for row in all_of(desk, bookings)]
    assert 3 == len(all_of(desk, clients))
    is_sound(desk)


def test_two_who_merge_the_same_at_once(desk: Desk) -> None:
    stays, goes = known(desk, (SARA, "Sara"), (LEA, "Lea"))
    who, start = operator(desk), Barrier(2)

    def run(one: int, other: int) -> Merged:
        start.wait(PATIENCE)
        return merged(desk, one, other, who)

    with ThreadPoolExecutor(2) as pool:
        came = [one.result() for one in [pool.submit(run, stays, goes), pool.submit(run, goes, stays)]]
    assert {Merged.DONE, Merged.BEFORE} == set(came)
    assert 1 == sum(row.merged_into is not None for row in all_of(desk, clients))


def beside_a_merge(desk: Desk, stays: int, goes: int, work: Callable[[Session, Callable[[], object]], None]) -> None:
    """`work` has begun when the two are merged, and goes on when that is done, or clearly waits for it."""
    who, begun, is_merged = operator(desk), Event(), Event()

    def goes_on() -> None:
        begun.set()
        is_merged.wait(LONG_ENOUGH)

    def run() -> Merged:
        assert begun.wait(PATIENCE)
        came = merged(desk, stays, goes, who)
        is_merged.set()
        return came

    with ThreadPoolExecutor(2) as pool:
        merging_them = pool.submit(run)
        desk.database.transact(lambda session: work(session, goes_on))
        assert Merged.DONE is merging_them.result()


def test_who_is_found_by_their_phone_meanwhile_is_who_they_are(desk: Desk) -> None:
    """The first text from the phone on some channel: nobody else sees its conversation yet."""
    stays, goes = known(desk, (SARA, "Sara"), (LEA, "Lea"))

    def text(session: Session, goes_on: Callable[[], object]) -> None:
        number = client_for(session, LEA, "", NOW)
        goes_on()
        change_conversation(session, conversation_for(session, "sms", LEA, NOW).id, client_id=number)

    beside_a_merge(desk, stays, goes, text)
    assert [stays] == [row.client_id for row in all_of(desk, conversations)]


def test_what_a_turn_that_is_under_way_makes_is_theirs(desk: Desk) -> None:
    stays, goes = known(desk, (SARA, "Sara"), (LEA, "Lea"))

    def begin(session: Session) -> None:
        change_conversation(session, conversation_for(session, "sms", LEA, NOW).id, client_id=goes)

    def turn(session: Session, goes_on: Callable[[], object]) -> None:
        conversation = conversation_for(session, "sms", LEA, NOW)
        goes_on()
        add_pack(
            session, NOW, client_id=conversation.client_id, service_id=0, sessions=3, price=0, currency="USD"
        )  # fmt: skip

    desk.database.transact(begin)
    beside_a_merge(desk, stays, goes, turn)
    assert [stays] == [row.client_id for row in all_of(desk, prepaid_packs)]


def test_a_phone_that_moves_meanwhile_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stays had none: somebody who looks for the phone while it is about to move finds it with neither."""
    stays, goes = known(desk, (None, "Sara"), (LEA, "Lea"))
    who, begun, is_found = operator(desk), Event(), Event()

    def slowly(session: Session, *numbers: int) -> None:
        begun.set()
        is_found.wait(LONG_ENOUGH)
        point_to(session, *numbers)

    monkeypatch.setattr(people_merged, "point_to", slowly)
    with ThreadPoolExecutor(1) as pool:
        merging_them = pool.submit(merged, desk, stays, goes, who)
        assert begun.wait(PATIENCE)
        assert [stays] == known(desk, (LEA, ""))
        is_found.set()
        assert Merged.DONE is merging_them.result()
    assert 2 == len(all_of(desk, clients))
