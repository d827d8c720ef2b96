"""The console's pages as a staff member sees them: their own bookings, also where a page would forget to ask for those
alone."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.console import bookings as pages
from models.operators import Role
from models.row_scope import Scope
from tests.handlers.salon import SARA, TOM, Salon
from tests.handlers.test_console_bookings import EVA, LINA, MAYA, add
from tests.handlers.test_console_pages import browser_of

pytestmark = pytest.mark.every_database
LISTS = ("bookings?since=2026-01-01", "bookings/day", "bookings/week", "bookings/board", "bookings?q=97")
SINCE = {"since": "2026-01-01"}


@pytest.fixture
def booked(salon: Salon) -> dict[int, int]:
    """The booking that each has, by staff member."""
    return salon.desk.database.transact(
        lambda session: {
            LINA: add(session, LINA, 12, client="Sara Ahmed", phone=SARA.address),
            MAYA: add(session, MAYA, 14, client="Tom Brown", phone=TOM.address),
        }
    )


@pytest.fixture
def _forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page forgets whose bookings it is to show."""
    real = pages._wanted
    monkeypatch.setattr(pages, "_wanted", lambda *span: replace(real(*span), staff_id=None))


def said(web: FlaskClient, path: str, **query: str) -> str:
    answer = web.get(f"/console/{path}", query_string=query or None)
    assert 200 == answer.status_code, path
    return answer.get_data(as_text=True)


@pytest.mark.usefixtures("_forgets")
def test_a_page_that_forgets_its_filter_shows_their_own_all_the_same(salon: Salon, booked: dict[int, int]) -> None:
    own, _ = browser_of(salon.desk, Role.STAFF, LINA)
    viewer, _ = browser_of(salon.desk, Role.VIEWER)
    for path in LISTS:
        page = said(own, path)
        assert ("Sara Ahmed" in page, "Tom Brown" in page) == (True, False), path
        assert "Tom Brown" in said(viewer, path), path
    rows = json.loads(said(own, "bookings/export.json", **SINCE))
    assert [booked[LINA]] == [row["id"] for row in rows]


def test_every_page_of_theirs_is_there(salon: Salon, booked: dict[int, int]) -> None:
    for who, other in ((LINA, MAYA), (MAYA, LINA)):
        web, _ = browser_of(salon.desk, Role.STAFF, who)
        for path in (*LISTS, f"booking/{booked[who]}", "account"):
            said(web, path)
        assert 404 == web.get(f"/console/booking/{booked[other]}").status_code
        assert 303 == web.get("/console/").status_code
    nobody, _ = browser_of(salon.desk, Role.STAFF, EVA)
    assert "Sara" not in said(nobody, "bookings", **SINCE)


def test_what_they_do_to_their_own_account_is_the_desk_s_work(salon: Salon, booked: dict[int, int]) -> None:
    web, number = browser_of(salon.desk, Role.STAFF, LINA)
    page = said(web, "account")
    csrf = page.split('name="csrf" value="')[1].partition('"')[0]
    reached: Any = {"csrf": csrf, "phone": "", "email": "lina@example.com"}
    assert 303 == web.post("/console/account/alerts", data=reached).status_code
    assert "lina@example.com" in said(web, "account")
    assert 303 == web.post("/console/sign-out", data={"csrf": csrf}).status_code
    assert 303 == web.get("/console/bookings").status_code
    assert number


def test_the_business_that_all_share_is_not_read_in_anybody_s_scope(salon: Salon, booked: dict[int, int]) -> None:
    """Or everybody would work with what one staff member may see of it."""
    salon.desk.profiles._kept = None
    web, _ = browser_of(salon.desk, Role.STAFF, LINA)
    said(web, "bookings")
    kept = salon.desk.profiles._kept
    assert kept is not None
    assert [] != [one.phone for one in kept.coordinators if one.phone]
    assert {Scope.staff(LINA).staff_id} < {one.id for one in kept.staff}
