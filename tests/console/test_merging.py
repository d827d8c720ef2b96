"""Two clients who are one person, in a real browser: who may be the same, what would move, what is left."""

import json
import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from handlers.console.people_merged import Merged, merge
from handlers.console.signed_in import Who
from models.clients import clients
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import Console, Open
from tests.console.test_people_and_classes import SCRIPT, audit_of, book, client_of, texts_to
from tests.console.test_people_and_classes import class_id as class_id

SARA, LEA, ANA = "+97455501234", "+97455502222", "+97455503333"


@pytest.fixture
def kind() -> str:
    return "sqlite"


def two(console: Console, name: str = "Lea Okoro") -> tuple[int, int]:
    """Two clients of one name, each with a booking."""
    for phone, when in ((SARA, "3pm"), (LEA, "5pm")):
        console.text(phone, f"therapy tomorrow {when}", name)
        console.text(phone, "yes")
    return client_of(console, SARA), client_of(console, LEA)


def test_two_of_one_name_are_merged_and_the_old_page_leads_on(console: Console, opened: Open) -> None:
    stays, goes = two(console)
    page = opened(f"/console/person/{stays}", console.operator(Role.ADMIN, "Ana"))
    same = page.locator("details", has_text="Here twice")
    expect(same).to_contain_text(f"client {goes}, {LEA}")
    same.get_by_role("link", name=f"Merge client {goes} into this one").click()
    moves = page.locator("section", has_text="What moves")
    expect(moves).to_contain_text("1 conversation")
    expect(moves).to_contain_text("1 booking")
    expect(moves).to_contain_text("There is no undo")
    page.get_by_role("link", name="The other way round").click()
    expect(page.locator("section", has_text="Becomes part of them")).to_contain_text(SARA)
    page.get_by_role("link", name="The other way round").click()
    page.get_by_role("button", name="Merge them for good").click()
    expect(page).to_have_url(re.compile(f"/console/person/{stays}\\?"))
    expect(page.get_by_text(f"Client {goes} is this client: the two were merged.")).to_be_visible()
    expect(page.get_by_role("region", name="Bookings").get_by_role("row")).to_have_count(3)
    expect(same).not_to_contain_text("May be the same")
    page.goto(f"{console.address}/console/person/{goes}")
    expect(page.get_by_text(f"Client {goes} is this client")).to_be_visible()
    page.goto(f"{console.address}/console/people")
    expect(page.get_by_role("row")).to_have_count(2)
    [person] = json.loads(page.request.get(f"{console.address}/console/people/export.json").body())
    assert (stays, SARA) == (person["id"], person["phone"])
    [(subject, words)] = [one[1:] for one in audit_of(console) if one[0] == "merged"]
    assert f"client {stays}" == subject
    assert f"client {goes} into client {stays}" in words
    assert not {"Lea", LEA} & set(words.replace(",", " ").split())
    page.goto(f"{console.address}/console/bookings?q=55502222")
    expect(page.get_by_role("row").filter(has_text="Lea Okoro")).to_have_count(2)
    # What is texted from the phone of the one is the other's, and both threads lead to each other.
    console.text(LEA, "my bookings")
    assert "You have 2 bookings ahead" in texts_to(console, LEA)[-1]
    console.text(LEA, "therapy in 4 days at 1pm")
    assert "You already have requests waiting" in texts_to(console, LEA)[-1], "as many as anybody may have"
    page.goto(f"{console.address}/console/person/{stays}")
    page.get_by_role("link", name="simulator").first.click()
    page.get_by_role("link", name="Also on simulator").click()
    expect(page.get_by_role("link", name="Also on simulator")).to_be_visible()


