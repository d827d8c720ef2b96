"""A turn tried again from its page, in a real browser: what the desk would answer now, and nothing that comes of it."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

import handlers.advance
from bot.database import WEBHOOK_SECONDS
from models.operators import Role
from models.outbox import outbox_after
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from tests.console.test_inbox import BOB, NASTY, SARA, fits
from webhooks import create_app

BUTTON = "Try this turn again"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def ana(console: Console) -> str:
    return console.operator(Role.OPERATOR, "Ana")


def signed_in(console: Console, token: str) -> FlaskClient:
    client = create_app(console.desk).test_client()
    client.set_cookie("textbook_console", token, path="/console")
    return client


def form_of(client: FlaskClient, path: str) -> dict[str, str]:
    found = re.search(r'name="csrf" value="(\w+)"', client.get(path).get_data(as_text=True))
    assert found is not None
    return {"csrf": found[1], "form": "1"}


def try_again(page: Page) -> None:
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_role("heading", name="Tried again")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_answer_of_today_stands_beside_what_was_said(
    console: Console, opened: Open, ana: str, size: tuple[int, int], dark: bool
) -> None:
    console.text(SARA, "what do you offer?", NASTY)
    said = len(console.desk.database.read(lambda session: outbox_after(session, 0)))
    page = opened("/console/c/1/turn/1", ana, size, dark=dark)
    expect(page.get_by_text("Nothing of it is sent or kept")).to_be_visible()
    try_again(page)
    tried = page.locator("#tried")
    expect(tried).to_contain_text("says the same")
    expect(tried).to_contain_text("ends in the same state")
    assert page.locator(".card", has_text="Said").locator(".words").first.inner_text() in tried.inner_text()
    assert "after, tried now" in page.get_by_role("table").inner_text()
    assert [] == faults(page)
    assert fits(page)
    assert said == len(console.desk.database.read(lambda session: outbox_after(session, 0)))
    try_again(page)
    expect(page.locator("#tried")).to_contain_text("says the same")


def test_where_the_answer_is_another_both_are_shown(console: Console, opened: Open, ana: str) -> None:
    console.text(SARA, "haircut", "Sara Ahmed")
    console.text(SARA, NASTY)
    whole = handlers.advance.step
    page = opened("/console/c/1/turn/2", ana)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers.advance, "step", lambda _dialogue, event, facts: whole(type(_dialogue)(), event, facts))
        try_again(page)
    expect(page.locator("#tried")).to_contain_text("says something else")
    expect(page.locator("#tried")).to_contain_text("ends in another state")
    expect(page.locator("#tried")).to_contain_text("then → service selected")
    assert [] == faults(page)


def test_what_breaks_is_told_and_keeps_nothing(console: Console, opened: Open, ana: str) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    page = opened("/console/c/1/turn/1", ana)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers.advance, "step", lambda *_: 1 // 0)
        try_again(page)
    expect(page.locator("#tried")).to_contain_text("It broke: ZeroDivisionError")
    expect(page.locator("#tried")).to_contain_text("Nothing was sent or kept")
    assert [] == faults(page)
    page.goto(f"{console.address}/console/c/1")
    expect(page.locator(".bubble")).to_have_count(2)


def test_only_what_a_client_wrote_has_the_button_and_only_for_whoever_may(
    console: Console, opened: Open, ana: str
) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    page = opened("/console/c/1", ana)
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.goto(f"{console.address}/console/c/1/turn/2")
    expect(page.get_by_role("heading", level=1)).to_contain_text("TakenOver")
    expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
    page = opened("/console/c/1/turn/1", console.operator(Role.VIEWER))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Said")
    expect(page.locator("main button")).to_have_count(0)


def test_a_form_that_no_page_of_ours_gives_tries_nothing(console: Console, ana: str) -> None:
    console.text(SARA, "hi")
    console.text(BOB, "hi")
    console.text(OMAR, "today")
    client = signed_in(console, ana)
    form = form_of(client, "/console/c/1/turn/1")
    for path, expected in (
        ("/console/c/1/turn/1/try", 200), ("/console/c/1/turn/2/try", 404), ("/console/c/1/turn/99/try", 404),
        ("/console/c/99/turn/1/try", 404), (f"/console/c/1/turn/{2**63}/try", 404),
    ):  # fmt: skip
        assert expected == client.post(path, data=form).status_code, path
    answer = client.post("/console/c/3/turn/3/try", data=form)
    assert 200 == answer.status_code
    assert "cannot be tried" in answer.get_data(as_text=True)
    assert 403 == client.post("/console/c/1/turn/1/try", data={"form": "1"}).status_code
    viewer = signed_in(console, console.operator(Role.VIEWER))
    assert 403 == viewer.post("/console/c/1/turn/1/try", data=form_of(viewer, "/console/inbox")).status_code
    assert 401 == create_app(console.desk).test_client().post("/console/c/1/turn/1/try", data=form).status_code


def test_nobody_outside_is_asked_or_woken_and_what_the_desk_knows_stays_what_it_was(console: Console) -> None:
    """The interpreter, the bell and the kept profile are of this process: nothing in a database would show them."""
    console.text(SARA, "is there a lift in the house?")
    heard: list[str] = []

    class Listening:
        def ask(self, *_: object) -> bool:
            heard.append("interpreter")
            return False

        def ring(self) -> None:
            heard.append("bell")

    desk = replace(console.desk, interpreter=Listening(), wake=Listening())  # type: ignore[arg-type]
    other = Console(desk, console.address)
    client = signed_in(other, other.operator(Role.OPERATOR))
    form, kept = form_of(client, "/console/c/1/turn/1"), desk.profiles._kept
    assert "says the same" in client.post("/console/c/1/turn/1/try", data=form).get_data(as_text=True)
    assert [] == heard
    assert kept is desk.profiles._kept


def test_while_the_database_has_too_much_to_do_the_page_says_so(console: Console, ana: str) -> None:
    console.text(SARA, "hi")
    client = signed_in(console, ana)
    form = form_of(client, "/console/c/1/turn/1")
    with console.desk.database.engine.connect() as busy:
        busy.exec_driver_sql("select 1")  # whoever begins here keeps everybody else from writing
        answer = client.post("/console/c/1/turn/1/try", data=form).get_data(as_text=True)
    assert "too much to do" in answer
    assert WEBHOOK_SECONDS < 10
