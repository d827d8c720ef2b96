"""What was not understood, in a real browser: read by whoever may look, taught by an admin, taken back."""

import pytest
from playwright.sync_api import Page, expect

from bot.console.teaching import REFUSED
from handlers.console.business_changed import standing
from handlers.console.words_taught import Why
from models.audit import audited
from models.operators import Role
from models.outbox import newest_outbox_id
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open

SARA, TOM, LEILA, NOUR = "+97455501234", "+97455508888", "+97455507777", "+97455506666"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def _aliases(console: Console, key: str) -> list[str]:
    data = console.desk.database.read(standing).data
    assert data is not None
    return next(one.get("aliases", []) for one in data["services"] if one["key"] == key)


def _three_texts(console: Console) -> None:
    console.text(SARA, "mani pedi pls", "Sara")
    console.text(TOM, "Hi, mani pedi?", "Tom")
    console.text(LEILA, "pedi mani please", "Leila")


def _teach(page: Page, words: str, service: str) -> None:
    page.get_by_label("The words").first.fill(words)
    page.get_by_label("name the service").first.select_option(service)
    page.get_by_role("button", name="Teach").first.click()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_an_admin_teaches_the_next_client_is_understood_by(
    console: Console, opened: Open, size: tuple[int, int]
) -> None:
    _three_texts(console)
    sent = console.desk.database.read(newest_outbox_id)
    page = opened("/console/figures", console.operator(Role.ADMIN, "Ana"), size)
    page.get_by_role("link", name="What was not understood").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("mani pedi")
    expect(page.get_by_text("3 texts of 3 people")).to_be_visible()
    expect(page.get_by_text("nothing is sent to those who wrote them")).to_be_visible()
    expect(page.get_by_label("The words")).to_have_value("mani pedi")
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("name the service").select_option("massage")
    page.get_by_role("button", name="Teach").click()
    expect(page.get_by_role("status")).to_contain_text("names Relaxing Massage now. 3 of 3 texts are understood by it")
    expect(page.get_by_role("row", name="Hi, mani pedi?")).to_contain_text("not understood")
    expect(page.get_by_role("row", name="Hi, mani pedi?").get_by_role("cell").last).to_have_text("Relaxing Massage")
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert "mani pedi" in _aliases(console, "massage")
    console.settle()
    assert sent == console.desk.database.read(newest_outbox_id), "nothing was sent to those who wrote it"
    console.text(NOUR, "mani pedi pls", "Nour")
    reader = opened("/console/inbox?state=service_selected", console.operator(Role.VIEWER))
    expect(reader.get_by_role("link", name="Nour").first).to_be_visible()
    expect(reader.get_by_role("link", name="Sara")).to_have_count(0)
    page.get_by_role("link", name="Back to what is not understood").click()
    expect(page.get_by_text("Everything was understood in these days")).to_be_visible()
    entries = console.desk.database.read(lambda session: audited(session, None, 2))
    assert {("Ana", "taught words"), ("Ana", "changed the business")} == {(one.name, one.action) for one in entries}


def test_what_was_taught_is_taken_back(console: Console, opened: Open) -> None:
    _three_texts(console)
    page = opened("/console/not-understood", console.operator(Role.ADMIN))
    before = _aliases(console, "massage")
    _teach(page, "mani pedi", "massage")
    address = page.url
    page.get_by_role("button", name="Undo this change").click()
    expect(page.get_by_role("listitem").first).to_contain_text("service massage: aliases")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_text("“mani pedi” is another name of it")).to_be_visible()
    assert before == _aliases(console, "massage")
    page.goto(address)
    expect(page.get_by_role("status")).to_contain_text("names no service, or does so no more")
    expect(page.get_by_role("row", name="mani pedi pls")).to_contain_text("still not understood")
    expect(page.get_by_role("button", name="Undo this change")).to_have_count(0)