def test_another_is_named_by_hand_and_refused_in_words(console: Console, opened: Open) -> None:
    stays, goes = two(console, SCRIPT)
    page = opened(f"/console/person/{stays}", console.operator(Role.OPERATOR))

    def look_for(said: str) -> None:
        page.goto(f"{console.address}/console/person/{stays}")
        page.get_by_label("Another client who is this person").fill(said)
        page.get_by_role("button", name="Look what would be merged").click()

    for said, word in (
        (str(stays), "nobody is merged with themselves"), (SARA, "nobody is merged with themselves"),
        ("99999", "no such client"), ("<b>nobody", "no such client"), ("+1", "no such client"), ("9" * 70, "no such"),
    ):  # fmt: skip
        look_for(said)
        expect(page.get_by_role("alert")).to_contain_text(word)
        expect(page.get_by_role("button", name="Merge them")).to_have_count(0)
    look_for("+974 5550 2222")
    expect(page.get_by_role("link", name=SCRIPT)).to_have_count(2)
    assert [] == faults(page)
    # Somebody else has merged them the other way meanwhile.
    now, eve = console.desk.clock.now(), Who(1, "Eve", "eve", Role.OPERATOR, None, 1, has_totp=False)
    assert Merged.DONE is console.desk.database.transact(lambda session: merge(session, goes, stays, eve, now))
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("alert")).to_contain_text("was merged before")
    page.goto(f"{console.address}/console/person/{stays}/merge?other={goes}")
    expect(page.get_by_role("alert")).to_contain_text("was merged before")


def test_both_in_one_class_are_told_which(console: Console, opened: Open, class_id: int) -> None:
    book(console, SARA, "Sara", class_id, 1, "yes")
    book(console, LEA, "Lea", class_id, 1, "yes")
    stays, goes = client_of(console, SARA), client_of(console, LEA)
    page = opened(f"/console/person/{stays}/merge?other={goes}", console.operator(Role.OPERATOR))
    expect(page.get_by_role("alert")).to_contain_text("a place in the same class")
    expect(page.get_by_role("link", name=f"class C{class_id}")).to_be_visible()
    expect(page.get_by_role("button", name="Merge them")).to_have_count(0)


def test_who_may_not_is_not_asked(console: Console, opened: Open) -> None:
    stays, goes = two(console)
    page = opened(f"/console/person/{stays}", console.operator(Role.VIEWER))
    expect(page.get_by_text("Here twice")).to_have_count(0)
    asking = f"{console.address}/console/person/{stays}/merge"
    assert 403 == page.request.get(f"{asking}?other={goes}").status
    assert 403 == page.request.post(asking, form={"other": str(goes)}).status
    operator = opened("/console/people", console.operator(Role.OPERATOR))
    assert 403 == operator.request.post(asking, form={"other": str(goes)}).status, "no form of ours"
    for path in ("person/99999/merge?other=1", "person/9223372036854775808/merge"):
        assert 404 == operator.request.get(f"{console.address}/console/{path}").status
    assert 409 == operator.request.get(asking).status


def test_a_form_from_before_leads_to_who_they_are(console: Console, opened: Open) -> None:
    stays, goes = two(console)
    page = opened(f"/console/person/{goes}", console.operator(Role.OPERATOR))
    page.get_by_text("Put right").click()
    page.get_by_label("Name").fill("Somebody else")
    now, eve = console.desk.clock.now(), Who(1, "Eve", "eve", Role.OPERATOR, None, 1, has_totp=False)
    console.desk.database.transact(lambda session: merge(session, stays, goes, eve, now))
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Client {goes} is this client")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lea Okoro")
    page.goto(f"{console.address}/console/person/{stays}?was={stays}")
    expect(page.get_by_text("the two were merged")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_pages_can_be_used_by_everybody_at_any_width(console: Console, opened: Open, size: tuple[int, int]) -> None:
    stays, goes = two(console, SCRIPT)
    mail = update(clients).where(clients.c.id == goes).values(email=f"{'long' * 40}@example.test")
    console.desk.database.transact(lambda session: session.execute(mail))
    page = opened(f"/console/person/{stays}", console.operator(Role.OPERATOR), size, dark=size == PHONE)
    looked_at(page)
    for path in (f"?other={goes}", "?other=99999"):
        page.goto(f"{console.address}/console/person/{stays}/merge{path}")
        looked_at(page)


def looked_at(page: Page) -> None:
    assert [] == faults(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing sticks out"
