"""The channel "email": what a real SMTP server gets, and what each of its failures means."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import icalendar
import pytest

from bot.channels.base import Found, SendError
from bot.channels.email import EmailChannel
from bot.channels.smtp_wire import MailServer
from conversations.booking import BookingStatus
from conversations.delivery import SendFailure
from conversations.messages import Outgoing
from tests.bot.test_calendars_ics import ENTRY
from tests.conftest import NOW
from tests.fakes.smtp_server import FakeSMTP, Fault
from tests.patience import NO_WAIT

SENDER = "Sara <desk@example.com>"
HELLO = Outgoing(7, "omar@example.org", "You are booked.\n.\nSee you!", subject="Confirmed: Haircut", message_id=31)
CONFIRMED = replace(HELLO, entries=(ENTRY,))


@pytest.fixture
def server() -> Iterator[FakeSMTP]:
    with FakeSMTP() as server:
        yield server


def channel(server: FakeSMTP, **more: object) -> EmailChannel:
    values: dict[str, object] = {"security": "none", "timeout": 2.0, **more}
    return EmailChannel(MailServer("127.0.0.1", server.port, **values), SENDER, lambda: NOW)  # type: ignore[arg-type]


def failed(with_channel: EmailChannel, message: Outgoing = HELLO) -> SendError:
    with pytest.raises(SendError) as raised:
        with_channel.send(message)
    return raised.value


def test_an_email_arrives_as_it_was_written(server: FakeSMTP) -> None:
    provider_id = channel(server).send(HELLO)
    (taken,) = server.taken
    assert ("desk@example.com", "omar@example.org") == (taken.sender, taken.recipient)
    assert "You are booked.\n.\nSee you!" == taken.text.strip()
    headers = [taken.message[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")]
    assert [SENDER, "omar@example.org", "Confirmed: Haircut", provider_id, "auto-generated"] == headers
    assert NOW == taken.message["Date"].datetime


def test_right_to_left_text_and_subjects_in_any_script_arrive_unharmed(server: FakeSMTP) -> None:
    subject, text = "تم التأكيد: قص الشعر (#12)", "أهلًا 😀\nबुकिंग पक्की"
    channel(server).send(replace(HELLO, subject=subject, text=text))
    (taken,) = server.taken
    assert (subject, text) == (taken.message["Subject"], taken.text.strip())
    assert taken.raw.isascii()


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: eve@example.org", "\nBcc: eve@example.org", "\x0bBcc: x", "\u2028Bcc: x", "\x00"]
)
def test_no_name_begins_a_header_of_its_own(server: FakeSMTP, evil: str) -> None:
    channel(server).send(replace(HELLO, subject=f"Confirmed: Hair{evil}cut"))
    (taken,) = server.taken
    assert taken.message["Bcc"] is None
    assert ["omar@example.org"] == [taken.recipient]
    assert taken.message["Subject"].startswith("Confirmed: Hair")


@pytest.mark.parametrize(
    "address", ["", "omar", "a@b", "omar@example.org\r\nRCPT TO:<eve@example.org>", "a b@example.org"]
)
def test_what_is_no_address_is_never_told_to_a_server(server: FakeSMTP, address: str) -> None:
    assert SendFailure.WRONG_ADDRESS is failed(channel(server), replace(HELLO, address=address)).failure
    assert 0 == server.tries


def test_a_confirmed_booking_goes_into_the_calendar(server: FakeSMTP) -> None:
    channel(server).send(CONFIRMED)
    found = server.taken[0].calendar
    assert found is not None
    method, raw = found
    calendar = icalendar.Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    assert ("REQUEST", "REQUEST", str(ENTRY.uid), 3) == (method, calendar["METHOD"], event["UID"], event["SEQUENCE"])
    assert ("mailto:desk@example.com", "mailto:omar@example.org") == (event["ORGANIZER"], event["ATTENDEE"])
    assert ("ACCEPTED", "FALSE") == (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"])
    assert ENTRY.start == event.start
    files = list(server.taken[0].message.iter_attachments())
    assert [("booking.ics", raw)] == [(part.get_filename(), part.get_payload(decode=True)) for part in files]


def test_one_that_is_called_off_goes_out_of_it(server: FakeSMTP) -> None:
    off = replace(ENTRY, status=BookingStatus.CANCELLED, version=4)
    channel(server).send(replace(HELLO, entries=(off,)))
    found = server.taken[0].calendar
    assert found is not None
    (event,) = icalendar.Calendar.from_ical(found[1]).walk("VEVENT")
    assert ("CANCEL", str(ENTRY.uid), 4, "CANCELLED") == (found[0], event["UID"], event["SEQUENCE"], event["STATUS"])


def test_several_at_once_are_published(server: FakeSMTP) -> None:
    other = replace(
        ENTRY, uid=type(ENTRY.uid)(int=1), start=ENTRY.start + timedelta(days=7), end=ENTRY.end + timedelta(days=7)
    )
    channel(server).send(replace(HELLO, entries=(ENTRY, other)))
    found = server.taken[0].calendar
    assert found is not None
    calendar = icalendar.Calendar.from_ical(found[1])
    assert ("PUBLISH", "PUBLISH", 2) == (found[0], calendar["METHOD"], len(calendar.walk("VEVENT")))


@pytest.mark.parametrize(
    ("fault", "failure", "code"),
    [
        (Fault("MAIL", "421 4.3.2 closing down"), SendFailure.BUSY, "421"),
        (Fault("RCPT", "451 4.7.1 greylisted, try again"), SendFailure.BUSY, "451"),
        (Fault("RCPT", "452 4.2.2 mailbox full"), SendFailure.BUSY, "452"),
        (Fault("RCPT", "550 5.1.1 no such user"), SendFailure.WRONG_ADDRESS, "550 5.1.1"),
        (Fault("MAIL", "550 5.7.1 not your address"), SendFailure.SETUP, "550 5.7.1"),
        (Fault("RCPT", "530 5.7.0 sign in first"), SendFailure.SETUP, "530 5.7.0"),
        (Fault("DATA", "451 4.3.0 try again"), SendFailure.BUSY, "451"),
        (Fault("DATA", "554 5.7.1 looks like spam"), SendFailure.CONTENT, "554 5.7.1"),
        (Fault("DATA", cut=True), SendFailure.UNCERTAIN, "cut"),
        (Fault("DATA", hang=5), SendFailure.UNCERTAIN, "cut"),
        (Fault("RCPT", cut=True), SendFailure.BUSY, "no_answer"),
        (Fault("MAIL", hang=5), SendFailure.BUSY, "no_answer"),
    ],
)
def test_what_a_server_answers_says_whether_to_try_again(
    server: FakeSMTP, fault: Fault, failure: SendFailure, code: str
) -> None:
    server.faults.append(fault)
    error = failed(channel(server, timeout=0.5))
    assert (failure, code) == (error.failure, error.code)


def test_what_a_server_says_is_kept_without_the_address(server: FakeSMTP) -> None:
    server.faults.append(Fault("RCPT", "550 5.1.1 <omar@example.org>: no such user"))
    error = failed(channel(server))
    assert "omar" not in str(error)
    assert "no such user" in error.words


def test_an_email_that_is_tried_again_is_known_by_its_id(server: FakeSMTP) -> None:
    server.faults.append(Fault("DATA", cut=True))
    mail = channel(server)
    failed(mail)
    mail.send(replace(HELLO, outbox_id=8))
    ids = [taken.message["Message-ID"] for taken in server.taken]
    assert (2, 1) == (len(ids), len(set(ids)))
    mail.send(replace(HELLO, message_id=32))
    assert 2 == len({taken.message["Message-ID"] for taken in server.taken})


def test_nobody_can_be_asked_whether_it_was_taken(server: FakeSMTP) -> None:
    assert Found.CANNOT_TELL is channel(server).look_up(HELLO, NOW, frozenset()).found


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = MailServer("127.0.0.1", unused.getsockname()[1], "none", timeout=1)
        error = failed(EmailChannel(nobody, SENDER, lambda: NOW))
    assert SendFailure.BUSY is error.failure


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_server_that_never_comes_to_an_end_is_left(security: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        dripping.settimeout(5)
        mail = MailServer("127.0.0.1", dripping.getsockname()[1], security, timeout=1.0, longest=1.5)  # type: ignore[arg-type]

        def drip() -> None:
            connection, _ = dripping.accept()
            with connection:
                for _ in range(1000):
                    try:
                        connection.send(b"2")
                    except OSError:
                        return
                    time.sleep(0.2)

        thread = threading.Thread(target=drip)
        thread.start()
        begun = time.monotonic()
        assert SendFailure.BUSY is failed(EmailChannel(mail, SENDER, lambda: NOW)).failure
        assert time.monotonic() - begun < NO_WAIT
        thread.join()


def test_an_encrypted_way_is_taken_with_name_and_password(tmp_path: Path) -> None:
    with FakeSMTP("desk", "s3cret", tmp_path) as server:
        mail = channel(server, security="starttls", username="desk", password="s3cret", tls=server.trust)
        mail.send(HELLO)
        assert [(True, "desk")] == [(taken.encrypted, taken.username) for taken in server.taken]


def test_a_wrong_password_is_for_a_person_and_is_not_hammered(tmp_path: Path) -> None:
    with FakeSMTP("desk", "s3cret", tmp_path) as server:
        mail = channel(server, security="starttls", username="desk", password="wrong", tls=server.trust)
        error = failed(mail)
        assert (SendFailure.SETUP, True) == (error.failure, error.retry_after is not None)
        assert "wrong" not in str(error)
        assert [] == server.taken


def test_nothing_is_said_in_the_open_where_starttls_is_wanted(server: FakeSMTP) -> None:
    error = failed(channel(server, security="starttls", username="desk", password="s3cret"))
    assert (SendFailure.SETUP, "no_starttls", 0) == (error.failure, error.code, server.tries)


def test_a_server_that_we_do_not_trust_gets_nothing(tmp_path: Path) -> None:
    with FakeSMTP(certificate=tmp_path) as server:
        error = failed(channel(server, security="starttls"))
        assert (SendFailure.SETUP, "certificate", 0) == (error.failure, error.code, server.tries)


def test_a_server_without_names_is_told_none(server: FakeSMTP) -> None:
    error = failed(channel(server, username="desk", password="s3cret"))
    assert (SendFailure.SETUP, "no_auth") == (error.failure, error.code)


def test_a_certificate_authority_of_the_machine_is_asked_by_default() -> None:
    assert ssl.CERT_REQUIRED is MailServer("mail.example.com", 587).tls().verify_mode
