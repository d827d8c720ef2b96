"""Outgoing webhooks in the console: added, looked at, told again, closed."""

import pytest
from playwright.sync_api import expect

from bot.outgoing.loop import WebhookLoop
from bot.outgoing.signing import PREFIX
from models.operators import Role
from models.outgoing_webhooks import endpoints
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open
from tests.console.seven_days import requested
from tests.fakes.hook_receiver import HookReceiver

SARA = "+97455501234"


@pytest.fixture
def private(console: Console) -> Console:
    """A desk that may call this machine."""
    settings = console.desk.settings.model_copy(update={"webhooks_allow_private": True})
    object.__setattr__(console.desk, "settings", settings)
    return console


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_address_is_added_told_and_told_again(
    private: Console, opened: Open, size: tuple[int, int], kind: str
) -> None:
    with HookReceiver(private.desk.clock) as receiver:
        page = opened("/console/webhooks", private.operator(Role.ADMIN), size)
        page.get_by_label("Address").fill(f"{receiver.base_url}/<script>alert(1)</script>")
        page.get_by_label("Only these events").fill("booking.")
        page.get_by_role("button", name="Add").click()
        receiver.secret = page.locator("code").inner_text()
        assert receiver.secret.startswith(PREFIX)
        requested(private, SARA, "Sara <b>Ahmed</b>", "10:00")
        WebhookLoop(private.desk).run_due()
        assert ["booking.requested"] == receiver.kinds()
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("told already")
        page.goto(f"{private.address}/console/webhooks/1")
        expect(page.get_by_text(receiver.secret)).to_have_count(0)
        expect(page.get_by_text("delivered", exact=True)).to_be_visible()
        page.get_by_text("booking.requested", exact=True).click()
        expect(page.get_by_text("Sara <b>Ahmed</b>")).to_be_visible()
        assert [] == faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("button", name="Tell booking.requested").click()
        expect(page.get_by_role("status")).to_have_text("Done.")
        WebhookLoop(private.desk).run_due()
        assert ["booking.requested"] * 2 == receiver.kinds()
        page.once("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="Close").click()
        expect(page.get_by_text("closed: closed by hand")).to_be_visible()
        page.goto(f"{private.address}/console/webhooks")
        assert [] == faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    (endpoint,) = private.desk.database.read(endpoints)
    assert (["booking."], False) == (endpoint.events, endpoint.is_active)


@pytest.mark.parametrize(
    ("url", "events", "says"),
    [
        ("http://example.com", "", "must begin with https://"), ("https://example.com", "bookings", "no such events"),
        ("https://user:pass@example.com", "", "no password"), ("nonsense", "", "must begin with https://"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(
    console: Console, opened: Open, url: str, events: str, says: str
) -> None:
    page = opened("/console/webhooks", console.operator(Role.ADMIN))
    page.get_by_label("Address").evaluate("field => field.type = 'text'")
    page.get_by_label("Address").fill(url)
    page.get_by_label("Only these events").fill(events)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text(says)
    expect(page.get_by_label("Address")).to_have_value(url)
    assert not console.desk.database.read(endpoints)


def test_nobody_but_an_admin_sees_it(console: Console, opened: Open) -> None:
    page = opened("/console/webhooks", console.operator(Role.OPERATOR))
    expect(page.get_by_role("heading", level=1)).to_contain_text("may not be done")
    page = opened("/console/webhooks/99", console.operator(Role.ADMIN))
    expect(page.get_by_role("heading", level=1)).to_contain_text("nothing here")
