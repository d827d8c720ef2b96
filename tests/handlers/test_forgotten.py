"""Somebody who did everything that the product has is forgotten: nothing that tells who they were is left anywhere."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import forgetting
from bot.clock import SetClock
from bot.console.import_runs import Run, Runs
from bot.desk import Desk
from bot.forgetting import cancel_ahead, forget_person, would_forget
from bot.intake import receive
from bot.outgoing.signing import new_secret
from bot.stories import Phone
from conversations.booking import BookingStatus
from conversations.delivery import Delivery
from conversations.messages import Inbound
from conversations.rules.obsolete import Obsolete
from handlers import person_forgotten
from handlers.console.people_merged import Merged, merge
from handlers.console.people_shown import Corrected, correct
from handlers.console.signed_in import Who
from handlers.console.stepped_in import label, note, take_over, write
from handlers.console.texts_later import Later, put_off
from handlers.importing.imported import rows_imported
from handlers.importing.people import Found, rooms_of
from handlers.importing.rows import Became, ImportKind, SourceRow
from handlers.importing.setup import Defaults, import_setup
from handlers.invariants_checked import broken_invariants
from handlers.message_resent import message_resent
from handlers.outbox import claim_due
from handlers.person_forgotten import Forgetting, Verdict
from handlers.webhook_endpoints import open_endpoint
from handlers.webhooks_spread import spread_webhooks
from models.audit import COMMAND_LINE, audit_log
from models.base import metadata
from models.blocks import blocks
from models.bookings import bookings
from models.business import staff
from models.calendar_events import due_calendars, forget_events, note_event, superfluous
from models.clients import client_for, clients
from models.conversations import conversations
from models.ledger import ledger_entries
from models.messages import messages
from models.operators import Role, add_operator
from models.outbox import change_outbox, outbox
from models.outgoing_webhooks import webhook_deliveries, webhook_events
from models.payments import payments
from models.suppressions import suppressions
from tests.bot.calendar_scene import add_calendar
from tests.conftest import NOW, MakeDesk
from tests.handlers.marked import (
    CLOUD,
    FIRST,
    LAST,
    MAIL,
    NAME,
    NUMBER,
    SMS,
    WHATSAPP,
    WORDS,
    in_search,
    left_in_files,
    left_of_them,
    traces_in,
)
from tests.handlers.planner import RITA, Planner
from tests.handlers.salon import MAYA, OMAR, TOM, Salon
from tests.handlers.taken_up import take_up
from tests.handlers.till import ZAWADI, Till
from tests.patience import PATIENCE

pytestmark = pytest.mark.every_database


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a key of these tests")


@pytest.fixture
def till(make_desk: MakeDesk, clock: SetClock) -> Iterator[Till]:
    with Till(make_desk, clock) as till:
        yield till
        till.player.settle()
        till.check()


def number_of(desk: Desk, address: str) -> int:
    whose = select(conversations.c.client_id).where(conversations.c.address == address).limit(1)
    return desk.database.read(lambda session: int(session.execute(whose).scalar_one()))


def rows(desk: Desk, table: Any) -> list[Any]:
    key = next(iter(table.primary_key))
    return desk.database.read(lambda session: list(session.execute(select(table).order_by(key))))


def forgotten(desk: Desk, client_id: int) -> Forgetting:
    return forget_person(desk, client_id, who=COMMAND_LINE, operator_id=None)


def operator(desk: Desk, name: str = "Ana") -> Who:
    values = {"login": name.lower(), "name": name, "role": Role.ADMIN, "password_hash": "kept", "created_at": NOW}
    return Who(
        desk.database.transact(lambda s: add_operator(s, **values)), name, name, Role.ADMIN, None, 1, has_totp=False
    )


def is_sound(desk: Desk) -> bool:
    return [] == desk.database.read(lambda session: list(broken_invariants(session, desk.clock.now())))


def nothing_is_left(desk: Desk) -> None:
    assert {} == left_of_them(desk)
    assert [] == in_search(desk)
    assert [] == list(left_in_files(desk))


def lived(salon: Salon) -> int:
    """They have texted, booked, been talked about, merged, written to, noted, imported; some days ago. Their number."""
    desk, player = salon.desk, salon.player
    told, ana = desk.circumstances("t"), operator(desk)
    desk.database.transact(lambda session: open_endpoint(session, "https://hooks.example/x", (), new_secret(), NOW))
    for phone in (SMS, WHATSAPP, CLOUD):
        player.say(phone, f"hello, I am {NAME}, {NUMBER}, mail {MAIL}")
    player.say(SMS, f"massage tomorrow 3pm, my name is {NAME}, note: {WORDS} please")
    player.say(SMS, "yes")
    player.say(WHATSAPP, f"haircut friday at 11 for my daughter {FIRST}")
    player.say(WHATSAPP, "yes")
    player.say(OMAR, "pending")
    player.say(OMAR, "approve 1")
    player.say(OMAR, f"note 1 she has {WORDS}")
    player.say(OMAR, f"modify 2 we hear of {WORDS}, later?")
    player.say(MAYA, f"modify 2 we hear of {WORDS}, later?")
    player.say(MAYA, "show 2")
    player.say(OMAR, "today")
    player.say(OMAR, f"book {NUMBER} {NAME} massage friday 4pm")
    player.say(OMAR, f"who is {FIRST} {LAST} +974 3391 7264?")
    player.say(MAYA, f"decline 2 {WORDS} again")
    player.say(TOM, "massage 20 march 9am")
    player.say(TOM, f"my friend is {NUMBER}")
    first, second, third = (number_of(desk, phone.address) for phone in (SMS, WHATSAPP, CLOUD))
    assert first == second
    room = next(row.id for row in rows(desk, conversations) if row.address == NUMBER)

    def beside(session: Session) -> None:
        assert Corrected.DONE is correct(session, first, NAME, MAIL, "es", ana, desk.clock.now())
        note(session, room, f"{NAME} likes {WORDS}", ana, desk.clock.now())
        label(session, room, "regular", is_put=True)
        assert Later.DONE is put_off(session, room, f"Dear {FIRST}", "2026-04-01T10:00", ana, told)
        when = {"start_at": NOW + timedelta(days=30), "end_at": NOW + timedelta(days=30, hours=1), "created_at": NOW}
        staff_id = session.execute(select(staff.c.id).limit(1)).scalar_one()
        reason = f"Party of {NAME}"
        session.execute(blocks.insert().values(staff_id=staff_id, reason=reason, made_by="coordinator:1", **when))

    desk.database.transact(beside)
    desk.database.transact(lambda session: take_over(session, room, ana, told))
    desk.database.transact(lambda session: write(session, room, f"Dear {FIRST}, {WORDS}", ana, told))
    imported(desk)
    assert Merged.DONE is desk.database.transact(lambda session: merge(session, first, third, ana, desk.clock.now()))
    player.settle()
    return first


def imported(desk: Desk) -> list[tuple[Became, int | None]]:
    told = desk.circumstances("t")

    def work(session: Session) -> list[tuple[Became, int | None]]:
        setup = import_setup(session, desk.profiles.current(session), Defaults())
        row = SourceRow(2, {"id": MAIL, "name": NAME, "phone": NUMBER, "email": MAIL})
        return [(one.became, one.number) for one in rows_imported(session, ImportKind.CLIENTS, [row], setup, told)]

    return desk.database.transact(work)


def test_nothing_is_left_of_who_did_everything(salon: Salon, clock: SetClock) -> None:
    desk = salon.desk
    number = lived(salon)
    before = left_of_them(desk)
    take_up(desk.database)
    if desk.database.engine.dialect.name == "sqlite":
        assert in_search(desk)
        assert list(left_in_files(desk))
    assert {"messages.body", "outbox.body", "clients.name", "turns.dialogue_after", "command_log.words"} <= set(before)
    asked = would_forget(desk, number)
    assert Verdict.IN_THE_WAY is asked.verdict
    assert Verdict.IN_THE_WAY is forgotten(desk, number).verdict
    assert set(before) == set(left_of_them(desk))
    cancel_ahead(desk, number, "operator:1")
    salon.player.settle()
    assert Verdict.DONE is forgotten(desk, number).verdict
    nothing_is_left(desk)
    assert is_sound(desk)
    assert {BookingStatus.CANCELLED, BookingStatus.DECLINED} == {row.status for row in rows(desk, bookings)}
    assert {number} == {row.client_id for row in rows(desk, bookings)} - {number_of(desk, TOM.address)}
    (entry,) = (row for row in rows(desk, audit_log) if row.action == "forgot a person")
    assert f"client {number}" == entry.subject
    assert Verdict.BEFORE is forgotten(desk, number).verdict
    clock.move(timedelta(days=3))
    salon.player.settle()
    nothing_is_left(desk)


def test_money_stays_for_the_books_without_whose_it_was(till: Till) -> None:
    kenyan = Phone(SMS.name, "sms", "+254733917264", NAME)
    number = till.approved(who=kenyan)
    till.says(kenyan, "mpesa")
    till.pays_by_phone()
    till.says(ZAWADI, f"cancel {number} {WORDS}", f"refund {number}", f"refund {number} done")
    desk, person = till.desk, number_of(till.desk, kenyan.address)
    assert "254733917264" in str(rows(desk, payments)) + str(rows(desk, clients))
    sums = [(row.account, row.amount, row.payment_id, row.client_id) for row in rows(desk, ledger_entries)]
    done = forgotten(desk, person)
    assert Verdict.DONE is done.verdict, done
    nothing_is_left(desk)
    assert not any("733917264" in str(row) for table in metadata.sorted_tables for row in rows(desk, table))
    assert sums == [(row.account, row.amount, row.payment_id, row.client_id) for row in rows(desk, ledger_entries)]
    assert any(row.transaction_id for row in rows(desk, payments))


def test_money_that_is_owed_is_given_back_first(till: Till) -> None:
    number = till.approved(who=SMS)
    desk, person = till.desk, number_of(till.desk, NUMBER)
    till.says(ZAWADI, f"paid {number} 3500")
    cancel_ahead(desk, person, "operator:1")
    told = forgotten(desk, person)
    assert (Verdict.IN_THE_WAY, True) == (told.verdict, bool(told.way.refunds))
    assert NAME == next(row.name for row in rows(desk, clients) if row.id == person)
    till.says(ZAWADI, f"refund {number} done")
    assert Verdict.DONE is forgotten(desk, person).verdict
    nothing_is_left(desk)


def test_a_couple_is_forgotten_with_its_wedding(planner: Planner) -> None:
    desk = planner.desk
    planner.wedding(WHATSAPP, "consultation tomorrow at 3pm", name=f"{FIRST} & Omar", email=MAIL, requests=WORDS)
    planner.settle()
    planner.text(RITA, f"note 1 {WORDS}")
    planner.text(RITA, "weddings")
    person = number_of(desk, NUMBER)
    told = forgotten(desk, person)
    assert (Verdict.IN_THE_WAY, True) == (told.verdict, bool(told.way.engagements))
    cancel_ahead(desk, person, "system")
    planner.settle()
    planner.text(RITA, "close w1")
    planner.text(RITA, "yes")
    told = forgotten(desk, person)
    assert Verdict.DONE is told.verdict, told.way
    nothing_is_left(desk)
    planner.settle(timedelta(days=200))
    nothing_is_left(desk)


def test_other_systems_are_told_to_forget_and_what_they_were_told_is_gone(salon: Salon) -> None:
    desk = salon.desk
    endpoint = desk.database.transact(lambda s: open_endpoint(s, "https://hooks.example/x", (), new_secret(), NOW))
    salon.text(SMS, "massage tomorrow 3pm")
    salon.text(SMS, "yes")
    salon.text(OMAR, f"decline 1 {WORDS}")
    spread(desk)
    assert any(FIRST in row.body for row in rows(desk, webhook_events))
    person = number_of(desk, NUMBER)
    assert Verdict.DONE is forgotten(desk, person).verdict
    spread(desk)
    nothing_is_left(desk)
    assert {"dropped", "waits"} == {row.state.value for row in rows(desk, webhook_deliveries)}
    (last,) = (row for row in rows(desk, webhook_events) if row.type == "client.forgotten")
    assert f'"all_ids":[{person}]' in last.body
    (waits,) = (row for row in rows(desk, webhook_deliveries) if row.due_at is not None)
    assert (endpoint, last.id) == (waits.endpoint_id, waits.event_id)


def spread(desk: Desk) -> None:
    while desk.database.transact(lambda session: spread_webhooks(session, desk.circumstances("t"), 50)):
        pass


def test_others_keep_what_is_theirs(salon: Salon) -> None:
    other = replace(SMS, address="+97455508888", name="Tom")
    salon.text(SMS, "hello")
    salon.text(other, f"I am {NAME} too, not {NUMBER}, and like {WORDS}")
    before = rows(salon.desk, messages)
    desk, person = salon.desk, number_of(salon.desk, NUMBER)
    assert Verdict.DONE is forgotten(desk, person).verdict
    theirs = [row for row in before if NUMBER in row.body]
    now = {row.id: row.body for row in rows(desk, messages)}
    assert [row.body.replace(NUMBER, "…") for row in theirs] == [now[row.id] for row in theirs]
    (tom,) = (row for row in rows(desk, clients) if row.forgotten_at is None)
    assert (NAME, other.address) == (tom.name, tom.phone)


def test_whoever_texts_again_is_somebody_new(salon: Salon) -> None:
    salon.text(SMS, "massage tomorrow 3pm")
    desk, person = salon.desk, number_of(salon.desk, NUMBER)
    assert Verdict.DONE is forgotten(desk, person).verdict
    assert FIRST not in salon.text(replace(SMS, profile_name=""), "hello")
    again = number_of(desk, NUMBER)
    assert person != again
    assert "" == next(row.name for row in rows(desk, clients) if row.id == again)
    assert is_sound(desk)


def test_who_wanted_no_texts_gets_none_when_they_are_met_anew(salon: Salon) -> None:
    desk = salon.desk
    salon.text(SMS, "hello")
    salon.text(SMS, "stop")
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    (kept,) = rows(desk, suppressions)
    assert [] == traces_in(kept.address_hash)
    nothing_is_left(desk)
    read = salon.all(OMAR, f"book {NUMBER} Zed massage friday 4pm")
    assert NUMBER not in read, read
    salon.text(SMS, "start")
    assert "massage" in salon.text(SMS, "my bookings").casefold()
    cancel_ahead(desk, number_of(desk, NUMBER), "operator:1")
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    assert [] == rows(desk, suppressions)
    assert salon.text(SMS, "hello")


def test_an_import_brings_nobody_back_to_texts_they_did_not_want(salon: Salon) -> None:
    desk, told = salon.desk, salon.desk.circumstances("t")
    salon.text(SMS, "stop")
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    found = [Found(desk.database.transact(lambda s: client_for(s, NUMBER, NAME, NOW)), NAME, NUMBER, is_new=True)]
    made = desk.database.transact(lambda session: rooms_of(session, found, told))
    (room,) = (row for row in rows(desk, conversations) if row.id in made.values())
    assert room.opted_out_at is not None


def test_nobody_who_works_here_is_forgotten_as_a_client(salon: Salon) -> None:
    desk = salon.desk
    person = desk.database.transact(lambda session: client_for(session, OMAR.address, "Omar", NOW))
    assert Verdict.COLLEAGUE is forgotten(desk, person).verdict
    assert Verdict.MISSING is forgotten(desk, 9999).verdict


def test_what_is_on_its_way_is_not_sent_and_what_its_worker_says_changes_nothing(salon: Salon) -> None:
    desk = salon.desk
    receive(desk, Inbound("sms", "in-x", NUMBER, NUMBER, "hello", profile_name=NAME))
    now = desk.clock.now()
    claimed = desk.database.transact(lambda s: claim_due(s, now, 10))
    assert 1 == len(claimed)
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    (row,) = rows(desk, outbox)
    assert Delivery.DEAD is row.status
    mine = {"status": Delivery.SENT, "provider_id": f"wamid.{NUMBER}"}
    assert not desk.database.transact(lambda s: change_outbox(s, row.id, row.attempts, **mine))
    salon.player.settle()
    nothing_is_left(desk)
    assert Obsolete.RESENT is desk.database.transact(lambda s: message_resent(s, row.id, "t", now))


def test_whoever_is_killed_in_the_middle_has_done_nothing(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = salon.desk
    salon.text(SMS, f"massage tomorrow 3pm, {WORDS}")
    person, before = number_of(desk, NUMBER), left_of_them(desk)

    def killed(*_values: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(person_forgotten, "empty_clients", killed)
        forgotten(desk, person)
    assert before == left_of_them(desk)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(forgetting, "merge_search", killed)
        forgotten(desk, person)
    assert {} == left_of_them(desk)
    assert Verdict.BEFORE is forgotten(desk, person).verdict
    nothing_is_left(desk)


def test_two_at_once_forget_once_while_the_person_texts(salon: Salon) -> None:
    desk = salon.desk
    salon.text(SMS, f"massage tomorrow 3pm, {WORDS}")
    person, together = number_of(desk, NUMBER), Barrier(4)

    def forgets() -> Verdict:
        together.wait()
        return forgotten(desk, person).verdict

    def texts(name: str) -> None:
        together.wait()
        for number in range(5):
            receive(desk, Inbound("sms", f"{name}-{number}", NUMBER, NUMBER, f"{WORDS} {number}", profile_name=NAME))

    with ThreadPoolExecutor(4) as pool:
        verdicts = [pool.submit(forgets) for _ in range(2)]
        texting = [pool.submit(texts, name) for name in "ab"]
        assert [Verdict.BEFORE, Verdict.DONE] == sorted((one.result(PATIENCE) for one in verdicts), key=str)
        for one in texting:
            one.result(PATIENCE)
    salon.player.settle()
    (gone,) = (row for row in rows(desk, clients) if row.id == person)
    assert ("", None) == (gone.name, gone.phone)
    theirs = {row.id for row in rows(desk, conversations) if row.client_id == person}
    assert not any(row.body for row in rows(desk, messages) if row.conversation_id in theirs)
    assert is_sound(desk)
    if any(row.phone == NUMBER for row in rows(desk, clients)):
        assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    nothing_is_left(desk)


def test_files_beside_the_database_go_with_them(salon: Salon, tmp_path: Path) -> None:
    desk = salon.desk
    salon.text(SMS, "hello")
    desk.journal.prepare()
    other = Inbound("sms", "j-2", TOM.address, TOM.address, "hello")
    desk.journal.put(Inbound("sms", "j-1", NUMBER, NUMBER, WORDS), NOW, "t")
    desk.journal.put(other, NOW, "t")
    aside = desk.journal.quarantine / "x.entry"
    aside.write_text(f"half an entry of {NUMBER}")
    runs = Runs(desk.settings.journal_dir.parent / "imports")
    for number, said in (("0" * 24, f"name,phone\n{NAME},{NUMBER}\n"), ("1" * 24, "name\nTom\n")):
        runs.add(Run(number, "x.csv", "clients", "", "", "", "", "Ana", NOW.isoformat()), said.encode())
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    assert ["1" * 24] == [run.id for run in runs.all()]
    assert [other] == [entry.happened for _, entry in desk.journal.entries()]
    assert not aside.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and traces_in(path.read_text(errors="ignore"))]


def test_their_bookings_are_taken_out_of_other_calendars(salon: Salon, clock: SetClock) -> None:
    desk = salon.desk
    salon.text(SMS, "massage tomorrow 3pm")
    salon.text(SMS, "yes")
    salon.text(OMAR, "approve 1")
    (booked,) = rows(desk, bookings)
    kind = {"kind": "caldav", "address": "https://dav.example/x", "reads": False, "writes": True, "active": True}
    calendar = add_calendar(desk.database, staff_id=booked.staff_id, name_key="x", **kind)
    clock.move(timedelta(days=40))
    salon.player.settle()
    waits = lambda: desk.database.read(lambda s: [row.booking_id for row in superfluous(s, calendar, 10)])  # noqa: E731
    assert [] == waits()
    assert Verdict.DONE is forgotten(desk, number_of(desk, NUMBER)).verdict
    desk.database.transact(lambda s: forget_events(s, calendar, desk.clock.now()))
    assert [booked.id] == waits()
    assert [calendar] == desk.database.read(lambda s: due_calendars(s, desk.clock.now(), desk.clock.now(), 10))
    desk.database.transact(lambda s: note_event(s, calendar, booked.id, version=booked.version + 1, removed=True))
    assert [] == waits()
