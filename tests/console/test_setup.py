"""Set-up, in a real browser: a change is looked at before it is made, nothing of a fault is loaded, what was changed
can be taken back; what another system has kept is tried and taken over."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.console import import_runs, imports
from bot.console.import_runs import TAKEN, Run, Runs
from handlers.console.business_changed import standing
from models.audit import audited
from models.operators import Role
from tests.console.browser import PHONE, faults, follow
from tests.console.conftest import Console, Open

FORMULA = '=HYPERLINK("http://x")'


@pytest.fixture
def kind() -> str:
    return "sqlite"


def _service(console: Console, key: str = "haircut") -> dict[str, object]:
    data = console.desk.database.read(standing).data
    assert data is not None
    return next(one for one in data["services"] if one["key"] == key)


def _send(page: Page, name: str, data: bytes, kind: str) -> None:
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.locator("select[name=kind]").select_option(kind)
    page.get_by_role("button", name="Try it").click()


@pytest.mark.parametrize("size", [PHONE, (1440, 900)])
def test_the_business_is_read_and_a_price_is_changed_and_changed_back(
    console: Console, opened: Open, size: tuple[int, int]
) -> None:
    page = opened("/console/set-up", console.operator(Role.ADMIN, "Ana"), size)
    assert [] == faults(page)
    assert size[0] == page.evaluate("document.documentElement.scrollWidth")
    follow(page.get_by_role("link", name="Change Haircut", exact=True))
    assert [] == faults(page)
    page.get_by_label("Price in USD").fill("40")
    page.get_by_label("Name", exact=True).fill("<i>Cut</i>")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("listitem")).to_contain_text("service haircut: name, price")
    assert [] == faults(page)
    assert "35.00" == _service(console)["price"], "nothing has been loaded yet"
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_role("rowheader", name="<i>Cut</i>").first).to_be_visible()
    assert "40.00" == _service(console)["price"]
    page.get_by_role("button", name="Undo this change").click()
    expect(page.get_by_role("listitem")).to_contain_text("service haircut: name, price")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert "35.00" == _service(console)["price"]
    (entry, _) = console.desk.database.read(lambda session: audited(session, None, 5))
    assert ("Ana", "changed the business") == (entry.name, entry.action)


def test_what_cannot_be_is_told_beside_the_form_and_what_was_typed_stays(console: Console, opened: Open) -> None:
    page = opened("/console/set-up/service/haircut", console.operator(Role.ADMIN))
    page.get_by_label("Length in minutes").fill("soon")
    page.get_by_label("Other names").fill("trim, crop")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("service haircut minutes: wanted a whole number")
    expect(page.get_by_label("Length in minutes")).to_have_value("soon")
    page.get_by_label("Length in minutes").fill("50")
    page.get_by_role("button", name="Show what would change").click()
    page.get_by_role("button", name="Go back to the form").click()
    expect(page.get_by_label("Length in minutes")).to_have_value("50")
    expect(page.get_by_label("Other names")).to_have_value("trim, crop")
    page.goto(f"{console.address}/console/set-up/file/all")
    text = page.get_by_label("Business file").input_value()
    page.get_by_label("Business file").fill(text + "\n[[services]]\nkey = ")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be read as TOML")
    expect(page.get_by_label("Business file")).to_have_value(text + "\n[[services]]\nkey = ")
    page.get_by_label("Business file").fill(text + '\n[[resources]]\nkey = "r1"\nname = "تدليك"\nkind = "room"\n')
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("listitem")).to_contain_text("resource r1")
    for path in ("service/nobody", "nothing/all", "back/20260101T000000000000-00000000.toml", "policy/x"):
        answer = page.goto(f"{console.address}/console/set-up/{path}")
        assert answer is not None
        assert 404 == answer.status, path


def test_a_form_that_is_old_shows_the_difference_anew(console: Console, opened: Open) -> None:
    token = console.operator(Role.ADMIN)
    slow, quick = (opened("/console/set-up/service/haircut", token) for _ in range(2))
    slow.get_by_label("Price in USD").fill("50")
    slow.get_by_role("button", name="Show what would change").click()
    expect(slow.get_by_role("button", name="Change it")).to_be_visible()
    quick.get_by_label("Length in minutes").fill("55")
    quick.get_by_role("button", name="Show what would change").click()
    quick.get_by_role("button", name="Change it").click()
    expect(quick.get_by_role("status")).to_contain_text("Saved")
    slow.get_by_role("button", name="Change it").click()
    expect(slow.get_by_role("alert")).to_contain_text("was changed meanwhile")
    expect(slow.get_by_role("listitem")).to_contain_text("service haircut: minutes, price")
    assert (55, "35.00") == (_service(console)["minutes"], _service(console)["price"])
    slow.get_by_role("button", name="Change it").click()
    expect(slow.get_by_role("status")).to_contain_text("Saved")
    assert (45, "50.00") == (_service(console)["minutes"], _service(console)["price"])


def test_an_operator_keeps_replies_and_a_viewer_does_not(console: Console, opened: Open) -> None:
    page = opened("/console/set-up/replies", console.operator(Role.OPERATOR), PHONE)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Name").fill("where")
    page.get_by_label("Words", exact=True).fill("<b>Pearl Street</b>\n12")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("<b>Pearl Street</b>")).to_be_visible()
    assert [] == faults(page)
    page.get_by_role("button", name="Remove where").click()
    expect(page.get_by_text("None yet")).to_be_visible()
    answer = opened("/console/inbox", console.operator(Role.VIEWER)).goto(f"{console.address}/console/set-up/replies")
    assert answer is not None
    assert 403 == answer.status


def test_a_file_is_tried_and_then_taken_over(console: Console, opened: Open, tmp_path: Path) -> None:
    page = opened("/console/imports", console.operator(Role.ADMIN), PHONE)
    assert [] == faults(page)
    assert 390 == page.evaluate("document.documentElement.scrollWidth")
    rows = f"id,name,phone,email\n1,Sara,+97455501234,\n{FORMULA},<b>x</b>,no phone,\n".encode()
    _send(page, "<b>old</b>.csv", rows, "clients")
    expect(page.get_by_text("It was tried")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("<b>old</b>.csv")
    expect(page.get_by_role("cell", name="no phone")).to_be_visible()
    assert [] == faults(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the report").click()
    assert f"'{FORMULA}".replace('"', '""') in Path(download.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("It has been taken over")).to_be_visible()
    page.get_by_role("link", name="Every row", exact=True).click()
    expect(page.get_by_role("cell", name="imported")).to_be_visible()
    assert [] == list((tmp_path / "imports").glob("*.file")), "what was sent is not kept"
    page.get_by_role("link", name="Back to the imports").click()
    _send(page, "again.csv", rows, "clients")
    expect(page.get_by_role("definition").first).to_have_text("1")
    expect(page.get_by_text("unchanged", exact=True)).to_be_visible()


def test_a_file_that_cannot_be_read_is_told_in_words(
    console: Console, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (import_runs, imports):
        monkeypatch.setattr(module, "LARGEST", 50_000)
    page = opened("/console/imports", console.operator(Role.ADMIN))
    wrong = {
        b"": "The file is empty",
        b"\x89PNG\r\n\x1a\n\x00\x00": "This is no text",
        b"PK\x03\x04\x00": "save it as CSV",
        b"x" * 50_001: "larger than 20 MB",
        b"x" * 5_000_000: "larger than 20 MB",
    }
    for data, words in wrong.items():
        _send(page, "x.csv", data, "clients")
        expect(page.get_by_role("alert")).to_contain_text(words)
    _send(page, "x.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "ics")
    expect(page.get_by_role("alert")).to_contain_text("Whose calendar")
    page.locator("select[name=staff]").select_option("maya")
    _send(page, "x.ics", b"id,name\n1,Sara\n", "ics")
    expect(page.get_by_role("alert")).to_contain_text("it is no iCalendar file")
    page.get_by_role("link", name="Back to the imports").click()
    _send(page, "x.csv", b"one,two\n1,Sara\n", "clients")
    expect(page.get_by_role("alert")).to_contain_text("its first line names no column that is known")


def test_an_import_that_was_cut_short_goes_on(console: Console, opened: Open, tmp_path: Path) -> None:
    runs = Runs(tmp_path / "imports")
    run = Run("ab" * 12, "old.csv", "clients", "", "", "", "", "Ana", "2026-03-10T07:15:00+00:00", TAKEN)
    runs.add(run, b"id,name,phone\n1,Sara,+97455501234\n")
    page = opened(f"/console/imports/{run.id}", console.operator(Role.ADMIN))
    expect(page.get_by_role("status")).to_contain_text("cut short")
    held = runs.hold(run.id)
    assert held is not None
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert [] == faults(page)
    (tmp_path / "imports" / f"{run.id}.json").write_text(json.dumps(asdict(run) | {"counts": {"imported": 1500}}))
    expect(page.get_by_role("status")).to_contain_text("1,500 rows")
    held.close()
    expect(page.get_by_role("status")).to_contain_text("cut short after 1,500 rows")
    page.get_by_role("button", name="Take it over again").click()
    expect(page.get_by_text("It has been taken over")).to_be_visible()
