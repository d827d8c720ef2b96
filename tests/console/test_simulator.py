"""The simulator's page in a real browser: a whole booking on two phones, and what keeps others off it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from pydantic import SecretStr

from bot.channels.simulator import SCREEN, SIMULATOR, SimulatorChannel
from bot.clock import Clock, SetClock
from bot.database import Database
from bot.desk import Desk, open_desk
from bot.worker import Worker
from config import Settings
from tests.conftest import NOW
from tests.console.browser import PHONE, faults
from tests.console.conftest import OMAR, Console, Open, served
from webhooks import create_app

ANA, SARA = "+15550001234", "+15550001235"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def console(database: Database, tmp_path) -> Iterator[Console]:  # type: ignore[no-untyped-def]
    """As `python -m bot run` opens it: the simulator's buttons, one process, nobody outside."""
    settings = Settings(
        _env_file=None, coordinator_phone_number=OMAR, journal_dir=tmp_path / "journal",
        metrics_dir=tmp_path / "metrics", secret_key_file=tmp_path / "secret_key", burst_ms=0,
    )  # type: ignore[call-arg]  # fmt: skip
    clock = Clock(ahead=NOW - Clock().now())
    clock.is_shared = False
    desk = replace(open_desk(settings, clock, database), channels={SIMULATOR: SimulatorChannel(capabilities=SCREEN)})
    with served(desk) as address:
        yield Console(desk, address)


def phone(page: Page, number: str) -> Locator:
    return page.locator(f'[data-phone="{number}"]')


def says(console: Console, page: Page, number: str, words: str) -> None:
    """Type a text on a phone, and let the worker do its part."""
    field = phone(page, number).get_by_role("textbox")
    field.fill(words)
    field.press("Enter")
    expect(field).to_have_value("")
    console.settle()


def test_a_booking_from_the_first_text_to_the_coordinators_yes_and_its_reminder(console: Console, opened: Open) -> None:
    page = opened("/")
    expect(page).to_have_url(re.compile("/simulator$"))
    assert [] == faults(page)
    client, coordinator = phone(page, ANA), phone(page, OMAR)
    client.get_by_role("button", name="book a massage on Wednesday at 3").click()
    expect(client.locator(".bubble.own")).to_have_count(1)
    console.settle()
    expect(client.locator(".bubble.ours").last).to_contain_text("Relaxing Massage")
    expect(page.locator(".state.current")).to_have_text("time selected")
    expect(page.locator("dd").filter(has_text="Relaxing Massage")).to_be_visible()
    says(console, page, ANA, "yes, my name is Ana Ruiz")
    expect(client.locator(".bubble.ours").last).to_contain_text("Ana Ruiz")
    expect(page.locator(".state.current")).to_have_text("confirmed")
    coordinator.get_by_role("button", name="APPROVE 1").click()
    expect(coordinator.locator(".bubble.own")).to_have_text(re.compile("APPROVE 1"))
    console.settle()
    expect(coordinator.locator(".bubble.ours").last).to_contain_text("APPROVED: Appointment #1")
    expect(client.locator(".bubble.ours").last).to_contain_text("Confirmed! #1")
    expect(page.locator(".state.current")).to_have_text("completed")
    expect(coordinator.get_by_role("button", name="APPROVE 1")).to_have_count(0)
    page.get_by_role("button", name="To 9:00 tomorrow").click()
    expect(page.locator("#clock time")).to_have_text("Wed 11 Mar 2026, 09:00")
    console.settle()
    expect(client.locator(".day").last).to_have_text("Wed 11 Mar")
    expect(client.locator(".bubble.ours").last).to_contain_text("Relaxing Massage")
    assert [] == faults(page)


def test_what_is_offered_stands_as_buttons_and_is_picked_by_one(console: Console, opened: Open) -> None:
    page = opened("/simulator")
    says(console, page, ANA, "book")
    offered = phone(page, ANA).locator(".bubble.ours").last
    expect(offered).not_to_contain_text("1. ")
    offered.get_by_text("Choose").click()
    offered.get_by_role("button", name="Relaxing Massage").first.click()
    expect(phone(page, ANA).locator(".bubble.own").last).to_contain_text("Relaxing Massage")
    console.settle()
    expect(page.locator(".state.current")).to_have_text("service selected")


def test_two_clients_text_for_themselves(console: Console, opened: Open) -> None:
    page = opened("/simulator")
    says(console, page, ANA, "book a massage")
    page.get_by_text("Add a phone").click()
    page.get_by_label("Number").fill("12345")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("no phone number")
    page.get_by_label("Number").fill("+1 (555) 000-1235")
    page.get_by_label("Name that the phone shows").fill("سارة")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(phone(page, SARA).get_by_role("heading")).to_have_text("سارة")
    says(console, page, SARA, "hola, quiero una cita")
    expect(phone(page, SARA).locator(".bubble.ours")).not_to_have_count(0)
    expect(phone(page, ANA).locator(".bubble.own")).to_have_count(1)
    expect(phone(page, SARA).locator(".bubble.own")).to_have_count(1)
    expect(page.locator("#standing h2")).to_contain_text(SARA)
    phone(page, ANA).get_by_role("link", name="show its state").click()
    expect(page.locator("#standing h2")).to_contain_text(ANA)


