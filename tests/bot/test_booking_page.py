"""The client's page of a booking: what it shows, what can be done from it, and that looking changes nothing."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from bot.clock import SetClock
from bot.desk import Desk
from bot.stories import Phone, Player
from conversations.booking import BookingStatus
from models.bookings import booking_by_id, bookings, open_proposal
from models.business import booking_policies, business
from models.conversations import conversations
from models.outbox import outbox_after
from tests.conftest import MakeDesk
from webhooks import create_app

SARA, OMAR = Phone("Sara", "sms", "+97455501234", "Sara"), Phone("Omar", "sms", "+97455500000")
PUBLIC = "https://desk.example"


@pytest.fixture
def player(make_desk: MakeDesk, clock: SetClock) -> Player:
    """Sara has a haircut on Thursday at 15:00, approved by Omar."""
    player = Player(make_desk(public_url=PUBLIC), clock, phones={"Sara": SARA, "Omar": OMAR})
    for phone, text in ((SARA, "haircut thursday 3pm"), (SARA, "yes"), (OMAR, "approve 1")):
        player.say(phone, text)
    return player


@pytest.fixture
def client(player: Player) -> FlaskClient:
    return create_app(player.desk).test_client()


def row(desk: Desk, number: int = 1):  # type: ignore[no-untyped-def]
    return desk.database.read(lambda session: booking_by_id(session, number))


def address(player: Player, rest: str = "") -> str:
    return f"/b/{row(player.desk).page_token}{rest}"


def form(response: TestResponse) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.text))


def everything(desk: Desk) -> list[object]:
    """All that a page could change."""
    return desk.database.read(
        lambda session: [tuple(one) for table in (bookings, conversations) for one in session.execute(select(table))]
    )


def set_policy(desk: Desk, **values: object) -> None:
    def change(session) -> None:  # type: ignore[no-untyped-def]
        everybody = booking_policies.c.staff_id == 0, booking_policies.c.service_id == 0
        session.execute(update(booking_policies).where(*everybody).values(**values))
        session.execute(update(business).values(version=business.c.version + 1))

    desk.database.transact(change)


def test_the_confirmation_carries_the_link(player: Player) -> None:
    token = row(player.desk).page_token
    assert 43 == len(token)
    (told,) = [line for line in player.say(SARA, "my bookings") if "#1" in line]
    assert "Haircut" in told
    player.say(SARA, "massage friday 11am")
    player.say(SARA, "yes")
    player.say(OMAR, "approve 2")
    sent = player.desk.database.read(lambda session: outbox_after(session, 0))
    assert any(f"{PUBLIC}/b/{row(player.desk, 2).page_token}" in each.body for each in sent)


def test_the_page_shows_the_booking_and_is_kept_from_everybody_else(client: FlaskClient, player: Player) -> None:
    page = client.get(address(player))
    assert 200 == page.status_code
    for shown in ("Haircut", "Thursday 12 March 2026", "15:00", "15:45", "Maya", "35.00", "confirmed", "#1"):
        assert shown in page.text
    assert address(player, ".ics") in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "script" not in page.text
    assert ("no-referrer", "noindex, nofollow", "no-store") == tuple(
        page.headers[name] for name in ("Referrer-Policy", "X-Robots-Tag", "Cache-Control")
    )


def test_the_calendar_file_is_not_taken_for_a_page(client: FlaskClient, player: Player) -> None:
    assert "text/calendar" == client.get(address(player, ".ics")).mimetype


@pytest.mark.parametrize("rest", ["", "/cancel", "/move"])
def test_looking_changes_nothing(client: FlaskClient, player: Player, rest: str) -> None:
    before = everything(player.desk)
    for _ in range(2):
        assert 200 == client.get(address(player, rest)).status_code
    assert 200 == client.head(address(player, rest)).status_code
    assert before == everything(player.desk)


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 5000, "%00", "' or 1=1 --", "🙂"])
def test_what_opens_nothing_answers_alike(client: FlaskClient, token: str) -> None:
    answers = [client.get(f"/b/{token}{rest}") for rest in ("", "/cancel", "/move")]
    answers += [client.post(f"/b/{token}/cancel"), client.post(f"/b/{token}/move", data={"start": "2026-03-12T12:00Z"})]
    assert {404} == {answer.status_code for answer in answers}
    assert 1 == len({answer.text for answer in answers})
    assert "no-referrer" == answers[0].headers["Referrer-Policy"]


def test_a_booking_without_a_token_has_no_page(client: FlaskClient, player: Player) -> None:
    player.desk.database.transact(lambda session: session.execute(update(bookings).values(page_token=None)) and None)
    assert {404} == {client.get(f"/b/{word}").status_code for word in ("None", "", "null")} | {404}


def test_cancelling_takes_a_second_step_and_tells_both(client: FlaskClient, player: Player) -> None:
    sure = client.get(address(player, "/cancel"))
    assert BookingStatus.CONFIRMED is row(player.desk).status
    answer = client.post(address(player, "/cancel"), data=form(sure))
    assert (303, address(player)) == (answer.status_code, answer.headers["Location"])
    found = row(player.desk)
    assert (BookingStatus.CANCELLED, f"client:{found.client_id}") == (found.status, found.cancelled_by)
    told = "\n".join(player.settle())
    assert "Sara< Done: #1" in told
    assert "Omar< ❎ #1" in told
    page = client.get(address(player))
    assert "cancelled" in page.text
    assert "/cancel" not in page.text
    assert "/move" not in page.text
    again = client.post(address(player, "/cancel"), data=form(sure))
    assert 303 == again.status_code
    assert [] == player.settle()


def test_a_form_that_shows_an_older_booking_does_nothing(client: FlaskClient, player: Player) -> None:
    sure = form(client.get(address(player, "/cancel")))
    player.say(SARA, "please tell maya i am allergic to henna")
    player.desk.database.transact(
        lambda session: session.execute(update(bookings).values(version=bookings.c.version + 1)) and None
    )
    answer = client.post(address(player, "/cancel"), data=sure)
    assert address(player, "?said=changed") == answer.headers["Location"]
    assert BookingStatus.CONFIRMED is row(player.desk).status
    assert "changed in the meantime" in client.get(answer.headers["Location"]).text
    for junk in ({}, {"version": ""}, {"version": "-1"}, {"version": "9" * 30}, {"version": "x"}):
        client.post(address(player, "/cancel"), data=junk)
    assert BookingStatus.CONFIRMED is row(player.desk).status


def test_another_site_cannot_send_the_form(client: FlaskClient, player: Player) -> None:
    sure = form(client.get(address(player, "/cancel")))
    answer = client.post(address(player, "/cancel"), data=sure, headers={"Sec-Fetch-Site": "cross-site"})
    assert (403, BookingStatus.CONFIRMED) == (answer.status_code, row(player.desk).status)


def test_too_late_asks_the_coordinator(client: FlaskClient, player: Player, clock: SetClock) -> None:
    clock.at = datetime(2026, 3, 12, 6, tzinfo=UTC)
    player.settle()
    sure = client.get(address(player, "/cancel"))
    assert "too late" in sure.text
    answer = client.post(address(player, "/cancel"), data=form(sure))
    assert address(player, "?said=told") == answer.headers["Location"]
    assert BookingStatus.CONFIRMED is row(player.desk).status
    assert any("Omar< 🙋 #1" in line for line in player.settle())
    assert "We have asked" in client.get(answer.headers["Location"]).text


def test_a_fee_is_shown_before_it_is_owed(client: FlaskClient, player: Player, clock: SetClock) -> None:
    set_policy(player.desk, cancel_fee=2000)
    clock.at = datetime(2026, 3, 12, 6, tzinfo=UTC)
    player.settle()
    sure = client.get(address(player, "/cancel"))
    assert "20.00" in sure.text
    client.post(address(player, "/cancel"), data=form(sure))
    found = row(player.desk)
    assert BookingStatus.CANCELLED is found.status
    assert "20.00" in found.cancel_reason


def pick(client: FlaskClient, player: Player, day: str, hour: str) -> TestResponse:
    page = client.get(address(player, f"/move?day={day}"))
    start = next(value for value in re.findall(r'name="start" value="([^"]+)"', page.text) if f"T{hour}" in value)
    return client.post(address(player, "/move"), data={**form(page), "start": start})


def test_another_time_is_asked_for_and_the_old_one_kept(client: FlaskClient, player: Player) -> None:
    days = client.get(address(player, "/move"))
    assert "day=2026-03-13" in days.text
    assert "day=2026-03-15" not in days.text  # Maya is not there on Sundays
    assert 303 == pick(client, player, "2026-03-13", "16:00").status_code
    found = row(player.desk)
    assert (datetime(2026, 3, 12, 12, tzinfo=UTC), datetime(2026, 3, 13, 13, tzinfo=UTC)) == (
        found.start_at, found.proposed_at
    )  # fmt: skip
    assert "You have asked for" in client.get(address(player)).text
    told = "\n".join(player.settle())
    assert "Omar< 🔁 ANOTHER TIME FOR #1?" in told
    assert "Sara< I have asked" in told
    player.say(OMAR, "approve 1")
    found = row(player.desk)
    assert (datetime(2026, 3, 13, 13, tzinfo=UTC), None) == (found.start_at, found.proposed_at)


def test_another_time_is_taken_at_once_where_nobody_need_be_asked(client: FlaskClient, player: Player) -> None:
    set_policy(player.desk, requires_approval="no")
    assert "Take this time" in client.get(address(player, "/move?day=2026-03-13")).text
    assert 303 == pick(client, player, "2026-03-13", "16:00").status_code
    assert datetime(2026, 3, 13, 13, tzinfo=UTC) == row(player.desk).start_at
    assert player.desk.database.read(lambda session: open_proposal(session, 1)) is None


@pytest.mark.parametrize("approval", ["yes", "no"])
def test_a_form_that_is_sent_twice_moves_it_once(client: FlaskClient, player: Player, approval: str) -> None:
    set_policy(player.desk, requires_approval=approval)
    shown = form(client.get(address(player, "/move?day=2026-03-13")))
    sent = {**shown, "start": "2026-03-13T16:00+03:00"}
    assert [303, 303] == [client.post(address(player, "/move"), data=sent).status_code for _ in range(2)]
    told = "\n".join(player.settle())
    assert 1 == told.count("Omar< 🔁")
    assert 1 == told.count("Sara< ")


def test_a_time_that_was_taken_meanwhile_offers_the_others(client: FlaskClient, player: Player) -> None:
    page = client.get(address(player, "/move?day=2026-03-13"))
    start = next(v for v in re.findall(r'name="start" value="([^"]+)"', page.text) if "T16:00" in v)
    lea = Phone("Lea", "whatsapp", "+15005550006", "Lea")
    player.phones["Lea"] = lea
    player.say(lea, "haircut friday 4pm")
    player.say(lea, "yes")
    answer = client.post(address(player, "/move"), data={**form(page), "start": start})
    assert 409 == answer.status_code
    assert "just been taken" in answer.text
    assert start not in answer.text
    assert row(player.desk).proposed_at is None


@pytest.mark.parametrize("start", ["", "soon", "2026-03-13T16:00", "2026-03-13T03:00+03:00", "1999-01-01T00:00Z"])
def test_a_time_that_is_none_changes_nothing(client: FlaskClient, player: Player, start: str) -> None:
    page = form(client.get(address(player, "/move?day=2026-03-13")))
    answer = client.post(address(player, "/move"), data={**page, "start": start})
    assert answer.status_code in (400, 409)
    assert row(player.desk).proposed_at is None


@pytest.mark.parametrize("query", ["?day=x", "?day=0001-01-01", "?day=9999-12-31", "?from=x", "?from=2199-01-01"])
def test_days_beyond_reach_show_an_empty_page(client: FlaskClient, player: Player, query: str) -> None:
    assert 200 == client.get(address(player, f"/move{query}")).status_code


def test_a_request_that_waits_can_be_changed_and_withdrawn(client: FlaskClient, player: Player) -> None:
    player.say(SARA, "massage friday 11am")
    player.say(SARA, "yes")
    token = row(player.desk, 2).page_token
    page = client.get(f"/b/{token}/move?day=2026-03-14")
    start = re.findall(r'name="start" value="([^"]+)"', page.text)[0]
    assert 303 == client.post(f"/b/{token}/move", data={**form(page), "start": start}).status_code
    assert datetime.fromisoformat(start) == row(player.desk, 2).start_at
    assert BookingStatus.PENDING is row(player.desk, 2).status
    client.post(f"/b/{token}/cancel", data=form(client.get(f"/b/{token}/cancel")))
    assert BookingStatus.CANCELLED is row(player.desk, 2).status


def test_a_visit_that_has_begun_can_only_be_seen(client: FlaskClient, player: Player, clock: SetClock) -> None:
    clock.at = row(player.desk).start_at + timedelta(minutes=1)
    assert 200 == client.get(address(player)).status_code
    assert [303, 303] == [client.get(address(player, rest)).status_code for rest in ("/cancel", "/move")]
    version = {"version": str(row(player.desk).version)}
    client.post(address(player, "/cancel"), data=version)
    client.post(address(player, "/move"), data={**version, "start": "2026-03-13T16:00+03:00"})
    assert (BookingStatus.CONFIRMED, None) == (row(player.desk).status, row(player.desk).proposed_at)


def test_the_page_speaks_the_clients_language(client: FlaskClient, player: Player) -> None:
    player.say(SARA, "العربية")
    page = client.get(address(player))
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "إلغاء الحجز" in page.text


def test_what_people_call_themselves_is_text(client: FlaskClient, player: Player) -> None:
    player.desk.database.transact(
        lambda session: session.execute(update(bookings).values(attendee="<script>alert(1)</script>")) and None
    )
    assert "<script" not in client.get(address(player)).text
