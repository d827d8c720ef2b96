"""Notices by email: who gets which, in what words, with what for their calendars; through a real SMTP server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest
from sqlalchemy import func, select

from bot.channels.email import EmailChannel
from bot.channels.smtp_wire import MailServer
from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.dispatcher import Dispatcher
from bot.stories import Phone
from conversations.delivery import Delivery, SendFailure
from conversations.rules.obsolete import Obsolete
from conversations.rules.retries import PERHAPS_TWICE_AFTER
from handlers.business_dumped import business_dumped
from handlers.message_resent import message_resent
from models.conversations import conversations
from models.outbox import dead_letters, outbox, outbox_after
from models.outbox_claims import Carries
from tests.conftest import CHANNELS, MakeDesk
from tests.fakes.smtp_server import FakeSMTP, Fault, Taken
from tests.handlers.planner import BUSINESS as PLANNER
from tests.handlers.planner import Planner
from tests.handlers.salon import BUSINESS, MAYA, OMAR, SARA, Salon
from tests.handlers.till import AMINA, ZAWADI, Till

CLIENT, STAFF, DESK = "sara@example.org", "maya@salon.example", "desk@salon.example"
WITH_EMAILS = (
    BUSINESS.replace('name = "Maya\'s desk"\n', f'name = "Maya\'s desk"\nemail = "{DESK}"\n')
    .replace('name = "Maya"\nhours', f'name = "Maya"\nemail = "{STAFF}"\nhours')
    .replace('currency = "USD"\n', 'currency = "USD"\nphone = "+97444440000"\n', 1)
)


@pytest.fixture
def server() -> Iterator[FakeSMTP]:
    with FakeSMTP() as server:
        yield server


@pytest.fixture
def mailing_desk(make_desk: MakeDesk, clock: SetClock, server: FakeSMTP) -> MakeDesk:
    """A desk that hands its emails to the server."""
    mail = EmailChannel(
        MailServer("127.0.0.1", server.port, "none", timeout=2), "Two Rooms <desk@salon.example>", clock.now
    )
    return lambda **values: replace(make_desk(**values), channels={**CHANNELS, "email": mail})


@pytest.fixture
def salon(mailing_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> Salon:
    desk = mailing_desk(public_url="https://desk.test")
    path = tmp_path / "business.toml"
    path.write_text(WITH_EMAILS, encoding="utf-8")
    load_business(desk.database, path)
    return Salon(desk, clock)


def requested(salon: Salon, more: str = "") -> None:
    """Sara asks for a haircut with Maya, and tells her address."""
    salon.text(SARA, f"my email is {CLIENT}")
    salon.text(SARA, f"haircut with Maya tomorrow 10:00{more}")
    salon.text(SARA, "yes")


def got(server: FakeSMTP, address: str) -> list[Taken]:
    """What this address has got since the last look, in order."""
    found = [taken for taken in server.taken if taken.recipient == address]
    server.taken[:] = [taken for taken in server.taken if taken.recipient != address]
    return found


def only(server: FakeSMTP, address: str) -> Taken:
    (found,) = got(server, address)
    return found


def in_calendar(taken: Taken) -> tuple[str, str, int, str]:
    """Method, UID, SEQUENCE and STATUS of its one event."""
    assert taken.calendar is not None
    method, raw = taken.calendar
    calendar = icalendar.Calendar.from_ical(raw)
    assert method == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return method, str(event["UID"]), int(event["SEQUENCE"]), str(event["STATUS"])


def test_client_staff_and_coordinator_are_told_at_each_step(salon: Salon, server: FakeSMTP) -> None:
    requested(salon)
    asked = only(server, CLIENT)
    assert asked.message["Subject"].startswith("Request received: Haircut")
    assert "Your request #1 is with us" in asked.text
    assert "+97444440000" in asked.text
    assert asked.calendar is None
    tentative = in_calendar(only(server, STAFF))
    assert ("REQUEST", "TENTATIVE") == (tentative[0], tentative[3])
    assert tentative == in_calendar(only(server, DESK))

    salon.text(MAYA, "approve 1 bring a towel")
    confirmed = only(server, CLIENT)
    assert confirmed.message["Subject"].startswith("Confirmed: Haircut")
    assert "https://desk.test/b/" in confirmed.text
    first = in_calendar(confirmed)
    assert ("REQUEST", tentative[1], "CONFIRMED") == (first[0], first[1], first[3])
    assert first == in_calendar(only(server, STAFF)) == in_calendar(only(server, DESK))

    salon.text(MAYA, "move 1 tomorrow 15:00")
    moved = only(server, CLIENT)
    assert moved.message["Subject"].startswith("Changed: Haircut")
    second = in_calendar(moved)
    assert ("REQUEST", first[1], "CONFIRMED") == (second[0], second[1], second[3])
    assert second[2] > first[2]
    assert second == in_calendar(only(server, STAFF)) == in_calendar(only(server, DESK))

    salon.text(MAYA, "cancel 1 the boiler broke")
    off = only(server, CLIENT)
    assert "the boiler broke" in off.text
    third = in_calendar(off)
    assert ("CANCEL", first[1], "CANCELLED") == (third[0], third[1], third[3])
    assert third[2] > second[2]
    assert third == in_calendar(only(server, STAFF)) == in_calendar(only(server, DESK))
    assert salon.is_sound()


def test_staff_and_coordinator_read_who_comes_but_neither_notes_nor_a_number(salon: Salon, server: FakeSMTP) -> None:
    salon.text(SARA, "my name is Sara Haddad")
    requested(salon, ", note: allergic to latex")
    for address in (STAFF, DESK):
        taken = only(server, address)
        assert "Client: Sara Haddad" in taken.text
        assert "#1 Haircut" in taken.text
        raw = taken.raw.decode() + taken.text + (taken.calendar[1].decode() if taken.calendar else "")
        assert "latex" not in raw
        assert SARA.address not in raw


def test_a_request_that_is_refused_leaves_the_calendars_of_staff(salon: Salon, server: FakeSMTP) -> None:
    requested(salon)
    server.taken.clear()
    salon.text(MAYA, "decline 1 fully booked")
    refused = only(server, CLIENT)
    assert refused.message["Subject"].startswith("Not possible: Haircut")
    assert "fully booked" in refused.text
    assert refused.calendar is None
    assert ("CANCEL", "CANCELLED") == (in_calendar(only(server, STAFF))[0], in_calendar(only(server, DESK))[3])


def test_who_no_longer_gives_it_has_it_taken_out_of_their_calendar_once(salon: Salon, server: FakeSMTP) -> None:
    requested(salon)
    salon.text(MAYA, "approve 1")
    first = in_calendar(got(server, STAFF)[-1])
    server.taken.clear()
    salon.text(OMAR, "move 1 tomorrow 15:00 lina")
    gone = in_calendar(only(server, STAFF))
    assert ("CANCEL", first[1], "CANCELLED") == (gone[0], gone[1], gone[3])
    assert gone[2] > first[2]
    assert "REQUEST" == in_calendar(only(server, CLIENT))[0]
    salon.text(OMAR, "cancel 1")
    assert [] == got(server, STAFF)


def test_a_reminder_goes_by_email_as_well(salon: Salon, server: FakeSMTP, clock: SetClock) -> None:
    requested(salon)
    salon.text(MAYA, "approve 1")
    server.taken.clear()
    clock.move(timedelta(hours=22))
    salon.player.settle()
    reminders = got(server, CLIENT)
    assert {"Reminder: Haircut"} == {taken.message["Subject"].partition(",")[0] for taken in reminders}
    assert [] == got(server, STAFF)


def test_who_has_opted_out_of_texts_is_not_reminded_by_email_but_told_what_changes(
    salon: Salon, server: FakeSMTP, clock: SetClock
) -> None:
    requested(salon)
    salon.text(MAYA, "approve 1")
    salon.text(SARA, "stop")
    server.taken.clear()
    clock.move(timedelta(hours=22))
    salon.player.settle()
    assert [] == got(server, CLIENT)
    salon.text(MAYA, "cancel 1")
    assert "CANCEL" == in_calendar(only(server, CLIENT))[0]


def test_a_client_reads_their_own_language(salon: Salon, server: FakeSMTP) -> None:
    for words in ("haircut مع Maya بكرة الساعة 10 الصبح", f"ايميلي {CLIENT}", "نعم"):
        salon.text(SARA, words)
    taken = only(server, CLIENT)
    assert taken.message["Subject"].startswith("وصل طلبكم: Haircut")
    assert "الردود على هذا البريد لا تُقرأ" in taken.text


def test_what_by_the_simulator_is_rehearsed_writes_to_nobody(salon: Salon, server: FakeSMTP) -> None:
    rehearsal = Phone("Sara", "simulator", "sim-1")
    for words in (f"my email is {CLIENT}", "haircut with Maya tomorrow 10:00", "yes"):
        salon.text(rehearsal, words)
    assert {1: "pending"} == salon.statuses()
    assert [] == server.taken


def test_without_a_mail_server_no_email_is_queued(make_desk: MakeDesk, clock: SetClock, tmp_path: Path) -> None:
    desk = make_desk()
    path = tmp_path / "business.toml"
    path.write_text(WITH_EMAILS, encoding="utf-8")
    load_business(desk.database, path)
    salon = Salon(desk, clock)
    requested(salon)
    rows = desk.database.read(lambda session: outbox_after(session, 0))
    assert "email" not in {row.channel for row in rows}


def test_texts_arrive_while_the_mail_server_is_away(salon: Salon, server: FakeSMTP, clock: SetClock) -> None:
    server.faults.extend([Fault("MAIL", "421 closing down")] * 3)
    requested(salon)
    rows = salon.desk.database.read(lambda session: outbox_after(session, 0))
    assert {Delivery.SENT} == {row.status for row in rows if row.channel != "email"}
    assert [] == server.taken
    waiting = [row for row in rows if row.channel == "email"]
    assert {Delivery.QUEUED} == {row.status for row in waiting}
    clock.move(timedelta(minutes=2))
    salon.player.settle()
    assert {CLIENT, STAFF, DESK} == {taken.recipient for taken in server.taken}


def test_an_address_that_the_server_refuses_is_a_dead_letter_that_names_the_reason(
    salon: Salon, server: FakeSMTP
) -> None:
    server.faults.append(Fault("RCPT", f"550 5.1.1 <{CLIENT}>: no such user"))
    requested(salon)
    (dead,) = salon.desk.database.read(dead_letters)
    assert (CLIENT, SendFailure.WRONG_ADDRESS, "550 5.1.1") == (dead.address, dead.failure, dead.failure_code)
    assert CLIENT not in dead.failure_words
    new = salon.desk.database.transact(
        lambda session: message_resent(session, dead.id, "again", salon.desk.clock.now())
    )
    assert not isinstance(new, Obsolete)
    salon.player.settle()
    assert "Your request #1" in only(server, CLIENT).text


def test_one_that_may_have_been_taken_is_sent_once_more_under_the_same_id(
    salon: Salon, server: FakeSMTP, clock: SetClock
) -> None:
    server.faults.append(Fault("DATA", cut=True))
    requested(salon)
    assert 1 == len([taken for taken in server.taken if taken.recipient == CLIENT])
    for _ in range(30):
        clock.move(PERHAPS_TWICE_AFTER / 10)
        salon.player.settle()
    ids = [taken.message["Message-ID"] for taken in got(server, CLIENT)]
    assert (2, 1) == (len(ids), len(set(ids)))


def test_a_sender_of_emails_leaves_texts_to_others_and_they_emails_to_it(
    salon: Salon, server: FakeSMTP, clock: SetClock
) -> None:
    server.faults.append(Fault("RCPT", "451 later"))
    requested(salon)
    clock.move(timedelta(minutes=1))
    texts = Dispatcher(salon.desk, carries=Carries(but="email"))
    assert 0 == texts.send_due()
    emails = Dispatcher(salon.desk, carries=Carries(only="email"))
    assert 1 == emails.send_due()
    assert 3 == len(server.taken)
    for one in (texts, emails):
        one.stop()


def test_a_hanging_mail_server_keeps_no_text_waiting(salon: Salon, server: FakeSMTP) -> None:
    server.faults.append(Fault("MAIL", hang=30))
    emails = Dispatcher(salon.desk, 2, 0.05, Carries(only="email"))
    texts = Dispatcher(salon.desk, 2, 0.05, Carries(but="email"))
    emails.start()
    requested(salon)
    rows = salon.desk.database.read(lambda session: outbox_after(session, 0))
    assert {Delivery.SENT} == {row.status for row in rows if row.channel != "email"}
    texts.stop()
    emails.stop()


def test_what_was_paid_is_receipted_and_confirmed_and_what_goes_back_is_told(
    mailing_desk: MakeDesk, clock: SetClock, server: FakeSMTP
) -> None:
    with Till(mailing_desk, clock) as till:
        till.says(AMINA, f"my email is {CLIENT}")
        number = till.approved()
        subjects = [taken.message["Subject"].partition(":")[0] for taken in got(server, CLIENT)]
        assert ["Request received", "To be paid"] == subjects
        till.pays_by_phone()
        paid = only(server, CLIENT)
        assert paid.message["Subject"].startswith("Payment received: ")
        assert till.prompt.receipt in paid.text
        assert ("REQUEST", "CONFIRMED") == (in_calendar(paid)[0], in_calendar(paid)[3])
        till.says(ZAWADI, f"refund {number}")
        back = only(server, CLIENT)
        assert back.message["Subject"].startswith("Refund: ")
        assert back.calendar is None


def test_a_series_is_one_email_with_every_visit(salon: Salon, server: FakeSMTP) -> None:
    salon.text(SARA, f"my email is {CLIENT}")
    salon.text(SARA, "haircut with Maya every friday at 2pm, 3 times")
    salon.text(SARA, "yes")
    assert "S1" in only(server, CLIENT).message["Subject"]
    only(server, STAFF)
    salon.text(MAYA, "approve S1")
    for address in (CLIENT, STAFF):
        taken = only(server, address)
        assert taken.calendar is not None
        method, raw = taken.calendar
        events = icalendar.Calendar.from_ical(raw).walk("VEVENT")
        assert ("PUBLISH", 3, 3) == (method, len(events), len({str(event["UID"]) for event in events}))


def test_a_client_has_one_conversation_by_email_which_is_theirs(salon: Salon, server: FakeSMTP) -> None:
    requested(salon)
    salon.text(MAYA, "approve 1")
    found = salon.desk.database.read(
        lambda session: session.execute(
            select(conversations.c.address, conversations.c.client_id, func.count(outbox.c.id))
            .join(outbox, outbox.c.conversation_id == conversations.c.id)
            .where(conversations.c.channel == "email")
            .group_by(conversations.c.address, conversations.c.client_id)
        ).all()
    )
    assert {(CLIENT, True, 2), (STAFF, False, 2), (DESK, False, 2)} == {
        (address, client_id is not None, count) for address, client_id, count in found
    }


def test_a_business_file_with_emails_is_written_back_as_it_was_read(salon: Salon) -> None:
    file = salon.desk.database.read(business_dumped)
    assert [STAFF] == [person.email for person in file.staff if person.email]
    assert [DESK] == [person.email for person in file.coordinators if person.email]


def test_the_coordinator_reads_once_what_a_booking_has_opened(
    mailing_desk: MakeDesk, clock: SetClock, server: FakeSMTP, tmp_path: Path
) -> None:
    desk, path = mailing_desk(), tmp_path / "planner.toml"
    with_email = PLANNER.replace('name = "Rita"\nphone', f'name = "Rita"\nemail = "{DESK}"\nphone')
    path.write_text(with_email, encoding="utf-8")
    load_business(desk.database, path)
    planner = Planner(desk, clock)
    planner.wedding()
    planner.settle()
    (opened,) = [taken for taken in got(server, DESK) if taken.message["Subject"] == "W1: Ana & Ben"]
    assert "Oasis Garden, guests: 160, about 75,000.00 USD" in opened.text
    assert opened.calendar is None
