"""An intake: asked by text or on a page, kept sealed, and its words nowhere else."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from bot.clock import SetClock
from bot.commands.intake import _answers
from bot.commands.opening import load_business
from bot.desk import Desk
from bot.doctor.stored import stored
from bot.sealing import Sealer, WrongKey
from bot.stories import Phone, Player
from config import WrongSettings, read_settings
from handlers.business_dumped import business_dumped
from models.bookings import booking_by_id
from models.tables import metadata
from tests.conftest import MakeDesk
from webhooks import create_app

SARA, NOOR = Phone("Sara", "whatsapp", "+97455501234", "Sara"), Phone("Noor", "whatsapp", "+97455500000")
FILE = Path(__file__).parent / "intake.toml"
KEY = Fernet.generate_key().decode()
SECRET = "I cannot sleep since the accident"
PUBLIC = "https://desk.example"


def opened(desk: Desk, clock: SetClock) -> Player:
    load_business(desk.database, FILE, now=clock.now(), overrides=desk.profiles.overrides)
    player = Player(desk, clock, phones={"Sara": SARA, "Noor": NOOR})
    player.say(NOOR, "today")
    return player


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    return opened(make_desk(public_url=PUBLIC, encryption_key=KEY), clock)


@pytest.fixture
def asked(player: Player) -> Player:
    """Sara is asked the first question."""
    for text in ("counselling tomorrow at 3", "yes", "agree"):
        player.say(SARA, text)
    return player


def row(desk: Desk, number: int = 1):  # type: ignore[no-untyped-def]
    return desk.database.read(lambda session: booking_by_id(session, number))


def answers(desk: Desk, number: int = 1) -> list[str | None]:
    """What is kept, unsealed."""
    assert desk.sealer is not None
    kept = row(desk, number).intake_answers.values()
    return [desk.sealer.open(one) if one is not None else None for one in kept]


def everything(desk: Desk) -> Iterator[str]:
    """Every value in every table, as text."""
    for table in metadata.sorted_tables:
        for one in desk.database.read(lambda session, table=table: list(session.execute(select(table)))):  # type: ignore[misc]
            yield f"{table.name}: {tuple(one)}"


def said(player: Player, text: str, phone: Phone = SARA) -> str:
    player.clock.move(timedelta(seconds=20))
    return "\n".join(player.say(phone, text))


def test_a_short_intake_is_asked_before_the_booking_and_no_word_of_it_is_kept_open(
    asked: Player, logged: io.StringIO
) -> None:
    assert row(asked.desk) is None
    assert "What brings you here?" in said(asked, "no")
    told = said(asked, SECRET)
    assert "How did you find us?" in told and "1) A friend" in told.replace(". ", ") ")
    told = said(asked, "the web")
    assert "You are booked" in told
    assert ["no", SECRET, "The web"] == answers(asked.desk)
    assert not [line for line in everything(asked.desk) if "accident" in line]
    assert "accident" not in logged.getvalue() + told
    shown = said(asked, "show 1", NOOR)
    assert "Questions answered: 3 of 3" in shown and "accident" not in shown
    assert {} == asked.desk.database.read(
        lambda session: session.execute(
            select(metadata.tables["conversations"].c.intake_draft).where(
                metadata.tables["conversations"].c.address == SARA.address
            )
        ).scalar_one()
    )


def test_what_is_wanted_is_not_skipped_and_what_is_no_answer_is_asked_again(asked: Player) -> None:
    told = said(asked, "skip")
    assert "We need an answer" in told and "counsellor before?" in told
    told = said(asked, "well, it was the accident")
    assert "reply YES or NO" in told and "counsellor before?" in told
    said(asked, "yes")
    said(asked, "SKIP")
    assert "one of the numbers" in said(asked, "the accident did")
    assert "You are booked" in said(asked, "1")
    assert ["yes", None, "A friend"] == answers(asked.desk)
    assert not [line for line in everything(asked.desk) if "accident" in line]
    assert "Questions answered: 2 of 3" in said(asked, "show 1", NOOR)


def test_who_wishes_something_else_is_not_taken_by_their_word(asked: Player) -> None:
    said(asked, "yes")
    assert "brings you here" not in said(asked, "start over")
    assert row(asked.desk) is None


def test_a_silent_client_is_asked_the_same_again(asked: Player, clock: SetClock) -> None:
    said(asked, "yes")
    clock.move(timedelta(minutes=31))
    assert "What brings you here?" in "\n".join(asked.settle())


def test_a_time_that_is_gone_by_the_last_answer_is_offered_no_more(asked: Player, clock: SetClock) -> None:
    said(asked, "yes")
    said(asked, SECRET)
    clock.move(timedelta(minutes=20))
    asked.say(NOOR, "book +97455509999 Lea coaching tomorrow 15:00")
    told = said(asked, "a friend")
    assert "You are booked" not in told and "15:00" in told
    said(asked, "a")
    said(asked, "yes")
    assert ["yes", SECRET, "A friend"] == answers(asked.desk, 2)


def test_a_long_intake_is_answered_on_its_page_before_the_session(player: Player, clock: SetClock) -> None:
    said(player, "coaching tomorrow at 3")
    told = said(player, "yes")
    address = f"/intake/{row(player.desk).page_token}"
    assert f"{PUBLIC}/intake/…" in told
    browser = create_app(player.desk).test_client()
    page = browser.get(address)
    assert "What is your goal?" in page.text and "Anything &lt;else&gt;?" in page.text
    names = dict(
        zip(
            ("goal", "sleep", "medicine", "more"),
            dict.fromkeys(re.findall(r'name="(\d+:\w+)"', page.text)),
            strict=True,
        )
    )
    lacking = browser.post(address, data={names["more"]: SECRET})
    assert (422, True) == (lacking.status_code, SECRET in lacking.text)
    assert {} == row(player.desk).intake_answers
    form = {names["goal"]: "sleep better", names["sleep"]: "1", names["medicine"]: "yes", names["more"]: SECRET}
    sent = browser.post(address, data=form)
    assert (303, ["sleep better", "Badly", "yes", SECRET]) == (sent.status_code, answers(player.desk))
    after = browser.get(sent.location)
    assert "your answers are with us" in after.text and "accident" not in after.text and "<form" not in after.text
    assert 303 == browser.post(address, data={names["goal"]: "another"}).status_code
    assert "sleep better" == answers(player.desk)[0]
    assert not [line for line in everything(player.desk) if "accident" in line]
    clock.move(timedelta(hours=27))
    assert f"{PUBLIC}/intake/…" not in "\n".join(player.settle())


def test_a_reminder_asks_for_what_is_still_open_and_the_page_closes_with_the_session(
    player: Player, clock: SetClock
) -> None:
    said(player, "coaching on friday at 3")
    said(player, "yes")
    address = f"/intake/{row(player.desk).page_token}"
    clock.move(timedelta(days=2, hours=5))
    assert f"{PUBLIC}/intake/…" in "\n".join(player.settle())
    browser = create_app(player.desk).test_client()
    clock.move(timedelta(days=1, hours=1))
    assert "<form" not in browser.get(address).text
    assert 303 == browser.post(address, data={}).status_code
    assert {} == row(player.desk).intake_answers
    assert [404, 404] == [browser.get(f"/intake/{one}").status_code for one in ("x", "a" * 43)]
    assert 403 == browser.post(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code


def test_who_is_booked_by_hand_answers_a_short_intake_on_the_page_too(player: Player) -> None:
    told = said(player, "book +97455501234 Sara counselling tomorrow 15:00", NOOR)
    assert f"{PUBLIC}/intake/…" in told


def test_without_a_page_a_long_intake_is_asked_by_text(make_desk: MakeDesk, clock: SetClock) -> None:
    player = opened(make_desk(encryption_key=KEY), clock)
    for text in ("coaching tomorrow at 3", "yes", "sleep better", "2", "no", "skip"):
        last = said(player, text)
    assert "You are booked" in last
    assert ["sleep better", "Badly", "no", None] == answers(player.desk)


def test_without_a_key_an_intake_does_not_load(
    make_desk: MakeDesk, clock: SetClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        opened(make_desk(), clock)
    assert "service counselling, coaching: an intake is asked" in (told := "".join(capsys.readouterr()))
    assert "set ENCRYPTION_KEY" in told


def test_where_the_key_is_gone_nobody_is_asked(player: Player, make_desk: MakeDesk, clock: SetClock) -> None:
    keyless = Player(make_desk(public_url=PUBLIC), clock, phones=player.phones, _count=100)
    for text in ("counselling tomorrow at 3", "yes", "agree"):
        told = said(keyless, text)
    assert "You are booked" in told and "/intake/" not in told


def test_the_doctor_tells_what_becomes_of_the_answers(player: Player, make_desk: MakeDesk) -> None:
    def findings(desk: Desk) -> list[str]:
        return [one.words for one in stored(desk) if "Intake" in one.words]

    assert ["Intake: Counselling, Coaching: the answers are sealed."] == findings(player.desk)
    assert "PUBLIC_URL is not set" in findings(make_desk(encryption_key=KEY))[1]
    assert "Set ENCRYPTION_KEY" in findings(make_desk())[0]


def test_the_first_key_seals_and_every_key_opens(asked: Player, clock: SetClock) -> None:
    newer = Fernet.generate_key().decode()
    both, new, old = Sealer(f"{newer}, {KEY}"), Sealer(newer), Sealer(KEY)
    assert "x" == both.open(old.seal("x", clock.now())) == new.open(both.seal("x", clock.now()))
    with pytest.raises(WrongKey):
        new.open(old.seal("x", clock.now()))


def test_a_key_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEY", f"{KEY},secret-thing")
    with pytest.raises(WrongSettings, match="ENCRYPTION_KEY: found a secret: wanted 32 bytes"):
        read_settings(None)


def test_the_answers_are_printed_by_their_questions(asked: Player) -> None:
    for text in ("yes", SECRET, "1"):
        said(asked, text)
    profile = asked.desk.database.read(asked.desk.profiles.current)
    found = asked.desk.database.read(lambda session: _answers(session, 1, profile))
    assert found is not None
    assert ["Have you seen a counsellor before?", "What brings you here?", "How did you find us?"] == list(found)


def test_what_the_file_asks_is_dumped_again(player: Player, clock: SetClock) -> None:
    dumped = player.desk.database.read(business_dumped)
    assert [3, 4] == [len(service.intake) for service in dumped.services]
    again = load_business(player.desk.database, FILE, now=clock.now(), overrides=player.desk.profiles.overrides)
    assert [] == again
