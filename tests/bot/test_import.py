"""`import`: what other systems kept is taken over once, whole rows only, and what stands in the way is listed."""

import argparse
import csv
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from bot.clock import SetClock
from bot.commands import import_
from bot.commands.opening import load_business
from bot.database import DatabaseAway
from bot.desk import Desk
from bot.imports.encodings import UnknownEncoding, encoding_of
from bot.imports.progress import Progress
from bot.spreadsheets import defused
from bot.stories import Player
from conversations.booking import BookingStatus, BookingType
from conversations.classes import ClassStatus
from handlers.importing import imported
from handlers.invariants_checked import broken_invariants
from models.blocks import blocks
from models.bookings import booking_transitions, bookings
from models.class_sessions import class_sessions
from models.clients import clients
from models.consents import ConsentSource, consents
from models.conversations import conversations
from models.legacy import legacy_records
from models.outbox import outbox
from models.scheduled_notices import scheduled_notices

TOP = Path(__file__).parent.parent.parent
YOGA = TOP / "tests" / "handlers" / "yoga.toml"
ONE = "id,teacher,student_id,student_name,student_phone,course,start,timezone,status,student_note,teacher_note,price"
GROUP = (
    "id,session_id,course,teacher,scheduled_start,timezone,total_seats,student_user_id,student_user_name,"
    "student_user_phone,status"
)
Run = Callable[..., tuple[int, str, list[dict[str, str]]]]


@pytest.fixture
def studio(desk: Desk, clock: SetClock) -> Desk:
    load_business(desk.database, YOGA, now=clock.now())
    return desk


