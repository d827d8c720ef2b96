"""Living with an engagement, on a real database: milestones done and moved, details, money, its end, and reminders."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Row

from bot.engagements import see_to_engagements
from conversations.engagements.effects import (
    AddMilestone,
    CloseEngagement,
    MoveMilestone,
    ReopenEngagement,
    SetDetail,
    Spend,
    TickMilestones,
)
from conversations.engagements.kinds import Detail
from conversations.engagements.states import EngagementStatus, RecordStatus
from conversations.engagements.told import due_for_coordinator
from conversations.engagements.views import EngagementView
from conversations.money import Money
from conversations.replies import Reply
from handlers import milestones_due
from models.claims import LostRace
from models.engagements import activity_log, budget_lines, client_records, engagements, milestones
from tests.handlers.planner import ANA, BEN, RITA, Planner

WEDDING_DAY = date(2026, 6, 12)
REMINDER = "⏰ W1, Ana & Ben:\n"
FOR_CLIENT = "Amore Weddings: coming up for your wedding day:\n"
CONSULTATION, VENUE, VENDORS, DESIGN, FINAL, REHEARSAL = range(1, 7)
"""The numbers of the milestones."""
ALL = (CONSULTATION, VENUE, VENDORS, DESIGN, FINAL, REHEARSAL)


@pytest.fixture
def wedding(planner: Planner) -> Planner:
    """On 12 June, of a booking that is approved."""
    planner.opened()
    planner.text(RITA, "approve 1")
    return planner


def version(planner: Planner) -> int:
    """Of the first engagement."""
    return int(planner.rows(engagements)[0].version)


def ticks(planner: Planner, *numbers: int, done: bool = True) -> None:
    planner.does(TickMilestones(1, version(planner), numbers, done))


def sets(planner: Planner, detail: Detail, value: str) -> None:
    planner.does(SetDetail(1, version(planner), detail, value))


def steps(planner: Planner) -> dict[str, Row[Any]]:
    return {row.key: row for row in planner.rows(milestones)}


def days(planner: Planner) -> dict[str, date | None]:
    return {key: row.due_date for key, row in steps(planner).items()}


def before(event: date) -> dict[str, date | None]:
    """The days of the milestones of a wedding on this day, none of which has passed."""
    ahead = {"consultation": 7, "venue": 30, "vendors": 60, "design": 90, "final": 14, "rehearsal": 1}
    return {key: event - timedelta(days=number) for key, number in ahead.items()}


def last(planner: Planner) -> tuple[str, str, dict[str, Any]]:
    row = planner.rows(activity_log)[-1]
    return row.who, row.action, row.data


def at(planner: Planner, day: int, month: int = 3, hour: int = 9, minute: int = 0) -> dict[str, str]:
    """What is read by this wall time in Qatar, since the last look."""
    planner.clock.at = datetime(2026, month, day, hour - 3, minute, tzinfo=UTC)
    return {phone: words for phone, words in planner.settle().items() if REMINDER in words or FOR_CLIENT in words}


def test_progress_and_status_follow_the_milestones_that_are_done(wedding: Planner) -> None:
    ticks(wedding, VENUE, DESIGN)
    done = {key: row.completed_at for key, row in steps(wedding).items() if row.completed}
    assert {"venue": wedding.clock.now(), "design": wedding.clock.now()} == done
    assert {None} == {row.tell_at for row in steps(wedding).values() if row.completed}
    made = wedding.only(engagements)
    assert (33, EngagementStatus.PLANNING, 2) == (made.progress, made.status, made.version)
    who = ("coordinator:2", "milestone_done", {"milestones": ["Venue Selection", "Design & Decor"], "progress": 33})
    assert who == last(wedding)
    ticks(wedding, *ALL)
    assert (100, EngagementStatus.COMPLETED) == (wedding.only(engagements).progress, wedding.only(engagements).status)
    assert 4 == len(last(wedding)[2]["milestones"])
    ticks(wedding, FINAL, done=False)
    assert (83, EngagementStatus.PLANNING) == (wedding.only(engagements).progress, wedding.only(engagements).status)
    assert ("milestone_opened", ["Final Details"]) == (last(wedding)[1], last(wedding)[2]["milestones"])
    final = steps(wedding)["final"]
    assert (False, None, datetime(2026, 5, 27, 6, tzinfo=UTC)) == (final.completed, final.completed_at, final.tell_at)


def test_another_event_date_moves_what_is_open_and_has_no_day_of_its_own(wedding: Planner) -> None:
    ticks(wedding, DESIGN)
    wedding.does(MoveMilestone(1, version(wedding), VENUE, date(2026, 4, 1)))
    assert ("coordinator:2", "milestone_moved") == last(wedding)[:2]
    assert {"milestone": "Venue Selection", "before": "2026-05-13", "after": "2026-04-01"} == last(wedding)[2]
    wedding.does(AddMilestone(1, version(wedding), "Order rings", date(2026, 4, 2)))
    sets(wedding, Detail.EVENT_DATE, "2026-09-12")
    kept = {"design": date(2026, 3, 14), "venue": date(2026, 4, 1), "own_1": date(2026, 4, 2)}
    assert {**before(date(2026, 9, 12)), **kept} == days(wedding)
    assert date(2026, 9, 12) == wedding.only(engagements).event_date
    moved = {"detail": "event_date", "before": "2026-06-12", "after": "2026-09-12"}
    assert ("coordinator:2", "event_moved", moved) == last(wedding)
    assert datetime(2026, 9, 3, 6, tzinfo=UTC) == steps(wedding)["consultation"].tell_at


def test_an_event_that_comes_nearer_makes_what_has_passed_due_today_and_late(wedding: Planner) -> None:
    sets(wedding, Detail.EVENT_DATE, "2026-03-20")
    late = {key: row.due_date for key, row in steps(wedding).items() if row.is_late}
    assert dict.fromkeys(("venue", "vendors", "design", "final"), date(2026, 3, 10)) == late
    sets(wedding, Detail.EVENT_DATE, "2026-06-12")
    assert (before(WEDDING_DAY), {False}) == (days(wedding), {row.is_late for row in steps(wedding).values()})


def test_milestones_get_their_days_once_the_event_has_one(planner: Planner) -> None:
    planner.opened(event_date="skip")
    assert {None} == set(days(planner).values())
    sets(planner, Detail.EVENT_DATE, "2026-06-12")
    assert before(WEDDING_DAY) == days(planner)
    assert all(row.tell_at is not None for row in planner.rows(milestones))


def test_each_detail_is_changed_where_it_is_kept_and_logged(wedding: Planner) -> None:
    changes = {
        Detail.NAME: ("Ana & Bo", "Ana & Ben"), Detail.VENUE: ("Villa Rosa", "Oasis Garden"),
        Detail.GUESTS: ("90", 160), Detail.REQUESTS: ("fireworks", "live band"),
        Detail.EMAIL: ("New@Example.org", "Ana.B@example.com"),
    }  # fmt: skip
    for detail, (value, was) in changes.items():
        sets(wedding, detail, value)
        data = {"detail": detail.value, "after": value, "before": was}
        assert ("coordinator:2", "detail_changed", data) == last(wedding)
    made, record = wedding.only(engagements), wedding.only(client_records)
    assert ("Ana & Bo", "Villa Rosa", 90, "fireworks") == (made.name, made.venue, made.guests, made.requests)
    assert ("Ana & Bo", "ana & bo") == (record.name, record.name_key)
    assert ("New@Example.org", "new@example.org") == (record.email, record.email_key)
    assert 1 + len(changes) == made.version


def test_an_email_that_names_another_record_is_shown_but_names_no_second(wedding: Planner) -> None:
    wedding.wedding(BEN, "consultation friday at 5pm", name="Bea & Bo", email="bea@example.com")
    wedding.settle()
    sets(wedding, Detail.EMAIL, "BEA@example.com")
    first, second = wedding.rows(client_records)
    assert ("BEA@example.com", None, "bea@example.com") == (first.email, first.email_key, second.email_key)


def test_another_budget_is_split_again_and_what_is_spent_stays(wedding: Planner) -> None:
    wedding.does(Spend(1, version(wedding), "catering", Money(100_000, "USD")))
    wedding.does(Spend(1, version(wedding), "catering", Money(50_000, "USD")))
    assert ("spent", {"line": "Catering", "amount": 50_000, "currency": "USD"}) == last(wedding)[1:]
    sets(wedding, Detail.BUDGET, "2000000-4000000 USD")
    found = {row.key: (row.planned, row.spent) for row in wedding.rows(budget_lines)}
    assert {
        "venue": (1_200_000, 0), "catering": (750_000, 150_000), "photo": (300_000, 0), "decor": (300_000, 0),
        "music": (150_000, 0), "attire": (150_000, 0), "reserve": (150_000, 0),
    } == found  # fmt: skip
    assert (3_000_000, "2000000-4000000 USD") == (wedding.only(engagements).budget, wedding.only(client_records).budget)
    sets(wedding, Detail.BUDGET, "")
    assert (None, {None}) == (wedding.only(engagements).budget, {row.planned for row in wedding.rows(budget_lines)})


def test_what_was_read_before_somebody_else_changed_it_changes_nothing(wedding: Planner) -> None:
    stale = version(wedding)
    ticks(wedding, VENUE)
    kept = wedding.rows(milestones), wedding.rows(budget_lines), wedding.rows(engagements), wedding.rows(activity_log)
    for effect in (
        TickMilestones(1, stale, (DESIGN,)),
        MoveMilestone(1, stale, DESIGN, date(2026, 4, 1)),
        AddMilestone(1, stale, "Order rings", None),
        SetDetail(1, stale, Detail.BUDGET, ""),
        Spend(1, stale, "venue", Money(1, "USD")),
        CloseEngagement(1, stale),
        ReopenEngagement(1, stale),
        CloseEngagement(2, 1),
        MoveMilestone(1, version(wedding), 99, date(2026, 4, 1)),
        Spend(1, version(wedding), "rings", Money(1, "USD")),
    ):
        with pytest.raises(LostRace):
            wedding.does(effect)
    assert kept == (
        wedding.rows(milestones), wedding.rows(budget_lines), wedding.rows(engagements), wedding.rows(activity_log),
    )  # fmt: skip


def test_what_is_closed_is_silent_until_it_is_opened_again(wedding: Planner) -> None:
    wedding.does(CloseEngagement(1, version(wedding), "called off"))
    assert ("coordinator:2", "closed", {"reason": "called off"}) == last(wedding)
    assert EngagementStatus.CLOSED == wedding.only(engagements).status
    assert RecordStatus.LEAD == wedding.only(client_records).status
    assert {} == at(wedding, 12) | at(wedding, 14) | at(wedding, 14, month=4)
    wedding.does(ReopenEngagement(1, version(wedding)))
    assert EngagementStatus.PLANNING == wedding.only(engagements).status
    assert RecordStatus.ACTIVE == wedding.only(client_records).status
    told = at(wedding, 22, month=4)
    assert "Design & Decor: late" in told[RITA.address] and "Vendor Booking: late" in told[RITA.address]


def test_what_is_done_to_a_closed_one_neither_opens_it_nor_speaks_of_it(wedding: Planner) -> None:
    wedding.does(CloseEngagement(1, version(wedding)))
    ticks(wedding, VENUE)
    ticks(wedding, VENUE, done=False)
    wedding.does(AddMilestone(1, version(wedding), "Order rings", date(2026, 3, 14)))
    sets(wedding, Detail.EVENT_DATE, "2026-06-13")
    assert EngagementStatus.CLOSED == wedding.only(engagements).status
    assert {} == at(wedding, 12) | at(wedding, 14) | at(wedding, 13, month=5)


def test_a_completed_engagement_that_is_closed_and_opened_again_is_completed(wedding: Planner) -> None:
    ticks(wedding, *ALL)
    wedding.does(CloseEngagement(1, version(wedding)))
    wedding.does(ReopenEngagement(1, version(wedding)))
    assert EngagementStatus.COMPLETED == wedding.only(engagements).status
    wedding.does(AddMilestone(1, version(wedding), "Thank-you cards", None))
    assert (85, EngagementStatus.PLANNING) == (wedding.only(engagements).progress, wedding.only(engagements).status)


def test_a_milestone_is_spoken_of_two_days_ahead_on_its_day_the_day_after_and_weekly(wedding: Planner) -> None:
    ahead = "- Design & Decor: Sat 14 Mar\n"
    assert {} == at(wedding, 12, hour=8, minute=59)
    assert {
        RITA.address: f"{REMINDER}{ahead}TICK W1 [milestone] when it is done.\n",
        ANA.address: FOR_CLIENT + ahead,
    } == at(wedding, 12)
    assert {} == at(wedding, 14, hour=8, minute=59)
    today = at(wedding, 14)
    assert "- Design & Decor: today\n" in today[RITA.address] and ahead in today[ANA.address]
    assert {} == at(wedding, 15, hour=8, minute=59)
    for day in (15, 22, 29):
        told = at(wedding, day)
        assert {RITA.address} == set(told), "what is late is no news for the couple"
        assert 1 == told[RITA.address].count("- Design & Decor: late, was due Sat 14 Mar\n")
        assert {} == at(wedding, day + 1)
    ticks(wedding, DESIGN)
    assert "Design" not in str(at(wedding, 12, month=4))


def test_all_that_is_due_of_one_engagement_is_one_text(wedding: Planner) -> None:
    wedding.does(MoveMilestone(1, version(wedding), VENDORS, date(2026, 3, 14)))
    wedding.does(MoveMilestone(1, version(wedding), VENUE, date(2026, 3, 14)))
    told = at(wedding, 12)
    assert 1 == told[RITA.address].count(REMINDER)
    assert ["Venue Selection", "Vendor Booking", "Design & Decor"] == [
        line[2:].partition(":")[0] for line in told[RITA.address].splitlines() if line.startswith("- ")
    ]
    assert ["Venue Selection", "Design & Decor"] == [
        line[2:].partition(":")[0] for line in told[ANA.address].splitlines() if line.startswith("- ")
    ]


def test_the_couple_hears_only_of_what_is_theirs_to_know(wedding: Planner) -> None:
    ticks(wedding, DESIGN)
    assert {RITA.address} == set(at(wedding, 11, month=4))


def test_whoever_wants_no_texts_gets_none_of_milestones(wedding: Planner) -> None:
    wedding.text(ANA, "stop")
    assert {RITA.address} == set(at(wedding, 12))


def test_of_two_workers_at_once_one_speaks_of_a_milestone(wedding: Planner) -> None:
    wedding.clock.at = datetime(2026, 3, 12, 6, tzinfo=UTC)
    both = Barrier(2)

    def work(_: int) -> None:
        both.wait()
        see_to_engagements(wedding.desk)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    told = wedding.settle()
    assert (1, 1) == (told[RITA.address].count(REMINDER), told[ANA.address].count(FOR_CLIENT))


def test_a_reminder_that_breaks_keeps_no_other_waiting(
    wedding: Planner, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    wedding.wedding(BEN, "consultation friday at 5pm", name="Bea & Bo", email="bea@example.com")
    wedding.settle()

    def breaking(view: EngagementView, *values: Any) -> Reply:
        if view.id == 1:
            raise RuntimeError("of the first")
        return due_for_coordinator(view, *values)

    monkeypatch.setattr(milestones_due, "due_for_coordinator", breaking)
    wedding.clock.at = datetime(2026, 3, 12, 6, tzinfo=UTC)
    see_to_engagements(wedding.desk)
    assert "milestones_broke" in logged.getvalue()
    assert ["⏰ W2, Bea & Bo:"] == [line for line in wedding.settle()[RITA.address].splitlines() if "⏰" in line]
