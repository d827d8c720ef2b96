"""Sessions over video: who reads the link and when, and what a call leaves behind."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from handlers.business_dumped import business_dumped
from handlers.business_file import BusinessFile
from models.bookings import booking_by_id
from tests.conftest import MakeDesk
from webhooks import create_app

SARA, NOOR = Phone("Sara", "whatsapp", "+97455501234", "Sara"), Phone("Noor", "whatsapp", "+97455500000")
LINK, PASSCODE = "https://zoom.example/j/81234", "482913"
VIDEO = Path(__file__).parent.parent / "stories" / "video.toml"


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    """Sara has asked for a video session in an hour."""
    player = Player(make_desk(public_url="https://desk.example"), clock, phones={"Sara": SARA, "Noor": NOOR})
    load_business(player.desk.database, VIDEO, now=clock.now())
    player.say(NOOR, "today")
    for text in ("video session today at 3pm", "yes"):
        player.say(SARA, text)
    return player


def row(desk: Desk, number: int = 1):  # type: ignore[no-untyped-def]
    return desk.database.read(lambda session: booking_by_id(session, number))


def looked_at(player: Player, rest: str = "") -> str:
    return create_app(player.desk).test_client().get(f"/b/{row(player.desk).page_token}{rest}").text


def test_the_link_is_for_who_is_confirmed_and_the_passcode_for_no_calendar(player: Player) -> None:
    assert LINK not in looked_at(player) + looked_at(player, ".ics")
    player.say(NOOR, "approve 1")
    page, calendar = looked_at(player), looked_at(player, ".ics").replace("\r\n ", "")
    assert LINK in page and PASSCODE in page
    assert f"LOCATION:{LINK}" in calendar and PASSCODE not in calendar


def test_lists_hold_no_passcode(player: Player) -> None:
    player.say(NOOR, "approve 1")
    listed = player.say(NOOR, "today") + player.say(NOOR, "week") + player.say(SARA, "my bookings")
    assert not any(PASSCODE in line for line in listed)
    assert any("#1" in line for line in listed)


def test_a_link_of_its_own_is_told_only_once_it_is_confirmed(player: Player) -> None:
    before = player.say(NOOR, "link 1 https://meet.example/sara")
    assert not any("Sara<" in line for line in before)
    assert any("https://meet.example/sara" in line for line in player.say(NOOR, "approve 1"))
    assert not row(player.desk).meeting_passcode


def test_a_call_is_kept_with_its_times_its_note_and_its_proof(player: Player, clock: SetClock) -> None:
    player.say(NOOR, "approve 1")
    clock.move(timedelta(hours=4, minutes=45))
    player.say(NOOR, "start 1")
    began = clock.now()
    assert (BookingStatus.IN_PROGRESS, began) == (row(player.desk).status, row(player.desk).call_started_at)
    clock.move(timedelta(minutes=41, seconds=5))
    player.say(NOOR, "[image]end 1 sleeps better")
    kept = row(player.desk)
    assert (BookingStatus.COMPLETED, clock.now(), 42) == (kept.status, kept.call_ended_at, kept.duration_minutes)
    assert ("sleeps better", "https://example.test/picture.jpg") == (kept.session_notes, kept.session_proof)


def test_done_ends_a_call_that_was_begun_and_takes_a_picture_for_proof(player: Player, clock: SetClock) -> None:
    player.say(NOOR, "approve 1")
    clock.move(timedelta(hours=4, minutes=45))
    player.say(NOOR, "arrived 1")
    player.say(NOOR, "start 1")
    clock.move(timedelta(minutes=50))
    player.say(NOOR, "[image]done 1")
    kept = row(player.desk)
    assert (50, "https://example.test/picture.jpg") == (kept.duration_minutes, kept.session_proof)


def test_a_picture_that_came_before_proves_nothing(player: Player, clock: SetClock) -> None:
    player.say(NOOR, "approve 1")
    player.say(NOOR, "[image]look at this")
    clock.move(timedelta(hours=5))
    player.say(NOOR, "done 1")
    assert "" == row(player.desk).session_proof


@pytest.mark.parametrize(("last", "status"), [("start 1", "confirmed"), ("end 1", "in_progress")])
def test_a_call_is_taken_back(player: Player, clock: SetClock, last: str, status: str) -> None:
    player.say(NOOR, "approve 1")
    clock.move(timedelta(hours=5))
    player.say(NOOR, "start 1")
    if last != "start 1":
        player.say(NOOR, last)
    said = player.say(NOOR, "undo")
    kept = row(player.desk)
    assert (status, None, None) == (kept.status, kept.call_ended_at, kept.duration_minutes)
    assert (kept.call_started_at is None) == (last == "start 1")
    assert not any("Sara<" in line for line in said)


def test_a_link_that_is_taken_back_leaves_no_old_one_with_the_client(player: Player) -> None:
    player.say(SARA, "coaching tomorrow at 3pm")
    player.say(SARA, "yes")
    player.say(NOOR, "approve 2")
    player.say(NOOR, "link 2 https://meet.example/two")
    said = player.say(NOOR, "undo")
    assert any("Sara<" in line and "no longer valid" in line for line in said)
    assert (False, "") == (row(player.desk, 2).is_video_call, row(player.desk, 2).meeting_link)


def test_a_session_at_once_begins_with_the_next_five_minutes(player: Player, clock: SetClock) -> None:
    clock.move(timedelta(minutes=1))
    player.say(NOOR, "book +97455509999 Lea coaching right now")
    made = row(player.desk, 2)
    assert (4, "Lea") == ((made.start_at - clock.now()).total_seconds() // 60, made.client_name)
    player.say(NOOR, "start 2")
    assert BookingStatus.IN_PROGRESS is row(player.desk, 2).status


def test_what_the_file_says_of_video_is_dumped_again(player: Player) -> None:
    dumped = player.desk.database.read(business_dumped)
    assert isinstance(dumped, BusinessFile)
    assert (LINK, "Zoom", PASSCODE) == (
        dumped.staff[0].meeting_link, dumped.staff[0].meeting_provider, dumped.staff[0].meeting_passcode,
    )  # fmt: skip
    assert [True, False] == [service.is_video for service in dumped.services]