@pytest.fixture
def run(studio: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command over some text; its status, what it said, and its report."""
    monkeypatch.setattr(import_, "ready_desk", lambda: studio)

    def run(text: str | bytes, kind: str, *more: str, name: str = "old.csv") -> tuple[int, str, list[dict[str, str]]]:
        path, report = tmp_path / name, tmp_path / "report.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        parser = argparse.ArgumentParser()
        import_.add_arguments(parser)
        capsys.readouterr()
        try:
            status = import_.run(parser.parse_args([str(path), "--kind", kind, "--report", str(report), *more]))
        except SystemExit as stopped:
            status = int(str(stopped.code))
        said = capsys.readouterr()
        check(studio)
        written = report.read_text(encoding="utf-8-sig") if report.exists() else ""
        return status, said.out + said.err, list(csv.DictReader(io.StringIO(written)))

    return run


def check(desk: Desk) -> None:
    assert [] == desk.database.read(lambda session: list(broken_invariants(session, desk.clock.now())))


def rows(desk: Desk, table: Table) -> list[Row[Any]]:
    return desk.database.read(lambda session: list(session.execute(select(table).order_by(table.c.id))))


def became(report: list[dict[str, str]]) -> list[str]:
    return [line["became"] for line in report]


def why(report: list[dict[str, str]]) -> list[str]:
    return [line["reason"] for line in report]


class TestOneOnOne:
    LINE = "7,Kai,31,Sara Ahmed,+447911123456,Massage,2026-03-12 15:00,Europe/London,confirmed,first visit,ok,45.00"

    def test_a_booking_is_as_it_was(self, studio: Desk, run: Run) -> None:
        status, said, report = run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        assert (0, ["imported"]) == (status, became(report)), said
        (row,) = rows(studio, bookings)
        (client,) = rows(studio, clients)
        start = datetime(2026, 3, 12, 15, tzinfo=UTC)
        assert (BookingType.ONE_ON_ONE, BookingStatus.CONFIRMED, start, start) == (
            row.booking_type, row.status, row.start_at, row.confirmed_datetime,
        )  # fmt: skip
        assert ("first visit", "ok", 4500, "GBP", client.id) == (
            row.client_note, row.staff_note, row.price, row.currency, row.client_id,
        )  # fmt: skip
        assert ("Sara Ahmed", "+447911123456") == (client.name, client.phone)
        (step,) = rows(studio, booking_transitions)
        assert (None, "confirmed", "import", "7 of another system") == (step.before, step.after, step.who, step.why)

    def test_nobody_is_texted_but_who_comes_is_reminded_in_time(self, studio: Desk, run: Run, clock: SetClock) -> None:
        run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        assert [] == rows(studio, outbox)
        assert [ConsentSource.IMPORTED] == [row.source for row in rows(studio, consents)]
        player = Player(studio, clock)
        assert [] == player.settle()
        said = player.play("clock 2026-03-11 15:05\n")
        assert "+447911123456< " in said and "Massage" in said
        check(studio)

    def test_its_time_is_taken(self, studio: Desk, run: Run, clock: SetClock) -> None:
        run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        said = Player(studio, clock).play("person Lea sms +447911123457\nLea> massage thursday 3pm\n")
        assert "Thursday 12 March 2026, 15:00 (Europe/London) is taken." in said

    def test_again_changes_nothing_and_a_change_is_listed(self, studio: Desk, run: Run) -> None:
        run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        before = rows(studio, bookings)
        status, _, report = run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        assert (0, ["unchanged"]) == (status, became(report))
        status, _, report = run(f"{ONE}\n{self.LINE.replace('15:00', '16:00')}\n", "one_on_one")
        assert (1, ["changed"], ["it says something else than when it was taken over"]) == (
            status, became(report), why(report),
        )  # fmt: skip
        assert before == rows(studio, bookings)

    def test_a_dry_run_tells_the_same_and_keeps_nothing(self, studio: Desk, run: Run) -> None:
        text = f"{ONE}\n{self.LINE}\n{self.LINE.replace('7,', '8,', 1)}\n"
        dry = run(text, "one_on_one", "--dry-run")
        for table in (bookings, clients, legacy_records, conversations):
            assert [] == rows(studio, table)
        status, _, report = run(text, "one_on_one")
        assert (dry[0], [line["became"] for line in dry[2]]) == (status, became(report))
        assert ["imported", "conflict"] == became(report)

    def test_without_numbers_the_rows_are_told_apart_by_what_they_say(self, studio: Desk, run: Run) -> None:
        head, line = ONE.removeprefix("id,"), self.LINE.removeprefix("7,")
        run(f"{head}\n{line}\n", "one_on_one")
        _, _, report = run(f"{head}\n{line}\n{line.replace('confirmed', 'cancelled')}\n", "one_on_one")
        assert ["unchanged", "changed"] == became(report)
        assert 1 == len(rows(studio, bookings))

    def test_the_past_is_taken_over_as_it_was(self, studio: Desk, run: Run) -> None:
        lines = [
            "1,Kai,1,A,,Massage,2026-02-02 09:00,,completed,,,", "2,Kai,2,B,,Massage,2026-02-02 10:00,,no_show,,,",
            "3,Kai,3,C,,Massage,2026-02-02 11:00,,cancelled,,,", "4,Kai,4,D,,Massage,2026-02-02 11:00,,confirmed,,,",
            "5,Kai,5,E,,Massage,2026-02-02 12:00,,pending,,,", "6,Kai,6,F,,Massage,2026-02-02 13:00,,declined,,,",
            "7,Kai,7,G,,Massage,2026-02-02 14:00,,in progress,,,", "8,Kai,8,H,,Massage,2026-02-02 15:00,,,,,",
        ]  # fmt: skip
        status, said, _ = run("\n".join([ONE, *lines]), "one_on_one")
        assert 0 == status, said
        assert [
            "completed", "no_show", "cancelled", "confirmed", "expired", "declined", "completed", "completed",
        ] == [row.status.value for row in rows(studio, bookings)]  # fmt: skip
        assert [] == rows(studio, scheduled_notices) == rows(studio, conversations)

    def test_a_request_that_waits_can_be_answered(self, studio: Desk, run: Run, clock: SetClock) -> None:
        status, said, _ = run(f"{ONE}\n{self.LINE.replace('confirmed', 'pending')}\n", "one_on_one")
        assert 0 == status, said
        told = Player(studio, clock).play("person Kai sms +447700900101\nKai> APPROVE 1\n")
        assert "Appointment #1 confirmed successfully!" in told
        assert "+447911123456< " in told
        check(studio)

    def test_a_request_runs_out_like_any_other(self, studio: Desk, run: Run, clock: SetClock) -> None:
        run(f"{ONE}\n{self.LINE.replace('confirmed', 'pending')}\n", "one_on_one")
        Player(studio, clock).play("wait 3 days\n")
        assert ["expired"] == [row.status.value for row in rows(studio, bookings)]
        check(studio)

    def test_what_stands_here_is_in_the_way_and_named(self, studio: Desk, run: Run, clock: SetClock) -> None:
        Player(studio, clock).play("person Lea sms +447911123457\nLea> massage thursday 3pm\nLea> yes\n")
        status, _, report = run(f"{ONE}\n{self.LINE}\n", "one_on_one")
        assert (1, ["conflict"]) == (status, became(report))
        assert ["Kai is taken then: booking #1 (+447911123457, Thu 12 Mar 2026, 15:00)"] == why(report)
        assert 1 == len(rows(studio, bookings)) == len(rows(studio, clients))

    def test_whoever_is_faster_has_it(self, studio: Desk, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another process takes the time between our look and our writing: that row alone is in conflict."""
        lines = [self.LINE, self.LINE.replace("7,", "8,", 1).replace("15:00", "17:00")]
        run(f"{ONE}\n{self.LINE.replace('7,', '99,', 1)}\n", "one_on_one")
        monkeypatch.setattr("handlers.importing.visits.cells_owned", lambda *_: set())
        status, _, report = run("\n".join([ONE, *lines]), "one_on_one")
        assert (1, ["conflict", "imported"]) == (status, became(report))
        assert ["somebody has just taken what it needs", ""] == why(report)

    def test_one_telephone_is_one_client_whoever_comes(self, studio: Desk, run: Run) -> None:
        child = self.LINE.replace("7,", "8,", 1).replace("31,Sara Ahmed", "32,Amina").replace("15:00", "17:00")
        run(f"{ONE}\n{self.LINE}\n{child}\n", "one_on_one")
        assert 1 == len(rows(studio, clients))
        assert ["", "Amina"] == [row.attendee for row in rows(studio, bookings)]

    def test_who_is_known_by_number_needs_no_telephone(self, studio: Desk, run: Run) -> None:
        run("id,name,phone\n31,Sara Ahmed,+447911123456\n", "clients")
        run(f"{ONE}\n{self.LINE.replace('+447911123456', '')}\n", "one_on_one")
        (client,), (row,) = rows(studio, clients), rows(studio, bookings)
        assert client.id == row.client_id

    def test_several_rows_of_a_new_client_are_of_one(self, studio: Desk, run: Run) -> None:
        lines = [self.LINE, self.LINE.replace("7,", "8,", 1).replace("+447911123456", "").replace("15:00", "17:00")]
        run("\n".join([ONE, *lines]), "one_on_one")
        assert 1 == len(rows(studio, clients))
        run("id,name,phone,email\n31,Sara Ahmed,+447911123456,sara@example.com\n", "clients")
        (client,) = rows(studio, clients)
        assert "sara@example.com" == client.email


class TestAppointments:
    def test_preferred_and_confirmed_times_are_told_apart(self, studio: Desk, run: Run) -> None:
        text = (
            "id,client_name,client_phone,service,preferred_date,preferred_time,confirmed_datetime,status,currency,price\n"
            "1,Sara,07911 123456,Massage,12/03/2026,3pm,2026-03-12T16:00:00Z,confirmed,USD,$50\n"
            "2,Lea,07911 123457,massage,13/03/2026,15:00,,pending,,\n"
        )
        status, said, _ = run(text, "appointments")
        assert 0 == status, said
        first, second = rows(studio, bookings)
        assert (datetime(2026, 3, 12, 15, tzinfo=UTC), datetime(2026, 3, 12, 16, tzinfo=UTC)) == (
            first.preferred_datetime, first.start_at,
        )  # fmt: skip
        assert (5000, "USD", 4500) == (first.price, first.currency, first.session_rate)
        assert (BookingStatus.PENDING, None) == (second.status, second.confirmed_datetime)
        assert second.decide_by is not None and second.requires_approval

    def test_a_row_that_names_nothing_takes_what_the_command_says(self, studio: Desk, run: Run) -> None:
        text = "name,phone,start\nSara,+447911123456,2026-03-12 15:00\n"
        _, _, report = run(text, "appointments")
        assert ["it names no service: give --service"] == why(report)
        status, said, _ = run(text, "appointments", "--service", "massage", "--staff", "kai")
        assert 0 == status, said

    def test_a_default_that_is_nobody_stops_the_command(self, run: Run) -> None:
        status, said, _ = run("name\nx\n", "appointments", "--staff", "bob")
        assert (2, True) == (status, 'staff "bob" is nobody in business.toml.' in said)


class TestSeats:
    LINE = "{id},5,Yoga,Mia,2026-03-20 18:00,Europe/London,2,{who},P{who},+44791112345{who},{status}"

    def line(self, number: int, who: int, status: str = "confirmed") -> str:
        return self.LINE.format(id=number, who=who, status=status)

    def test_the_class_comes_with_its_bookings(self, studio: Desk, run: Run) -> None:
        status, said, _ = run("\n".join([GROUP, self.line(1, 1), self.line(2, 2, "cancelled")]), "bookings")
        assert 0 == status, said
        found = rows(studio, class_sessions)[-1]
        assert (2, 1, datetime(2026, 3, 20, 18), datetime(2026, 3, 20, 18, tzinfo=UTC)) == (
            found.capacity, found.seats_taken, found.scheduled_start, found.start_at,
        )  # fmt: skip
        assert [found.id, None] == [row.live_class_id for row in rows(studio, bookings)]
        assert {BookingType.GROUP_SESSION} == {row.booking_type for row in rows(studio, bookings)}

    def test_seats_are_never_sold_twice(self, studio: Desk, run: Run) -> None:
        status, _, report = run("\n".join([GROUP, *(self.line(n, n) for n in (1, 2, 3))]), "bookings")
        assert (1, ["imported", "imported", "conflict"]) == (status, became(report))
        assert "has 0 of 2 seats left" in why(report)[2]
        assert 2 == rows(studio, class_sessions)[-1].seats_taken

    def test_one_client_is_in_a_class_once(self, studio: Desk, run: Run) -> None:
        _, _, report = run("\n".join([GROUP, self.line(1, 1), self.line(2, 1)]), "bookings")
        assert ["imported", "conflict"] == became(report)
        assert "is in class 5 already: line 2" in why(report)[1]
        _, _, report = run("\n".join([GROUP, self.line(3, 1)]), "bookings")
        assert "is in class 5 already: booking #1" in why(report)[0]

    def test_a_class_that_is_here_is_the_one(self, studio: Desk, run: Run) -> None:
        line = "1,77,Yoga,Kai,2026-03-16 09:00,Europe/London,,1,Sara,+447911123456,confirmed"
        status, said, _ = run(f"{GROUP}\n{line}\n", "bookings")
        assert 0 == status, said
        found = rows(studio, class_sessions)[0]
        assert (1, 4) == (found.seats_taken, len(rows(studio, class_sessions)))

    def test_a_known_class_needs_only_its_number(self, studio: Desk, run: Run) -> None:
        run(f"{GROUP}\n{self.line(1, 1)}\n", "bookings")
        status, said, _ = run("id,session_id,student_name,status\n2,5,Lea,confirmed\n", "bookings")
        assert 0 == status, said
        assert 2 == rows(studio, class_sessions)[-1].seats_taken
        _, _, report = run("id,session_id,student_name,status\n3,6,Lea,confirmed\n", "bookings")
        assert ['class "6" is not known here, and it names no service: give --service'] == why(report)

    def test_a_class_needs_its_teacher(self, studio: Desk, run: Run) -> None:
        line = self.line(1, 1).replace("Mia", "Kai").replace("2026-03-20 18:00", "2026-03-16 09:30")
        _, _, report = run(f"{GROUP}\n{line}\n", "bookings")
        assert ["its class cannot be: Kai is taken then: class 1 (Morning yoga, Mon 16 Mar 2026, 09:00)"] == why(report)
        assert [] == rows(studio, bookings) == rows(studio, clients)

    def test_a_class_needs_its_room(self, studio: Desk, run: Run) -> None:
        line = self.line(1, 1).replace("2026-03-20 18:00", "2026-03-16 09:30")
        _, _, report = run(f"{GROUP}\n{line}\n", "bookings")
        assert (["conflict"], ["no room is free then"]) == (became(report), why(report))
        assert 4 == len(rows(studio, class_sessions))

    def test_what_was_held_was_held(self, studio: Desk, run: Run) -> None:
        line = self.line(1, 1, "attended").replace("2026-03-20", "2026-02-20")
        status, said, _ = run(f"{GROUP}\n{line}\n", "bookings")
        assert 0 == status, said
        assert ClassStatus.COMPLETED is rows(studio, class_sessions)[-1].status
        assert "attended" == rows(studio, bookings)[0].attendance

    def test_nested_json_is_read_like_columns(self, studio: Desk, run: Run) -> None:
        found = {
            "pk": 9,
            "session": {
                "id": 5, "course": {"title": "Yoga"}, "teacher": {"fullName": "Mia"},
                "scheduledStart": "2026-03-20T18:00", "timezone": "Europe/London", "totalSeats": 8,
                "title": "Evening yoga", "durationMinutes": 45, "meetingLink": "https://meet.example/x",
            },
            "studentUser": {"id": 4, "name": "Sara", "phone": "+447911123456"},
            "seats": 2, "status": "CONFIRMED", "notes": None, "extra": [1, 2],
        }  # fmt: skip
        for text, name in (
            (json.dumps([found]), "a.json"),
            (json.dumps([found], indent=2), "b.json"),
            (json.dumps(found) + "\n" + json.dumps({**found, "pk": 9}) + "\n", "c.jsonl"),
            (json.dumps([{"model": "x", "pk": 9, "fields": {k: v for k, v in found.items() if k != "pk"}}]), "d.json"),
        ):
            status, said, report = run(text, "bookings", name=name)
            assert status in (0, 1), said
            assert {"9"} == {line["legacy_id"] for line in report}
        found_class = rows(studio, class_sessions)[-1]
        assert ("Evening yoga", 45, 8, 2) == (
            found_class.title, found_class.minutes, found_class.capacity, found_class.seats_taken,
        )  # fmt: skip
        (row,) = rows(studio, bookings)
        assert (2, 2400, "https://meet.example/x") == (row.seats_reserved, row.price, row.meeting_link)


class TestClients:
    TEXT = "id,first name,last name,phone,email,language\n1,Sara,Ahmed,+447911123456,Sara@Example.com,ar\n"

    def test_they_are_clients(self, studio: Desk, run: Run) -> None:
        status, _, report = run(self.TEXT, "clients")
        (row,) = rows(studio, clients)
        assert ("Sara Ahmed", "+447911123456", "sara@example.com", "ar") == (
            row.name,
            row.phone,
            row.email,
            row.language,
        )
        assert (0, ["imported"], [str(row.id)]) == (status, became(report), [line["number"] for line in report])
        assert ["unchanged"] == became(run(self.TEXT, "clients")[2])

    def test_who_is_here_already_is_told_and_filled_in(self, studio: Desk, run: Run, clock: SetClock) -> None:
        Player(studio, clock).play("person Sara sms +447911123456\nSara> hi\n")
        _, _, report = run(self.TEXT, "clients")
        (row,) = rows(studio, clients)
        assert ("Sara Ahmed", "sara@example.com") == (row.name, row.email)
        assert [f"they are client {row.id} already (+447911123456)"] == why(report)

    def test_numbers_and_names_are_told_apart_by_every_sign(self, studio: Desk, run: Run) -> None:
        _, _, report = run("id,name\na1,Zoe\nA1,Zoë\n", "clients")
        assert ["imported", "imported"] == became(report)
        assert ["unchanged", "unchanged"] == became(run("id,name\na1,Zoe\nA1,Zoë\n", "clients")[2])
        assert 2 == len(rows(studio, clients))

    def test_two_with_one_telephone_are_one(self, studio: Desk, run: Run) -> None:
        _, _, report = run(f"{self.TEXT}2,Amina,Ahmed,+447911123456,,\n", "clients")
        assert ["imported", "imported"] == became(report)
        assert why(report)[1].startswith("they are client ")
        assert 1 == len(rows(studio, clients))


class TestCalendar:
    HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"

    def ics(self, *events: str) -> str:
        made = (
            f"BEGIN:VEVENT\r\nUID:e{n}\r\nDTSTAMP:20260101T000000Z\r\n{event}\r\nEND:VEVENT\r\n"
            for n, event in enumerate(events, 1)
        )
        return self.HEAD + "".join(made) + "END:VCALENDAR\r\n"

    def test_what_tells_whose_and_what_is_a_booking_and_the_rest_is_blocked(self, studio: Desk, run: Run) -> None:
        text = self.ics(
            "DTSTART:20260312T150000Z\r\nDTEND:20260312T160000Z\r\nSUMMARY:Massage - Sara Ahmed\r\n"
            "DESCRIPTION:Tel +44 7911 123456",
            "DTSTART:20260313T120000Z\r\nDTEND:20260313T130000Z\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nSUMMARY:Dentist",
            "DTSTART:20260201T120000Z\r\nDTEND:20260201T130000Z\r\nSUMMARY:Old",
            "DTSTART:20260314T120000Z\r\nDTEND:20260314T130000Z\r\nSUMMARY:Reminder\r\nTRANSP:TRANSPARENT",
            "DTSTART:20260210T150000Z\r\nDTEND:20260210T160000Z\r\nSUMMARY:Massage\r\n"
            "ATTENDEE;CN=Lea:mailto:lea@example.com\r\nORGANIZER:mailto:kai@example.com",
            "SUMMARY:No time",
        )
        status, said, report = run(text, "ics", "--staff", "kai", name="old.ics")
        assert (1, ["skipped", "imported", "imported", "imported", "skipped", "imported", "refused"]) == (
            status, became(report),
        ), said  # fmt: skip
        past, ahead = rows(studio, bookings)
        assert ("completed", "confirmed") == (past.status.value, ahead.status.value)
        assert ["Lea", "Sara Ahmed"] == [row.name for row in rows(studio, clients)]
        assert ["Dentist", "Dentist"] == [row.reason for row in rows(studio, blocks)]
        again = run(text, "ics", "--staff", "kai", name="old.ics")[2]
        assert ["skipped", "unchanged", "unchanged", "unchanged", "skipped", "unchanged", "refused"] == became(again)

    def test_it_must_be_known_whose_it_is(self, run: Run) -> None:
        status, said, _ = run(self.ics(), "ics", name="old.ics")
        assert (2, True) == (status, "Give --staff" in said)

    def test_what_is_no_calendar_is_said_to_be_none(self, run: Run) -> None:
        status, said, _ = run("hello", "ics", "--staff", "kai", name="old.ics")
        assert (2, True) == (status, "it is no iCalendar file" in said)


FAULTS = [
    ("1,Kai,1,,,Massage,2026-03-12 09:00,,confirmed,,,", "imported", ""),
    ("2,Kai,,,,Massage,2026-03-12 11:00,,confirmed,,,", "refused", "it tells of nobody: no name, no telephone"),
    ("3,Bob,3,C,,Massage,2026-03-12 11:00,,confirmed,,,", "refused", 'staff "Bob" is nobody in business.toml'),
    ("4,Kai,4,D,,Zumba,2026-03-12 11:00,,confirmed,,,", "refused", 'service "Zumba" is none of business.toml'),
    ("5,Kai,5,E,,Yoga,2026-03-12 11:00,,confirmed,,,", "refused", "Yoga is had in classes"),
    ("6,Kai,6,F,,Massage,2026-02-30 11:00,,confirmed,,,", "refused", '"2026-02-30 11:00" is no date and time'),
    ("7,Kai,7,G,,Massage,soon,,confirmed,,,", "refused", '"soon" is no date and time such as'),
    ("8,Kai,8,H,,Massage,2026-03-12,,confirmed,,,", "refused", '"2026-03-12" is a date without a time'),
    ("9,Kai,9,I,,Massage,2026-03-29 01:30,,confirmed,,,", "refused", "there is no 01:30 on 2026-03-29 in Europe"),
    ("10,Kai,10,J,,Massage,2026-03-12 11:00,Mars/Base,confirmed,,,", "refused", '"Mars/Base" is no time zone such as'),
    ("11,Kai,11,K,,Massage,2026-03-12 11:00,,maybe,,,", "refused", 'status "maybe" is none that is known'),
    ("12,Kai,12,L,,Massage,2026-03-12 11:00,,completed,,,", "refused", 'said to be "completed", but lies ahead'),
    ("13,Kai,13,M,123,Massage,2026-03-12 11:00,,confirmed,,,", "refused", '"123" is no telephone number'),
    ("14,Kai,14,N,,Massage,2026-03-12 11:00,,confirmed,,,free", "refused", '"free" is no amount of money'),
    ("15,Kai,15,O,,Massage,2026-03-12 11:00,,confirmed,,,-5", "refused", "wanted an amount from 0"),
    ("16,Kai,16,P,,Massage,2026-03-12 11:00,,pending,,,", "refused", "it waits for an answer, but has no telephone"),
    ("17,Kai,17,Q,,Massage,2026-03-12 09:30,,confirmed,,,", "conflict", "Kai is taken then by line 2"),
    ("18,Kai,18,R,,Massage,2026-03-16 09:30,,confirmed,,,", "conflict", "Kai is taken then: class 1 (Morning yoga"),
    ("1,Kai,1,,,Massage,2026-03-12 09:00,,confirmed,,,", "unchanged", "it has the number of line 2"),
    ("1,Kai,1,,,Massage,2026-03-12 10:00,,confirmed,,,", "changed", "it has the number of line 2"),
    ("19,Kai,19,S,,Massage,2026-03-12 12:00,,confirmed,,,,,too,many", "refused", "it has 15 fields, but there are 12"),
    ("=cmd|' /C calc'!A0,Kai,20,=1+1,,Massage,2026-03-12 13:00,,confirmed,@SUM(A1),+x,", "imported", ""),
    (",,,,,,,,,,,", None, ""),
    ("21,Kai,21,T,,,2026-03-12 16:00,,confirmed,,,", "refused", "it names no service: give --service"),
    ("22,Kai,22,U,,Massage,,,confirmed,,,", "refused", "it says no time"),
    ("23,Kai,23,V,,Massage,2026-03-12 17:00,,confirmed,,,1.234567", "refused", "that currency has no such fraction"),
]  # fmt: skip


class TestFaults:
    def test_each_is_named_by_its_line_and_the_others_are_taken(self, studio: Desk, run: Run) -> None:
        status, said, report = run("\n".join([ONE, *(line for line, _, _ in FAULTS)]), "one_on_one")
        assert 1 == status
        found = {int(line["line"]): line for line in report}
        for number, (_, what, reason) in enumerate(FAULTS, 2):
            if what is None:
                assert number not in found
                continue
            assert what == found[number]["became"], found[number]
            assert reason in found[number]["reason"], found[number]
        assert 2 == len(rows(studio, bookings))
        assert "        2  imported" in said and "  line 3: refused: it tells of nobody" in said

    def test_a_formula_is_kept_as_text_and_defused_in_the_report(self, studio: Desk, run: Run) -> None:
        _, _, report = run("\n".join([ONE, FAULTS[21][0]]), "one_on_one")
        assert "'=cmd|' /C calc'!A0" == report[0]["legacy_id"]
        (row,), (client,) = rows(studio, bookings), rows(studio, clients)
        assert ("@SUM(A1)", "+x", "=1+1") == (row.client_note, row.staff_note, client.name)

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"), ("\r=1", "'\r'=1"),
            ("＝1", "'＝1"), ("a;=1", "a;'=1"), ("a\t@x", "a\t'@x"), ("a\n+1", "a\n'+1"), ("1=1", "1=1"), ("", ""),
            ("a-b, +1 (x)", "a-b, +1 (x)"),
        ],
    )  # fmt: skip
    def test_what_a_spreadsheet_would_run_is_text(self, text: str, written: str) -> None:
        assert written == defused(text)

    @pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
    def test_columns_may_be_parted_otherwise(self, sign: str, run: Run) -> None:
        text = "id,name,phone\n1,Sara,+447911123456\n".replace(",", sign)
        assert ["imported"] == became(run(text, "clients")[2])

    def test_quotes_and_line_ends_within_a_cell_are_of_the_cell(self, studio: Desk, run: Run) -> None:
        text = f'{ONE}\r\n7,Kai,31,Sara,,Massage,2026-03-12 15:00,,confirmed,"first\nvisit, ""new""",,\r\n8,x\r\n'
        _, _, report = run(text, "one_on_one")
        assert [("2", "imported"), ("4", "refused")] == [(line["line"], line["became"]) for line in report]
        assert 'first\nvisit, "new"' == rows(studio, bookings)[0].client_note

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "its first line names no column that is known"),
            ("1,Sara,+447911123456\n2,Lea,+447911123457\n", "its first line names no column that is known"),
            ("\0\0\0\0", "its first line names no column that is known"),
            ("id,name,name\n1,a,b\n", "its columns name stand there twice"),
            ('id,name\n1,"Sara\n2,Lea\n', "line 2: a quote is opened there and never closed"),
            ('id,name\n1,"' + "x" * (2 << 20), "line 2: a quote is opened there and never closed"),
            ('[{"id": 1, "name": "Sara"}, {"id": 2', "row 2: it is no JSON"),
        ],
    )
    def test_a_file_that_cannot_be_read_on_says_from_where(self, text: str, said: str, run: Run) -> None:
        status, told, _ = run(text, "clients")
        assert (2, True) == (status, said in told), told

    def test_quotes_that_do_not_fit_swallow_no_row_unseen(self, run: Run) -> None:
        _, _, report = run('id,name\n1,"Sara\n2,Lea\n3,"Ben"\n4,"Zoe" x\n5,Ida\n', "clients")
        assert [("2", "refused"), ("5", "refused"), ("6", "imported")] == [
            (line["line"], line["became"]) for line in report
        ]
        assert "its quotes do not fit to line 4" in why(report)[0]

    def test_one_broken_line_of_json_lines_is_that_line(self, run: Run) -> None:
        text = '{"id": 1, "name": "Sara"}\n{"id": 2, "name"\n\n[1]\n{"id": 3, "name": "Lea"}\n'
        _, _, report = run(text, "clients", name="old.jsonl")
        assert [("1", "imported"), ("2", "refused"), ("4", "refused"), ("5", "imported")] == [
            (line["line"], line["became"]) for line in report
        ]

    def test_a_head_alone_has_no_rows(self, run: Run) -> None:
        status, said, report = run("id,name\n", "clients")
        assert (0, True, []) == (status, "The file has no rows." in said, report)

    def test_a_cell_that_never_ends_is_that_row_alone(self, run: Run) -> None:
        _, _, report = run(f"id,name\n1,{'x' * (1 << 19)}\n2,Lea\n", "clients")
        assert ["refused", "imported"] == became(report)
        assert "its name has 524,288 signs: it must have less than 10,000" == why(report)[0]

    def test_empty_signs_are_left_out(self, studio: Desk, run: Run) -> None:
        run(b"id,name\n1,Sa\0ra\n", "clients")
        assert "Sara" == rows(studio, clients)[0].name

    def test_a_file_that_is_not_there_is_named(self, run: Run, tmp_path: Path) -> None:
        status, said, _ = run("", "clients", "--report", str(tmp_path / "no" / "report.csv"))
        assert (2, True) == (status, "No such file or directory" in said)

    def test_a_database_that_goes_away_stops_the_command(
        self, studio: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, done = studio.database.transact, list[object]()

        def transact(work: Callable[[Session], object]) -> object:
            if done:
                raise DatabaseAway("it was stopped", "x")
            done.append(real(work))
            return done[0]

        monkeypatch.setattr(import_, "BATCH", 1)
        monkeypatch.setattr(studio.database, "transact", transact)
        status, said, report = run("id,name\n1,Sara\n2,Lea\n", "clients")
        assert (2, ["imported"]) == (status, became(report))
        assert "The database is away: it was stopped.\nTaken over before that:\n        1  imported" in said

    def test_what_the_database_cannot_keep_is_refused(
        self, studio: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if studio.database.engine.dialect.name == "sqlite":
            pytest.skip("it keeps texts of any length")
        monkeypatch.setattr("handlers.importing.people.LONGEST_NAME", 500)
        _, _, report = run(f"id,name\n1,{'x' * 400}\n2,Sara\n", "clients")
        assert ["refused", "imported"] == became(report)
        assert "the database cannot keep what it says" == why(report)[0]


class TestEncodings:
    TEXT = "id,name,phone\n1,Zoë Müller,+447911123456\n"

    @pytest.mark.parametrize(
        "name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
    )
    def test_it_is_found_out(self, name: str, studio: Desk, run: Run) -> None:
        status, said, _ = run(self.TEXT.encode(name), "clients")
        assert (0, "Zoë Müller") == (status, rows(studio, clients)[0].name), said

    def test_another_one_is_said(self, studio: Desk, run: Run) -> None:
        text = "id,name\n1,سارة أحمد\n".encode("cp1256")
        assert 0 == run(text, "clients", "--encoding", "cp1256")[0]
        assert "سارة أحمد" == rows(studio, clients)[0].name

    @pytest.mark.parametrize("name", ["nonsense", "hex"])
    def test_what_is_none_stops_the_command(self, name: str, run: Run) -> None:
        status, said, _ = run(self.TEXT, "clients", "--encoding", name)
        assert (2, True) == (status, f'"{name}" is no encoding such as cp1256.' in said)

    def test_a_wrong_one_stops_the_command(self, run: Run) -> None:
        status, said, _ = run(self.TEXT.encode("cp1252"), "clients", "--encoding", "utf-8")
        assert (2, True) == (status, "say what it is with --encoding" in said)

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"id,name\n1,\x81\x8d\xff\n", "is neither UTF-8 nor Windows-1252: say what it is"),
            (TEXT.encode("mac_roman"), "is of a Mac or of Windows: say --encoding mac_roman"),
            (TEXT.encode() + b"2,Zo\xc3", "is UTF-8, but damaged at byte 47: mend it"),
            (TEXT.encode() * 5000 + b"2,\xff\n", "is UTF-8, but damaged at byte 215,002: mend it"),
            (b"PK\x03\x04\x14\x00", "is a spreadsheet: save it as CSV"),
        ],
    )
    def test_what_fits_none_is_not_guessed(self, content: bytes, said: str, tmp_path: Path) -> None:
        path = tmp_path / "old.csv"
        path.write_bytes(content)
        with pytest.raises(UnknownEncoding, match=said):
            encoding_of(path)

    def test_an_apostrophe_of_windows_is_not_of_a_mac(self, studio: Desk, run: Run) -> None:
        run("id,name\n1,Sara O’Neil – “Zoe”…\n".encode("cp1252"), "clients")
        assert "Sara O’Neil – “Zoe”…" == rows(studio, clients)[0].name


