"""Agreements: loaded and dumped, never changed under their version, read on a page, kept with the booking."""

from pathlib import Path

import pytest

from bot.clock import SetClock
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.stories import Phone, Player
from handlers.business_dumped import business_dumped
from models.bookings import booking_by_id
from tests.conftest import MakeDesk
from webhooks import create_app

SARA = Phone("Sara", "whatsapp", "+97455501234", "Sara")
FILE = Path(__file__).parent.parent / "stories" / "agreement.toml"


@pytest.fixture
def counsel(make_desk: MakeDesk, clock: SetClock) -> Desk:
    desk = make_desk(public_url="https://desk.example")
    load_business(desk.database, FILE, now=clock.now())
    return desk


def other(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "other.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return path


def number(desk: Desk, name: str = "Counselling") -> int:
    return next(one.id for one in desk.database.read(desk.profiles.current).services if one.name == name)


def test_what_was_agreed_to_is_kept_with_the_booking(counsel: Desk, clock: SetClock) -> None:
    player = Player(counsel, clock, phones={"Sara": SARA})
    for text in ("counselling tomorrow at 3", "yes", "agree"):
        player.say(SARA, text)
    row = counsel.database.read(lambda session: booking_by_id(session, 1))
    assert row is not None
    assert ("2026-01", clock.now()) == (row.agreement_version, row.accepted_at)


def test_loading_twice_changes_nothing_and_what_is_dumped_is_what_was_loaded(counsel: Desk, clock: SetClock) -> None:
    assert [] == load_business(counsel.database, FILE, now=clock.now())
    agreement = counsel.database.read(business_dumped).services[0].agreement
    assert agreement is not None and isinstance(agreement.text, dict)
    assert ("2026-01", {"en", "es"}) == (agreement.version, set(agreement.text))


def test_another_text_wants_another_version(
    counsel: Desk, clock: SetClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        load_business(counsel.database, other(tmp_path, "stays with us", "is no secret"), now=clock.now())
    assert "counselling: the agreement has another text" in "".join(capsys.readouterr())
    path = other(tmp_path, "2026-01", "2026-02")
    assert ["~ service counselling: agreement_version"] == load_business(counsel.database, path, now=clock.now())


def test_the_page_shows_the_text_in_its_language_and_nothing_of_it_as_markup(
    counsel: Desk, clock: SetClock, tmp_path: Path
) -> None:
    path = tmp_path / "markup.toml"
    written = (
        FILE.read_text(encoding="utf-8").replace("2026-01", "2").replace("What you tell us", "<b>What</b> you tell us")
    )
    path.write_text(written, encoding="utf-8")
    load_business(counsel.database, path, now=clock.now())
    browser = create_app(counsel).test_client()
    page = browser.get(f"/agreement/{number(counsel)}?lang=es")
    assert "queda entre nosotros" in page.text and 'lang="es"' in page.text
    assert "&lt;b&gt;What&lt;/b&gt;" in browser.get(f"/agreement/{number(counsel)}").text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert [404, 404] == [browser.get(f"/agreement/{one}").status_code for one in (number(counsel, "Coaching"), 999)]
