"""The session type stands beside the service's name on pages and in calendars, in the words of whoever reads it."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.stories import Phone, Player
from models.bookings import bookings
from tests.conftest import MakeDesk
from webhooks import create_app

PRACTICE = Path(__file__).parent.parent / "stories" / "practice.toml"
CARMEN, OMAR = Phone("Carmen", "whatsapp", "+34600111222", "Carmen"), Phone("Omar", "sms", "+97455500000")


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    """Carmen has therapy for couples on Friday at 10, approved by Omar."""
    desk = make_desk(public_url="https://desk.example")
    load_business(desk.database, PRACTICE, now=clock.now())
    player = Player(desk, clock, phones={"Carmen": CARMEN, "Omar": OMAR})
    said = ((CARMEN, "hola, terapia de pareja el viernes a las 10"), (CARMEN, "sí"), (OMAR, "approve 1"))
    for phone, text in said:
        player.say(phone, text)
    return player


def test_on_the_page_and_in_the_calendar_file(player: Player) -> None:
    browser = create_app(player.desk).test_client()
    row = player.desk.database.read(lambda session: session.execute(select(bookings)).one())
    assert "couples" == row.session_type
    page = browser.get(f"/b/{row.page_token}").text
    assert "<bdi>Therapy para parejas</bdi>" in page and "Called" not in page
    assert "Therapy para parejas" in browser.get(f"/b/{row.page_token}/move").text
    assert "SUMMARY:Therapy para parejas · Harbour Practice" in browser.get(f"/b/{row.page_token}.ics").text


def test_in_the_coordinators_lists(player: Player) -> None:
    told = player.play("Omar> today friday\nOmar> show 1\nOmar> friday\n")
    assert "Therapy for couples (90 min), 120.00 USD" in told
    assert 1 < told.count("Therapy for couples") and "Called" not in told


def test_a_cleared_day_is_rebooked_in_the_same_type(player: Player) -> None:
    told = player.play("Omar> clear friday\nOmar> yes\n")
    assert "Therapy para parejas" in told and "Called" not in told
