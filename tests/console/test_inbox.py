"""The inbox and a thread in a real browser: who reads, steps in, looks back, and loses nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.console.door import ROLES
from bot.console.every_page import console as blueprint
from models.operators import Role, end_operator_sessions
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from webhooks import create_app

SARA, BOB = "+97455501234", "+97455501235"
NASTY = "<script>alert(1)</script><b>{{7*7}}</b>=1+1"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def ana(console: Console) -> str:
    return console.operator(Role.OPERATOR, "Ana")


def fits(page: Page) -> bool:
    """Nothing stands out of the window to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_is_typed_is_shown_as_it_was_typed(
    console: Console, opened: Open, ana: str, size: tuple[int, int]
) -> None:
    console.text(SARA, NASTY, NASTY)
    console.text(BOB, "أريد موعدًا غدًا", "نور")
    page = opened("/console/inbox", ana, size)
    expect(page.get_by_text(NASTY).first).to_be_visible()
    assert [] == faults(page)
    assert fits(page)
    page.get_by_role("link", name=re.compile("alert")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NASTY)
    expect(page.locator(".bubble.theirs .words")).to_have_text(NASTY)
    assert [] == faults(page)
    assert fits(page)
    page.get_by_role("link", name=re.compile("turn")).first.click()
    expect(page.get_by_text("What was known", exact=True)).to_be_visible()
    assert [] == faults(page)
    assert fits(page)