class TestWhatIsNoFile:
    def test_it_is_said_before_anything_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        old = tmp_path / "old.csv"
        old.write_text("id,name\n1,Sara\n")
        monkeypatch.setattr(import_, "ready_desk", lambda: pytest.fail("it was opened"))
        parser = argparse.ArgumentParser()
        import_.add_arguments(parser)
        for words, said in (
            ([str(tmp_path)], "is no file: write into one what comes from there."),
            ([str(tmp_path / "pipe")], "is no file: write into one what comes from there."),
            ([str(old), "--report", str(old)], "The report cannot be written into the file that is read."),
        ):
            with pytest.raises(SystemExit, match="2"):
                import_.run(parser.parse_args([*words, "--kind", "clients"]))
            assert said in capsys.readouterr().err
        assert "id,name\n1,Sara\n" == old.read_text()


class TestProgress:
    def test_it_is_for_terminals_only(self) -> None:
        stream = io.StringIO()
        progress = Progress(stream)
        progress.tell(0.5, 100)
        progress.end()
        assert "" == stream.getvalue()

    def test_a_terminal_sees_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda: True)
        progress = Progress(stream)
        progress._told -= 1
        progress.tell(0.5, 1234)
        assert "50%  1,234 rows" in stream.getvalue()


class TestManyRows:
    def test_a_conflict_in_a_crowd_is_that_row_alone(
        self, studio: Desk, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Down to the row by halves: not one by one."""
        many: list[int] = []
        real = imported._all_or_halves

        def counted(session: Session, rows: Any, deed: Any) -> Any:
            many.append(len(rows))
            return real(session, rows, deed)

        run(f"{ONE}\n999,Kai,1,A,,Massage,2026-01-02 09:00,,done,,,\n", "one_on_one")
        monkeypatch.setattr(imported, "_all_or_halves", counted)
        monkeypatch.setattr("handlers.importing.visits.cells_owned", lambda *_: set())
        lines = [f"{n},Kai,{n},A{n},,Massage,2026-01-{n // 10 + 1:02} {9 + n % 10:02}:00,,done,,," for n in range(100)]
        _, _, report = run("\n".join([ONE, *lines]), "one_on_one")
        assert 99 == became(report).count("imported") and "conflict" == became(report)[10]
        assert len(many) < 20
