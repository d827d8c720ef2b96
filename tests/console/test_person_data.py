"""Admins hand out what is held on somebody, and forget them, in a real browser."""

import json

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from models.clients import clients
from models.operators import Role
from tests.console.browser import DESKTOP, PHONE, faults
from tests.console.conftest import OMAR, Console, Open
from tests.console.test_people_and_classes import SCRIPT, audit_of, client_of
from webhooks import create_app

SARA, NAME = "+97455501234", f"Sara {SCRIPT}"


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a key of these tests")


@pytest.fixture
def sara(console: Console) -> int:
    """A client with a booking that lies ahead."""
    console.text(SARA, "therapy tomorrow 3pm", NAME)
    console.text(SARA, "yes")
    console.text(OMAR, "approve 1")
    return client_of(console, SARA)


def test_what_is_held_is_handed_out_by_admins_alone(console: Console, opened: Open, sara: int) -> None:
    page = opened(f"/console/person/{sara}", console.operator(Role.ADMIN, "Ana"))
    page.get_by_text("Their data").click()
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="for a program").click()
    assert f"client-{sara}.json" == downloaded.value.suggested_filename
    held = json.loads(downloaded.value.path().read_text(encoding="utf-8"))
    assert (NAME, SARA) == (held["person"][0]["name"], held["person"][0]["phone"])
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="to read").click()
    assert SCRIPT not in downloaded.value.path().read_text(encoding="utf-8")
    assert [("exported a person", f"client {sara}", "html"), ("exported a person", f"client {sara}", "json")] == [
        one for one in audit_of(console) if one[0] == "exported a person"
    ]
    client = create_app(console.desk).test_client()
    client.set_cookie("textbook_console", console.operator(Role.ADMIN), path="/console")
    assert 404 == client.get(f"/console/person/{sara}/held.exe").status_code
    assert 404 == client.get("/console/person/999/held.json").status_code
    assert 404 == client.get("/console/person/999/forget").status_code


@pytest.mark.parametrize("role", [Role.STAFF, Role.VIEWER, Role.OPERATOR])
def test_who_is_no_admin_neither_sees_nor_does_it(console: Console, sara: int, role: Role) -> None:
    client = create_app(console.desk).test_client()
    staff_id = 1 if role is Role.STAFF else None
    client.set_cookie("textbook_console", console.operator(role, staff_id=staff_id), path="/console")
    for path in ("held.json", "held.html", "forget"):
        assert 403 == client.get(f"/console/person/{sara}/{path}").status_code
    assert 403 == client.post(f"/console/person/{sara}/forget", data={"typed": str(sara)}).status_code
    assert "Their data" not in client.get(f"/console/person/{sara}").get_data(as_text=True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_somebody_is_forgotten_once_their_number_is_typed(
    console: Console, opened: Open, sara: int, size: tuple[int, int]
) -> None:
    page = opened(f"/console/person/{sara}", console.operator(Role.ADMIN, "Ana"), size)
    page.get_by_text("Their data").click()
    page.get_by_role("link", name="Forget them…").click()
    expect(page.locator("section", has_text="In the way")).to_contain_text("bookings lie ahead (#1)")
    assert [] == faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Type the client's number").fill("77")
    page.get_by_role("button", name="Forget them for good").click()
    expect(page.get_by_role("alert")).to_contain_text("not the number of this client")
    page.get_by_label("Type the client's number").fill(str(sara))
    page.get_by_role("button", name="Forget them for good").click()
    expect(page.locator("section", has_text="In the way")).to_be_visible()
    page.get_by_label("Cancel first").check()
    page.get_by_label("Type the client's number").fill(str(sara))
    page.get_by_role("button", name="Forget them for good").click()
    expect(page.get_by_text("They are forgotten")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"client {sara}")
    expect(page.get_by_text("what stays is for the books")).to_be_visible()
    expect(page.get_by_text("Put right")).to_have_count(0)
    assert SARA not in page.content()
    row = console.desk.database.read(lambda s: s.execute(select(clients).where(clients.c.id == sara)).one())
    assert ("", None, "") == (row.name, row.phone, row.email)
    [(subject, _)] = [one[1:] for one in audit_of(console) if one[0] == "forgot a person"]
    assert f"client {sara}" == subject
    page.goto(f"{console.address}/console/person/{sara}/forget")
    expect(page.get_by_role("alert")).to_contain_text("forgotten before")
    expect(page.get_by_role("button", name="Forget them for good")).to_have_count(0)


def test_a_form_of_another_site_forgets_nobody(console: Console, sara: int) -> None:
    client = create_app(console.desk).test_client()
    client.set_cookie("textbook_console", console.operator(Role.ADMIN), path="/console")
    assert 403 == client.post(f"/console/person/{sara}/forget", data={"typed": str(sara)}).status_code
    row = console.desk.database.read(lambda s: s.execute(select(clients).where(clients.c.id == sara)).one())
    assert NAME == row.name
