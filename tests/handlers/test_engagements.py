"""What a booking opens, on a real database: all of it once, whatever fails, runs twice or comes to nothing."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Any

import psycopg
import pymysql
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from bot.commands.opening import load_business
from bot.database import Database, DatabaseAway
from bot.engagements import FIRST_WAIT, MOST_TRIES, see_to_engagements
from bot.metrics import ENGAGEMENT_SECONDS, ENGAGEMENTS_OPENED, Opening
from conversations.booking import BookingStatus
from conversations.engagements.states import EngagementStatus, RecordStatus, WorkState
from handlers import engagement_opened
from models.bookings import bookings, change_booking
from models.claims import LostRace
from models.clients import clients
from models.engagements import activity_log, budget_lines, client_records, engagement_work, engagements, milestones
from tests.handlers.planner import (
    ANA,
    BEN,
    BUSINESS,
    DAY,
    NOBODY,
    ONE_WEDDING,
    PAUL,
    RITA,
    Planner,
    counted,
    statements,
)

pytestmark = pytest.mark.every_database

BRIEF = {
    "name": "Ana & Ben", "event_date": "2026-06-12", "venue": "Oasis Garden", "guests": "160",
    "budget": "5000000-10000000 USD", "email": "Ana.B@example.com", "requests": "live band",
}  # fmt: skip
TOLD = "wedding: Ana & Ben"
"""What the coordinator reads of it."""
RITA_ID, PAUL_ID = 2, 3
SERIES = "consultation every friday at 2pm, 4 times"
MOST_STATEMENTS = 8


def test_a_booking_opens_its_client_record_engagement_milestones_budget_and_log(planner: Planner) -> None:
    planner.wedding()
    planner.opens()
    assert ["pending"] == planner.statuses()
    record = planner.only(client_records)
    assert (1, RITA_ID, 1) == (record.id, record.coordinator_id, record.client_id)
    assert ("Ana & Ben", "ana & ben") == (record.name, record.name_key)
    assert ("Ana.B@example.com", "ana.b@example.com", ANA.address) == (record.email, record.email_key, record.phone)
    assert (RecordStatus.ACTIVE, BRIEF["budget"], "") == (record.status, record.budget, record.notes)
    assert (planner.clock.now(), planner.clock.now()) == (record.created_at, record.updated_at)
    made = planner.only(engagements)
    assert ("wedding", 1, RITA_ID, 1, 1, None) == (
        made.kind, made.version, made.coordinator_id, made.record_id, made.booking_id, made.series_id,
    )  # fmt: skip
    assert ("Ana & Ben", date(2026, 6, 12), "Oasis Garden", 160, 7_500_000, "USD", "live band") == (
        made.name, made.event_date, made.venue, made.guests, made.budget, made.currency, made.requests,
    )  # fmt: skip
    assert (EngagementStatus.PLANNING, 0) == (made.status, made.progress)
    assert [
        ("Initial Consultation", 7, date(2026, 6, 5)), ("Venue Selection", 30, date(2026, 5, 13)),
        ("Vendor Booking", 60, date(2026, 4, 13)), ("Design & Decor", 90, date(2026, 3, 14)),
        ("Final Details", 14, date(2026, 5, 29)), ("Rehearsal", 1, date(2026, 6, 11)),
    ] == [(row.title, row.days, row.due_date) for row in planner.rows(milestones)]  # fmt: skip
    assert all(row.description and not row.completed and not row.is_late for row in planner.rows(milestones))
    assert [
        ("Venue", 40, 3_000_000), ("Catering", 25, 1_875_000), ("Photo & film", 10, 750_000),
        ("Flowers & decor", 10, 750_000), ("Music", 5, 375_000), ("Clothes & beauty", 5, 375_000),
        ("Reserve", 5, 375_000),
    ] == [(row.title, row.percent, row.planned) for row in planner.rows(budget_lines)]  # fmt: skip
    log = planner.rows(activity_log)
    assert {("system", 1, 1, 1)} == {(row.who, row.record_id, row.engagement_id, row.booking_id) for row in log}
    person = {"name": "Ana & Ben", "email": "Ana.B@example.com", "phone": ANA.address, "status": "lead"}
    wedding = {
        "name": "Ana & Ben", "event_date": "2026-06-12", "venue": "Oasis Garden", "guests": 160, "budget": 7_500_000,
        "milestones": 6, "late": 0,
    }  # fmt: skip
    assert [
        ("client_created", person), ("wedding_created", wedding), ("client_linked", {"status": "active"}),
    ] == [(row.action, row.data) for row in log]  # fmt: skip
    assert 1 == planner.settle()[RITA.address].count(TOLD)


def test_one_booking_takes_few_statements(planner: Planner, database: Database) -> None:
    planner.wedding()
    with statements(database) as sent:
        planner.follows(planner.due())
    assert len(sent) <= MOST_STATEMENTS, sent
    assert ONE_WEDDING == counted(planner)


def gone(kind: str) -> Exception:
    """What a driver raises where its database is gone."""
    original: Exception = {
        "sqlite": sqlite3.OperationalError("disk I/O error"),
        "postgresql": psycopg.OperationalError("connection refused"),
        "mariadb": pymysql.err.OperationalError(2003, "connection refused"),
    }[kind]
    if isinstance(original, sqlite3.OperationalError):
        original.sqlite_errorcode = sqlite3.SQLITE_IOERR
    return OperationalError("", {}, original)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("is_gone", [False, True])
def test_a_database_that_fails_at_any_statement_costs_time_alone(
    planner: Planner, database: Database, kind: str, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    monkeypatch.setattr("bot.outage.REMEMBERED", 0.0)
    planner.wedding()
    planner.settle()
    failed = 0
    for number in count(1):
        planner.afresh(BRIEF)
        error = gone(kind) if is_gone else OperationalError("", {}, Exception("no such column"))
        raised = True
        with suppress(OperationalError, DatabaseAway), statements(database, number, error) as sent:
            planner.opens()
            raised = False
        if len(sent) < number:
            break
        tries = planner.only(engagement_work).tries
        assert (0 if raised else 1) == tries
        failed += tries
        told = planner.settle().get(RITA.address, "") + planner.settle(FIRST_WAIT).get(RITA.address, "")
        assert ONE_WEDDING == counted(planner)
        assert 1 == told.count(TOLD)
        assert WorkState.DONE == planner.only(engagement_work).state
        assert {} == planner.settle(timedelta(minutes=10))
        assert ["pending"] == planner.statuses()
    assert number > MOST_STATEMENTS
    assert (0 if is_gone else MOST_STATEMENTS - 1) <= failed


@pytest.mark.usefixtures("logged")
def test_what_fails_for_good_is_shown_and_made_when_a_person_asks(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    planner.wedding()
    monkeypatch.setattr(engagement_opened, "add_engagement", lambda *_, **__: 1 / 0)
    waits = []
    for tries in range(1, MOST_TRIES + 1):
        planner.opens()
        work = planner.only(engagement_work)
        assert (tries, "ZeroDivisionError") == (work.tries, work.error)
        if work.due_at is not None:
            waits.append(work.due_at - planner.clock.now())
            planner.clock.at = work.due_at
    assert [FIRST_WAIT * 2**number for number in range(MOST_TRIES - 1)] == waits
    assert (WorkState.FAILED, None) == (work.state, work.due_at)
    planner.settle(DAY)
    assert (MOST_TRIES, 0) == (planner.only(engagement_work).tries, len(planner.rows(client_records)))
    assert "RETRY 1" in planner.text(RITA, "engagements")
    assert "RETRY 1" not in planner.text(PAUL, "engagements")
    monkeypatch.undo()
    assert 1 == planner.text(RITA, "retry 1").count(TOLD)
    assert ONE_WEDDING == counted(planner)
    assert "RETRY 1" not in planner.text(RITA, "engagements")


def test_work_that_was_read_due_twice_is_done_once(planner: Planner) -> None:
    planner.wedding()
    row = planner.due()
    planner.follows(row)
    with pytest.raises(LostRace):
        planner.follows(row)
    assert ONE_WEDDING == counted(planner)


def test_of_two_workers_at_once_one_opens_and_one_tells(planner: Planner) -> None:
    planner.wedding()
    both = Barrier(2)

    def work(_: int) -> None:
        both.wait()
        see_to_engagements(planner.desk)

    for _ in range(2):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(work, range(2)))
    assert ONE_WEDDING == counted(planner)
    assert 0 == planner.only(engagement_work).tries
    assert 1 == planner.settle(DAY / 24)[RITA.address].count(TOLD)


def test_what_was_opened_when_the_process_died_is_told_later_once(planner: Planner) -> None:
    planner.wedding()
    planner.follows(planner.due())
    assert (WorkState.TELLING, None) == (planner.only(engagement_work).state, planner.only(engagement_work).told_at)
    assert 1 == planner.settle(DAY / 24)[RITA.address].count(TOLD)
    assert planner.only(engagement_work).told_at is not None
    assert TOLD not in str(planner.settle(DAY / 24))


def test_the_same_email_from_another_phone_joins_the_engagement_of_that_day(planner: Planner) -> None:
    planner.opened()
    planner.wedding(BEN, "consultation tomorrow at 5pm", email="ANA.B@Example.com")
    assert "Booking #2 belongs to W1, Ana & Ben." in planner.settle()[RITA.address]
    assert {**ONE_WEDDING, "engagement_work": 2, "activity_log": 5} == counted(planner)
    assert [("client_reused", {"by": "email", "name": "Ana & Ben"}), ("booking_joined", {})] == [
        (row.action, row.data) for row in planner.rows(activity_log) if row.booking_id == 2
    ]
    assert [1, 1] == [row.engagement_id for row in planner.rows(engagement_work)]
    assert ("Ana.B@example.com", ANA.address) == (
        planner.only(client_records).email,
        planner.only(client_records).phone,
    )


def test_the_same_email_and_another_day_is_another_engagement_of_a_known_client(planner: Planner) -> None:
    planner.opened()
    planner.wedding(BEN, "consultation tomorrow at 5pm", event_date="12 september 2026")
    assert "A client you know: Ana & Ben." in planner.settle()[RITA.address]
    assert (1, [1, 1]) == (len(planner.rows(client_records)), [row.record_id for row in planner.rows(engagements)])


def test_the_same_phone_is_the_same_client(planner: Planner) -> None:
    planner.opened(email="skip")
    planner.text(RITA, "decline 1")
    planner.wedding(ANA, "consultation tomorrow at 5pm", name="Ana Maria", email="ana@example.org")
    planner.settle()
    record = planner.only(client_records)
    assert {"by": "phone", "name": "Ana & Ben"} == next(
        row.data for row in planner.rows(activity_log) if row.action == "client_reused"
    )
    assert ("ana@example.org", "ana@example.org", RecordStatus.ACTIVE) == (
        record.email,
        record.email_key,
        record.status,
    )
    assert ["Ana & Ben", "Ana Maria"] == [row.name for row in planner.rows(engagements)]


def test_an_equal_name_alone_is_only_pointed_out(planner: Planner) -> None:
    planner.opened()
    planner.wedding(BEN, "consultation tomorrow at 5pm", name="ANA & BEN", email="other@example.com")
    assert "New client; 1 known by the same name, perhaps the same." in planner.settle()[RITA.address]
    assert [ANA.address, BEN.address] == [row.phone for row in planner.rows(client_records)]
    assert 2 == len(planner.rows(engagements))
    said = [row.data for row in planner.rows(activity_log) if row.action == "client_created"]
    assert [None, [1]] == [data.get("perhaps_the_same") for data in said]


def test_an_email_is_added_to_a_known_client_whose_name_somebody_else_has_too(planner: Planner) -> None:
    planner.opened(email="skip")
    planner.wedding(BEN, "consultation tomorrow at 5pm", email="other@example.com")
    planner.text(RITA, "decline 1")
    planner.wedding(ANA, "consultation tomorrow at 4pm", email="ana@example.org")
    planner.settle()
    assert ["ana@example.org", "other@example.com"] == [row.email_key for row in planner.rows(client_records)]


def test_another_coordinators_record_is_left_alone(planner: Planner) -> None:
    planner.opened()
    before = planner.rows(client_records)
    planner.says(ANA, "beach planning tomorrow at 5pm")
    planner.says(ANA, "yes")
    assert "W2" in planner.settle()[PAUL.address]
    first, second = planner.rows(client_records)
    assert (before, PAUL_ID, ANA.address) == ([first], second.coordinator_id, second.phone)
    assert ["wedding", "wedding:beach"] == [row.kind for row in planner.rows(engagements)]


@pytest.mark.parametrize("how", ["declined", "expired"])
def test_a_request_that_comes_to_nothing_closes_what_it_opened(planner: Planner, how: str) -> None:
    planner.opened()
    if how == "declined":
        planner.text(RITA, "decline 1 fully booked")
    else:
        planner.settle(2 * DAY)
    assert [how] == planner.statuses()
    assert EngagementStatus.CLOSED == planner.only(engagements).status
    assert RecordStatus.LEAD == planner.only(client_records).status
    assert {None} == {row.tell_at for row in planner.rows(milestones)}
    assert ("closed", {"booking": how}) == (planner.rows(activity_log)[-1].action, planner.rows(activity_log)[-1].data)
    assert "W1" not in str(planner.settle(100 * DAY))


def test_a_client_with_another_engagement_stays_one(planner: Planner) -> None:
    planner.opened()
    planner.wedding(BEN, "consultation tomorrow at 5pm", event_date="12 september 2026")
    planner.text(RITA, "decline 1")
    assert ["closed", "planning"] == [row.status.value for row in planner.rows(engagements)]
    assert RecordStatus.ACTIVE == planner.only(client_records).status
    planner.text(RITA, "decline 2")
    assert RecordStatus.LEAD == planner.only(client_records).status


def revive(planner: Planner) -> None:
    """The request is approved after all."""
    row, confirmed = planner.only(bookings), BookingStatus.CONFIRMED
    planner.desk.database.transact(
        lambda session: change_booking(session, row.id, row.version, planner.clock.now(), status=confirmed)
    )


def test_an_approval_after_the_expiry_opens_it_again(planner: Planner) -> None:
    planner.opened()
    planner.settle(2 * DAY)
    assert EngagementStatus.CLOSED == planner.only(engagements).status
    revive(planner)
    planner.settle()
    assert EngagementStatus.PLANNING == planner.only(engagements).status
    assert RecordStatus.ACTIVE == planner.only(client_records).status
    assert ["closed", "reopened"] == planner.log()[-2:]
    assert all(row.tell_at is not None for row in planner.rows(milestones))


def test_what_a_person_has_closed_stays_closed_whatever_becomes_of_the_booking(planner: Planner) -> None:
    planner.opened()
    planner.text(RITA, "close w1")
    planner.text(RITA, "yes")
    assert EngagementStatus.CLOSED == planner.only(engagements).status
    planner.text(RITA, "approve 1")
    assert ["confirmed"] == planner.statuses()
    assert EngagementStatus.CLOSED == planner.only(engagements).status


def test_a_booking_that_is_cancelled_leaves_it_to_the_coordinator(planner: Planner) -> None:
    planner.opened()
    planner.text(RITA, "approve 1")
    told = planner.text(RITA, "cancel 1 ill")
    assert ["cancelled"] == planner.statuses()
    assert 1 == told.count("Booking #1 is cancelled. W1, Ana & Ben, goes on; CLOSE W1 ends it.")
    assert EngagementStatus.PLANNING == planner.only(engagements).status
    assert RecordStatus.ACTIVE == planner.only(client_records).status
    assert "kept" == planner.log()[-1]


def test_a_booking_that_was_declined_before_opens_nothing(planner: Planner) -> None:
    planner.wedding()
    planner.says(RITA, "decline 1")
    assert TOLD not in str(planner.settle())
    assert [] == planner.rows(engagements) + planner.rows(client_records)
    assert (WorkState.DONE, None) == (planner.only(engagement_work).state, planner.only(engagement_work).due_at)


def test_a_series_opens_one_engagement_and_its_other_visits_join_silently(planner: Planner) -> None:
    planner.wedding(wish=SERIES)
    assert 1 == planner.settle()[RITA.address].count(TOLD)
    assert {**ONE_WEDDING, "engagement_work": 4, "activity_log": 6} == counted(planner)
    assert 1 == planner.only(engagements).series_id
    assert [1, 1, 1, 1] == [row.engagement_id for row in planner.rows(engagement_work)]
    assert 3 == planner.log().count("booking_joined")
    assert "W1" not in planner.text(RITA, "approve s1")
    assert ["confirmed"] * 4 == planner.statuses()


def test_a_series_of_somebody_without_a_number_opens_one_engagement_too(planner: Planner) -> None:
    planner.wedding(NOBODY, SERIES, email="skip")
    planner.settle()
    assert (1, 1, 4) == (
        len(planner.rows(client_records)), len(planner.rows(engagements)), len(planner.rows(engagement_work)),
    )  # fmt: skip


def test_a_series_that_is_declined_in_part_goes_on_until_the_last_is_declined(planner: Planner) -> None:
    planner.wedding(wish=SERIES)
    planner.settle()
    planner.text(RITA, "decline s1.1")
    assert EngagementStatus.PLANNING == planner.only(engagements).status
    planner.text(RITA, "decline s1.2, 3, 4")
    assert ["declined"] * 4 == planner.statuses()
    assert EngagementStatus.CLOSED == planner.only(engagements).status
    assert RecordStatus.LEAD == planner.only(client_records).status


def test_what_goes_on_after_a_cancellation_is_not_closed_by_a_later_request(planner: Planner) -> None:
    planner.opened()
    planner.text(ANA, "consultation tomorrow at 5pm")
    planner.text(ANA, "yes")
    planner.text(RITA, "approve 1")
    planner.text(RITA, "cancel 1 ill")
    planner.text(RITA, "decline 2")
    assert ["cancelled", "declined"] == planner.statuses()
    assert [1, 1] == [row.engagement_id for row in planner.rows(engagement_work)]
    assert EngagementStatus.PLANNING == planner.only(engagements).status


def test_what_was_opened_by_hand_is_joined_and_never_closed_by_a_request(planner: Planner) -> None:
    planner.text(RITA, f"open wedding Ana & Ben, 12 june 2026, {ANA.address}")
    assert ("Ana & Ben", None) == (planner.only(engagements).name, planner.only(engagements).booking_id)
    assert {"coordinator:2"} == {row.who for row in planner.rows(activity_log)}
    planner.wedding()
    assert "Booking #1 belongs to W1, Ana & Ben." in planner.settle()[RITA.address]
    record = planner.only(client_records)
    assert ("ana.b@example.com", ANA.address, 1) == (record.email_key, record.phone, record.client_id)
    planner.text(RITA, "decline 1")
    assert ["declined"] == planner.statuses()
    assert EngagementStatus.PLANNING == planner.only(engagements).status


def test_what_was_not_answered_is_left_open(planner: Planner) -> None:
    planner.wedding()
    planner.settle()
    planner.afresh({})
    told = planner.settle()[RITA.address]
    record, made = planner.only(client_records), planner.only(engagements)
    assert f"W{made.id}, wedding: {ANA.address}\nNo date yet: its milestones wait for it." in told
    assert (ANA.address, None, "") == (record.name, record.email_key, record.budget)
    assert (ANA.address, None, "", None, None, "USD") == (
        made.name, made.event_date, made.venue, made.guests, made.budget, made.currency,
    )  # fmt: skip
    assert {(None, None, False)} == {(row.due_date, row.tell_at, row.is_late) for row in planner.rows(milestones)}
    assert {None} == {row.planned for row in planner.rows(budget_lines)}


def test_a_couple_that_gave_no_names_is_called_as_its_client(planner: Planner) -> None:
    planner.wedding()
    planner.desk.database.transact(lambda session: session.execute(update(clients).values(name="Ana Lopez")))
    planner.afresh({"venue": "Oasis"})
    planner.opens()
    assert ("Ana Lopez", "Ana Lopez") == (planner.only(client_records).name, planner.only(engagements).name)


def test_a_milestone_whose_day_has_passed_is_due_today_and_late(planner: Planner) -> None:
    planner.wedding(event_date="20 march 2026")
    told = planner.settle()[RITA.address]
    assert "Late already: Venue Selection, Vendor Booking, Design & Decor, Final Details." in told
    today = date(2026, 3, 10)
    assert [
        ("consultation", date(2026, 3, 13), False), ("venue", today, True), ("vendors", today, True),
        ("design", today, True), ("final", today, True), ("rehearsal", date(2026, 3, 19), False),
    ] == [(row.key, row.due_date, row.is_late) for row in planner.rows(milestones)]  # fmt: skip
    assert 4 == next(row.data["late"] for row in planner.rows(activity_log) if row.action == "wedding_created")


def test_the_business_file_says_which_services_open_what(planner: Planner) -> None:
    profile = planner.desk.database.read(planner.desk.profiles.current)
    assert {"Wedding Consultation": "wedding", "Beach Planning": "wedding:beach", "Cake Tasting": ""} == {
        service.name: service.engagement for service in profile.services
    }
    planner.says(ANA, "cake tasting tomorrow at 3pm")
    planner.says(ANA, "yes")
    planner.settle()
    assert ["pending"] == planner.statuses()
    assert [] == planner.rows(engagement_work)


@pytest.mark.parametrize(
    ("engagement", "said"),
    [("vedding", "'vedding' is no engagement: "), ("wedding:moon", "'moon' is no variant of wedding: ")],
)
def test_an_engagement_that_there_is_not_is_refused_at_load(
    engagement: str, said: str, planner: Planner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.toml"
    path.write_text(BUSINESS.replace('engagement = "none"', f'engagement = "{engagement}"'), encoding="utf-8")
    with pytest.raises(SystemExit):
        load_business(planner.desk.database, path)
    told = capsys.readouterr().err
    assert "services.2.engagement" in told and said in told and "wedding" in told


@pytest.mark.usefixtures("logged")
def test_each_try_is_counted_by_what_came_of_it(planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Any] = []
    seconds: list[float] = []
    monkeypatch.setattr(ENGAGEMENTS_OPENED, "add", lambda outcome: outcomes.append(outcome))
    monkeypatch.setattr(ENGAGEMENT_SECONDS, "add", seconds.append)
    planner.wedding()
    planner.settle()
    assert ([Opening.FIRST_TRY], 1) == (outcomes, len(seconds))
    planner.afresh(BRIEF)
    with monkeypatch.context() as broken:
        broken.setattr(engagement_opened, "add_engagement", lambda *_, **__: 1 / 0)
        planner.opens()
        planner.settle(FIRST_WAIT)
    assert [Opening.PUT_OFF] * 2 == outcomes[1:]
    planner.settle(DAY / 24)
    assert (Opening.AGAIN, 4, 2) == (outcomes[-1], len(outcomes), len(seconds))
    planner.afresh({**BRIEF, "event_date": "no day"})
    for _ in range(MOST_TRIES):
        planner.settle(DAY / 24)
    assert [*[Opening.PUT_OFF] * (MOST_TRIES - 1), Opening.FAILED] == outcomes[4:]