def test_words_that_cannot_be_a_name_are_refused_and_stay_in_the_form(console: Console, opened: Open) -> None:
    _three_texts(console)
    page = opened("/console/not-understood?days=90", console.operator(Role.ADMIN))
    for words, why in (
        ("monday", "read as a date"), ("massage", "names Relaxing Massage already"),
        ("haircut", "names Haircut already"), ("x" * 80, "at most 60 signs"), ("mani, pedi", "One name at a time"),
    ):  # fmt: skip
        _teach(page, words, "maths")
        expect(page.get_by_role("alert")).to_contain_text(why)
        expect(page.get_by_label("The words")).to_have_value(words)
        expect(page.get_by_label("name the service")).to_have_value("maths")
        expect(page.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    assert [] == faults(page)
    page.evaluate("document.querySelector('select[name=service]').add(new Option('x', 'nobody'))")
    _teach(page, "mani pedi", "nobody")
    expect(page.get_by_role("alert")).to_contain_text("Choose the service")
    assert ["maths", "math", "tutoring", "tutor", "lesson"] == _aliases(console, "maths")


def test_a_form_that_is_old_teaches_nothing(console: Console, opened: Open) -> None:
    _three_texts(console)
    token = console.operator(Role.ADMIN)
    slow, quick = (opened("/console/not-understood", token) for _ in range(2))
    _teach(quick, "spa set", "massage")
    expect(quick.get_by_role("status")).to_contain_text("names Relaxing Massage now. 0 of")
    expect(quick.get_by_role("row", name="mani pedi pls")).to_contain_text("still not understood")
    _teach(slow, "mani pedi", "maths")
    expect(slow.get_by_role("alert")).to_contain_text("was changed meanwhile")
    assert "mani pedi" not in _aliases(console, "maths")
    expect(slow.get_by_label("name the service")).to_have_value("maths")
    slow.get_by_role("button", name="Teach").click()
    expect(slow.get_by_role("status")).to_contain_text("names Maths Lesson now")
    assert "mani pedi" in _aliases(console, "maths")
    assert "spa set" in _aliases(console, "massage")


def test_each_refusal_has_its_words() -> None:
    assert set(Why) == set(REFUSED)


def test_viewers_read_it_and_teach_nothing(console: Console, opened: Open) -> None:
    script = '<script>document.title = "x"</script> zorb'
    console.text(SARA, script, "Sara")
    console.text(TOM, "بغيت باديكير", "Tom")
    page = opened("/console/not-understood", console.operator(Role.VIEWER), PHONE)
    expect(page.get_by_role("link", name=script, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Teach")).to_have_count(0)
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="بغيت باديكير", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Turn")
    page.go_back()
    page.get_by_role("link", name="The conversation with “بغيت باديكير”").click()
    expect(page.get_by_text("بغيت باديكير").first).to_be_visible()
    page.goto(f"{console.address}/console/not-understood")
    with page.expect_response("**/not-understood/teach*") as refused:
        page.locator("form").first.evaluate(
            "form => { form.action = '/console/not-understood/teach?service=massage&words=zorb'; form.submit(); }"
        )
    assert 403 == refused.value.status
    assert not any("zorb" in one for one in _aliases(console, "massage"))
    staff = opened("/console/bookings", console.operator(Role.STAFF))
    for path in ("not-understood", "not-understood/taught?words=x"):
        answer = staff.goto(f"{console.address}/console/{path}")
        assert answer is not None
        assert 403 == answer.status


def test_addresses_that_make_no_sense_show_nothing_wrong(console: Console, opened: Open) -> None:
    page = opened("/console/not-understood?days=x&turn=%27", console.operator(Role.ADMIN))
    expect(page.get_by_text("Everything was understood in these days")).to_be_visible()
    for path, status in (
        ("?words=x&turn=99999999999999999999&back=../../x&days=-1", 200), ("?words=%3Cb%3Ex", 200), ("", 404),
        ("?words=%20", 404),
    ):  # fmt: skip
        answer = page.goto(f"{console.address}/console/not-understood/taught{path}")
        assert answer is not None
        assert status == answer.status, path