def test_an_operator_steps_in_by_the_keyboard_alone(console: Console, opened: Open, ana: str) -> None:
    console.text(SARA, "is there a lift in the house?", "Sara Ahmed")
    page = opened("/console/inbox", ana)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sara Ahmed")).to_be_visible()
    page.wait_for_load_state()  # the script is there once the page is whole
    page.keyboard.press("r")
    page.keyboard.type("Yes, on the left.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Sent.")
    expect(page.get_by_text("You are now talking with Ana of Corner House.")).to_be_visible()
    expect(page.locator(".bubble.ours .words").last).to_have_text("Yes, on the left.")
    assert "" == page.get_by_label("Your text to Sara Ahmed").input_value(), "what was sent is no draft any more"
    before = page.locator(".bubble.ours").count()
    console.text(SARA, "thank you!")
    expect(page.locator(".bubble.theirs .words").last).to_have_text("thank you!")
    assert before == page.locator(".bubble.ours").count(), "we are silent"
    page.get_by_role("button", name="Hand back").click()
    expect(page.get_by_text("this is the booking desk of Corner House again")).to_be_visible()
    page.get_by_label("Your text to Sara Ahmed").fill("She is very kind")
    page.get_by_role("button", name="Keep as a note").click()
    expect(page.locator(".noted")).to_contain_text("She is very kind")
    page.get_by_label("New label").fill("Lift")
    page.get_by_role("button", name="Put on").click()
    expect(page.get_by_role("button", name=re.compile("lift"))).to_be_visible()
    assert [] == faults(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_thread_opens_at_its_newest_text_and_stays_there(
    console: Console, opened: Open, ana: str, size: tuple[int, int]
) -> None:
    for count in range(12):
        console.text(SARA, f"is there a lift in the house, number {count}?", "Sara Ahmed")
    page = opened("/console/c/1", ana, size)
    last = page.locator(".bubble").last
    expect(last).to_be_in_viewport(ratio=0.9)
    assert _is_above_the_form(page)
    page.get_by_label("Your text to Sara Ahmed").fill("Yes, on the left.")
    page.get_by_role("button", name="Send", exact=True).click()
    mine = page.locator(".bubble.ours").last
    expect(mine.locator(".words")).to_have_text("Yes, on the left.")
    expect(mine).to_be_in_viewport(ratio=0.9)
    assert _is_above_the_form(page)
    page.evaluate("document.activeElement.blur()")
    console.text(SARA, "thank you so much!")
    expect(page.locator(".bubble.theirs .words").last).to_have_text("thank you so much!")
    expect(page.locator(".bubble").last).to_be_in_viewport(ratio=0.9)
    assert _is_above_the_form(page)
    page.goto(f"{console.address}/console/c/1#m1")
    page.reload()
    expect(page.locator("#m1")).to_be_in_viewport()


def _is_above_the_form(page: Page) -> bool:
    """Whether the place to write hides nothing of the newest text."""
    script = """() => {
        const last = [...document.querySelectorAll(".bubble")].at(-1).getBoundingClientRect();
        return last.bottom <= document.getElementById("write").getBoundingClientRect().top + 1;
    }"""
    return bool(page.evaluate(script))


def test_a_new_text_shows_in_an_open_inbox_and_two_who_write_at_once_do_not_both(
    console: Console, opened: Open, ana: str
) -> None:
    page = opened("/console/inbox", ana)
    expect(page.get_by_text("Nobody has written yet")).to_be_visible()
    console.text(SARA, "agent", "Sara Ahmed")
    expect(page.get_by_role("link", name=re.compile("Sara Ahmed.*needs a person", re.DOTALL))).to_be_visible()
    mine, hers = opened("/console/c/1", ana), opened("/console/c/1", console.operator(Role.OPERATOR, "Eve"))
    for one, words in ((mine, "I am Ana"), (hers, "I am Eve")):
        one.get_by_label("Your text to Sara Ahmed").fill(words)
    mine.get_by_role("button", name="Send").click()
    expect(mine.get_by_role("status")).to_contain_text("Sent.")
    hers.get_by_role("button", name="Send").click()
    expect(hers.get_by_role("alert")).to_contain_text("A colleague talks with this client")
    assert "I am Eve" == hers.get_by_label("Your text to Sara Ahmed").input_value(), "and her words are kept"
    expect(hers.get_by_text("I am Ana", exact=True)).to_be_visible()


def test_a_session_that_ends_while_somebody_types_loses_nothing(console: Console, opened: Open, ana: str) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    page = opened("/console/c/1", ana)
    page.get_by_label("Your text to Sara Ahmed").fill("a long and careful answer")
    console.desk.database.transact(lambda session: end_operator_sessions(session, 1))
    with page.expect_navigation():
        page.evaluate("document.getElementById('write').requestSubmit()")
    expect(page.get_by_text("You were signed out")).to_be_visible()
    expect(page.get_by_label("What you sent")).to_have_value("a long and careful answer")


def test_search_filters_and_several_at_once(console: Console, opened: Open, ana: str) -> None:
    for number in range(3):
        console.text(f"+9745550200{number}", "my dog is called Zanzibar", f"Client {number}")
        console.text(f"+9745550200{number}", "agent")
    console.text(SARA, "what do you offer?", "Sara Ahmed")
    page = opened("/console/inbox", ana)
    page.keyboard.press("/")
    page.keyboard.type("dog zanzi")
    page.keyboard.press("Enter")
    expect(page.locator(".found .line")).to_have_count(3)
    assert [] == faults(page)
    page.get_by_role("link", name="Needs a person").click()
    expect(page.locator(".line")).to_have_count(3)
    page.get_by_label("Tick Client 1").check()
    page.get_by_label("Tick Client 2").check()
    page.get_by_text("With those that are ticked").click()
    page.get_by_role("button", name="Nobody is needed").click()
    expect(page.get_by_role("status")).to_contain_text("Done.")
    page.goto(f"{console.address}/console/inbox?view=needs")
    expect(page.locator(".line")).to_have_count(1)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Keep this view as").fill("Urgent")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("link", name="★ Urgent").click()
    expect(page).to_have_url(re.compile("view=needs"))


def test_whoever_may_only_look_finds_nothing_to_press(console: Console, opened: Open) -> None:
    console.text(SARA, "hi", "Sara Ahmed")
    page = opened("/console/c/1", console.operator(Role.VIEWER))
    expect(page.get_by_role("heading", name="Sara Ahmed")).to_be_visible()
    expect(page.locator("main button")).to_have_count(0)
    for path in ("/console/commands", "/console/c/99", "/console/c/1/turn/99"):
        page.goto(console.address + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("may not be done|nothing here"))


class TestTheDoor:
    """Without a browser: what no form of ours would send."""

    def test_every_page_wants_a_role_or_says_that_it_wants_none(self) -> None:
        open_to_all = {name for name, role in ROLES.items() if role is None}
        assert {f"console.signing_in_{page}" for page in ("ask", "enter", "opened", "taken")} == open_to_all
        assert blueprint.name == "console"

    def test_nobody_who_is_not_signed_in_gets_behind_it(self, console: Console) -> None:
        client = create_app(console.desk).test_client()
        rules = [rule for rule in client.application.url_map.iter_rules() if rule.endpoint in ROLES]
        assert len(rules) > 20
        for rule in rules:
            if ROLES[rule.endpoint] is None:
                continue
            path = re.sub(r"<[^>]*>", "1", re.sub(r"<any\((\w+)[^>]*>", r"\1", rule.rule))
            if "GET" in (rule.methods or ()):
                answer = client.get(path)
                assert 303 == answer.status_code, path
                assert "/console/sign-in" in answer.headers["Location"], path
            else:
                assert 401 == client.post(path).status_code, path

    def test_what_no_database_takes_is_refused(self, console: Console) -> None:
        client = create_app(console.desk).test_client()
        client.set_cookie("textbook_console", console.operator(Role.ADMIN), path="/console")
        assert 404 == client.get(f"/console/c/{10**30}").status_code
        assert 400 == client.get("/console/inbox", query_string={"q": "a\0b"}).status_code
        for odd in (
            "behind=1~x~y", "behind=1~2026-01-01~9", "before=9999999999999999999", "staff=x", "since=2026-13-45",
            "state=nothing", "q=%F0%9F%98%80", "view=<script>", "until=0001-01-01", "since=9999-12-31",
            "behind=1~0001-01-01T00:00:00%2B14:00~5", "behind=1~9999-12-31T23:59:59-14:00~99999999999999999999",
        ):  # fmt: skip
            assert 200 == client.get(f"/console/inbox?{odd}").status_code, odd
        for odd in (
            "bookings?before=9999-12-31T23:59:59-14:00~5", "bookings?behind=0001-01-01T00:00:00%2B14:00~5",
            "requests?behind=9999-12-31T23:59:59-14:00~5", "requests/live?behind=0001-01-01T00:00:00%2B14:00~5",
            "engagements?behind=~99999999999999999999", "engagements?behind=2026-03-10~99999999999999999999",
            "classes?behind=0001-01-01T00:00:00%2B14:00~5",
        ):  # fmt: skip
            assert 200 == client.get(f"/console/{odd}").status_code, odd

    def test_a_form_of_another_site_or_of_another_browser_changes_nothing(self, console: Console) -> None:
        console.text(SARA, "hi")
        client = create_app(console.desk).test_client()
        client.set_cookie("textbook_console", console.operator(Role.OPERATOR), path="/console")
        page = client.get("/console/c/1").get_data(as_text=True)
        csrf = re.search(r'name="csrf" value="(\w+)"', page)
        assert csrf is not None
        path, form = "/console/c/1/take", {"csrf": csrf[1], "form": "1"}
        assert 403 == client.post(path, data={"form": "1"}).status_code
        assert 403 == client.post(path, data={**form, "csrf": "0" * 64}).status_code
        assert 403 == client.post(path, data=form, headers={"Sec-Fetch-Site": "cross-site"}).status_code
        assert 403 == client.post(path, data=form, headers={"Sec-Fetch-Site": "same-site"}).status_code
        assert 303 == client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code

    @pytest.mark.parametrize(
        "onward", ["https://evil.test/", "//evil.test/console/", "/\\evil.test", "javascript:alert(1)", "/other"]
    )
    def test_signing_in_leads_nowhere_else(self, console: Console, onward: str) -> None:
        client = create_app(console.desk).test_client()
        client.set_cookie("textbook_console", console.operator(Role.VIEWER), path="/console")
        assert "/console/" == client.get("/console/sign-in", query_string={"next": onward}).headers["Location"]

    def test_a_list_that_has_not_changed_is_not_sent_again(self, console: Console) -> None:
        console.text(SARA, "hi")
        client = create_app(console.desk).test_client()
        client.set_cookie("textbook_console", console.operator(Role.VIEWER), path="/console")
        for path in ("/console/inbox/live", "/console/c/1/live"):
            first = client.get(path)
            tag = first.headers["ETag"]
            assert 304 == client.get(path, headers={"If-None-Match": tag}).status_code
            console.text(SARA, "what do you offer?")
            assert 200 == client.get(path, headers={"If-None-Match": tag}).status_code

    def test_nothing_foreign_runs_in_a_page(self, console: Console) -> None:
        answer = create_app(console.desk).test_client().get("/console/sign-in")
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "no-store" == answer.headers["Cache-Control"]


def test_script_and_style_stay_small() -> None:
    from bot.console.door import HERE

    assert sum(one.stat().st_size for one in (HERE / "static").iterdir()) < 100_000
    assert OMAR