def test_whatever_is_texted_is_shown_as_text(console: Console, opened: Open) -> None:
    evil = '<script>window.broken = 1</script><img src=x onerror="window.broken = 1">'
    console.text(ANA, evil, name="<b>Ana</b>")
    page = opened("/simulator")
    expect(phone(page, ANA).locator(".bubble.own .words")).to_have_text(evil)
    says(console, page, ANA, "مرحبا <i>x</i>")
    expect(phone(page, ANA).locator(".bubble.own .words").last).to_have_text("مرحبا <i>x</i>")
    assert page.evaluate("window.broken") is None


def test_on_a_phone_one_is_seen_at_a_time(console: Console, opened: Open) -> None:
    page = opened("/simulator", size=PHONE, dark=True)
    assert [] == faults(page)
    expect(phone(page, ANA)).to_be_visible()
    expect(phone(page, OMAR)).to_be_hidden()
    says(console, page, ANA, "book a massage tomorrow at 3")
    says(console, page, ANA, "yes, my name is Ana Ruiz")
    expect(page.locator("[data-tab].new")).to_have_attribute("data-tab", OMAR)
    page.locator(f'[data-tab="{OMAR}"]').click()
    expect(phone(page, OMAR).locator(".bubble.ours")).to_contain_text("NEW BOOKING REQUEST #1")
    expect(phone(page, ANA)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert [] == faults(page)


def test_without_a_script_forms_do(console: Console) -> None:
    browser = create_app(console.desk).test_client()
    own = {"Sec-Fetch-Site": "same-origin"}
    sent = browser.post("/simulator/text", data={"phone": ANA, "text": "book a massage"}, headers=own)
    assert (303, f"/simulator?phone=%2B{ANA[1:]}") == (sent.status_code, sent.location)
    console.settle()
    page = browser.get(sent.location)
    assert "Relaxing Massage" in page.text
    assert 304 == browser.get(sent.location, headers={"If-None-Match": page.headers["ETag"]}).status_code
    console.text(ANA, "tomorrow")
    assert 200 == browser.get(sent.location, headers={"If-None-Match": page.headers["ETag"]}).status_code
    assert 400 == browser.post("/simulator/text", data={"phone": "12", "text": "hi"}, headers=own).status_code
    browser.set_cookie("textbook_phones", "W1tbXV0s", path="/simulator")
    assert 200 == browser.get("/simulator?phone=junk").status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
    ],
)
def test_another_site_texts_nobody(headers: dict[str, str], status: int, console: Console) -> None:
    browser, ahead = create_app(console.desk).test_client(), console.desk.clock.ahead
    for path, form in (("text", {"phone": ANA, "text": "hi"}), ("phones", {"phone": SARA}), ("clock", {"step": "day"})):
        assert status == browser.post(f"/simulator/{path}", data=form, headers=headers).status_code
    moved = timedelta(days=1) if status == 303 else timedelta(0)
    assert abs(console.desk.clock.ahead - ahead - moved) < timedelta(seconds=1)


class TestBesideRealPhones:
    @pytest.mark.parametrize(
        "values",
        [
            {"simulator": False},
            {"twilio_account_sid": "AC0", "twilio_auth_token": SecretStr("x"), "simulator": True},
        ],
    )  # fmt: skip
    def test_there_is_no_page(self, values: dict[str, object], console: Console) -> None:
        settings = console.desk.settings.model_copy(update=values)
        browser = create_app(replace(console.desk, settings=settings)).test_client()
        assert 404 == browser.get("/simulator").status_code
        assert "/console/" == browser.get("/").location

    @pytest.mark.parametrize(
        "values",
        [
            {"smtp_url": SecretStr("smtp://localhost"), "smtp_from": "desk@corner.example"},
            {"stripe_api_key": SecretStr("sk_test_0")},
        ],
    )
    def test_the_clock_stands_where_somebody_outside_goes_by_another(
        self, values: dict[str, object], console: Console
    ) -> None:
        settings = console.desk.settings.model_copy(update=values)
        assert not self.moves(replace(console.desk, settings=settings))

    def test_the_clock_stands_where_another_process_works_beside_this_one(self, console: Console) -> None:
        assert self.moves(console.desk)
        Worker(console.desk, alone=False)
        assert not self.moves(console.desk)
        Worker(console.desk)
        assert self.moves(console.desk)

    def moves(self, desk: Desk) -> bool:
        browser, before = create_app(desk).test_client(), desk.clock.ahead
        is_shown = "+1 day" in browser.get("/simulator").text
        moved = browser.post("/simulator/clock", data={"step": "day"}, headers={"Sec-Fetch-Site": "same-origin"})
        assert (303 if is_shown else 409) == moved.status_code
        assert is_shown == (desk.clock.ahead > before)
        return is_shown


@pytest.mark.parametrize("made", [Clock, lambda: SetClock(NOW)], ids=["going", "set"])
def test_time_never_goes_backwards(made: Callable[[], Clock]) -> None:
    clock = made()
    begun = clock.now()
    clock.move_to(begun + timedelta(days=1))
    assert clock.now() >= begun + timedelta(days=1)
    clock.move_to(begun)
    assert clock.now() >= begun + timedelta(days=1)
