"""What is said of our own accord: reminders of a request, the backup, the morning and the evening; each once."""

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.intake import receive
from bot.schedule import run_due
from conversations.messages import Inbound
from conversations.rules.deadlines import decide_by, nudges, waking
from conversations.rules.quiet_hours import QuietHours
from models.outbox import outbox_after
from tests.conftest import MakeDesk

SALON = Path(__file__).parent.parent / "stories" / "salon.toml"
LONDON = ZoneInfo("Europe/London")
NIGHT = QuietHours(time(21), time(8))
OMAR, ROSA, ANN = "+447700900001", "+447700900002", "+447700900101"


@pytest.fixture
def salon(make_desk: MakeDesk, clock: SetClock) -> Desk:
    desk = make_desk()
    load_business(desk.database, SALON)
    clock.at = datetime(2026, 3, 24, 10, tzinfo=LONDON)
    run_due(desk)
    return desk


def text(desk: Desk, phone: str, words: str) -> None:
    count = len(desk.database.read(lambda session: outbox_after(session, 0)))
    receive(desk, Inbound("sms", f"in-{phone}-{words}-{count}", phone, phone, words, "", ()))


def received(desk: Desk, phone: str) -> list[str]:
    rows = desk.database.read(lambda session: outbox_after(session, 0))
    return [row.kind for row in rows if row.address == phone]


def request(desk: Desk) -> None:
    text(desk, ANN, "haircut with tom on friday 10am")
    text(desk, ANN, "yes")


def test_who_does_not_answer_is_reminded_and_the_backup_asked_once(salon: Desk, clock: SetClock) -> None:
    request(salon)
    for _ in range(40):
        clock.move(timedelta(hours=1))
        for _ in range(2):
            run_due(salon)
    omar, rosa = received(salon, OMAR), received(salon, ROSA)
    assert 2 == omar.count("still_waiting")
    assert 1 == omar.count("request_expired_notice")
    assert ["backup_asked", "request_prompt"] == rosa
    assert 1 == received(salon, ANN).count("takes_longer")


def test_an_answered_request_is_not_spoken_of_again(salon: Desk, clock: SetClock) -> None:
    request(salon)
    text(salon, OMAR, "approve 1")
    for _ in range(40):
        clock.move(timedelta(hours=1))
        run_due(salon)
    assert "still_waiting" not in received(salon, OMAR)
    assert [] == received(salon, ROSA)
    assert "takes_longer" not in received(salon, ANN)


def test_another_wish_gives_the_request_a_new_deadline_and_new_reminders(salon: Desk, clock: SetClock) -> None:
    request(salon)
    clock.move(timedelta(hours=4))
    text(salon, ANN, "saturday 11am")
    text(salon, ANN, "yes")
    clock.move(timedelta(hours=7))
    run_due(salon)
    assert "still_waiting" not in received(salon, OMAR), "that would have been half of the first deadline"


def test_a_morning_is_said_once_and_not_in_the_afternoon(salon: Desk, clock: SetClock) -> None:
    digests = ("day_begins", "day_begins_free", "day_begins_one", "listing", "day_empty")
    clock.at = datetime(2026, 3, 25, 8, 29, tzinfo=LONDON)
    run_due(salon)
    before = [kind for kind in received(salon, OMAR) if kind in digests]
    clock.move(timedelta(minutes=1))
    for _ in range(3):
        run_due(salon)
    after = [kind for kind in received(salon, OMAR) if kind in digests]
    assert 1 == len(after) - len(before)
    clock.at = datetime(2026, 3, 26, 15, 0, tzinfo=LONDON)
    run_due(salon)
    assert after == [kind for kind in received(salon, OMAR) if kind in digests]


def test_quiet_hours_stop_the_clock_unless_the_start_is_near() -> None:
    now = datetime(2026, 3, 24, 18, tzinfo=LONDON)
    assert datetime(2026, 3, 25, 11, tzinfo=LONDON) == waking(now, timedelta(hours=6), NIGHT)
    far, near = now + timedelta(days=9), now + timedelta(hours=10)
    assert datetime(2026, 3, 25, 11, tzinfo=LONDON) == decide_by(now, far, timedelta(hours=6), NIGHT)
    assert now + timedelta(hours=6) == decide_by(now, near, timedelta(hours=6), NIGHT)
    first, last = nudges(now, now + timedelta(hours=20), far, NIGHT)
    assert (datetime(2026, 3, 25, 9, 30, tzinfo=LONDON), datetime(2026, 3, 25, 13, 6, tzinfo=LONDON)) == (first, last)


@pytest.mark.parametrize("hours", range(13, 90, 7))
@pytest.mark.parametrize("at", [datetime(2026, 3, 24, hour, 40, tzinfo=LONDON) for hour in (0, 8, 12, 20, 21, 23)])
def test_nobody_is_reminded_of_a_request_at_night(at: datetime, hours: int) -> None:
    start = at + timedelta(hours=hours)
    until = decide_by(at, start, timedelta(hours=24), NIGHT)
    first, last = nudges(at, until, start, NIGHT)
    assert at < first <= last < until
    assert not NIGHT.holds(first)
    assert not NIGHT.holds(last)
